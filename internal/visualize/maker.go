// Package visualize makes pictures of what parts of a network look for: package featvis, with the gradients of a network.
package visualize

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/featvis"
	"github.com/convnet-playground/convnet/internal/ortrun"
)

// Picture is what a part of a network looks for.
type Picture struct {
	PNG        []byte    // nil if the part is dead
	Start, End float64   // the objective on the picture that the optimisation began with, and on the finished one
	Curve      []float64 // the objective in every step, on the transformed picture
	Dead       bool      // no picture excites it, as far as gradients tell
	Seconds    float64
}

// Maker makes pictures of one layer. It is safe for concurrent use.
type Maker struct {
	rt      *ortrun.Runtime
	network *cnn.Network
	options cnn.ExciterOptions
	render  featvis.Options

	exciter *cnn.Exciter
	early   func() (*cnn.Exciter, error) // lets gradients through dead units; made when it is needed
	opened  atomic.Pointer[cnn.Exciter]  // what early has made, nil before
}

// NewMaker prepares a network, which must take pictures of the size that is to be made. The progress of the options is told
// the steps of every picture.
func NewMaker(rt *ortrun.Runtime, n *cnn.Network, goals cnn.ExciterOptions, render featvis.Options) (*Maker, error) {
	in := n.Manifest.Input
	if in.Height != in.Width {
		return nil, fmt.Errorf("model %s takes pictures of %d×%d; what it looks for is shown in squares", n.Manifest.Name, in.Height, in.Width)
	}
	render.Size, render.Channels, render.Count = in.Height, in.Channels, max(goals.Count, 1)
	if err := render.Validate(); err != nil {
		return nil, err
	}
	exciter, err := cnn.NewExciter(rt, n, goals)
	if err != nil {
		return nil, err
	}
	m := &Maker{rt: rt, network: n, options: goals, render: render, exciter: exciter}
	m.early = sync.OnceValues(func() (*cnn.Exciter, error) {
		redirected := goals
		redirected.Redirect = true
		e, err := cnn.NewExciter(rt, n, redirected)
		m.opened.Store(e)
		return e, err
	})
	return m, nil
}

// Close frees the network, when no picture is being made any more.
func (m *Maker) Close() error {
	err := m.exciter.Close()
	if early := m.opened.Load(); early != nil {
		err = errors.Join(err, early.Close())
	}
	return err
}

// Make makes the pictures that excite the goals most, with the given weights of their channels. There is one for each of
// the options' count.
func (m *Maker) Make(ctx context.Context, weights [][]float32) ([]Picture, error) {
	began := time.Now()
	r, err := m.climb(ctx, weights, m.render)
	if err == nil {
		r, err = m.outdo(ctx, weights, r)
	}
	if err != nil {
		return nil, err
	}
	if !rose(r) {
		return m.dead(time.Since(began)), nil
	}
	return pictures(r, time.Since(began))
}

// outdo begins again at a plain colour if there is one that outdoes the picture, and takes the better of the two. A channel
// that wants one colour is silent where the first picture happens to have its opposite, and no gradient leads out of there.
func (m *Maker) outdo(ctx context.Context, weights [][]float32, r featvis.Result) (featvis.Result, error) {
	if m.render.Count > 1 || m.render.Param == "maco" { // pictures that must differ, or have no colour
		return r, nil
	}
	colour, most, err := featvis.BestPlain(ctx, m.gradient(weights), m.render)
	if err != nil || most <= r.End {
		return r, err
	}
	again := m.render
	again.Progress = nil // all steps have been told
	for _, v := range colour {
		again.Colour = append(again.Colour, 0.02+0.96*v) // where the sigmoid is not flat yet
	}
	second, err := m.climb(ctx, weights, again)
	if err != nil || second.End <= r.End {
		return r, err
	}
	second.Start = r.Start
	return second, nil
}

func (m *Maker) gradient(weights [][]float32) featvis.Gradient {
	return func(ctx context.Context, pictures, gradient []float32) (float64, error) {
		return m.exciter.Excite(ctx, weights, pictures, gradient)
	}
}

// climb is one optimisation. Where nothing excites the goals it ends early, without a picture.
func (m *Maker) climb(ctx context.Context, weights [][]float32, o featvis.Options) (featvis.Result, error) {
	alive, last := false, 0.0
	exact := m.gradient(weights)
	gradient := func(ctx context.Context, pictures, gradient []float32) (v float64, err error) {
		v, err = exact(ctx, pictures, gradient)
		alive, last = alive || !isZero(gradient), v
		return v, err
	}
	o.Early = m.redirected(weights, gradient)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tell := o.Progress
	o.Progress = func(step int, objective float64) {
		if tell != nil {
			tell(step, objective)
		}
		if step == 2*featvis.EarlySteps && !alive {
			cancel(errDead)
		}
	}
	r, err := featvis.Render(ctx, gradient, o)
	if context.Cause(ctx) == errDead {
		return featvis.Result{Start: last, End: last}, nil
	}
	return r, err
}

// redirected passes dead units where a gradient says nothing.
func (m *Maker) redirected(weights [][]float32, gradient featvis.Gradient) featvis.Gradient {
	return func(ctx context.Context, pictures, slope []float32) (float64, error) {
		v, err := gradient(ctx, pictures, slope)
		if err != nil || !isZero(slope) {
			return v, err
		}
		early, err := m.early()
		if err != nil {
			return 0, err
		}
		return early.Excite(ctx, weights, pictures, slope)
	}
}

// rose reports whether the optimisation has raised anything: what is constant but for rounding is dead too.
func rose(r featvis.Result) bool {
	return r.End-r.Start > 1e-5*math.Max(math.Abs(r.Start), 1e-12)
}

var errDead = errors.New("nothing excites it")

func (m *Maker) dead(took time.Duration) []Picture {
	all := make([]Picture, m.render.Count)
	for i := range all {
		all[i] = Picture{Dead: true, Seconds: took.Seconds() / float64(len(all))}
	}
	return all
}

func pictures(r featvis.Result, took time.Duration) ([]Picture, error) {
	var all []Picture
	for _, img := range r.Pictures {
		var file bytes.Buffer
		if err := png.Encode(&file, img); err != nil {
			return nil, err
		}
		all = append(all, Picture{
			PNG: file.Bytes(), Start: r.Start, End: r.End, Curve: r.Curve, Seconds: took.Seconds() / float64(len(r.Pictures)),
		})
	}
	return all, nil
}

func isZero(x []float32) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}
