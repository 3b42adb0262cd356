//go:build unix

package ingest

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/store"
)

// BenchmarkFileSize reports the file's size as a multiple of what is in it: original bytes, thumbnails, vectors with the
// channels' means and maxima, and the network.
func BenchmarkFileSize(b *testing.B) {
	rt, net := ortruntest.Open(b), densenet(b)
	for _, dataset := range []string{"caltech10x20", "cifar10-test10k"} {
		b.Run(dataset, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "size.db")
			for b.Loop() {
				db, err := store.Open(context.Background(), path, store.Create)
				if err != nil {
					b.Fatal(err)
				}
				opt := Options{Dataset: "bench", Source: subset(b, dataset, benchImages(b, 1000))}
				if _, err := Run(context.Background(), db, rt, net, opt); err != nil {
					b.Fatal(err)
				}
				if err := db.Close(); err != nil {
					b.Fatal(err)
				}
			}
			reportSize(b, path)
		})
	}
}

func reportSize(b *testing.B, path string) {
	b.Helper()
	db, err := store.Open(context.Background(), path, store.ReadOnly)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	info, err := db.Info(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(info.FileBytes)/1e6, "MB")
	b.ReportMetric(float64(info.FileBytes)/float64(info.ContentBytes()), "x-content")
}
