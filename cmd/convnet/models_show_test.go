package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
	"github.com/convnet-playground/convnet/internal/onnx"
)

// published says of every architecture what others have measured.
//
// macs are multiply-accumulates in 10⁹, matched within 2 %: authors round, and count normalisations or not. They are from
// torchvision (the GFLOPS of its models table, which are multiply-accumulates), from Zoph et al., Learning Transferable
// Architectures for Scalable Image Recognition, 2018, tables 2 and 3, or from the network's own paper.
//
// field is the receptive field of a layer, exactly as in Araujo, Norris, Sim: Computing Receptive Fields of
// Convolutional Neural Networks, Distill 2019, where they have the network.
var published = map[string]struct {
	macs  float64
	from  string
	layer string
	field int
}{
	"densenet121":    {macs: 2.83, from: "torchvision"},
	"efficientnetb0": {macs: 0.39, from: "Tan & Le, EfficientNet, 2019, table 2"},
	"efficientnetb5": {macs: 10.266, from: "torchvision"}, // the paper has 9.9
	"inceptionv3":    {macs: 5.72, from: "Zoph et al.", layer: "mixed10", field: 1311},
	"mobilenet":      {macs: 0.569, from: "Howard et al., MobileNets, 2017", layer: "conv_pw_13_relu", field: 315},
	"mobilenetv2":    {macs: 0.300, from: "Sandler et al., MobileNetV2, 2018, table 4"},
	"nasnetmobile":   {macs: 0.564, from: "Zoph et al."},
	"resnet50":       {macs: 3.8, from: "He et al., 2015, table 1", layer: "activation_49", field: 483},
	"vgg16":          {macs: 15.47, from: "torchvision", layer: "block5_pool", field: 212},
	"vgg19":          {macs: 19.63, from: "torchvision"},
	"xception":       {macs: 8.38, from: "Zoph et al."},
}

func TestShowsWhatIsPublished(t *testing.T) {
	t.Setenv("CONVNET_HOME", t.TempDir())
	for _, arch := range keras.Architectures() {
		want := published[arch.Name]
		m := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", arch.Name, "--json"))
		if got := float64(m.MACs) / 1e9; !(math.Abs(got-want.macs) <= 0.02*want.macs) {
			t.Errorf("%s: %.3f G multiply-accumulates; %s has %v", arch.Name, got, want.from, want.macs)
		}
		for _, l := range m.Layers {
			f := l.ReceptiveField
			if l.Name == want.layer && (f.Rows.Size != want.field || f.Columns.Size != want.field || f.Rows.Stride != 32) {
				t.Errorf("%s of %s sees %+v, should be %d", l.Name, arch.Name, f, want.field)
			}
		}
	}
}

func TestShowsEveryArchitecture(t *testing.T) {
	t.Setenv("CONVNET_HOME", t.TempDir())
	for _, arch := range keras.Architectures() {
		t.Run(arch.Name, func(t *testing.T) {
			r := mustConvnet(t, exitDone, "models", "show", arch.Name)
			for _, want := range []string{arch.Title, "convnet models pull " + arch.Name, grouped(arch.Parameters), "1000", "* default"} {
				if !strings.Contains(r.stdout, want) {
					t.Errorf("%q is missing", want)
				}
			}
			_, table, _ := strings.Cut(r.stdout, "\n\n")
			for line := range strings.Lines(table) {
				if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 120 {
					t.Errorf("a line of %d columns: %s", n, line)
				}
			}
		})
	}
}

func TestShowAtAnotherSize(t *testing.T) {
	t.Setenv("CONVNET_HOME", t.TempDir())
	show := func(size string) shownModel {
		return decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "mobilenetv2", "--json", "--input-size", size))
	}
	native, wide := show("224"), show("224x448")
	convolutions := func(m shownModel) (macs int64) {
		for _, l := range m.Layers[:len(m.Layers)-1] {
			macs += l.MACs
		}
		return macs
	}
	if wide.Input.Height != 224 || wide.Input.Width != 448 || wide.Classes != 1000 {
		t.Errorf("input %+v", wide.Input)
	}
	if got, want := convolutions(wide), 2*convolutions(native); got != want {
		t.Errorf("twice as wide, %d multiply-accumulates instead of %d", got, want)
	}
	for i, l := range wide.Layers {
		if l.Parameters != native.Layers[i].Parameters {
			t.Errorf("layer %s has %d parameters instead of %d", l.Name, l.Parameters, native.Layers[i].Parameters)
		}
	}
}

func TestShowRefuses(t *testing.T) {
	t.Setenv("CONVNET_HOME", t.TempDir())
	for _, test := range []struct {
		code int
		args []string
		want string
	}{
		{exitFailed, []string{"mobilnetv2"}, "mobilenetv2"},
		{exitFailed, []string{"mobilenetv2", "--input-size", "8"}, "32×32"},
		{exitUsage, []string{"mobilenetv2", "--input-size", "x"}, "HEIGHTxWIDTH"},
		{exitUsage, []string{"mobilenetv2", "--input-size", "0"}, "HEIGHTxWIDTH"},
		{exitUsage, []string{"mobilenetv2", "--input-size", "224x"}, "HEIGHTxWIDTH"},
		{exitUsage, []string{"mobilenetv2", "--input-size", "-1x224"}, "HEIGHTxWIDTH"},
		{exitUsage, []string{"mobilenetv2", "--input-size", "1e9"}, "HEIGHTxWIDTH"},
		{exitUsage, []string{"mobilenetv2", "--input-size", "99999"}, "8192"},
	} {
		r := mustConvnet(t, test.code, append([]string{"models", "show"}, test.args...)...)
		if !strings.Contains(r.stderr, test.want) {
			t.Errorf("%v: %q lacks %q", test.args, r.stderr, test.want)
		}
	}
}

func TestShowOfTheLibrary(t *testing.T) {
	t.Setenv("CONVNET_HOME", t.TempDir())
	addCopies(t, "mine")
	mine := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "mine", "--json"))
	demo := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "demo", "--json"))
	if mine.SHA256 == "" || mine.SHA256 == demo.SHA256 || mine.MACs != demo.MACs || !mine.Ready || mine.Classes != demo.Classes {
		t.Errorf("mine %s with %d, demo %s with %d", mine.SHA256, mine.MACs, demo.SHA256, demo.MACs)
	}
}

func TestModelsList(t *testing.T) {
	t.Setenv("CONVNET_HOME", t.TempDir())
	addCopies(t, "mine")
	stdout := mustConvnet(t, exitDone, "models", "list").stdout
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if got, want := len(lines), 1+2+len(keras.Architectures()); got != want {
		t.Errorf("%d lines, want %d:\n%s", got, want, stdout)
	}
	for name, state := range map[string]string{
		"demo": "built in", "mine": "ready", "vgg16": "convnet models pull vgg16", "mobilenetv2": "github.com/JonathanCMitchell",
	} {
		for _, line := range lines {
			if strings.HasPrefix(line, name+" ") && !strings.Contains(line, state) {
				t.Errorf("%q lacks %q", line, state)
			}
		}
	}
	listed := decode[struct{ Models []listedModel }](t, mustConvnet(t, exitDone, "models", "list", "--json")).Models
	for _, m := range listed {
		ready := m.Name == "demo" || m.Name == "mine"
		if m.Ready != ready || ready != (m.Provenance.WeightsFile == "") || len(m.Layers) == 0 {
			t.Errorf("%s: ready %v, provenance %+v", m.Name, m.Ready, m.Provenance)
		}
	}
}

func TestModelsExport(t *testing.T) {
	t.Setenv("CONVNET_HOME", t.TempDir())
	file := filepath.Join(t.TempDir(), "demo.onnx")
	mustConvnet(t, exitDone, "models", "export", "demo", file)
	manifest := exported(t, file)
	if manifest.Name != "demo" || len(manifest.Layers) == 0 {
		t.Errorf("manifest %+v", manifest)
	}
	r := mustConvnet(t, exitFailed, "models", "export", "demo", file)
	if !strings.Contains(r.stderr, "--force") {
		t.Errorf("over a file that exists: %s", r.stderr)
	}
	mustConvnet(t, exitDone, "models", "export", "demo", file, "--force", "--json")
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	for want, args := range map[string][]string{
		"models pull vgg16": {"vgg16", file},
		"--db":              {"demo", file, "--dataset", "shapes"},
		"nowhere":           {"demo", filepath.Join(t.TempDir(), "nowhere", "demo.onnx")},
	} {
		r := convnet(t, append([]string{"models", "export"}, args...)...)
		if r.code == exitDone || !strings.Contains(r.stderr, want) {
			t.Errorf("%v: code %d, %s", args, r.code, r.stderr)
		}
	}
}

func TestModelsExportFromADatabase(t *testing.T) {
	db, _ := ingested(t)
	file := filepath.Join(t.TempDir(), "demo.onnx")
	mustConvnet(t, exitDone, "models", "export", "demo", file, "--db", db, "--dataset", "shapes")
	if m := exported(t, file); m.Name != "demo" {
		t.Errorf("manifest %+v", m)
	}
	r := mustConvnet(t, exitFailed, "models", "export", "demo", file, "--force", "--db", db, "--dataset", "forms")
	if !strings.Contains(r.stderr, "forms") {
		t.Errorf("a dataset that is not there: %s", r.stderr)
	}
}

// exported is the manifest that an exported file carries.
func exported(t *testing.T, file string) (m cnn.Manifest) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	model, err := onnx.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range model.MetadataProps {
		if p.Key == cnn.ManifestProperty {
			if err := json.Unmarshal([]byte(p.Value), &m); err != nil {
				t.Fatal(err)
			}
		}
	}
	return m
}

func TestNumbersInWords(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1.00 k", 12_345: "12.3 k", 568_740_352: "569 M", 15_470_264_320: "15.5 G",
	} {
		if got := short(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1,000", 8_062_504: "8,062,504", -123: "-123", -1234: "-1,234",
	} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	for source, want := range map[string]string{
		"https://github.com/a/b/releases/download/v1/c.h5": "github.com/a/b",
		"https://example.org":                              "example.org",
		"https://example.org/":                             "example.org",
		"https://example.org/a":                            "example.org/a",
		"trained here":                                     "trained here",
		"":                                                 "not stated",
		"one\ntwo":                                         `"one\ntwo"`,
		strings.Repeat("ä", 50):                            strings.Repeat("ä", 43) + "…",
	} {
		if got := origin(source); got != want {
			t.Errorf("%q: %q, want %q", source, got, want)
		}
	}
}
