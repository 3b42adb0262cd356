package umap

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// each hands the parts lo to hi of 0 to n to do, on all processors, until the context ends. What do computes must not
// depend on who takes which part.
func each(ctx context.Context, n, part int, do func(lo, hi int)) error {
	var next atomic.Int64
	work := func() {
		for ctx.Err() == nil {
			lo := int(next.Add(1)-1) * part
			if lo >= n {
				return
			}
			do(lo, min(lo+part, n))
		}
	}
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+part-1)/part) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	return ctx.Err()
}

// sum adds what part returns for the parts of 0 to n, always in the same order.
func sum(ctx context.Context, n, part int, do func(lo, hi int) float64) float64 {
	parts := make([]float64, (n+part-1)/part)
	_ = each(ctx, n, part, func(lo, hi int) { parts[lo/part] = do(lo, hi) })
	total := 0.0
	for _, v := range parts {
		total += v
	}
	return total
}

// counter tells how much of a stage is done, from any goroutine.
type counter struct {
	sync.Mutex
	done, total int
	tell        func(done, total int)
}

func newCounter(total int, tell func(done, total int)) *counter {
	return &counter{total: total, tell: tell}
}

func (c *counter) add(n int) {
	c.Lock()
	defer c.Unlock()
	c.done += n
	c.tell(c.done, c.total)
}
