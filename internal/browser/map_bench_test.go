package browser

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// BenchmarkMapFirstPaint is from asking for the map's page until the frame with all its points is out, in a browser that
// has nothing in its cache and draws without a graphics card.
func BenchmarkMapFirstPaint(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "convnet")
	run(b, nil, 0, "go", "build", "-buildvcs=false", "-o", binary, "github.com/convnet-playground/convnet/cmd/convnet")
	chromium := startChromium(b)
	for _, n := range []int{200, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			address := serve(b, nil, binary, "serve", "--db", scattered(b, n), "--listen", "127.0.0.1:0")
			var times []float64
			for range max(5, b.N) {
				times = append(times, firstPaint(b, func() *tab { return openTab(b, chromium, address) }, n))
			}
			slices.Sort(times)
			b.ReportMetric(times[len(times)/2], "ms-median")
			b.ReportMetric(times[0], "ms-least")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func firstPaint(b *testing.B, open func() *tab, n int) float64 {
	p := open()
	p.size(1440, 1000)
	p.open("/map")
	p.until(fmt.Sprintf("document.querySelector('.map-stage').dataset.drawn === '%d' && performance.getEntriesByName('map painted').length", n))
	ms, err := chromedp.Run(p.ctx, chromedp.Evaluate[float64]("performance.getEntriesByName('map painted')[0].startTime"))
	if err != nil {
		b.Fatal(err)
	}
	return ms
}

// scattered makes a database of n tiny images in ten categories with vectors of 512 numbers and a map.
func scattered(b *testing.B, n int) string {
	b.Helper()
	names := []string{"arch", "banana", "beetle", "castle", "ferrari", "kite", "pickup", "sedan", "tower", "tractor"}
	rng := rand.New(rand.NewPCG(1, 2))
	path := storetest.File(b, storetest.Spec{Images: storetest.Images(n, names...), Layers: []string{"late"}, Dimension: 512})
	db, err := store.Open(b.Context(), path, store.ReadWrite)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	images, err := db.Images(b.Context(), store.ImageFilter{})
	if err != nil {
		b.Fatal(err)
	}
	p := store.NewProjection{EmbeddingID: 1, Method: store.UMAP, Parameters: []byte(`{}`)}
	for i, img := range images {
		angle := 2 * math.Pi * float64(i%len(names)) / float64(len(names))
		p.ImageIDs = append(p.ImageIDs, img.ID)
		p.X, p.Y = append(p.X, float32(5*math.Cos(angle)+rng.NormFloat64())), append(p.Y, float32(5*math.Sin(angle)+rng.NormFloat64()))
	}
	if err := db.Update(b.Context(), func(tx *store.Tx) error { return tx.PutProjection(p) }); err != nil {
		b.Fatal(err)
	}
	return path
}
