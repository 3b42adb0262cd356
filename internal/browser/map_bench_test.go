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

// BenchmarkFirstPaint is the first contentful paint of pages of a site with 200 and 10,000 images, in headless Chromium
// without WebGL, in a new tab each: the home page, a search with its map, and a map, which is the server's drawing
// then, of all points. With WebGL in software it is besides from asking for the next map, with the script cached, until the
// frame in which all points are drawn.
func BenchmarkFirstPaint(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "convnet")
	run(b, nil, 0, "go", "build", "-buildvcs=false", "-o", binary, "github.com/convnet-playground/convnet/cmd/convnet")
	plain, gl := startChromium(b, chromedp.Flag("disable-software-rasterizer", true)), startChromium(b, softwareGL...)
	for _, n := range []int{200, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			address := serve(b, nil, binary, "serve", "--db", scattered(b, n), "--listen", "127.0.0.1:0")
			times := map[string][]float64{}
			for range max(7, b.N) {
				for name, page := range map[string]string{"ms-home": "/", "ms-search": "/search", "ms-map": "/map"} {
					p := openTab(b, plain, address)
					p.size(1440, 1000)
					p.open("/about") // starts the tab's process
					times[name] = append(times[name], painted(p, page, "first-contentful-paint"))
				}
				p := openTab(b, gl, address)
				p.size(1440, 1000)
				p.open("/map")
				p.until(`performance.getEntriesByName("map painted").length`)
				times["ms-webgl-all-points"] = append(times["ms-webgl-all-points"], painted(p, "/map?k=14", "map painted"))
			}
			for name, all := range times {
				slices.Sort(all)
				b.ReportMetric(all[len(all)/2], name)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// painted opens a page and returns when an entry of its timeline was made, in milliseconds.
func painted(p *tab, address, entry string) float64 {
	p.open(address)
	p.until(fmt.Sprintf("performance.getEntriesByName(%q).length", entry))
	ms, err := chromedp.Run(p.ctx, chromedp.Evaluate[float64](fmt.Sprintf("performance.getEntriesByName(%q)[0].startTime", entry)))
	if err != nil {
		p.t.Fatal(err)
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
