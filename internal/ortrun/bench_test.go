package ortrun_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// BenchmarkPooling measures what it costs to take eight pooled layers of
// DenseNet121 instead of its last map alone. The two take turns, so that a busy
// machine slows both; the overhead compares the quickest tenths.
func BenchmarkPooling(b *testing.B) {
	rt, m := ortruntest.Open(b), denseNet(b)
	last, err := onnx.Prune(m, []string{"conv5_block16_concat"})
	if err != nil {
		b.Fatal(err)
	}
	bare := prepare(b, rt, marshal(b, last), 1)
	for _, name := range []string{onnx.DefaultPooling.String(), "avg/1x1", "avg/2x2", "avg/3x3", "gem:3/1x1", "gem:3/2x2", "max/3x3"} {
		p, err := onnx.ParsePooling(name)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(p.String(), func(b *testing.B) {
			pooled := prepare(b, rt, pooledDenseNet(b, m, p), 1)
			var without, with []time.Duration
			for b.Loop() {
				without, with = append(without, timed(b, bare)), append(with, timed(b, pooled))
			}
			b.ReportMetric(100*(quick(with)/quick(without)-1), "%overhead")
		})
	}
}

// BenchmarkThreads compares two runs side by side with one run on two threads.
func BenchmarkThreads(b *testing.B) {
	rt, m := ortruntest.Open(b), denseNet(b)
	data := pooledDenseNet(b, m, onnx.DefaultPooling)
	for _, c := range []struct{ runs, threads int }{{1, 1}, {2, 1}, {1, 2}} {
		b.Run(fmt.Sprintf("runs=%d/threads=%d", c.runs, c.threads), func(b *testing.B) {
			s := prepare(b, rt, data, c.threads)
			b.ResetTimer()
			var group sync.WaitGroup
			for g := range c.runs {
				group.Go(func() {
					for i := g; i < b.N; i += c.runs {
						timed(b, s)
					}
				})
			}
			group.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
		})
	}
}

func prepare(b *testing.B, rt *ortrun.Runtime, model []byte, threads int) *ortrun.Session {
	b.Helper()
	s, err := rt.NewSession(model, ortrun.Options{Threads: threads})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	timed(b, s) // the first run allocates
	return s
}

func timed(b *testing.B, s *ortrun.Session) time.Duration {
	start := time.Now()
	if _, err := s.Run(context.Background(), picture); err != nil {
		b.Error(err)
	}
	return time.Since(start)
}

// quick is the mean of the quickest tenth, in seconds.
func quick(times []time.Duration) float64 {
	slices.Sort(times)
	times = times[:(len(times)+9)/10]
	var sum time.Duration
	for _, t := range times {
		sum += t
	}
	return sum.Seconds() / float64(len(times))
}
