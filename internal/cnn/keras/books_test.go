package keras

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
)

// book is a line of Keras' model.summary: what we must not differ in.
type book struct {
	name, class             string
	index, channels, height int
	parameters              int64
}

// TestBooks checks layers that the original does not show, and at which size their maps are.
func TestBooks(t *testing.T) {
	for _, test := range []struct {
		arch   string
		layers int
		books  []book
	}{
		{"densenet121", 429, []book{
			{"input_1", "InputLayer", 0, 3, 224, 0},
			{"zero_padding2d_1", "ZeroPadding2D", 1, 3, 230, 0},
			{"conv1/conv", "Conv2D", 2, 64, 112, 9408},
			{"conv1/bn", "BatchNormalization", 3, 64, 112, 256},
			{"conv1/relu", "Activation", 4, 64, 112, 0},
			{"zero_padding2d_2", "ZeroPadding2D", 5, 64, 114, 0},
			{"pool1", "MaxPooling2D", 6, 64, 56, 0},
			{"conv2_block1_0_bn", "BatchNormalization", 7, 64, 56, 256},
			{"conv2_block1_1_conv", "Conv2D", 9, 128, 56, 8192},
			{"pool2_conv", "Conv2D", 51, 128, 56, 32768},
			{"pool2_pool", "AveragePooling2D", 52, 128, 28, 0},
			{"pool3_conv", "Conv2D", 139, 256, 28, 131072},
			{"conv5_block16_concat", "Concatenate", 424, 1024, 7, 0},
			{"avg_pool", "GlobalAveragePooling2D", 427, 1024, 1, 0},
			{"fc1000", "Dense", 428, 1000, 1, 1025000},
		}},
		{"mobilenetv2", 157, []book{
			{"Conv1_pad", "ZeroPadding2D", 1, 3, 225, 0},
			{"Conv1", "Conv2D", 2, 32, 112, 864},
			{"bn_Conv1", "BatchNormalization", 3, 32, 112, 128},
			{"Conv1_relu", "ReLU", 4, 32, 112, 0},
			{"expanded_conv_depthwise", "DepthwiseConv2D", 5, 32, 112, 288},
			{"block_1_pad", "ZeroPadding2D", 13, 96, 113, 0},
			{"block_1_depthwise", "DepthwiseConv2D", 14, 96, 56, 864},
			{"block_2_add", "Add", 27, 24, 56, 0},
			{"Conv_1", "Conv2D", 152, 1280, 7, 409600},
			{"out_relu", "ReLU", 154, 1280, 7, 0},
			{"global_average_pooling2d_1", "GlobalAveragePooling2D", 155, 1280, 1, 0},
			{"Logits", "Dense", 156, 1000, 1, 1281000},
		}},
		{"vgg19", 26, []book{
			{"block1_conv1", "Conv2D", 1, 64, 224, 1792},
			{"block1_pool", "MaxPooling2D", 3, 64, 112, 0},
			{"block5_conv4", "Conv2D", 20, 512, 14, 2359808},
			{"block5_pool", "MaxPooling2D", 21, 512, 7, 0},
			{"flatten", "Flatten", 22, 25088, 1, 0},
			{"fc1", "Dense", 23, 4096, 1, 102764544},
			{"fc2", "Dense", 24, 4096, 1, 16781312},
			{"predictions", "Dense", 25, 1000, 1, 4097000},
		}},
	} {
		t.Run(test.arch, func(t *testing.T) {
			m := describe(t, test.arch)
			if len(m.Layers) != test.layers {
				t.Errorf("%d layers, want %d", len(m.Layers), test.layers)
			}
			for _, want := range test.books {
				verify(t, m, want)
			}
		})
	}
}

func verify(t *testing.T, m cnn.Manifest, want book) {
	t.Helper()
	l, ok := m.Layer(want.name)
	if got := (book{l.Name, l.Type, l.Index, l.Channels, l.Height, l.Parameters}); !ok || got != want {
		t.Errorf("%s: layer %v, want %v", m.Name, got, want)
	}
}

func describe(t *testing.T, arch string) cnn.Manifest {
	t.Helper()
	m, err := Describe(arch)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDescribe(t *testing.T) {
	for _, a := range Architectures() {
		t.Run(a.Name, func(t *testing.T) {
			m := describe(t, a.Name)
			if err := m.Validate(); err != nil {
				t.Error(err)
			}
			if m.Parameters != a.Parameters {
				t.Errorf("%d parameters, Keras has %d", m.Parameters, a.Parameters)
			}
			defaults, err := m.SelectLayers("default")
			if err != nil || len(defaults) != 8 {
				t.Errorf("%d default layers, %v", len(defaults), err)
			}
			if len(m.Classes) != 1000 || m.Classes[0] != "tench" || m.Classes[999] != "toilet tissue" {
				t.Errorf("%d classes", len(m.Classes))
			}
			bare, err := a.layers(false)
			if err != nil {
				t.Fatal(err)
			}
			if short := a.manifest(bare); short.Validate() != nil || len(short.Classes) != 0 ||
				!slices.Equal(short.Layers, m.Layers[:len(short.Layers)]) {
				t.Error("without its classifier the network is not simply shorter")
			}
		})
	}
	if _, err := Describe("densenet"); err == nil || !strings.Contains(err.Error(), "did you mean densenet121?") {
		t.Errorf("unknown architecture: %v", err)
	}
}

// totals are what Keras' model.summary ends in, with the classifier and without.
var totals = map[string]struct {
	layers, bareLayers         int
	parameters, bareParameters int64
}{
	"densenet121":    {429, 427, 8_062_504, 7_037_504},
	"efficientnetb0": {250, 246, 5_330_564, 4_049_564},
	"efficientnetb5": {612, 608, 30_562_520, 28_513_520},
	"inceptionv3":    {313, 311, 23_851_784, 21_802_784},
	"mobilenet":      {93, 87, 4_253_864, 3_228_864},
	"mobilenetv2":    {157, 155, 3_538_984, 2_257_984},
	"nasnetmobile":   {771, 769, 5_326_716, 4_269_716},
	"resnet50":       {177, 175, 25_636_712, 23_587_712},
	"resnet50-tf2":   {177, 175, 25_636_712, 23_587_712},
	"vgg16":          {23, 19, 138_357_544, 14_714_688},
	"vgg19":          {26, 22, 143_667_240, 20_024_384},
	"xception":       {134, 132, 22_910_480, 20_861_480},
}

func TestTotals(t *testing.T) {
	for _, a := range architectures {
		want, known := totals[a.id()]
		if !known {
			t.Errorf("%s: nothing to compare it with", a.id())
			continue
		}
		for _, top := range []bool{true, false} {
			layers, err := a.layers(top)
			if err != nil {
				t.Fatal(err)
			}
			m := a.manifest(layers)
			wantLayers, wantParameters := want.layers, want.parameters
			if !top {
				wantLayers, wantParameters = want.bareLayers, want.bareParameters
			}
			if len(m.Layers) != wantLayers || m.Parameters != wantParameters {
				t.Errorf("%s, top %t: %d layers with %d parameters, want %d with %d",
					a.id(), top, len(m.Layers), m.Parameters, wantLayers, wantParameters)
			}
		}
	}
}

// row is a line of a table of layers as the original's pages and scripts have them. What they do not say is empty.
type row struct{ model, layer, class, index, parameters, channels, sum string }

func readRows(t *testing.T, name string) []row {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for _, l := range lines[1:] {
		r := row{l[0], l[1], l[2], l[3], l[4], l[5], ""}
		if len(l) > 6 {
			r.sum = l[6]
		}
		rows = append(rows, r)
	}
	return rows
}

// differs says in what a layer is not as the row has it.
func (r row) differs(m cnn.Manifest) string {
	l, ok := m.Layer(r.layer)
	if !ok {
		return "there is no such layer"
	}
	var sum int64
	for _, before := range m.Layers[:l.Index+1] {
		sum += before.Parameters
	}
	for _, f := range []struct{ what, want, got string }{
		{"type", r.class, l.Type},
		{"index", r.index, fmt.Sprint(l.Index)},
		{"parameters", r.parameters, fmt.Sprint(l.Parameters)},
		{"channels", r.channels, fmt.Sprint(l.Channels)},
		{"parameters so far", r.sum, fmt.Sprint(sum)},
	} {
		if f.want != "" && f.got != f.want {
			return fmt.Sprintf("%s %s, want %s", f.what, f.got, f.want)
		}
	}
	return ""
}

// TestOriginalLayers walks the tables of the layers that the original playground searches and its explorer shows.
func TestOriginalLayers(t *testing.T) {
	for file, count := range map[string]int{"searched.csv": 72, "explored.csv": 489} {
		rows := readRows(t, file)
		if len(rows) != count {
			t.Errorf("%s has %d rows, want %d", file, len(rows), count)
		}
		manifests := map[string]cnn.Manifest{}
		for _, r := range rows {
			if _, err := find(r.model); err != nil {
				continue
			}
			if manifests[r.model].Name == "" {
				manifests[r.model] = describe(t, r.model)
			}
			if says := r.differs(manifests[r.model]); says != "" {
				t.Errorf("%s: %s, %s: %s", file, r.model, r.layer, says)
			}
		}
	}
}

// TestDefaultLayers: where the original searches a network, its eight layers are the default ones, in network order.
func TestDefaultLayers(t *testing.T) {
	searched := map[string][]string{}
	for _, r := range readRows(t, "searched.csv") {
		searched[r.model] = append(searched[r.model], r.layer)
	}
	for _, a := range Architectures() {
		if want := searched[a.Name]; want != nil && !slices.Equal(a.DefaultLayers, want) {
			t.Errorf("%s: default layers %v, the original has %v", a.Name, a.DefaultLayers, want)
		}
	}
}
