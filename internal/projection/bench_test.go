package projection

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// widths are the dimensions of eight default layers of VGG-19, DenseNet-121 and MobileNetV2 under the default pooling;
// nine models take turns among them.
var widths = [][]int{
	{576, 576, 2304, 2304, 4608, 4608, 4608, 4608},
	{1152, 288, 1152, 1152, 288, 288, 1152, 4096},
	{288, 216, 1728, 1728, 576, 5184, 1440, 5120},
}

// BenchmarkAll draws the maps of the original's content: 4 datasets of 200 images, 9 models, 8 layers each, through the
// store. The vectors are generated, in the widths of real layers; CONVNET_BENCH_DB names a file with real ones instead,
// of which a copy is projected. cpu-s/288 is processor time: the least that the wall clock can show is half of it, on two
// cores.
func BenchmarkAll(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		path := benchFile(b)
		before := fileSize(b, path)
		db := openBench(b, path)
		info, err := db.Info(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		cpu, started := processorTime(b), time.Now()
		s, err := Run(context.Background(), db, Options{Seed: DefaultSeed})
		if err != nil {
			b.Fatal(err)
		}
		per288 := 288 / float64(len(s.Projections))
		b.ReportMetric((processorTime(b)-cpu).Seconds()*per288, "cpu-s/288")
		b.ReportMetric(time.Since(started).Seconds()*per288, "s/288")
		b.ReportMetric(mean(s.Projections), "trustworthiness")
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(fileSize(b, path)-before)/float64(info.VectorBytes), "file/vectors")
		b.ReportMetric(0, "ns/op")
	}
}

func mean(all []Result) (total float64) {
	for _, p := range all {
		total += *p.Trustworthiness / float64(len(all))
	}
	return total
}

// benchFile makes the file that is to be projected.
func benchFile(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bench.db")
	if real := os.Getenv("CONVNET_BENCH_DB"); real != "" {
		data, err := os.ReadFile(real)
		if err == nil {
			err = os.WriteFile(path, data, 0o600)
		}
		if err != nil {
			b.Fatal(err)
		}
		return path
	}
	db := openBench(b, path)
	for i := range 4 * 9 {
		putModel(b, db, fmt.Sprint("dataset", i/9), fmt.Sprint("model", i%9), widths[i%3])
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

func openBench(b *testing.B, path string) *store.DB {
	b.Helper()
	db, err := store.Open(context.Background(), path, store.Create)
	if err != nil {
		b.Fatal(err)
	}
	return db
}

// putModel stores eight layers of 200 vectors.
func putModel(b *testing.B, db *store.DB, dataset, model string, widths []int) {
	b.Helper()
	spec := storetest.Spec{Dataset: dataset, Images: storetest.Images(200, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"), Layers: []string{}}
	storetest.Put(b, db, spec)
	spec.Model, spec.Channels = model, 1
	for i := range widths {
		spec.Layers = append(spec.Layers, fmt.Sprint("layer", i))
	}
	d, err := db.Dataset(context.Background(), dataset)
	if err != nil {
		b.Fatal(err)
	}
	images, err := db.Images(context.Background(), store.ImageFilter{DatasetID: d.ID})
	if err != nil {
		b.Fatal(err)
	}
	err = db.Update(context.Background(), func(tx *store.Tx) error {
		id, err := tx.EnsureModel(spec.NewModel())
		for i, width := range widths {
			if err != nil {
				return err
			}
			rng := rand.New(rand.NewPCG(uint64(id), uint64(100*d.ID)+uint64(i)))
			err = putLayer(tx, store.NewEmbedding{DatasetID: d.ID, ModelID: id, Layer: spec.Layers[i], Pooling: "gem:3/3x3", Dimension: width, ExpectedRows: 200},
				images, mixture(rng, len(images), width))
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

func putLayer(tx *store.Tx, n store.NewEmbedding, images []store.Image, rows [][]float32) error {
	e, err := tx.EnsureEmbedding(n)
	for i, image := range images {
		if err == nil {
			err = tx.PutVector(e.ID, image.ID, store.Vector{Embedding: rows[i], Mean: []float32{0}, Max: []float32{0}})
		}
	}
	return err
}

// mixture is ten Gaussians of low rank, which each layer shows in its own random way and with some noise.
func mixture(rng *rand.Rand, n, width int) [][]float32 {
	const rank = 16
	normal := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		return v
	}
	centers, weights := normal(10*rank), normal(rank*width)
	rows := make([][]float32, n)
	for i := range rows {
		z := normal(rank)
		rows[i] = make([]float32, width)
		for j := range rows[i] {
			x := 0.3 * rng.NormFloat64()
			for k := range rank {
				x += (centers[i%10*rank+k] + z[k]) * weights[k*width+j] / 4
			}
			rows[i][j] = float32(x)
		}
	}
	return rows
}

func fileSize(b *testing.B, path string) int64 {
	b.Helper()
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
