package explorer

import (
	"context"
	"errors"
	"image"

	"github.com/convnet-playground/convnet/store"
)

// Prober shows pictures to the networks of the file. It is handed in by whoever has a runtime. A picture that is itself at
// fault is refused as an upload.ErrBad. Implementations are safe for concurrent use.
type Prober interface {
	// Look shows a picture, the bytes of a file, to a model, and returns the maps of the named layers in their order.
	Look(ctx context.Context, m store.Model, layers []string, picture []byte) (*Sight, error)
	// Explain says which places of a layer's map speak for a class or for a channel further on.
	Explain(ctx context.Context, m store.Model, q Question, picture []byte) (*Explanation, error)
}

// Sight is what a network makes of a picture.
type Sight struct {
	Picture image.Image // as much of it as the network sees, upright; larger than the network's input where it can be
	Maps    []FeatureMap
	Classes []float64 // the probability of each class; nil for a network that sorts nothing
}

// bytes is roughly the memory that a sight takes.
func (s *Sight) bytes() int {
	size := s.Picture.Bounds()
	total := 4*size.Dx()*size.Dy() + 8*len(s.Classes)
	for _, m := range s.Maps {
		total += 4 * len(m.Values)
	}
	return total
}

// FeatureMap is the map of a layer: Channels planes of Height rows and Width columns. A vector has one place.
type FeatureMap struct {
	Channels, Height, Width int
	Values                  []float32
}

// Plane is the map of a channel, row by row.
func (m FeatureMap) Plane(channel int) []float32 {
	area := m.Height * m.Width
	return m.Values[channel*area : (channel+1)*area]
}

// Question is what is to be explained.
type Question struct {
	At      string // the layer whose places are weighed
	Of      string // the layer of the channel; "" for a class
	Channel int    // or the class
}

// Explanation is the answer: Grad-CAM.
type Explanation struct {
	Places FeatureMap // of one channel: how much each place speaks for it, not negative
	Target float64    // the class's score before the softmax, or the channel's mean
}

// Kinds of refusal; the error that carries one is a sentence for the visitor.
var (
	ErrProbeOff = errors.New("no pictures can be looked at here")
	ErrQuestion = errors.New("this cannot be explained")
)
