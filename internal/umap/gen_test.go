package umap

import "math"

// mixture is a low-rank mixture of Gaussians: rows of cols numbers around so many centers, in a space of rank
// dimensions; center says how far the centers lie apart. It is made of SplitMix64's numbers alone, so that Python makes
// the same (scripts/fixtures/umap/data.py).
type mixture struct {
	rows, cols, centers, rank int
	center                    float64
	seed                      uint64
}

var (
	gm200 = mixture{200, 512, 10, 16, 1, 1000}
	gm10k = mixture{10_000, 128, 10, 8, 1.5, 2000}
	gm50k = mixture{50_000, 128, 50, 16, 1, 3000}
)

func splitmix(seed, i uint64) float64 {
	z := seed + (i+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return float64(z>>11) * 0x1p-53
}

func gauss(seed uint64, i int) float64 {
	return math.Sqrt(-2*math.Log(1-splitmix(seed, 2*uint64(i)))) * math.Cos(2*math.Pi*splitmix(seed, 2*uint64(i)+1))
}

// make draws the points and their labels.
func (g mixture) make() (Matrix, []int) {
	x, labels := Matrix{Rows: g.rows, Cols: g.cols, Data: make([]float32, g.rows*g.cols)}, make([]int, g.rows)
	directions := make([]float64, g.rank*g.cols)
	for i := range directions {
		directions[i] = gauss(g.seed+3, i) / math.Sqrt(float64(g.rank))
	}
	inner, row := make([]float64, g.rank), make([]float64, g.cols)
	for i := range g.rows {
		labels[i] = i % g.centers
		for r := range inner {
			inner[r] = g.center*gauss(g.seed+1, labels[i]*g.rank+r) + gauss(g.seed+2, i*g.rank+r)
		}
		for j := range row {
			row[j] = 0.3 * gauss(g.seed+4, i*g.cols+j)
		}
		for r, z := range inner {
			for j := range row {
				row[j] += z * directions[r*g.cols+j]
			}
		}
		for j, v := range row {
			x.Data[i*g.cols+j] = float32(v)
		}
	}
	return x, labels
}
