package keras

import (
	"context"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/internal/pooling"
)

// BenchmarkExtract measures one image's pass that yields the eight default layers, pooled: alone, and with as many
// images at a time as there are processors (go test -cpu), each on one thread.
func BenchmarkExtract(b *testing.B) {
	for _, a := range Architectures() {
		n := build(b, a.Name)
		layers, err := n.Manifest.SelectLayers("default")
		if err != nil {
			b.Fatal(err)
		}
		e, err := cnn.NewExtractor(ortruntest.Open(b), n, layers, pooling.Default, cnn.ExtractorOptions{Threads: 1})
		if err != nil {
			b.Fatal(err)
		}
		defer e.Close()
		input := readInput(b, "input0_224.png", e.Input())
		b.Run(a.Name+"/alone", func(b *testing.B) {
			for b.Loop() {
				if _, err := e.Extract(context.Background(), input); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(a.Name+"/side by side", func(b *testing.B) {
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if _, err := e.Extract(context.Background(), input); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
