package cnn

import (
	"context"
	"errors"
	"fmt"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun"
)

// Explainer says which places of a layer's map speak for what the network makes of them further on: Grad-CAM (Selvaraju,
// Cogswell, Das, Vedantam, Parikh, Batra: Grad-CAM, 2017). It is safe for concurrent use.
type Explainer struct {
	session *ortrun.Session
	input   Input
	at, of  Layer
}

// NewExplainer prepares a network. at is the layer whose places are weighed; of is the layer, behind at, that has the
// channel to be explained: Logits for a class.
func NewExplainer(rt *ortrun.Runtime, n *Network, at, of Layer, provider string) (*Explainer, error) {
	model, err := n.explaining(at, of)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", n.Manifest.Name, err)
	}
	session, err := rt.NewSession(model, ortrun.Options{Provider: provider})
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", n.Manifest.Name, err)
	}
	return &Explainer{session, n.Manifest.Input, at, of}, nil
}

// explaining is the graph of a channel's mean and its derivative by a layer's map.
func (n *Network) explaining(at, of Layer) ([]byte, error) {
	if at.Height*at.Width <= 1 {
		return nil, fmt.Errorf("layer %s has no places to tell apart", at.Name)
	}
	m, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		return nil, err
	}
	if err := n.verifyShapes(m, []Layer{at, of}); err != nil {
		return nil, err
	}
	o := ExciterOptions{Goals: []Goal{{Layer: of}}}
	g, err := onnx.Gradient(m, n.Manifest.Input.Shape(), []string{of.Value}, o.objective, onnx.GradientOptions{By: at.Value})
	if err != nil {
		return nil, err
	}
	return onnx.Marshal(g)
}

// Explain runs one preprocessed image. It returns, for every place of the map row by row, how much it speaks for the
// channel: the sum over the map's channels of their value there, times the mean of the derivative by them, and 0 where that
// is negative; and the channel's mean, which for a class is its logit.
func (e *Explainer) Explain(ctx context.Context, tensor []float32, channel int) (places []float32, target float64, err error) {
	if len(tensor) != e.input.Len() {
		return nil, 0, errors.New("the input has not the network's size")
	}
	if channel < 0 || channel >= e.of.Channels {
		return nil, 0, fmt.Errorf("layer %s has the channels 0 to %d, not %d", e.of.Name, e.of.Channels-1, channel)
	}
	weights := make([]float32, e.of.Channels)
	weights[channel] = 1
	out, err := e.session.Run(ctx, ortrun.Tensor{Shape: e.input.Shape(), Data: tensor},
		ortrun.Tensor{Shape: []int64{1, int64(e.of.Channels), 1, 1}, Data: weights})
	if err != nil {
		return nil, 0, err
	}
	return gradCAM(out[1].Data, out[2].Data, e.at), float64(out[0].Data[0]), nil
}

// gradCAM weighs a map's channels by the mean of the derivative by them.
func gradCAM(gradient, values []float32, at Layer) []float32 {
	area := at.Height * at.Width
	sums := make([]float64, area)
	for from := 0; from < len(values); from += area {
		var weight float64
		for _, g := range gradient[from : from+area] {
			weight += float64(g)
		}
		weight /= float64(area)
		for i, v := range values[from : from+area] {
			sums[i] += weight * float64(v)
		}
	}
	places := make([]float32, area)
	for i, s := range sums {
		places[i] = float32(max(0, s))
	}
	return places
}

// Close frees the network after the runs in progress.
func (e *Explainer) Close() error { return e.session.Close() }

// Logits is the classes' scores before the softmax, as a layer of one channel for each class; false for a network that
// sorts nothing.
func (n *Network) Logits() (Layer, bool, error) {
	classes := len(n.Manifest.Classes)
	if classes == 0 {
		return Layer{}, false, nil
	}
	m, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		return Layer{}, false, fmt.Errorf("graph of model %s: %w", n.Manifest.Name, err)
	}
	l := Layer{Name: "logits", Type: "Logits", Channels: classes, Height: 1, Width: 1, Value: onnx.BeforeSoftmax(m, n.Manifest.Output)}
	return l, true, n.verifyShapes(m, []Layer{l})
}
