package keras

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// TestGradients holds the derivative of a channel's mean, through every network and at three depths, against central
// differences along random directions.
//
// Small steps drown in what float32 rounds off, and within large ones ReLUs and max-poolings turn other ways. Between the
// two lies a step that shows the slope; a wrong gradient disagrees with all of them.
func TestGradients(t *testing.T) {
	if testing.Short() || raceDetector {
		t.Skip("all networks are built")
	}
	for _, a := range architectures {
		t.Run(a.id(), func(t *testing.T) {
			f := readFixture(t, a.id())
			n := f.network(t, a, f.Cases[1])
			for _, at := range []int{1, 4, 7} {
				l, ok := n.Manifest.Layer(n.Manifest.DefaultLayers[at])
				if !ok {
					t.Fatal("a default layer is missing")
				}
				if off := slopeError(t, n, l); !(off < tolerable) {
					t.Errorf("%s: slopes differ by %.2g of the gradient", l.Name, off)
				}
			}
		})
	}
}

// slopeError is the root mean square difference of measured slopes from the gradient's, relative to the latter.
func slopeError(t *testing.T, n *cnn.Network, l cnn.Layer) float64 {
	t.Helper()
	e, err := cnn.NewExciter(ortruntest.Open(t), n, cnn.ExciterOptions{Goals: []cnn.Goal{{Layer: l}}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	weights := [][]float32{make([]float32, l.Channels)}
	weights[0][l.Channels/2] = 1
	size := e.Input().Len()
	x, gradient, spare, moved := make([]float32, size), make([]float32, size), make([]float32, size), make([]float32, size)
	for i, v := range testdata.Picture(e.Input().Height, e.Input().Width) {
		x[i] = v*0.2 + 0.5
	}
	at := func(x, gradient []float32) float64 {
		v, err := e.Excite(context.Background(), weights, x, gradient)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	at(x, gradient)
	length := 0.0
	for _, g := range gradient {
		length += float64(g) * float64(g)
	}
	least := math.Inf(1)
	for _, step := range []float64{1e-4, 1e-5, 3e-5, 3e-4, 3e-6, 1e-3} {
		off := 0.0
		for seed := range uint64(directions) {
			direction, slope := towards(gradient, length, seed)
			side := func(sign float64) float64 {
				for i := range moved {
					moved[i] = x[i] + float32(sign*step*direction[i])
				}
				return at(moved, spare)
			}
			measured := (side(1) - side(-1)) / (2 * step)
			off += math.Pow((measured-slope)/slope, 2)
		}
		if least = min(least, math.Sqrt(off/directions)); least < tolerable {
			break
		}
	}
	return least
}

const (
	directions = 3
	tolerable  = 0.02 // of the slope
)

// towards is a direction half of which is random and half along the gradient, where there is something to measure, with
// the slope that the gradient says it has.
func towards(gradient []float32, length float64, seed uint64) (direction []float64, slope float64) {
	r := rand.New(rand.NewPCG(seed, 2))
	direction = make([]float64, len(gradient))
	for i, g := range gradient {
		direction[i] = float64(g)*math.Sqrt(float64(len(gradient))/length) + r.NormFloat64()
		slope += float64(g) * direction[i]
	}
	return direction, slope
}
