package explorer

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// channelDatabase makes a database whose embedding 1 has these means and maxima: one row for each image.
func channelDatabase(t testing.TB, categories []string, means, maxima [][]float32) *store.DB {
	t.Helper()
	images := storetest.Images(len(means), "x")
	for i := range images {
		images[i].Category = categories[i]
	}
	db := storetest.New(t, storetest.Spec{Images: images, Channels: len(means[0]), Dimension: 8, Layers: []string{"only"}})
	err := db.Update(context.Background(), func(tx *store.Tx) error {
		for i := range means {
			v := store.Vector{Embedding: make([]float32, 8), Mean: means[i], Max: maxima[i]}
			if err := tx.PutVector(1, int64(i+1), v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// handWorked has three channels: an ordinary one, a dead one, and one that goes below zero.
func handWorked(t testing.TB) *store.DB {
	return channelDatabase(t, []string{"cat", "dog", "cat", ""},
		[][]float32{{2, 0, -1}, {4, 0, 3}, {4, 0, -1}, {6, 0, 0}},
		[][]float32{{3, 0, -1}, {5, 0, 3}, {9, 0, 1}, {7, 0, 0}})
}

func TestStatisticsByHand(t *testing.T) {
	s, err := NewChannels(handWorked(t)).Statistics(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if s.EmbeddingID != 1 || s.Images != 4 || !reflect.DeepEqual(s.Categories, []store.CategoryCount{{Name: "cat", Images: 2}, {Name: "dog", Images: 1}}) {
		t.Errorf("layer %+v", s)
	}
	zeros := []ImageValue{{1, 0}, {2, 0}, {3, 0}, {4, 0}}
	want := []ChannelStatistics{{
		Channel: 0, Mean: Spread{4, math.Sqrt(2), 2, 6}, Max: Spread{6, math.Sqrt(5), 3, 9}, ActiveShare: 1,
		HighestMax: []ImageValue{{3, 9}, {4, 7}, {2, 5}, {1, 3}}, HighestMean: []ImageValue{{4, 6}, {2, 4}, {3, 4}, {1, 2}},
		LowestMean: []ImageValue{{1, 2}, {2, 4}, {3, 4}, {4, 6}}, CategoryMeans: []float64{3, 4}, Preferred: "dog", Selectivity: 1. / 7,
	}, {
		Channel: 1, Dead: true, HighestMax: zeros, HighestMean: zeros, LowestMean: zeros, CategoryMeans: []float64{0, 0}, Preferred: "cat",
	}, {
		Channel: 2, Mean: Spread{0.25, math.Sqrt(2.6875), -1, 3}, Max: Spread{0.75, math.Sqrt(2.1875), -1, 3}, ActiveShare: 0.5,
		HighestMax: []ImageValue{{2, 3}, {3, 1}, {4, 0}, {1, -1}}, HighestMean: []ImageValue{{2, 3}, {4, 0}, {1, -1}, {3, -1}},
		LowestMean: []ImageValue{{1, -1}, {3, -1}, {4, 0}, {2, 3}}, CategoryMeans: []float64{-1, 3}, Preferred: "dog", Selectivity: 1,
	}}
	for i, c := range s.Channels {
		rounded := func(c *ChannelStatistics) {
			for _, x := range []*float64{&c.Mean.Mean, &c.Mean.StandardDeviation, &c.Max.Mean, &c.Max.StandardDeviation, &c.Selectivity} {
				*x = math.Round(*x*1e12) / 1e12 // sums in another order differ in the last bits
			}
		}
		rounded(&c)
		rounded(&want[i])
		if !reflect.DeepEqual(c, want[i]) {
			t.Errorf("channel %d\n%+v, want\n%+v", i, c, want[i])
		}
	}
}

func TestSelectivity(t *testing.T) {
	for name, test := range map[string]struct {
		means  []float64
		lowest float64
		index  float64
		best   int
	}{
		"one responds":        {[]float64{0, 5, 0}, 0, 1, 1},
		"all alike":           {[]float64{3, 3, 3}, 0, 0, 0},
		"between":             {[]float64{1, 2, 3}, 1, (3 - 1.5) / (3 + 1.5), 2},
		"all below zero":      {[]float64{-4, -2}, -4, 1, 1},
		"below zero, spread":  {[]float64{-4, -2}, -5, (3. - 1) / (3 + 1), 1},
		"nothing responds":    {[]float64{0, 0}, 0, 0, 0},
		"one category":        {[]float64{7}, 0, 0, -1},
		"no category":         {nil, 0, 0, -1},
		"always the same, -2": {[]float64{-2, -2}, -2, 0, 0},
	} {
		if index, best := selectivity(test.means, test.lowest); math.Abs(index-test.index) > 1e-12 || best != test.best {
			t.Errorf("%s: %v of %d, want %v of %d", name, index, best, test.index, test.best)
		}
	}
}

func TestDead(t *testing.T) {
	for name, test := range map[string]struct {
		lowestMean, highestMax float64
		images                 int
		want                   bool
	}{
		"nothing above zero":       {0, 0, 5, true},
		"a constant":               {-1.5, -1.5, 5, true},
		"a constant, rounded":      {0.30000001, 0.3000002, 5, true},
		"one position differs":     {0, 1e-30, 5, false},
		"hardly differs from 1":    {1, 1.001, 5, false},
		"one image cannot show it": {0, 0, 1, false},
	} {
		if got := isDead(Spread{Lowest: test.lowestMean}, Spread{Highest: test.highestMax}, test.images); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// The images that are kept are those that sorting all of them would give; few values make many ties.
func TestRanking(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 60 {
		var r ranking
		var all []ImageValue
		for id := range int64(n) {
			v := ImageValue{id + 1, float32(rng.IntN(8) - 4)}
			r.add(v.ImageID, v.Value)
			all = append(all, v)
		}
		slices.SortStableFunc(all, func(a, b ImageValue) int { return cmp.Compare(b.Value, a.Value) })
		if got, want := r.list(1), all[:min(n, ActivatingImages)]; !slices.Equal(got, want) {
			t.Fatalf("%d images: %v, want %v", n, got, want)
		}
	}
}

func TestCorrelated(t *testing.T) {
	db := channelDatabase(t, make([]string, 4),
		[][]float32{{2, 0, -1, 1, 20}, {4, 0, 3, 0, 40}, {4, 0, -1, 0, 40}, {6, 0, 0, -1, 60}}, make4x5())
	c := NewChannels(db)
	got, err := c.Correlated(t.Context(), 1, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []Correlation{{4, 1}, {2, 2 / (4 * math.Sqrt(2) * math.Sqrt(2.6875))}, {3, -1}}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v: the constant channel goes together with none", got, want)
	}
	for i, w := range want {
		if got[i].Channel != w.Channel || math.Abs(got[i].Correlation-w.Correlation) > 1e-12 {
			t.Errorf("%v, want %v", got[i], w)
		}
	}
	if few, err := c.Correlated(t.Context(), 1, 0, 1); err != nil || len(few) != 1 {
		t.Errorf("one: %v, %v", few, err)
	}
	if none, err := c.Correlated(t.Context(), 1, 1, 3); err != nil || len(none) != 0 {
		t.Errorf("of a constant channel: %v, %v", none, err)
	}
	for _, channel := range []int{-1, 5} {
		if _, err := c.Correlated(t.Context(), 1, channel, 3); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("channel %d: %v", channel, err)
		}
	}
}

func make4x5() [][]float32 {
	return [][]float32{make([]float32, 5), make([]float32, 5), make([]float32, 5), make([]float32, 5)}
}

func TestOfImage(t *testing.T) {
	c := NewChannels(handWorked(t))
	for image, want := range map[int64][]ImageChannel{
		3: {{0, 4, 9, 3 / math.Sqrt(5)}, {2, -1, 1, 0.25 / math.Sqrt(2.1875)}, {1, 0, 0, 0}},
		2: {{2, 3, 3, 2.25 / math.Sqrt(2.1875)}, {0, 4, 5, -1 / math.Sqrt(5)}, {1, 0, 0, 0}},
	} {
		got, err := c.OfImage(t.Context(), 1, image)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if off := got[i].Score - want[i].Score; math.Abs(off) < 1e-12 {
				got[i].Score = want[i].Score
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("image %d: %+v, want %+v", image, got, want)
		}
	}
	if _, err := c.OfImage(t.Context(), 1, 99); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no such image: %v", err)
	}
}

// Statistics are computed once until an ingest changes the embedding, also when many ask at the same time.
func TestStatisticsAreRemembered(t *testing.T) {
	db := handWorked(t)
	c := NewChannels(db)
	var group sync.WaitGroup
	all := make([]*LayerStatistics, 8)
	for i := range all {
		group.Go(func() { all[i], _ = c.Statistics(context.Background(), 1) })
	}
	group.Wait()
	for _, s := range all {
		if s == nil || s != all[0] {
			t.Fatal("computed more than once")
		}
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.DeleteImage(4) }); err != nil {
		t.Fatal(err)
	}
	s, err := c.Statistics(t.Context(), 1)
	if err != nil || s.Images != 3 {
		t.Errorf("after a change: %+v, %v", s, err)
	}
	if len(c.kept) != 1 {
		t.Errorf("%d kept of one embedding", len(c.kept))
	}
	if _, err := c.Statistics(t.Context(), 2); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no embedding: %v", err)
	}
}

func TestStatisticsAreForgotten(t *testing.T) {
	c := NewChannels(nil)
	for id := range int64(keptStatistics + 3) {
		c.keep(keptLayer{"v", &LayerStatistics{EmbeddingID: id}})
		if c.recall(0, "v") == nil {
			t.Fatalf("what is asked for all the time was forgotten after %d others", id)
		}
	}
	if len(c.kept) != keptStatistics || c.recall(1, "v") != nil || c.recall(keptStatistics, "v") == nil {
		t.Errorf("%d kept", len(c.kept))
	}
}

func TestStatisticsOfNothing(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: []storetest.Image{}, Layers: []string{"only"}})
	s, err := NewChannels(db).Statistics(t.Context(), 1)
	if err != nil || s.Images != 0 || len(s.Channels) != 0 {
		t.Errorf("%+v, %v", s, err)
	}
}
