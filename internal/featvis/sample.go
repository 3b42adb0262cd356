package featvis

import "math"

// gray is what lies around a picture.
const gray = 0.5

// sampler moves pictures by an affine map, with bilinear interpolation, and derivatives back.
type sampler struct {
	size   int
	side   int       // of a picture with a border of one pixel on every side
	framed []float32 // one plane within its border
	at     []int32   // by pixel of the result: the first of the four pixels of the framed plane that it is made of
	weight []float32 // how far each pixel of the result lies towards the lower ones, and then towards the right ones
}

func newSampler(size int) *sampler {
	return &sampler{
		size: size, side: size + 2, framed: make([]float32, (size+2)*(size+2)),
		at: make([]int32, size*size), weight: make([]float32, 2*size*size),
	}
}

// move samples planes.
func (s *sampler) move(planes, to []float32) {
	area := s.size * s.size
	for i := range s.framed {
		s.framed[i] = gray
	}
	for p := 0; p < len(planes); p += area {
		for y := range s.size {
			copy(s.framed[(y+1)*s.side+1:][:s.size], planes[p+y*s.size:])
		}
		s.sample(to[p:][:area])
	}
}

// back is move's adjoint: every number is added to the pixels that it was made of.
func (s *sampler) back(gradient, to []float32) {
	area := s.size * s.size
	for p := 0; p < len(gradient); p += area {
		clear(s.framed)
		s.spread(gradient[p:][:area])
		for y := range s.size {
			copy(to[p+y*s.size:][:s.size], s.framed[(y+1)*s.side+1:])
		}
	}
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
