package server

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"testing"
)

// BenchmarkFirstPaint asks headless Chromium, by browser/firstpaint.mjs, when it first paints the pages of a site with 200 and
// 10,000 images, and when all points of a map are drawn.
func BenchmarkFirstPaint(b *testing.B) {
	for _, n := range []int{200, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			base := listen(b, crowd(b, n, 512, 1))
			for range b.N {
				out, err := exec.CommandContext(b.Context(), "node", "../../browser/firstpaint.mjs", base).Output()
				if err != nil {
					b.Fatalf("firstpaint.mjs: %v\n%s", err, out)
				}
				var figures map[string]struct{ Median float64 }
				if err := json.Unmarshal(out, &figures); err != nil {
					b.Fatal(err)
				}
				for name, f := range figures {
					b.ReportMetric(f.Median, "ms-"+name)
				}
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}
