package imported

import (
	"reflect"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
)

func TestParsePreprocess(t *testing.T) {
	for _, test := range []struct {
		text      string
		channels  int
		order     string
		mean, std []float32
	}{
		{"torch", 3, "rgb", []float32{123.675, 116.28, 103.53}, []float32{58.395, 57.12, 57.375}},
		{"tf", 3, "rgb", []float32{127.5, 127.5, 127.5}, []float32{127.5, 127.5, 127.5}},
		{"caffe", 3, "bgr", []float32{103.939, 116.779, 123.68}, []float32{1, 1, 1}},
		{"none", 3, "rgb", []float32{0, 0, 0}, []float32{1, 1, 1}},
		{"none", 1, "gray", []float32{0}, []float32{1}},
		{"tf", 1, "gray", []float32{127.5}, []float32{127.5}},
		{"torch,order=bgr", 3, "bgr", []float32{123.675, 116.28, 103.53}, []float32{58.395, 57.12, 57.375}},
		{"mean=0.5,std=0.25", 3, "rgb", []float32{127.5, 127.5, 127.5}, []float32{63.75, 63.75, 63.75}},
		{"mean=0.1,0.2,0.4, std=0.5,1,2 ,order=bgr,range=0..1", 3, "bgr", []float32{25.5, 51, 102}, []float32{127.5, 255, 510}},
		{"mean=104,117,124,std=1,range=0..255,order=bgr", 3, "bgr", []float32{104, 117, 124}, []float32{1, 1, 1}},
		{"range=-1..1", 3, "rgb", []float32{127.5, 127.5, 127.5}, []float32{127.5, 127.5, 127.5}},
		{"range=1..0", 1, "gray", []float32{255}, []float32{-255}}, // dark on white
		{"mean=0.1307,std=0.3081", 1, "gray", []float32{33.3285}, []float32{78.5655}},
	} {
		got, err := ParsePreprocess(test.text, test.channels)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if want := (cnn.Preprocess{Order: test.order, Mean: test.mean, Std: test.std}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", test.text, got, want)
		}
	}
}

func TestParsePreprocessRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "torch, tf, caffe, none",
		"imagenet":              "torch, tf, caffe, none",
		"mean=a":                `"a" is no number`,
		"mean=NaN":              `"NaN" is no number`,
		"mean=1,2":              "mean has 2 numbers; the network has 3 channels",
		"mean=104,117,124":      "add range=0..255",
		"std=0":                 "must be more than 0",
		"std=1,-1,1":            "must be more than 0",
		"mean=0.5,mean=0.4":     "says mean twice",
		"range=5":               "such as range=0..1",
		"range=1..1":            "such as range=0..1",
		"order=hsv":             "it is rgb, bgr or gray",
		"order=gray":            "order gray needs 1 channels",
		"gamma=2.2":             "mean, std, order and range",
		"torch,tf":              "torch, tf, caffe, none",
		"mean=1e300,std=1e-300": "outside the range",
	} {
		if _, err := ParsePreprocess(text, 3); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}
