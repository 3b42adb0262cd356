package search

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store/storetest"
)

// BenchmarkScorecard evaluates 10,000 images of ten categories at eight layers of 512 numbers by all four metrics: seven
// of them, all when one is missing, all when none is; and it reads the scorecard, with its intervals.
func BenchmarkScorecard(b *testing.B) {
	spec := storetest.Spec{Images: storetest.Images(10_000, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"), Dimension: 512,
		Layers: []string{"l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8"}}
	db := storetest.New(b, spec)
	evaluate := func(name string, layers ...string) {
		start := time.Now()
		for _, layer := range layers {
			if err := Evaluate(b.Context(), db, EvaluateOptions{Layer: layer}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(time.Since(start).Seconds(), name)
	}
	evaluate("s-seven-layers", spec.Layers[:7]...)
	evaluate("s-the-eighth", "")
	evaluate("s-nothing-new", "")
	start := time.Now()
	w := &web{service: NewService(db, nil)}
	e := echo.New()
	c := e.NewContext(httptest.NewRequest("GET", "/scorecard?format=json", nil), httptest.NewRecorder())
	if err := w.serveScorecard(c); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(time.Since(start).Seconds(), "s-page")
	b.ReportMetric(0, "ns/op")
}
