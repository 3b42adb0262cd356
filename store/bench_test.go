package store_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

const benchRows, benchDimension = 100_000, 512

// BenchmarkNeighbors finds the 50 nearest of 100,000 vectors of 512 numbers in a file and compares the time with that of
// one pass over the same numbers in memory by gonum's Gemv. The two take turns, so that x-gemv is a ratio of times taken
// under the same load. Both use one thread.
func BenchmarkNeighbors(b *testing.B) {
	matrix := randomMatrix()
	db, embedding := benchDatabase(b, matrix)
	query := matrix.Data[:benchDimension]
	product := blas32.Vector{N: benchRows, Inc: 1, Data: make([]float32, benchRows)}
	b.Logf("kernel: %s", store.Kernel())
	for _, metric := range store.Metrics() {
		b.Run(string(metric), func(b *testing.B) {
			var scan, gemv time.Duration
			for b.Loop() {
				start := time.Now()
				r, err := db.Neighbors(context.Background(), embedding, store.Query{Vector: query, Metric: metric, P: 3, K: 50})
				if err != nil || len(r.Neighbors) != 50 {
					b.Fatal(len(r.Neighbors), err)
				}
				middle := time.Now()
				blas32.Gemv(blas.NoTrans, 1, matrix, blas32.Vector{N: benchDimension, Inc: 1, Data: query}, 0, product)
				scan, gemv = scan+middle.Sub(start), gemv+time.Since(middle)
			}
			b.ReportMetric(scan.Seconds()/gemv.Seconds(), "x-gemv")
			b.ReportMetric(scan.Seconds()*1000/float64(b.N), "ms/query")
		})
	}
}

func randomMatrix() blas32.General {
	rng := rand.New(rand.NewPCG(1, 2))
	m := blas32.General{Rows: benchRows, Cols: benchDimension, Stride: benchDimension, Data: make([]float32, benchRows*benchDimension)}
	for i := range m.Data {
		m.Data[i] = float32(rng.NormFloat64())
	}
	return m
}

// benchDatabase writes the matrix through the store, as an ingest does.
func benchDatabase(b *testing.B, m blas32.General) (*store.DB, int64) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bench.db")
	db, err := store.Open(context.Background(), path, store.Create)
	if err != nil {
		b.Fatal(err)
	}
	var embedding store.Embedding
	const batch = 5000
	for from := 0; from < benchRows; from += batch {
		err := db.Update(context.Background(), func(tx *store.Tx) (err error) {
			embedding, err = putRows(tx, m, from, from+batch)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	if db, err = store.Open(context.Background(), path, store.ReadOnly); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db, embedding.ID
}

func putRows(tx *store.Tx, m blas32.General, from, to int) (store.Embedding, error) {
	spec := storetest.Spec{Layers: []string{"only"}, Channels: 1}
	dataset, err := tx.EnsureDataset("bench")
	if err != nil {
		return store.Embedding{}, err
	}
	model, err := tx.EnsureModel(spec.NewModel())
	if err != nil {
		return store.Embedding{}, err
	}
	e, err := tx.EnsureEmbedding(store.NewEmbedding{DatasetID: dataset, ModelID: model, Layer: "only", Pooling: "avg/1x1",
		Dimension: m.Cols, ExpectedRows: m.Rows})
	for row := from; row < to && err == nil; row++ {
		data := binary.LittleEndian.AppendUint64(nil, uint64(row))
		var id int64
		id, err = tx.PutImage(store.NewImage{DatasetID: dataset, SHA256: sha256.Sum256(data), Format: "png", Width: 1, Height: 1, Original: data})
		if err == nil {
			err = tx.PutVector(e.ID, id, store.Vector{Embedding: m.Data[row*m.Cols : (row+1)*m.Cols], Mean: []float32{0}, Max: []float32{0}})
		}
	}
	return e, err
}

// BenchmarkProjectionPoints reads the 10,000 points of a map among 24.
func BenchmarkProjectionPoints(b *testing.B) {
	const points, maps = 10_000, 24
	db := storetest.New(b)
	ids, xy := make([]int64, points), make([]float32, points)
	err := db.Update(context.Background(), func(tx *store.Tx) error {
		dataset, err := tx.EnsureDataset("d")
		for i := 0; err == nil && i < points; i++ {
			ids[i], err = tx.PutImage(newImage(dataset, "x", binary.LittleEndian.AppendUint32(nil, uint32(i))))
		}
		spec := storetest.Spec{Layers: make([]string, maps)}
		for i := range spec.Layers {
			spec.Layers[i] = string(rune('a' + i))
		}
		model, ensured := tx.EnsureModel(spec.NewModel())
		err = errors.Join(err, ensured)
		for i := 0; err == nil && i < maps; i++ {
			e, ensured := tx.EnsureEmbedding(store.NewEmbedding{DatasetID: dataset, ModelID: model, Layer: spec.Layers[i], Pooling: "avg/1x1", Dimension: 1})
			err = errors.Join(ensured, tx.PutProjection(store.NewProjection{EmbeddingID: e.ID, Method: store.UMAP, Parameters: []byte("{}"), ImageIDs: ids, X: xy, Y: xy}))
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if p, err := db.ProjectionPoints(context.Background(), maps/2, store.UMAP); err != nil || len(p.X) != points {
			b.Fatal(len(p.X), err)
		}
	}
}
