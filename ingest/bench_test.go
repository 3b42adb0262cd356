//go:build unix

package ingest

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/internal/testdata"
	"github.com/convnet-playground/convnet/store"
)

// imagesEnv says how many images of a dataset the benchmarks use; 0 means all of them.
const imagesEnv = "CONVNET_BENCH_IMAGES"

func benchImages(b *testing.B, otherwise int) int {
	b.Helper()
	n, err := strconv.Atoi(os.Getenv(imagesEnv))
	if err != nil {
		return otherwise
	}
	return n
}

func densenet(b *testing.B) *cnn.Network {
	b.Helper()
	w, err := keras.OpenWeights(testdata.Shared(b, "weights/densenet121.h5"))
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	n, err := keras.Build("densenet121", w, keras.BuildOptions{Top: true})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// subset is a folder with the first images of every category of a dataset, n in all.
func subset(b *testing.B, dataset string, n int) string {
	b.Helper()
	dir := testdata.Shared(b, "datasets/"+dataset)
	if n == 0 {
		return dir
	}
	out := b.TempDir()
	categories, err := os.ReadDir(dir)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range categories {
		files, err := os.ReadDir(filepath.Join(dir, c.Name()))
		if err != nil {
			b.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(out, c.Name()), 0o755); err != nil {
			b.Fatal(err)
		}
		for _, f := range files[:min(len(files), (n+len(categories)-1)/len(categories))] {
			if err := os.Symlink(filepath.Join(dir, c.Name(), f.Name()), filepath.Join(out, c.Name(), f.Name())); err != nil {
				b.Fatal(err)
			}
		}
	}
	return out
}

// lap is time on the clock and on the processors.
type lap struct{ wall, cpu time.Duration }

func (l *lap) add(b *testing.B, f func()) {
	b.Helper()
	wall, cpu := time.Now(), cpuTime(b)
	f()
	l.wall += time.Since(wall)
	l.cpu += cpuTime(b) - cpu
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(syscall.TimevalToNsec(u.Utime) + syscall.TimevalToNsec(u.Stime))
}

// plainGraph is the network as it is, with its last default layer as the output: no pooling, nothing in between.
func plainGraph(b *testing.B, net *cnn.Network) []byte {
	b.Helper()
	layers, err := net.Manifest.SelectLayers("default")
	if err != nil {
		b.Fatal(err)
	}
	m, err := onnx.Unmarshal(net.ONNX)
	if err != nil {
		b.Fatal(err)
	}
	if m, err = onnx.Prune(m, []string{layers[len(layers)-1].Value}); err != nil {
		b.Fatal(err)
	}
	data, err := onnx.Marshal(m)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

// tappedGraph is the network with the outputs that an ingest asks for.
func tappedGraph(b *testing.B, net *cnn.Network) []byte {
	b.Helper()
	layers, err := net.Manifest.SelectLayers("default")
	if err != nil {
		b.Fatal(err)
	}
	m, err := onnx.Unmarshal(net.ONNX)
	if err != nil {
		b.Fatal(err)
	}
	values := make([]string, len(layers))
	for i, l := range layers {
		values[i] = l.Value
	}
	if m, _, err = onnx.WithTaps(m, net.Manifest.Input.Shape(), values); err != nil {
		b.Fatal(err)
	}
	data, err := onnx.Marshal(m)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

// bare is the runtime alone: a session is made and run on tensors that are decoded already.
type bare struct {
	graph            []byte
	streams, threads int // images side by side, and threads within each
	lap              lap // of this round
}

func (r *bare) run(b *testing.B, rt *ortrun.Runtime, shape []int64, decoded [][]float32) {
	b.Helper()
	r.lap.add(b, func() {
		s, err := rt.NewSession(r.graph, ortrun.Options{Threads: r.threads})
		if err != nil {
			b.Fatal(err)
		}
		sideBySide(r.streams, len(decoded), func(i int) {
			if _, err := s.Run(context.Background(), ortrun.Tensor{Shape: shape, Data: decoded[i]}); err != nil {
				b.Error(err)
			}
		})
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
}

// tensors decodes up to n files of a folder.
func tensors(b *testing.B, dir string, in cnn.Input, n int) [][]float32 {
	b.Helper()
	s, err := OpenSource(dir, SourceOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var all [][]float32
	for _, e := range s.Entries()[:min(n, len(s.Entries()))] {
		data, err := s.Read(e, imaging.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		p, err := imaging.Decode(data, imaging.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, cnn.Tensor(p, in))
	}
	return all
}

// sideBySide calls f for 0 to n-1 from several goroutines.
func sideBySide(goroutines, n int, f func(i int)) {
	next := make(chan int)
	var group sync.WaitGroup
	for range goroutines {
		group.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}

// BenchmarkAgainstBareRuntime compares a full ingest, from files to a closed database, with the runtime alone on tensors
// that are decoded already; making the session counts on both sides. They take turns in one run. The ratios are images
// per second of the ingest by those of
//
//	ratio        the graph that the ingest runs, one single-threaded stream for each core
//	plain-ratio  the same streams on the network without pooled outputs: the most a machine can do
//	one-stream   the network without pooled outputs as most programs run it: one image at a time, all cores on it
//
// and cpu-ratio is the first by processor time, which other work on the machine disturbs less. Each is the median of the
// rounds, of which -benchtime says how many.
func BenchmarkAgainstBareRuntime(b *testing.B) {
	rt, net, cores := ortruntest.Open(b), densenet(b), runtime.NumCPU()
	for _, dataset := range []string{"caltech10x20", "cifar10-test10k"} {
		b.Run(dataset, func(b *testing.B) {
			dir := subset(b, dataset, benchImages(b, 200))
			decoded, shape := tensors(b, dir, net.Manifest.Input, 200), net.Manifest.Input.Shape()
			plain, pooled := plainGraph(b, net), tappedGraph(b, net)
			rounds := map[string][]float64{}
			for b.Loop() {
				bares := []*bare{{graph: pooled, streams: cores, threads: 1}, {graph: plain, streams: cores, threads: 1}, {graph: plain, streams: 1, threads: cores}}
				for _, r := range bares {
					r.run(b, rt, shape, decoded)
				}
				ingest, images := lap{}, 0
				ingest.add(b, func() { images = ingestOnce(b, rt, net, dir) })
				note := func(name string, of, by time.Duration) {
					rounds[name] = append(rounds[name], of.Seconds()/float64(len(decoded))/(by.Seconds()/float64(images)))
				}
				note("ratio", bares[0].lap.wall, ingest.wall)
				note("cpu-ratio", bares[0].lap.cpu, ingest.cpu)
				note("plain-ratio", bares[1].lap.wall, ingest.wall)
				note("one-stream", bares[2].lap.wall, ingest.wall)
				rounds["images/s"] = append(rounds["images/s"], float64(images)/ingest.wall.Seconds())
			}
			b.ReportMetric(0, "ns/op")
			for name, values := range rounds {
				slices.Sort(values)
				b.ReportMetric(values[len(values)/2], name)
			}
		})
	}
}

func ingestOnce(b *testing.B, rt *ortrun.Runtime, net *cnn.Network, dir string) int {
	b.Helper()
	path := filepath.Join(b.TempDir(), strconv.FormatInt(time.Now().UnixNano(), 36)+".db")
	db, err := store.Open(context.Background(), path, store.Create)
	if err != nil {
		b.Fatal(err)
	}
	s, err := Run(context.Background(), db, rt, net, Options{Dataset: "bench", Source: dir})
	if err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		b.Fatal(err)
	}
	return max(s.Embedded, s.Added)
}

// BenchmarkMemory reports the resident memory while 10,000 images are ingested. CONVNET_BENCH_MODEL=densenet121 uses
// that network; the built-in one is the default, for it takes seconds.
func BenchmarkMemory(b *testing.B) {
	rt := ortruntest.Open(b)
	net := demo(b)
	if os.Getenv("CONVNET_BENCH_MODEL") == "densenet121" {
		net = densenet(b)
	}
	dir := subset(b, "cifar10-test10k", benchImages(b, 0))
	for b.Loop() {
		db, err := store.Open(context.Background(), filepath.Join(b.TempDir(), "m.db"), store.Create)
		if err != nil {
			b.Fatal(err)
		}
		at := map[int]float64{}
		_, err = Run(context.Background(), db, rt, net, Options{Dataset: "bench", Source: dir, Progress: func(p Progress) {
			if p.Phase == PhaseIngesting && (p.Done == 1000 || p.Done == 5000 || p.Done == 10000) {
				at[p.Done] = residentMiB(b)
			}
		}})
		if err != nil {
			b.Fatal(err)
		}
		for n, mib := range at {
			b.ReportMetric(mib, strconv.Itoa(n)+"-images-MiB")
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// residentMiB is the memory that the process has now, anonymous pages and the files it has mapped.
func residentMiB(b *testing.B) float64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skip("resident memory is read from /proc, which is not here")
	}
	pages, err := strconv.Atoi(strings.Fields(string(data))[1])
	if err != nil {
		b.Fatal(err)
	}
	return float64(pages*os.Getpagesize()) / (1 << 20)
}
