package umap

import (
	"fmt"
	"testing"
)

// BenchmarkFit is a whole fit with default options.
func BenchmarkFit(b *testing.B) {
	for _, set := range []mixture{gm200, gm10k, gm50k} {
		x, _ := set.make()
		b.Run(fmt.Sprintf("%dx%d", set.rows, set.cols), func(b *testing.B) {
			for b.Loop() {
				must(Fit(ctx, x, DefaultOptions()))(b)
			}
		})
	}
}
