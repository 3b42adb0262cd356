package search

import (
	"math"
	"net/url"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func FuzzMapState(f *testing.F) {
	f.Add("dataset=pets&layer=late&color=channel:3&hide=a&hide=b&select=1-2~3-4~5-6&select_layer=x&model2=m&layer2=l&k=5&page=2")
	f.Add("show=a&method=pca&metric=minkowski&p=2.5&view=links&color=score&upload=t")
	f.Fuzz(func(t *testing.T, text string) {
		q, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		s, err := readMapState(q)
		if err != nil {
			return
		}
		again, err := readMapState(s.values())
		if err != nil {
			t.Fatalf("%q became %q: %v", text, s.values().Encode(), err)
		}
		if a, b := s.values().Encode(), again.values().Encode(); a != b {
			t.Errorf("%q became %q and then %q", text, a, b)
		}
	})
}

func TestToggle(t *testing.T) {
	all := []store.CategoryCount{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	s := mapState{}
	for _, step := range []struct{ toggle, hidden string }{{"b", "b"}, {"a", "a b"}, {"b", "a"}, {"a", ""}} {
		s = s.toggled(step.toggle, all)
		var hidden []string
		for _, c := range all {
			if s.hidden(c.Name) {
				hidden = append(hidden, c.Name)
			}
		}
		if got := strings.Join(hidden, " "); got != step.hidden {
			t.Errorf("after %s hidden are %q, want %q", step.toggle, got, step.hidden)
		}
	}
	if only := (mapState{hide: []string{"c"}}).only("c"); only.hidden("c") || !only.hidden("a") {
		t.Errorf("%+v", only)
	}
}

func TestRanges(t *testing.T) {
	for want, ids := range map[string][]int64{"": nil, "5": {5}, "1-3": {1, 2, 3}, "1 3": {1, 3}, "2-3 7 9-10": {2, 3, 7, 9, 10}} {
		if got := ranges(ids); got != want {
			t.Errorf("%v became %q, want %q", ids, got, want)
		}
	}
}

// A polygon that crosses itself and one that is not convex: the even-odd rule.
func TestEncloses(t *testing.T) {
	notch := []corner{{0, 0}, {100, 0}, {100, 100}, {50, 20}, {0, 100}}
	tie := []corner{{0, 0}, {100, 100}, {100, 0}, {0, 100}}
	for _, tt := range []struct {
		polygon []corner
		x, y    float64
		want    bool
	}{
		{notch, 50, 10, true}, {notch, 50, 60, false}, {notch, 10, 60, true}, {notch, 90, 60, true}, {notch, 120, 50, false}, {notch, -1, 0, false},
		{tie, 90, 50, true}, {tie, 10, 50, true}, {tie, 50, 90, false}, {tie, 50, 10, false},
	} {
		if got := encloses(tt.polygon, tt.x, tt.y); got != tt.want {
			t.Errorf("%v, %v: %v", tt.x, tt.y, got)
		}
	}
}

func TestDistanceFrom(t *testing.T) {
	q, row, zero := []float32{1, 2, 2}, []float32{3, 2, -2}, []float32{0, 0, 0}
	for _, tt := range []struct {
		metric store.Metric
		p      float64
		row    []float32
		want   float64
	}{
		{store.Euclidean, 0, row, math.Sqrt(20)}, {store.SqEuclidean, 0, row, 20}, {store.Minkowski, 3, row, math.Cbrt(72)},
		{store.Minkowski, 1, row, 6}, {store.Cosine, 0, row, 1 - 3/(3*math.Sqrt(17))}, {store.Cosine, 0, q, 0}, {store.Cosine, 0, zero, 1},
	} {
		if got := distanceFrom(q, tt.metric, tt.p)(tt.row); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", tt.metric, got, tt.want)
		}
	}
	if got := distanceFrom(zero, store.Cosine, 0)(zero); got != 0 {
		t.Errorf("two zeros are %v apart", got)
	}
}

// Scores that take long do not keep a page waiting, and are there for whoever asks next.
func TestScoresThatTakeLong(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	putMap(t, db, store.UMAP, []int64{1, 2, 3, 4, 5, 6}, make([]float32, 6), []float32{1, 2, 3, 4, 5, 6})
	s := NewService(db, nil)
	a, err := s.mapOf(t.Context(), Request{Layer: "early"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ranking.Acquire(t.Context(), 1); err != nil { // somebody else's are being computed
		t.Fatal(err)
	}
	computing, err := s.colorSoon(t.Context(), coloring{by: colorByScore}, a)
	if err != nil || !computing || a.values.step(0) != -1 {
		t.Fatalf("computing %v, %v, %v", computing, a.values, err)
	}
	s.ranking.Release(1)
	computing, err = s.colorSoon(t.Context(), coloring{by: colorByScore}, a)
	if err != nil || computing || a.values.step(0) < 0 {
		t.Errorf("computing %v, %v, %v", computing, a.values, err)
	}
}
