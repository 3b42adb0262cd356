package care

import (
	"cmp"
	"slices"

	"github.com/convnet-playground/convnet/internal/umap"
)

// Suspect is a point whose neighbors contradict its label.
type Suspect struct {
	Point     int
	Suggested int     // the label that its neighbors have
	Given     float64 // share of its neighbors that have its own label, in [0, 1]
	Share     float64 // and of those that have the suggested one
	Neighbors []int   // of the suggested label, nearest first
}

// Margin says how surely the label is wrong: larger is surer.
func (s Suspect) Margin() float64 { return s.Share - s.Given }

// voters is how many neighbors vote on a label. From 5 to 15 the result hardly differs (see BENCHMARKS.md).
const voters = 10

// enough is a share of the neighbors that suffices, however sure of itself a label is: where all images of a category lie
// close together, its threshold is nearly 1, and one neighbor of another kind would acquit a suspect.
const enough = 0.8

// Suspects finds labels that are probably wrong, by confident learning (Northcutt, Jiang and Chuang, "Confident Learning:
// Estimating Uncertainty in Dataset Labels", 2021): the probability that a point has a label is the share of its ten
// nearest neighbors that do, itself left out. Each label has a threshold of its own, the mean of that probability over the
// points that have the label, but at most enough; a point is a suspect when another label reaches its threshold, and has a larger share than
// its own. Labels count from 0; -1 is no label, and has no say. The surest suspects come first.
func Suspects(n umap.Neighbors, labels []int) []Suspect {
	count := 0
	for _, l := range labels {
		count = max(count, l+1)
	}
	shares := make([][]float64, len(labels))
	sum, members := make([]float64, count), make([]float64, count)
	for i, l := range labels {
		if l < 0 {
			continue
		}
		shares[i] = votes(n, i, labels, count)
		sum[l] += shares[i][l]
		members[l]++
	}
	var list []Suspect
	for i, l := range labels {
		if l < 0 {
			continue
		}
		best := l
		for c, share := range shares[i] {
			if members[c] > 0 && share >= min(sum[c]/members[c], enough) && share > shares[i][best] {
				best = c
			}
		}
		if best != l {
			list = append(list, Suspect{i, best, shares[i][l], shares[i][best], agreeing(n, i, labels, best)})
		}
	}
	slices.SortStableFunc(list, func(a, b Suspect) int { return cmp.Compare(b.Margin(), a.Margin()) })
	return list
}

// votes are the shares of the labels among a point's nearest neighbors that have one.
func votes(n umap.Neighbors, i int, labels []int, count int) []float64 {
	shares, asked := make([]float64, count), 0
	others(n, i, func(j int, _ float64) {
		if labels[j] >= 0 && asked < voters {
			shares[labels[j]]++
			asked++
		}
	})
	for c := range shares {
		shares[c] /= float64(max(asked, 1))
	}
	return shares
}

func agreeing(n umap.Neighbors, i int, labels []int, label int) (list []int) {
	asked := 0
	others(n, i, func(j int, _ float64) {
		if labels[j] >= 0 && asked < voters {
			asked++
			if labels[j] == label {
				list = append(list, j)
			}
		}
	})
	return list
}
