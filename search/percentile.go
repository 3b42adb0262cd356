package search

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"github.com/convnet-playground/convnet/store"
)

const (
	// allPairsUpTo is the size up to which every pair of images is measured; of more images as many pairs are drawn as 256
	// have. A share of 1 % is then right to 0.06 percentage points, one of 50 % to 0.3 (standard error).
	allPairsUpTo = 256
	drawnPairs   = allPairsUpTo * (allPairsUpTo - 1) / 2
	// drawnImages bounds how many vectors are read for it.
	drawnImages = 2048
	// enoughPairs of the same category, and of different ones, are needed to find the distance that divides them.
	enoughPairs = 30
	// keepDistances bounds how many layers' distances are kept, a quarter of a megabyte each.
	keepDistances = 64
)

// Scale says what a distance is worth in a dataset at a layer under a metric: where it stands among the distances of pairs of
// its images. Percentiles mean the same under every metric, which distances and similarities do not.
type Scale struct {
	Pairs    int  `json:"pairs"`     // how many pairs of images were measured
	AllPairs bool `json:"all_pairs"` // they are all there are; of more than 256 images 32,640 pairs are drawn, always the same ones
	// MatchThreshold is the distance that divides pairs of one category from pairs of different ones: as large a share of
	// the former is farther apart as of the latter is as near. With fewer than 30 of either it is the median distance.
	MatchThreshold  float64 `json:"match_threshold"`
	MatchPercentile float64 `json:"match_percentile"` // percentile of that distance

	distances []float64 // of the pairs, ascending
	alike     []float64 // likewise, of those of one category
}

// Histogram counts the pairs by their distance, in so many steps of equal width from 0 to the farthest pair: those of one
// category, and the others, which are all where no category is known.
func (s *Scale) Histogram(steps int) (alike, others []int, farthest float64) {
	alike, others = make([]int, steps), make([]int, steps)
	farthest = s.distances[len(s.distances)-1]
	at := func(distance float64) int {
		if farthest == 0 {
			return 0
		}
		return min(steps-1, int(distance/farthest*float64(steps)))
	}
	for _, d := range s.distances {
		others[at(d)]++
	}
	for _, d := range s.alike {
		alike[at(d)]++
		others[at(d)]--
	}
	return alike, others, farthest
}

// Divided reports whether the threshold divides pairs of one category from the others, rather than being the median.
func (s *Scale) Divided() bool { return divides(len(s.alike), len(s.distances)-len(s.alike)) }

func divides(alike, different int) bool { return min(alike, different) >= enoughPairs }

// percentile is the share of the pairs that lie closer than a distance, in percent.
func (s *Scale) percentile(distance float64) float64 {
	closer, _ := slices.BinarySearch(s.distances, distance)
	return 100 * float64(closer) / float64(len(s.distances))
}

// top puts a percentile in words. No share is smaller than that of one pair.
func (s *Scale) top(percentile float64) string {
	digits := 2
	if percentile = max(percentile, 100/float64(s.Pairs)); percentile >= 10 {
		digits = 0
	} else if percentile >= 1 {
		digits = 1
	}
	return fmt.Sprintf("top %.*f %%", digits, max(percentile, 0.01))
}

// newScale judges a dataset by the distances of pairs; same says which pairs are of one category.
func newScale(distances []float64, same []bool) *Scale {
	s := &Scale{Pairs: len(distances), distances: slices.Sorted(slices.Values(distances))}
	var alike, different []float64
	for i, d := range distances {
		if same[i] {
			alike = append(alike, d)
		} else {
			different = append(different, d)
		}
	}
	slices.Sort(alike)
	s.alike = alike
	s.MatchThreshold = s.distances[len(distances)/2]
	if divides(len(alike), len(different)) {
		slices.Sort(different)
		s.MatchThreshold = divide(alike, different)
	}
	s.MatchPercentile = s.percentile(s.MatchThreshold)
	return s
}

// divide is the equal-error point of two lists in ascending order: the least of their numbers that as large a share of the
// different ones does not exceed as of those alike does.
func divide(alike, different []float64) float64 {
	upTo := func(list []float64, x float64) int {
		n, _ := slices.BinarySearch(list, math.Nextafter(x, math.Inf(1)))
		return n
	}
	all := slices.Sorted(slices.Values(slices.Concat(alike, different)))
	return all[sort.Search(len(all)-1, func(i int) bool { // beyond the last nothing is missed
		taken, missed := upTo(different, all[i]), len(alike)-upTo(alike, all[i])
		return taken*len(alike) >= missed*len(different)
	})]
}

// weigh puts every result on the dataset's scale, and says when not even the nearest is a good match.
func (s *Service) weigh(ctx context.Context, page *Page, t target) error {
	scale, err := s.scale(ctx, t, store.Measure{Metric: page.Metric, P: page.P})
	if err != nil || scale == nil {
		return err
	}
	page.Scale = scale
	for i := range page.Results {
		h := &page.Results[i]
		percentile := scale.percentile(h.Distance)
		h.Percentile, h.Match = &percentile, h.Distance <= scale.MatchThreshold
	}
	page.NoGoodMatch = len(page.Results) > 0 && !page.Results[0].Match
	return nil
}

// scale is nil for a dataset without pairs. It is computed once for each state of the file.
func (s *Service) scale(ctx context.Context, t target, m store.Measure) (*Scale, error) {
	version, err := s.db.EmbeddingVersion(ctx, t.embedding.ID)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprint(t.embedding.ID, " ", MetricKey(m.Metric, m.P), " ", version, t.dataset.Categories)
	return s.scales.get(ctx, key, func(ctx context.Context) (*Scale, error) { return s.measureScale(ctx, t, m) })
}

func (s *Service) measureScale(ctx context.Context, t target, m store.Measure) (*Scale, error) {
	ids, err := s.db.VectorIDs(ctx, t.embedding.ID)
	if err != nil || len(ids) < 2 {
		return nil, err
	}
	l, err := readLabels(ctx, s.db, t.dataset.ID)
	if err != nil {
		return nil, err
	}
	pairs := pairsOf(ids)
	distances, err := s.db.PairDistances(ctx, t.embedding.ID, m, pairs)
	if err != nil {
		return nil, err
	}
	same := make([]bool, len(pairs))
	for i, p := range pairs {
		category := l.category[p[0]]
		same[i] = category != "" && category == l.category[p[1]]
	}
	scale := newScale(distances, same)
	scale.AllPairs = len(ids) <= allPairsUpTo
	return scale, nil
}

// pairsOf are all pairs of a few images; of many, pairs drawn at random, the same ones whenever the images are the same.
func pairsOf(ids []int64) []store.Pair {
	if len(ids) <= allPairsUpTo {
		pairs := make([]store.Pair, 0, len(ids)*(len(ids)-1)/2)
		for i := range ids {
			for j := range i {
				pairs = append(pairs, store.Pair{ids[j], ids[i]})
			}
		}
		return pairs
	}
	random := rand.New(rand.NewPCG(1, uint64(len(ids))))
	if len(ids) > drawnImages {
		ids = slices.Clone(ids)
		random.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		ids = ids[:drawnImages]
	}
	pairs := make([]store.Pair, drawnPairs)
	for k := range pairs {
		i, j := random.IntN(len(ids)), random.IntN(len(ids)-1)
		if j >= i {
			j++ // never an image with itself
		}
		pairs[k] = store.Pair{ids[i], ids[j]}
	}
	return pairs
}
