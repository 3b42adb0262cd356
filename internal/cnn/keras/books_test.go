package keras

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// book is a line of Keras' model.summary: what we must not differ in.
type book struct {
	name, class             string
	index, channels, height int
	parameters              int64
}

// TestBooks checks a few layers of every network against Keras, whether or not the design tables are at hand.
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
	mobile, err := find("mobilenetv2")
	if err != nil {
		t.Fatal(err)
	}
	bare, err := mobile.layers(false)
	if err != nil {
		t.Fatal(err)
	}
	if m := mobile.manifest(bare); m.Parameters != 2_257_984 || len(m.Layers) != 155 {
		t.Errorf("MobileNetV2 without classifier: %d parameters in %d layers", m.Parameters, len(m.Layers))
	}
	if _, err := Describe("densenet"); err == nil || !strings.Contains(err.Error(), "did you mean densenet121?") {
		t.Errorf("unknown architecture: %v", err)
	}
}

// TestSeedLayers walks the table of the layers that the original playground searches.
func TestSeedLayers(t *testing.T) {
	f, err := os.Open(testdata.Design(t, "seed-layers.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, row := range rows[1:] {
		m, err := Describe(row[0])
		if err != nil {
			continue // a network that cannot be built yet
		}
		checked++
		l, _ := m.Layer(row[3])
		got := []string{
			m.Name, fmt.Sprint(len(m.Layers)), fmt.Sprint(m.Parameters),
			l.Name, l.Type, fmt.Sprint(l.Index), fmt.Sprint(l.Channels), fmt.Sprint(l.Parameters),
		}
		if !slices.Equal(got, row[:8]) {
			t.Errorf("layer %v, want %v", got, row[:8])
		}
		if !slices.Contains(m.DefaultLayers, row[3]) {
			t.Errorf("%s: the original's layer %s is not among the default layers", m.Name, row[3])
		}
	}
	if checked < 16 {
		t.Errorf("only %d rows checked", checked)
	}
}

// TestExplorerLayers walks MobileNetV2's line of the layers that the original explorer shows.
func TestExplorerLayers(t *testing.T) {
	data, err := os.ReadFile(testdata.Design(t, "seed-explorer-layers.txt"))
	if err != nil {
		t.Fatal(err)
	}
	m := describe(t, "mobilenetv2")
	found := mobileNetRows(t, string(data))
	if len(found) != 52 {
		t.Fatalf("only %d layers read from the table", len(found))
	}
	for name, want := range found {
		l, ok := m.Layer(name)
		if !ok || l.Index != want.index || l.Parameters != want.parameters || want.channels > 0 && l.Channels != want.channels {
			t.Errorf("layer %+v, want %+v", l, want)
		}
	}
}

// mobileNetRows reads "name parameters@index/channels" where a name is given, and "N: p@i/c p@i p@i/c", which stands for
// the expand, depthwise and project layers of block N; "N: @i,i,i same" has the sizes of the block before.
func mobileNetRows(t *testing.T, table string) map[string]book {
	t.Helper()
	_, table, _ = strings.Cut(table, "mobilenetv2 (155)")
	table, _, _ = strings.Cut(table, "resnet50")
	head, blocks, ok := strings.Cut(table, "N=1..16:")
	if !ok {
		t.Fatal("the table has another form")
	}
	found := map[string]book{}
	for part := range strings.SplitSeq(head+blocks[strings.LastIndex(blocks, ";"):], ",") {
		fields := strings.Fields(strings.TrimLeft(part, "; "))
		for i, word := range fields[:max(0, len(fields)-1)] {
			if b, err := parseBook(fields[i+1]); err == nil {
				found[word] = b
			}
		}
	}
	var block [3]book
	for line := range strings.SplitSeq(blocks[:strings.LastIndex(blocks, ";")], "|") {
		number, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		if indexes, same := strings.CutSuffix(rest, " same"); same {
			for i, index := range strings.Split(strings.TrimLeft(indexes, " @"), ",") {
				block[i].index, _ = strconv.Atoi(index) // a wrong one is found by the comparison
			}
		} else {
			for i, field := range strings.Fields(rest) {
				if b, err := parseBook(field); err == nil {
					block[i] = b
				}
			}
		}
		for i, kind := range []string{"expand", "depthwise", "project"} {
			found["block_"+number+"_"+kind] = block[i]
		}
	}
	return found
}

// parseBook reads parameters@index, perhaps with /channels.
func parseBook(s string) (b book, err error) {
	s, channels, some := strings.Cut(s, "/")
	parameters, index, ok := strings.Cut(s, "@")
	if !ok {
		return b, io.ErrUnexpectedEOF
	}
	if some {
		if b.channels, err = strconv.Atoi(channels); err != nil {
			return b, err
		}
	}
	if b.index, err = strconv.Atoi(index); err != nil {
		return b, err
	}
	b.parameters, err = strconv.ParseInt(parameters, 10, 64)
	return b, err
}
