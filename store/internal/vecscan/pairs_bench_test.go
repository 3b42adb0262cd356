package vecscan

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// BenchmarkOrder ranks 4,800 vectors of 1024 numbers by their distance from each of them, and compares the time with that
// of gonum's product of the same matrix with itself, which is a part of the work. The two take turns on all cores.
func BenchmarkOrder(b *testing.B) {
	const n, dim = 4800, 1024
	rng := rand.New(rand.NewPCG(1, 2))
	data := make([]float32, n*dim)
	for i := range data {
		data[i] = float32(max(0, rng.NormFloat64()))
	}
	p, err := NewPairs(n, dim)
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	for i := range n {
		p.Set(i, data[i*dim:(i+1)*dim])
	}
	for _, bb := range []struct {
		name     string
		measures []Measure
	}{{"cosine", []Measure{{Cosine, 0}}}, {"cosine+euclidean", []Measure{{Cosine, 0}, {Euclidean, 0}}}, {"minkowski3", []Measure{{Minkowski, 3}}}} {
		b.Run(bb.name, func(b *testing.B) {
			var order, gemm time.Duration
			for b.Loop() {
				start := time.Now()
				if err := p.Order(b.Context(), bb.measures, 64, func(int, int, []int32) {}); err != nil {
					b.Fatal(err)
				}
				middle := time.Now()
				square(data, n, dim)
				order, gemm = order+middle.Sub(start), gemm+time.Since(middle)
			}
			b.ReportMetric(gemm.Seconds()/order.Seconds(), "x-gemm")
			b.ReportMetric(float64(n)*n*dim*float64(b.N)/order.Seconds()/1e9, "G-terms/s")
		})
	}
}

// square multiplies the rows with each other, in parts that all cores share.
func square(data []float32, n, dim int) {
	all := blas32.General{Rows: n, Cols: dim, Stride: dim, Data: data}
	const part = 192
	parts := make(chan int, n)
	for from := 0; from < n; from += part {
		parts <- from
	}
	close(parts)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			product := blas32.General{Rows: part, Cols: n, Stride: n, Data: make([]float32, part*n)}
			for from := range parts {
				some := blas32.General{Rows: part, Cols: dim, Stride: dim, Data: data[from*dim:]}
				blas32.Gemm(blas.NoTrans, blas.Trans, 1, some, all, 0, product)
			}
		})
	}
	wg.Wait()
}
