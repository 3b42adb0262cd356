package store_test

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// A file is at most 1.15 times what it holds, once that is more than a few megabytes: some thirty B-trees and seven per
// embedding begin with a page of 64 KiB each. Sizes are spread like those of real collections of photographs, of which
// the large pages that make searching fast would waste much if an image were one row.
func TestFileSize(t *testing.T) {
	if testing.Short() {
		t.Skip("writes some 200 MB")
	}
	tests := []struct {
		name             string
		images           int
		least, most      int // bytes of an original
		layers           int
		dimension, graph int
	}{
		{"photographs", 330, 5_000, 50_000, 4, 2048, 8 << 20},
		{"photographs only", 700, 5_000, 50_000, 0, 0, 0},
		{"large photographs", 60, 40_000, 900_000, 4, 2048, 8 << 20},
		{"tiny pictures", 5000, 700, 1_200, 3, 1024, 8 << 20},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(5, 5))
			path := storetest.File(t)
			db := openFile(t, path, store.ReadWrite)
			update(t, db, func(tx *store.Tx) error {
				dataset, err := tx.EnsureDataset("d")
				for i := 0; err == nil && i < test.images; i++ {
					n := newImage(dataset, fmt.Sprintf("folder/%05d.jpg", i), append(noise(test.least+rng.IntN(test.most-test.least)), fmt.Sprint(i)...))
					if test.most > 5000 {
						n.Thumbnail, n.ThumbnailFormat = noise(3000+rng.IntN(6000)), "jpeg"
					}
					_, err = tx.PutImage(n)
				}
				if err == nil && test.layers > 0 {
					err = putLayers(tx, dataset, test.layers, test.dimension, test.graph, test.images)
				}
				return err
			})
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			info := must[store.Info](t)(openFile(t, path, store.ReadOnly).Info(t.Context()))
			ratio := float64(info.FileBytes) / float64(info.ContentBytes())
			t.Logf("%d bytes for %d: %.3f", info.FileBytes, info.ContentBytes(), ratio)
			if ratio > 1.15 {
				t.Errorf("the file is %.3f times what it holds: %+v", ratio, info)
			}
		})
	}
}

// putLayers stores a graph of that many bytes and vectors for images 1, 2, 3, …
func putLayers(tx *store.Tx, dataset int64, layers, dimension, graph, images int) error {
	const channels = 64
	spec := storetest.Spec{Channels: channels}
	for i := range layers {
		spec.Layers = append(spec.Layers, fmt.Sprint("layer", i))
	}
	n := spec.NewModel()
	n.ONNX = noise(graph)
	n.GraphSHA256 = sha256.Sum256(n.ONNX)
	model, err := tx.EnsureModel(n)
	v := store.Vector{Embedding: make([]float32, dimension), Mean: make([]float32, channels), Max: make([]float32, channels)}
	for _, layer := range spec.Layers {
		if err != nil {
			return err
		}
		var e store.Embedding
		e, err = tx.EnsureEmbedding(store.NewEmbedding{DatasetID: dataset, ModelID: model, Layer: layer, Pooling: "avg/1x1", Dimension: dimension, ExpectedRows: images})
		for id := 1; err == nil && id <= images; id++ {
			err = tx.PutVector(e.ID, int64(id), v)
		}
	}
	return err
}
