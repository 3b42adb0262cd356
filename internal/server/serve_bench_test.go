package server

import (
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// BenchmarkSearchPage asks a served site for search pages, each image of the dataset in turn as the query, eight visitors
// at once, by wrk. A page is warm when it was asked for before and nothing has changed since; fresh pages are of images that
// nobody has asked about. Beside them, what the machine needs for the smallest answer there is, in the same run.
func BenchmarkSearchPage(b *testing.B) {
	if _, err := exec.LookPath("wrk"); err != nil {
		b.Skip("wrk is not installed (Debian: apt install wrk)")
	}
	for _, c := range []struct{ images, dimension, layers int }{{200, 1024, 8}, {10_000, 1024, 1}} {
		b.Run(fmt.Sprintf("%dx%d", c.images, c.dimension), func(b *testing.B) {
			base := listen(b, crowd(b, c.images, c.dimension, c.layers))
			warm, fresh := queries(0, 200), queries(200, c.images)
			if c.images == 200 {
				fresh = nil // all are warm after the first round
				for k := 10; k < 50; k += 2 {
					for _, q := range queries(0, 200) {
						fresh = append(fresh, q+fmt.Sprint("&k=", k))
					}
				}
			}
			for range b.N {
				report(b, "healthz", wrk(b, base, []string{"/healthz"}))
				report(b, "fresh", wrk(b, base, fresh))
				wrk(b, base, warm)
				report(b, "warm", wrk(b, base, warm))
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

func queries(from, to int) (list []string) {
	for i := from; i < to; i++ {
		list = append(list, fmt.Sprintf("/search?image=%s%%2F%03d.png", crowdCategories[i%len(crowdCategories)], i))
	}
	return list
}

var crowdCategories = []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}

// crowd is a database of n images at a number of layers, with maps and, where that is quick, with the scorecard.
func crowd(b *testing.B, n, dimension, layers int) *store.DB {
	b.Helper()
	spec := storetest.Spec{Images: storetest.Images(n, crowdCategories...), Dimension: dimension}
	for i := range layers {
		spec.Layers = append(spec.Layers, fmt.Sprint("layer", i))
	}
	db := storetest.New(b, spec)
	images, err := db.Images(b.Context(), store.ImageFilter{})
	if err != nil {
		b.Fatal(err)
	}
	for e := range layers {
		p := store.NewProjection{EmbeddingID: int64(e + 1), Method: store.UMAP, Parameters: []byte(`{}`)}
		for i, img := range images {
			angle := float64(i) * math.Pi * (3 - math.Sqrt(5)) // a sunflower
			p.ImageIDs = append(p.ImageIDs, img.ID)
			p.X, p.Y = append(p.X, float32(math.Sqrt(float64(i))*math.Cos(angle))), append(p.Y, float32(math.Sqrt(float64(i))*math.Sin(angle)))
		}
		if err := db.Update(b.Context(), func(tx *store.Tx) error { return tx.PutProjection(p) }); err != nil {
			b.Fatal(err)
		}
	}
	if n <= 1000 {
		if err := search.Evaluate(b.Context(), db, search.EvaluateOptions{}); err != nil {
			b.Fatal(err)
		}
	}
	return db
}

// listen serves a database and returns the site's address.
func listen(b *testing.B, db *store.DB) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- New(Config{DB: db}).Serve(b.Context(), listener) }()
	b.Cleanup(func() { <-served })
	return "http://" + listener.Addr().String()
}

type latencies struct{ p50, p99 time.Duration }

func report(b *testing.B, name string, l latencies) {
	b.ReportMetric(l.p50.Seconds()*1000, "p50-ms-"+name)
	b.ReportMetric(l.p99.Seconds()*1000, "p99-ms-"+name)
}

var quantile = regexp.MustCompile(`(50|99)%\s+(\S+)`)

// wrk asks for the addresses in turn, eight at once for five seconds.
func wrk(b *testing.B, base string, addresses []string) (l latencies) {
	b.Helper()
	script := filepath.Join(b.TempDir(), "turn.lua")
	lua := "local all = {\"" + strings.Join(addresses, "\",\n\"") + "\"}\nlocal n = 0\n" + `
request = function() n = n + 1; return wrk.format("GET", all[(n - 1) % #all + 1], {["Accept-Encoding"] = "gzip"}) end
done = function(summary) if summary.errors.status > 0 then print("bad answers: " .. summary.errors.status) end end`
	if err := os.WriteFile(script, []byte(lua), 0o600); err != nil {
		b.Fatal(err)
	}
	out, err := exec.CommandContext(b.Context(), "wrk", "-t1", "-c8", "-d5s", "--latency", "-s", script, base).CombinedOutput()
	if err != nil || strings.Contains(string(out), "bad answers") {
		b.Fatalf("wrk: %v\n%s", err, out)
	}
	for _, m := range quantile.FindAllStringSubmatch(string(out), -1) {
		d, err := time.ParseDuration(m[2])
		if err != nil {
			b.Fatalf("wrk says %q", m[0])
		}
		if m[1] == "50" {
			l.p50 = d
		} else {
			l.p99 = d
		}
	}
	return l
}
