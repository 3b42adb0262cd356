package search

import (
	"slices"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/store"
)

// judge turns rankings into what is kept of them. Several goroutines may judge different images at once.
type judge struct {
	ids        []int64
	category   []int32 // of every image, as a place in names
	names      []string
	size       []int // images per category
	unlabelled int32 // the place of ""; -1 when all images have a category
	queries    []store.QueryRanks
}

func newJudge(ids []int64, l labels) *judge {
	j := &judge{ids: ids, queries: make([]store.QueryRanks, len(ids)), category: make([]int32, len(ids))}
	for _, id := range ids {
		j.names = append(j.names, l.category[id])
	}
	slices.Sort(j.names)
	j.names = slices.Compact(j.names)
	j.size = make([]int, len(j.names))
	j.unlabelled = int32(slices.Index(j.names, ""))
	for i, id := range ids {
		at, _ := slices.BinarySearch(j.names, l.category[id])
		j.category[i] = int32(at)
		j.size[at]++
	}
	return j
}

func (j *judge) judge(image int, nearest []int32) {
	own := j.category[image]
	if own == j.unlabelled || len(nearest) == 0 {
		return // it is found, but does not ask
	}
	r := retrieval.Judge(nearest, j.category, own, j.size[own]-1)
	q := store.QueryRanks{ImageID: j.ids[image], Relevant: r.Relevant, Hits: r.Hits, Found: r.Found, Precision: float32(r.Average)}
	for _, n := range nearest[:min(len(nearest), scoreDepth)] {
		q.Nearest = append(q.Nearest, int(j.category[n]))
	}
	j.queries[image] = q
}

// evaluation is what was judged under a head; images that did not ask are not in it.
func (j *judge) evaluation(head store.EvaluationHead) store.Evaluation {
	asked := slices.DeleteFunc(slices.Clone(j.queries), func(q store.QueryRanks) bool { return q.ImageID == 0 })
	return store.Evaluation{EvaluationHead: head, Categories: j.names, Queries: asked}
}
