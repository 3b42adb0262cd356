package cnn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun"
)

// GoalKind says what of a layer is to be raised.
type GoalKind int

const (
	// Mean is the sum over channels of weight · the channel's mean over the map: one channel with the weight 1, its
	// opposite with -1, any direction, or the entry of a vector such as a class's logit.
	Mean GoalKind = iota
	// Place is the same of a single place of the map.
	Place
	// Energy is the mean of the squares of the whole map, whatever excites it: deep dream.
	Energy
	// Cosine is Mean of every place's product with the weights, times the cosine of the angle between the two, to the
	// power of Power where it is positive: a direction and nothing beside it.
	Cosine
	// Logit is Mean on what goes into the Softmax that the layer ends in, or on the layer if it ends in none: a class's
	// score. Its probability could also rise by the other classes' falling.
	Logit
)

// Goal is one term of an objective.
type Goal struct {
	Layer  Layer
	Kind   GoalKind
	Y, X   int     // of Place
	Power  float32 // of Cosine
	Factor float32 // the term counts this much; 0 means 1
}

// ExciterOptions say what is raised and how it is computed.
type ExciterOptions struct {
	Goals     []Goal
	Count     int     // pictures at once; 0 means 1
	Diversity float32 // how much pictures are pushed apart: weight of their likeness at the first goal's layer, which is taken off
	Redirect  bool    // lets gradients through dead ReLUs: onnx.GradientOptions.RedirectReLU
	Threads   int     // within one evaluation; 0 means 1
	Provider  string  // what computes, as in ortrun.Options
}

// Exciter evaluates how much pictures excite parts of a network, and how each pixel adds to it. It is safe for concurrent
// use.
type Exciter struct {
	session *ortrun.Session
	input   Input
	count   int
	goals   []Goal
}

// NewExciter prepares a network. The channels that the goals are about are chosen with every call of Excite, so that one
// Exciter serves all channels of a layer.
func NewExciter(rt *ortrun.Runtime, n *Network, o ExciterOptions) (*Exciter, error) {
	e := &Exciter{input: n.Manifest.Input, count: max(o.Count, 1), goals: slices.Clone(o.Goals)}
	model, err := n.gradient(e.shape(), o)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", n.Manifest.Name, err)
	}
	if e.session, err = rt.NewSession(model, ortrun.Options{Threads: o.Threads, Provider: o.Provider}); err != nil {
		return nil, fmt.Errorf("model %s: %w", n.Manifest.Name, err)
	}
	return e, nil
}

// gradient is the graph of an objective and its derivative.
func (n *Network) gradient(shape []int64, o ExciterOptions) ([]byte, error) {
	if len(o.Goals) == 0 {
		return nil, errors.New("no layer to excite")
	}
	m, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		return nil, err
	}
	var layers []Layer
	var values []string
	o.Goals = slices.Clone(o.Goals)
	for i := range o.Goals {
		g := &o.Goals[i]
		if g.Kind == Logit {
			g.Layer.Value = onnx.BeforeSoftmax(m, g.Layer.Value)
		}
		layers = append(layers, g.Layer)
		if !slices.Contains(values, g.Layer.Value) {
			values = append(values, g.Layer.Value)
		}
	}
	if err := n.verifyShapes(m, layers); err != nil {
		return nil, err
	}
	g, err := onnx.Gradient(m, shape, values, o.objective, onnx.GradientOptions{RedirectReLU: o.Redirect})
	if err != nil {
		return nil, err
	}
	return onnx.Marshal(g)
}

func (e *Exciter) shape() []int64 {
	s := e.input.Shape()
	s[0] = int64(e.count)
	return s
}

// Excite writes the derivative of the objective by every number of the pictures into gradient, and returns the objective.
// pictures are count × channels × height × width numbers in 0..1, in planes of red, green and blue, or one of gray.
// weights has as many numbers for each goal as its layer has channels; a goal of the kind Energy wants none.
func (e *Exciter) Excite(ctx context.Context, weights [][]float32, pictures, gradient []float32) (float64, error) {
	if err := e.checkSize(pictures, gradient); err != nil {
		return 0, err
	}
	input, back := make([]float32, len(pictures)), make([]float32, len(pictures))
	e.input.normalize(pictures, input)
	objective, err := e.Differentiate(ctx, weights, input, back)
	if err != nil {
		return 0, err
	}
	e.input.denormalize(back, gradient)
	return objective, nil
}

// Differentiate is Excite for the network's own input, prepared already, and with the derivative by it.
func (e *Exciter) Differentiate(ctx context.Context, weights [][]float32, input, gradient []float32) (float64, error) {
	if err := e.checkSize(input, gradient); err != nil {
		return 0, err
	}
	inputs := []ortrun.Tensor{{Shape: e.shape(), Data: input}}
	for i, g := range e.goals {
		if g.Kind == Energy {
			continue
		}
		if i >= len(weights) || len(weights[i]) != g.Layer.Channels {
			return 0, fmt.Errorf("layer %s has %d channels, and needs as many weights", g.Layer.Name, g.Layer.Channels)
		}
		inputs = append(inputs, ortrun.Tensor{Shape: []int64{1, int64(g.Layer.Channels), 1, 1}, Data: weights[i]})
	}
	var objective [1]float32
	outputs := []ortrun.Tensor{{Shape: []int64{1}, Data: objective[:]}, {Shape: e.shape(), Data: gradient}}
	if err := e.session.RunInto(ctx, inputs, outputs); err != nil {
		return 0, err
	}
	return float64(objective[0]), nil
}

func (e *Exciter) checkSize(input, gradient []float32) error {
	if size := e.count * e.input.Len(); len(input) != size || len(gradient) != size {
		return fmt.Errorf("pictures of %d numbers and a gradient of %d; both should have %d", len(input), len(gradient), size)
	}
	return nil
}

// Input is what the pictures are made into.
func (e *Exciter) Input() Input { return e.input }

// Close frees the network after the evaluations in progress.
func (e *Exciter) Close() error { return e.session.Close() }

// normalize writes pictures of 0..1 as the network wants them into to.
func (in Input) normalize(pictures, to []float32) {
	area := in.Height * in.Width
	for at := 0; at < len(pictures); at += area {
		c := at / area % in.Channels
		plane := pictures[at-c*area+in.plane(c)*area:][:area]
		scale, shift := 255/in.Preprocess.Std[c], in.Preprocess.Mean[c]/in.Preprocess.Std[c]
		for i, v := range plane {
			to[at+i] = v*scale - shift
		}
	}
}

// denormalize writes the derivative by a network's input as that by pictures of 0..1.
func (in Input) denormalize(back, gradient []float32) {
	area := in.Height * in.Width
	for at := 0; at < len(back); at += area {
		c := at / area % in.Channels
		plane := gradient[at-c*area+in.plane(c)*area:][:area]
		scale := 255 / in.Preprocess.Std[c]
		for i, v := range back[at : at+area] {
			plane[i] = v * scale
		}
	}
}

// plane is which of red, green and blue the network's channel c is.
func (in Input) plane(c int) int {
	if in.Preprocess.Order == "bgr" {
		return in.Channels - 1 - c
	}
	return c
}
