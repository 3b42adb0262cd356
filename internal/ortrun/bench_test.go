package ortrun_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// BenchmarkThreads compares two runs side by side with one run on two threads.
func BenchmarkThreads(b *testing.B) {
	rt, m := ortruntest.Open(b), denseNet(b)
	data := tappedDenseNet(b, m)
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
