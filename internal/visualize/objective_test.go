package visualize

import (
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
)

var mapLayer = cnn.Layer{Name: "conv", Channels: 10, Height: 7, Width: 9, Value: "conv"}

func TestParseObjective(t *testing.T) {
	weights := func(pairs ...float32) []float32 {
		w := make([]float32, 10)
		for i := 0; i < len(pairs); i += 2 {
			w[int(pairs[i])] = pairs[i+1]
		}
		return w
	}
	for _, test := range []struct {
		text    string
		name    string
		channel int
		goal    cnn.Goal
		weights []float32
	}{
		{"channel:3", "channel:3", 3, cnn.Goal{}, weights(3, 1)},
		{"channel:-3", "channel:-3", 3, cnn.Goal{}, weights(3, -1)},
		{"-channel:3", "channel:-3", 3, cnn.Goal{}, weights(3, -1)},
		{"neuron:4", "neuron:4@3,4", 4, cnn.Goal{Kind: cnn.Place, Y: 3, X: 4}, weights(4, 1)},
		{"1*neuron:-4@0,8", "neuron:-4@0,8", 4, cnn.Goal{Kind: cnn.Place, Y: 0, X: 8}, weights(4, -1)},
		{" - 2*channel:9+ channel:3 + 0.5*channel:7", "channel:3+0.5*channel:7-2*channel:9", -1, cnn.Goal{}, weights(3, 1, 7, .5, 9, -2)},
		{"layer", "layer", -1, cnn.Goal{Kind: cnn.Energy}, nil},
	} {
		o, err := ParseObjective(test.text, mapLayer)
		test.goal.Layer = mapLayer
		if err != nil || o.Channel != test.channel || o.Goal != test.goal || !slices.Equal(o.Weights, test.weights) || o.Name != test.name {
			t.Errorf("%s: %+v, %v", test.text, o, err)
		}
	}
	for text, want := range map[string]string{
		"":                             "an objective is missing",
		"channel":                      "it is layer, or a sum",
		"channel:10":                   "0 to 9",
		"channel:99999999999999999999": "0 to 9",
		"channel:1@2,3":                "only a neuron",
		"neuron:1@7,0":                 "rows 0 to 6",
		"channel:1 - channel:1":        "nothing",
		"channel:1 + neuron:2":         "same places",
		"1.2.3*channel:1":              "no number",
	} {
		if _, err := ParseObjective(text, mapLayer); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestParseChannels(t *testing.T) {
	for text, want := range map[string][]int{
		"all": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, "4": {0, 2, 5, 7}, "30": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, "7,": {7}, "5-7,0,6": {0, 5, 6, 7},
	} {
		if got, err := ParseChannels(text, 10); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "-3", "10,", "3-1", "2-x", "1,,2", "all,1"} {
		if got, err := ParseChannels(text, 10); err == nil || !strings.Contains(err.Error(), "--channels") {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("channel:3 + 0.5*channel:7", "0,5-9")
	f.Add("neuron:4@0,8", "all")
	f.Fuzz(func(t *testing.T, objective, channels string) {
		if o, err := ParseObjective(objective, mapLayer); err == nil {
			again, err := ParseObjective(o.Name, mapLayer)
			if err != nil || again.Name != o.Name || again.Goal != o.Goal || !slices.Equal(again.Weights, o.Weights) {
				t.Errorf("%q is %+v, which is %+v, %v", objective, o, again, err)
			}
		}
		list, err := ParseChannels(channels, 10)
		if err == nil && (len(list) == 0 || len(list) > 10 || !slices.IsSorted(list)) {
			t.Errorf("%q: %v", channels, list)
		}
	})
}
