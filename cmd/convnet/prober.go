package main

import (
	"context"
	"fmt"
	"image"
	"math"
	"runtime"
	"strings"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/internal/upload"
	"github.com/convnet-playground/convnet/store"
)

// prober is explorer.Prober: it shows pictures to the networks that the database carries.
type prober struct {
	*engine
	turns chan struct{} // holds one for each picture that is being looked at
}

func newProber(e *engine) *prober {
	return &prober{engine: e, turns: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// eyes is a network ready to look.
type eyes struct {
	*cnn.Extractor
	classes bool // the last of the layers is the classes' scores
}

// Look is explorer.Prober's.
func (p *prober) Look(ctx context.Context, m store.Model, layers []string, picture []byte) (*explorer.Sight, error) {
	decoded, done, err := p.begin(ctx, picture)
	if err != nil {
		return nil, err
	}
	defer done()
	e, release, err := p.use(ctx, m, fmt.Sprint("look at ", layers), func(n *cnn.Network) (closer, error) { return p.open(n, layers) })
	if err != nil {
		return nil, err
	}
	defer release()
	return look(ctx, e.(eyes), decoded)
}

// begin decodes a picture and waits until it may be looked at.
func (p *prober) begin(ctx context.Context, picture []byte) (*imaging.Picture, func(), error) {
	decoded, err := imaging.Decode(picture, imaging.Limits{})
	if err != nil {
		return nil, nil, explorer.Refuse(upload.ErrBad, "This picture cannot be used: %v", err)
	}
	select {
	case p.turns <- struct{}{}:
		return decoded, func() { <-p.turns }, nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

func (p *prober) open(network *cnn.Network, names []string) (eyes, error) {
	layers, err := network.Manifest.SelectLayers(strings.Join(names, ","))
	if err != nil {
		return eyes{}, err
	}
	logits, sorts, err := network.Logits()
	if err != nil {
		return eyes{}, err
	}
	if sorts {
		layers = append(layers, logits)
	}
	x, err := cnn.NewExtractor(p.rt, network, layers, pooling.Default, cnn.ExtractorOptions{Provider: p.provider})
	return eyes{x, sorts}, err
}

func look(ctx context.Context, e eyes, picture *imaging.Picture) (*explorer.Sight, error) {
	in := e.Input()
	sight := &explorer.Sight{Picture: seen(picture, in)}
	err := e.Maps(ctx, cnn.Tensor(picture, in), func(_ int, m pooling.Map) {
		sight.Maps = append(sight.Maps, explorer.FeatureMap{Channels: m.Channels, Height: m.Height, Width: m.Width, Values: whole(m)})
	})
	if err != nil {
		return nil, fmt.Errorf("look at a picture: %w", err)
	}
	if e.classes {
		last := len(sight.Maps) - 1
		sight.Classes, sight.Maps = softmax(sight.Maps[last].Values), sight.Maps[:last]
	}
	return sight, nil
}

// whole is a copy of a map with its channels' scale and shift applied.
func whole(m pooling.Map) []float32 {
	values := make([]float32, len(m.Data))
	copy(values, m.Data)
	if m.Scale == nil {
		return values
	}
	area := m.Height * m.Width
	for i := range values {
		c := i / area
		values[i] = values[i]*m.Scale[c] + m.Shift[c]
	}
	return values
}

func softmax(logits []float32) []float64 {
	highest := math.Inf(-1)
	for _, v := range logits {
		highest = max(highest, float64(v))
	}
	all, sum := make([]float64, len(logits)), 0.0
	for i, v := range logits {
		all[i] = math.Exp(float64(v) - highest)
		sum += all[i]
	}
	for i := range all {
		all[i] /= sum
	}
	return all
}

// seenSide is how large what a network sees of a picture is shown, in pixels of its longer side: networks for small
// pictures see less, but people recognise more of it.
const seenSide = 448

// seen is what a network sees of a picture, in its colours.
func seen(p *imaging.Picture, in cnn.Input) *image.RGBA {
	fit, err := imaging.ParseFit(in.Preprocess.Fit)
	if err != nil {
		fit = imaging.Stretch
	}
	longer := max(in.Width, in.Height)
	w, h := max(1, in.Width*seenSide/longer), max(1, in.Height*seenSide/longer)
	planes := p.Tensor(w, h, "rgb", nil, nil, fit)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		for c := range 3 {
			out.Pix[4*i+c] = uint8(min(255, max(0, planes[c*w*h+i]+0.5)))
		}
		out.Pix[4*i+3] = 255
	}
	return out
}

// Explain is explorer.Prober's.
func (p *prober) Explain(ctx context.Context, m store.Model, q explorer.Question, picture []byte) (*explorer.Explanation, error) {
	decoded, done, err := p.begin(ctx, picture)
	if err != nil {
		return nil, err
	}
	defer done()
	key := fmt.Sprintf("explain %q of %q", q.At, q.Of)
	opened, release, err := p.use(ctx, m, key, func(n *cnn.Network) (closer, error) { return p.openExplainer(n, q) })
	if err != nil {
		return nil, err
	}
	defer release()
	e := opened.(explaining)
	places, target, err := e.Explain(ctx, cnn.Tensor(decoded, e.input), q.Channel)
	if err != nil {
		return nil, err
	}
	return &explorer.Explanation{Target: target, Places: explorer.FeatureMap{Channels: 1, Height: e.at.Height, Width: e.at.Width, Values: places}}, nil
}

// explaining is an explainer with what it takes and whose places it weighs.
type explaining struct {
	*cnn.Explainer
	input cnn.Input
	at    cnn.Layer
}

func (p *prober) openExplainer(network *cnn.Network, q explorer.Question) (e explaining, err error) {
	at, _ := network.Manifest.Layer(q.At)
	of, known := network.Manifest.Layer(q.Of)
	if q.Of == "" {
		if of, known, err = network.Logits(); err != nil {
			return e, err
		}
	}
	switch {
	case at.Name == "" || !known:
		return e, explorer.Refuse(explorer.ErrQuestion, "%s has no such layer or class to explain.", network.Manifest.Name)
	case at.Index >= of.Index && q.Of != "" || at.Height*at.Width <= 1:
		return e, explorer.Refuse(explorer.ErrQuestion, "%s at %s cannot be explained by its places at %s: choose a layer before it that has a map.", network.Manifest.Name, of.Name, at.Name)
	}
	x, err := cnn.NewExplainer(p.rt, network, at, of, p.provider)
	return explaining{x, network.Manifest.Input, at}, err
}
