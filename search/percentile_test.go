package search

import (
	"math"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// Images at 0, 1, 3, 7 and 15 on a line are, in pairs,
//
//	1, 2, 3, 4, 6, 7, 8, 12, 14 and 15 apart.
//
// Of these ten distances 0 lie below 1, 1 below 2, and 3 below 4: the neighbors of the image at 3, which are 2 (the one at
// 1), 3 (at 0), 4 (at 7) and 12 (at 15) away, have percentiles 10, 20, 30 and 70.
func TestPercentile(t *testing.T) {
	db := storetest.New(t, line([]float32{0, 1, 3, 7, 15}, "a"))
	tests := []struct {
		metric store.Metric
		want   []float64
	}{
		{store.Euclidean, []float64{10, 20, 30, 70}},
		{store.SqEuclidean, []float64{10, 20, 30, 70}}, // other distances, the same percentiles
		{store.Minkowski, []float64{10, 20, 30, 70}},
	}
	for _, tt := range tests {
		page, err := NewService(db, nil).Search(t.Context(), Request{Layer: "early", Metric: tt.metric, Ask: AskFor("a/002.png")})
		if err != nil {
			t.Fatal(err)
		}
		var got []float64
		for _, h := range page.Results {
			got = append(got, *h.Percentile)
		}
		if !slices.Equal(got, tt.want) || page.Scale.Pairs != 10 || !page.Scale.AllPairs {
			t.Errorf("%s: percentiles %v of %+v, want %v", tt.metric, got, page.Scale, tt.want)
		}
	}
}

func TestPercentileNeedsTwoImages(t *testing.T) {
	db := storetest.New(t, line([]float32{1}, "a"))
	page, err := NewService(db, nil).Search(t.Context(), Request{Vector: []float32{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	if page.Scale != nil || page.Results[0].Percentile != nil || page.NoGoodMatch {
		t.Errorf("a scale of one image: %+v, %+v", page.Scale, page.Results)
	}
}

// Of pairs 1, 2, 3 and 6 apart within categories and 4, 5, 7 and 8 between them, up to 4 a quarter of the former is missed
// and a quarter of the latter taken; up to 3 a quarter is missed and none taken.
func TestDivide(t *testing.T) {
	tests := map[string]struct {
		alike, different []float64
		want             float64
	}{
		"by hand":              {[]float64{1, 2, 3, 6}, []float64{4, 5, 7, 8}, 4},
		"apart":                {[]float64{1, 2, 3}, []float64{7, 8}, 3},
		"the wrong way round":  {[]float64{7, 8}, []float64{1, 2}, 2},
		"all the same":         {[]float64{5, 5}, []float64{5, 5, 5}, 5},
		"lists of other sizes": {[]float64{1, 9}, []float64{2, 3, 4, 5, 6, 7, 8, 10}, 5},
	}
	for name, tt := range tests {
		if got := divide(tt.alike, tt.different); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

// Two groups of 30 images, around 0 and around 100: a query at 50 is like neither, one at 100 is like the second.
func TestNoGoodMatch(t *testing.T) {
	positions := make([]float32, 60)
	for i := range positions {
		positions[i] = float32(100*(i%2)) + float32(i)/20
	}
	db := storetest.New(t, line(positions, "a", "b"))
	for position, want := range map[float32]bool{50: true, 100: false, 0: false, 400: true} {
		page, err := NewService(db, nil).Search(t.Context(), Request{Layer: "early", Metric: store.Euclidean, Vector: []float32{1, position}})
		if err != nil {
			t.Fatal(err)
		}
		if page.NoGoodMatch != want || page.Results[0].Match == want {
			t.Errorf("at %v: no good match %v, nearest %v away (percentile %v) of %+v", position, page.NoGoodMatch, page.Results[0].Distance, *page.Results[0].Percentile, page.Scale)
		}
	}
}

// Of many images pairs are drawn: the same ones every time, none of an image with itself, and their percentiles are near
// those of all pairs.
func TestPairsAreDrawn(t *testing.T) {
	for _, n := range []int{257, 5000} {
		ids := make([]int64, n)
		for i := range ids {
			ids[i] = int64(10 + i)
		}
		pairs := pairsOf(ids)
		if len(pairs) != drawnPairs || !slices.Equal(pairs, pairsOf(ids)) {
			t.Errorf("%d images: %d pairs, not always the same", n, len(pairs))
		}
		seen := map[int64]bool{}
		near := 0
		for _, p := range pairs {
			seen[p[0]], seen[p[1]] = true, true
			if p[0] == p[1] {
				t.Fatalf("%d images: %v is a pair with itself", n, p)
			}
			if math.Abs(float64(p[0]-p[1])) < float64(n)/10 {
				near++
			}
		}
		if len(seen) != min(n, drawnImages) {
			t.Errorf("%d images: %d of them are in a pair", n, len(seen))
		}
		// Two numbers below 1 are less than 0.1 apart with probability 0.19.
		if share := float64(near) / drawnPairs; math.Abs(share-0.19) > 0.015 {
			t.Errorf("%d images: %v of the pairs are near, not 0.19", n, share)
		}
	}
}

func TestHistogram(t *testing.T) {
	s := newScale([]float64{0, 1, 2, 3, 4, 4, 3.9, 1.2}, []bool{true, true, false, false, false, true, false, false})
	alike, others, farthest := s.Histogram(4)
	if !slices.Equal(alike, []int{1, 1, 0, 1}) || !slices.Equal(others, []int{0, 1, 1, 3}) || farthest != 4 || s.Divided() {
		t.Errorf("%v and %v up to %v", alike, others, farthest)
	}
	if alike, others, _ := newScale([]float64{0, 0}, []bool{false, true}).Histogram(3); alike[0] != 1 || others[0] != 1 {
		t.Errorf("of equal images: %v and %v", alike, others)
	}
}
