package visualize

import (
	"context"
	"runtime"
	"sync"
)

// Each makes the pictures of several objectives, which must be about the same places of the maker's layer, side by side
// on all processors. finished is called for one after the other, in no particular order; its first error ends the run.
func (m *Maker) Each(ctx context.Context, objectives []Objective, finished func(Objective, []Picture) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan Objective)
	var group sync.WaitGroup
	var one sync.Mutex
	for range min(runtime.GOMAXPROCS(0), len(objectives)) {
		group.Go(func() {
			for o := range queue {
				pictures, err := m.Make(ctx, [][]float32{o.Weights})
				one.Lock()
				if err == nil {
					err = finished(o, pictures)
				}
				one.Unlock()
				if err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, o := range objectives {
		select {
		case queue <- o:
		case <-ctx.Done():
		}
	}
	close(queue)
	group.Wait()
	return context.Cause(ctx)
}
