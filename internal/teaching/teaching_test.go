package teaching

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
	"github.com/convnet-playground/convnet/templates"
)

func teachingOver(t *testing.T, specs ...storetest.Spec) *web {
	t.Helper()
	db := storetest.New(t, specs...)
	return &web{db: db, service: search.NewService(db, nil)}
}

// What a drawing says of a distance is the distance that searches use.
func TestComparisonIsTheDistance(t *testing.T) {
	w := teachingOver(t, storetest.Spec{})
	for _, metric := range store.Metrics() {
		s, err := w.subject(t.Context(), search.Request{Metric: metric, P: 2.5})
		if err != nil {
			t.Fatal(err)
		}
		nearest := s.answer.Results[0]
		a, err := w.db.Vector(t.Context(), s.embedding.ID, s.answer.Query.ImageID)
		if err != nil {
			t.Fatal(err)
		}
		b, err := w.db.Vector(t.Context(), s.embedding.ID, nearest.ImageID)
		if err != nil {
			t.Fatal(err)
		}
		sum := compare(metric, 2.5, a, b).sum
		got := map[store.Metric]float64{
			store.Cosine: 1 - sum, store.Euclidean: math.Sqrt(sum), store.SqEuclidean: sum, store.Minkowski: math.Pow(sum, 1/2.5),
		}[metric]
		if math.Abs(got-nearest.Distance) > 1e-9*max(1, got) { // both sum in float64
			t.Errorf("%s: %v, searches say %v", metric, got, nearest.Distance)
		}
	}
}

// A query that finds 1, 0, 1 of two: by hand, precision@5 is 2/5, average precision (1 + 2/3)/2, R-precision 1/2.
func TestMeasuresByHand(t *testing.T) {
	want := map[string]float64{
		"weighted ÷ 100": (15.0 + 13) / (15 + 14 + 13), "precision@5": 0.4, "precision@10": 0.2, "recall@10": 1, "MAP@10": (1 + 2.0/3) / 2,
		"NDCG@10": (1 + 0.5) / (1 + 1/math.Log2(3)), "R-precision": 0.5,
	}
	for _, m := range measuresOf(retrieval.Ranks{Hits: 0b101, Places: 3, Relevant: 2, Found: 1}) {
		if math.Abs(m.value-want[m.name]) > 1e-12 {
			t.Errorf("%s is %v, want %v", m.name, m.value, want[m.name])
		}
		delete(want, m.name)
	}
	if len(want) > 0 {
		t.Errorf("not shown: %v", want)
	}
}

func TestShare(t *testing.T) {
	for part, want := range map[float64]float64{0: 0, 0.5: 30, 0.51: 30, 1: 100} { // of four steps
		if got := share([]int{1, 2, 3, 4}, part); math.Abs(got-want) > 1e-12 {
			t.Errorf("the first %v hold %v %%, want %v", part, got, want)
		}
	}
	if got := share([]int{0, 0}, 1); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestNearestPoints(t *testing.T) {
	p := store.ProjectionPoints{X: []float32{0, 3, 1, -1, 1, 9}, Y: []float32{0, 0, 0, 0, 0, 9}}
	for k, want := range [][]int{{}, {2}, {2, 3}, {2, 3, 4}, {2, 3, 4, 1}, {2, 3, 4, 1, 5}, {2, 3, 4, 1, 5}} {
		if got := nearestPoints(p, 0, k); !slices.Equal(got, want) {
			t.Errorf("%d nearest: %v, want %v", k, got, want)
		}
	}
}

func answerOf(ids ...int64) *search.Page {
	p := &search.Page{}
	for i, id := range ids {
		p.Results = append(p.Results, search.Hit{Rank: i + 1, ImageID: id})
	}
	return p
}

func TestSwaps(t *testing.T) {
	tests := []struct {
		a, b          []int64
		first, second int64 // 0: none
	}{
		{[]int64{1, 2, 3}, []int64{1, 2, 3}, 0, 0},
		{[]int64{1, 2, 3}, []int64{1, 3, 2}, 2, 3},
		{[]int64{1, 2, 3}, []int64{3, 1, 2}, 1, 3},
		{[]int64{1, 2}, []int64{3, 4}, 0, 0},
		{[]int64{1, 2, 3}, []int64{9, 3, 8, 1}, 1, 3},
		{nil, []int64{1}, 0, 0},
	}
	for _, tt := range tests {
		first, second, found := swapped(answerOf(tt.a...), answerOf(tt.b...))
		if first.ImageID != tt.first || second.ImageID != tt.second || found != (tt.first > 0) {
			t.Errorf("%v, %v: %d and %d, %v", tt.a, tt.b, first.ImageID, second.ImageID, found)
		}
	}
	for move, want := range map[[2]int]string{{0, 3}: "new", {4, 3}: "up", {2, 3}: "down", {3, 3}: ""} {
		if got := moved(move[0], move[1]); got != want {
			t.Errorf("from %d to %d: %q", move[0], move[1], got)
		}
	}
}

// The tour's image is one whose category comes together on the way: ants are together from the first layer on, bees and cows
// only at the last.
func TestTellingImage(t *testing.T) {
	images := storetest.Images(60, "ant", "bee", "cow")
	w := teachingOver(t, storetest.Spec{Images: images, Dimension: 4, Channels: 4, Vector: func(image, layer int) []float32 {
		v := []float32{1, 0, 0, float32(image) / 1000}
		if category := images[image].Category; category == "ant" {
			v[0], v[1] = 0, 1
		} else if category == "cow" && layer == 1 {
			v[0], v[2] = 0, 1
		}
		return v
	}})
	s, err := w.subject(t.Context(), search.Request{})
	if err != nil {
		t.Fatal(err)
	}
	id, err := w.telling(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if img, err := w.db.Image(t.Context(), id); err != nil || img.Category == "ant" {
		t.Errorf("the tour begins with %s, %v", img.Name, err)
	}
}

func TestDepths(t *testing.T) {
	for n, want := range [][]int{{}, {0}, {0, 1}, {0, 1, 2}, {0, 2, 3}, {0, 2, 4}} {
		s := &subject{}
		for i := range n {
			s.layers = append(s.layers, store.Embedding{ID: int64(i)})
		}
		var got []int
		for _, e := range s.depths() {
			got = append(got, int(e.ID))
		}
		if !slices.Equal(got, want) {
			t.Errorf("of %d layers %v, want %v", n, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		ordinal(1): "1st", ordinal(2): "2nd", ordinal(3): "3rd", ordinal(11): "11th", ordinal(112): "112th", ordinal(121): "121st", ordinal(10): "10th",
		joined(nil): "", joined([]string{"a"}): "a", joined([]string{"a", "b"}): "a and b", joined([]string{"a", "b", "c"}): "a, b and c",
		short("abcdef", 6): "abcdef", short("abcdefg", 6): "…cdefg", short("äöüß", 3): "…üß",
		fmt.Sprint(wrapped("one two three", 8)): "[one two three]", fmt.Sprint(len(wrapped("one two three", 8))): "2", keptWords(3, 3): "all are nearest on the map too",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Every drawing that a term names is there, and every one that is there is named by a term.
func TestDrawingsBelongToTerms(t *testing.T) {
	unused := map[string]bool{}
	for name := range drawings {
		unused[name] = true
	}
	for _, c := range templates.Glossary() {
		for _, term := range c.Terms {
			if term.Picture != "" && drawings[term.Picture] == nil {
				t.Errorf("%s names a drawing %q that is not there", term.ID, term.Picture)
			}
			delete(unused, term.Picture)
		}
	}
	if len(unused) > 0 {
		t.Errorf("no term has %v", unused)
	}
	for _, s := range steps {
		for _, id := range append(slices.Clone(s.terms), s.drawn...) {
			if _, ok := templates.FindTerm(id); !ok {
				t.Errorf("the tour's step %q names %q, which is no term", s.title, id)
			}
		}
	}
}
