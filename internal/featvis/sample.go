package featvis

import "math"

// sampler moves pictures by an affine map, with bilinear interpolation, and derivatives back. Beyond its border a picture
// goes on as its own mirror image. Lucid puts gray around it; but what a network sees of an edge between picture and gray,
// the picture soon makes use of, and has a frame of its opposite around it.
type sampler struct {
	size   int
	at     []int32   // by pixel of the result: the first of the four pixels that it is made of
	weight []float32 // how far each pixel of the result lies towards the lower ones, and then towards the right ones
}

func newSampler(size int) *sampler {
	return &sampler{size: size, at: make([]int32, size*size), weight: make([]float32, 2*size*size)}
}

// move samples planes.
func (s *sampler) move(planes, to []float32) {
	area := s.size * s.size
	for p := 0; p < len(planes); p += area {
		s.sample(planes[p:][:area], to[p:][:area])
	}
}

// back is move's adjoint: every number is added to the pixels that it was made of.
func (s *sampler) back(gradient, to []float32) {
	clear(to)
	area := s.size * s.size
	for p := 0; p < len(gradient); p += area {
		s.spread(gradient[p:][:area], to[p:][:area])
	}
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
