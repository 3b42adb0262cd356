package umap

import "math"

// force is a function of the squared distance of two points on the map, as a table: the pull of an edge or the push of
// another point, by which their difference is multiplied. Powers are what a layout would spend its time on. Between the
// table's values, 64 for every doubling, it is interpolated, within 2e-4 of the function.
type force [forceCount]struct{ value, slope float32 }

const (
	forceBits  = 6                       // of the mantissa
	forceLeast = 127 - 40                // exponent of the least squared distance in the table, 2^-40
	forceMost  = 127 + 24                // and of the first beyond it
	forceFirst = forceLeast << forceBits // number of the first entry, by the leading bits of its float
	forceCount = (forceMost - forceLeast) << forceBits
	forceRest  = 23 - forceBits // bits between two entries
)

func newForce(f func(d float64) float64) *force {
	at := func(i int) float64 { return f(float64(math.Float32frombits(uint32(i+forceFirst) << forceRest))) }
	t := new(force)
	for i := range t {
		t[i].value, t[i].slope = float32(at(i)), float32((at(i+1)-at(i))/(1<<forceRest))
	}
	return t
}

// at is the force at a squared distance. Beyond either end of the table it is that of the end.
func (t *force) at(d float32) float32 {
	bits := math.Float32bits(d)
	i := int(bits>>forceRest) - forceFirst
	if uint(i) >= forceCount {
		if i < 0 {
			return t[0].value
		}
		return t[forceCount-1].value
	}
	e := &t[i]
	return e.value + e.slope*float32(bits&(1<<forceRest-1))
}

// pull and push are the gradients of the cross entropy with respect to an edge and to a pair that is none (umap-learn's
// attractive and repulsive forces).
func pull(a, b float64) *force {
	return newForce(func(d float64) float64 { return -2 * a * b * math.Pow(d, b-1) / (1 + a*math.Pow(d, b)) })
}

func push(a, b, strength float64) *force {
	return newForce(func(d float64) float64 { return 2 * strength * b / ((0.001 + d) * (1 + a*math.Pow(d, b))) })
}

// farthest is the largest step that one force makes in one dimension, before it is multiplied by the learning rate.
const farthest = 4

func clip(v float32) float32 {
	if v > farthest {
		return farthest
	}
	if v < -farthest {
		return -farthest
	}
	return v
}
