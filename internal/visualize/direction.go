package visualize

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"github.com/convnet-playground/convnet/internal/cnn"
)

// Direction is the objective that a layer's activations point where the weights do: the mean over the map of each place's
// product with them, times the cosine of the angle between the two to a power, where it is positive (Lucid's direction). It
// is named after where the weights come from, and their hash.
func Direction(source string, layer cnn.Layer, weights []float32, power float64) (Objective, error) {
	if len(weights) != layer.Channels {
		return Objective{}, fmt.Errorf("the direction %s has %d numbers; layer %s has %d channels", source, len(weights), layer.Name, layer.Channels)
	}
	length := 0.0
	for _, w := range weights {
		length += float64(w) * float64(w)
	}
	if !(length > 0) || math.IsInf(length, 0) {
		return Objective{}, fmt.Errorf("the direction %s is zero, or has numbers that are not finite", source)
	}
	if !(power >= 0 && power <= 100) {
		return Objective{}, fmt.Errorf("the power %v of the cosine is not in 0..100", power)
	}
	sum := sha256.New()
	binary.Write(sum, binary.LittleEndian, weights) // a hash takes everything
	o := Objective{Name: fmt.Sprintf("direction:%s@%x", source, sum.Sum(nil)[:6]), Channel: -1, Weights: weights}
	o.Goal = cnn.Goal{Layer: layer, Kind: cnn.Cosine, Power: float32(power)}
	if power > 0 {
		o.Name += "^" + strconv.FormatFloat(power, 'g', -1, 32)
	}
	return o, nil
}
