package explorer

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
)

func TestCurveStaysInside(t *testing.T) {
	long := make([]float32, 5000)
	for i := range long {
		long[i] = float32(math.Sin(float64(i) / 100))
	}
	for _, values := range [][]float32{{0, 1}, {-3, 5, 2}, {2, 2, 2}, long, {-1e30, 1e30}} {
		c := newCurve(values)
		if points := strings.Fields(c.Line); len(points) != min(len(values), curvePoints) {
			t.Errorf("%d points of %d values", len(points), len(values))
		}
		for _, point := range strings.Fields(c.Line) {
			xText, yText, _ := strings.Cut(point, ",")
			x, errX := strconv.ParseFloat(xText, 64)
			y, errY := strconv.ParseFloat(yText, 64)
			if errX != nil || errY != nil || x < 0 || x > curveWidth || y < 0 || y > curveHeight {
				t.Errorf("point %s", point)
			}
		}
	}
	for _, values := range [][]float32{nil, {1}, {0, float32(math.NaN())}, {0, float32(math.Inf(1))}} {
		if c := newCurve(values); c.Line != "" {
			t.Errorf("%v is drawn as %s", values, c.Line)
		}
	}
}

func TestStrip(t *testing.T) {
	layer := func(side int, parameters int64) Layer {
		return Layer{Name: "l", Type: "Conv2D", Height: side, Width: side, Channels: 3, Parameters: parameters, Bar: float64(parameters)}
	}
	stages := strip([]Layer{layer(9, 0), layer(10, 0), layer(8, 50), layer(8, 100), layer(9, 0), layer(4, 1), layer(4, 1)}, nil)
	var got []string
	for _, s := range stages {
		got = append(got, fmt.Sprintf("%d×%d", s.Height, s.Layers))
		for _, b := range s.Runs[0].Blocks {
			if b.BarY < 0 || b.BarHeight < leastBar || b.BarY+b.BarHeight != blockHeight {
				t.Errorf("block %+v", b)
			}
		}
	}
	if text := strings.Join(got, " "); text != "8×4 4×3" {
		t.Errorf("stages %s: padding is to go with what it is for", text)
	}
	if strip(nil, nil) != nil {
		t.Error("a network without layers has stages")
	}
}

// TestStripShowsBranches draws an Inception block, a shortcut as in a ResNet, and layers in a row.
func TestStripShowsBranches(t *testing.T) {
	before := map[string][]string{
		"b":   {"a"},                                                                                      // in a row
		"one": {"b"}, "wide1": {"b"}, "wide2": {"wide1"}, "pool": {"b"}, "join": {"one", "wide2", "pool"}, // branches
		"c1": {"join"}, "c2": {"c1"}, "add": {"c2", "join"}, // a shortcut
		"end": {"add"},
	}
	var all []Layer
	for _, name := range strings.Fields("a b one wide1 wide2 pool join c1 c2 add end") {
		all = append(all, Layer{Name: name, Type: "Conv2D", Height: 8, Width: 8})
	}
	stages := strip(all, &anatomy{before: before})
	if len(stages) != 1 || stages[0].Layers != len(all) {
		t.Fatalf("%d stages", len(stages))
	}
	var got []string
	for _, r := range stages[0].Runs {
		for _, b := range r.Blocks {
			got = append(got, fmt.Sprintf("%s@%d,%d", b.Name, b.Row, b.Column))
		}
		got = append(got, fmt.Sprintf("[%d×%d, %d lines]", r.Rows, r.Columns, strings.Count(r.Lines, "M")))
	}
	want := "a@0,0 b@0,0 [0×0, 0 lines] one@1,1 wide1@2,1 wide2@2,2 pool@3,1 join@1,3 [3×3, 7 lines] " +
		"c1@1,1 c2@1,2 add@1,3 [1×3, 4 lines] end@0,0 [0×0, 0 lines]"
	if text := strings.Join(got, " "); text != want {
		t.Errorf("drawn as\n%s\nshould be\n%s", text, want)
	}
}

func TestPreviewed(t *testing.T) {
	var all []Layer
	for i := range 40 {
		all = append(all, Layer{Index: i, Visualizations: i % 2, Default: i%8 == 1})
	}
	if got := previewed(all); len(got) != 5 || !got[0].Default {
		t.Errorf("%d layers", len(got))
	}
	if got := previewed(all[:10]); len(got) != 5 || got[1].Index != 3 {
		t.Errorf("%d layers", len(got))
	}
	for _, n := range []int{0, 1, 3, 4, 30, 31} {
		seen := map[int]bool{}
		for _, i := range spreadOrder(n) {
			seen[i] = true
		}
		if len(seen) != n {
			t.Errorf("%d of %d places", len(seen), n)
		}
	}
}

func TestCommand(t *testing.T) {
	for want, words := range map[string][]string{
		"convnet visualize --db x.db --channels 7,":     {"visualize", "--db", "x.db", "--channels", "7,"},
		"convnet visualize --db 'my file.db'":           {"visualize", "--db", "my file.db"},
		`convnet visualize --model 'it'\''s' '' '$(x)'`: {"visualize", "--model", "it's", "", "$(x)"},
	} {
		if got := command(words...); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// Parameters come with the file; whatever they are, the page says what it can.
func TestSettings(t *testing.T) {
	for text, want := range map[string]int{`{"steps":48,"rate":0.05,"param":"fourier","transforms":"standard","seed":3,"count":4,"diversity":1}`: 8,
		`{}`: 2, `[]`: 2, `{"steps":"many"}`: 2, `null`: 2, ``: 2} {
		p := &Picture{Size: 128, Parameters: []byte(text), CreatedAt: "2026-11-24T15:00:00Z", Seconds: 12.3}
		if got := settings(p); len(got) != want || got[0].Value != "128 × 128 pixels" || got[len(got)-1].Value != "2026-11-24 in 12 s" {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestCategoryBars(t *testing.T) {
	categories := []store.CategoryCount{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	got := categoryMeans("pets", categories, ChannelStatistics{CategoryMeans: []float64{-1, 3, 0}})
	if got[0].Name != "b" || got[0].Bar != 100 || got[1].Bar != 25 || got[2].Bar != 0 {
		t.Errorf("with a negative mean: %+v", got)
	}
	for _, c := range categoryMeans("pets", categories, ChannelStatistics{CategoryMeans: []float64{0, 0, 0}}) {
		if c.Bar != 0 {
			t.Errorf("bar %+v", c)
		}
	}
}
