package umap

import "math"

// stream is a sequence of random numbers: SplitMix64 (Steele, Lea and Flood, 2014). Streams of different keys are
// independent, so that every point can have its own in every epoch, whoever computes it.
type stream uint64

// newStream begins the stream of a seed and a key, such as a stage and a point.
func newStream(seed uint64, key ...uint64) stream {
	s := stream(seed)
	for _, k := range key {
		s = stream(s.next() ^ k*0xd1342543de82ef95)
	}
	return s
}

func (s *stream) next() uint64 {
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is a number from 0 to n-1.
func (s *stream) below(n int) int { return int((s.next() >> 32) * uint64(n) >> 32) }

// uniform is a number from 0 to 1, without 1.
func (s *stream) uniform() float64 { return float64(s.next()>>11) * 0x1p-53 }

// normal is a number of the normal distribution (Box and Muller).
func (s *stream) normal() float64 {
	r := math.Sqrt(-2 * math.Log(1-s.uniform()))
	return r * math.Cos(2*math.Pi*s.uniform())
}

// Keys of the stages' streams.
const (
	keyInit = iota + 1
	keyNoise
	keyLayout
	keyDescent
	keyPartition
	keyLanczos
	keyTransform
)
