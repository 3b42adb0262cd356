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
	weight []float32 // by pixel of the result: how far it lies towards the lower and the right ones
}

func newSampler(size int) *sampler {
	return &sampler{
		size: size, side: size + 2, framed: make([]float32, (size+2)*(size+2)),
		at: make([]int32, size*size), weight: make([]float32, 2*size*size),
	}
}

// aim works out where the pixels of the result come from.
func (s *sampler) aim(m affine) {
	last := float64(s.side) - 1.000001
	for y := range s.size {
		fy, fx := m.y+1+m.yy*float64(y), m.x+1+m.xy*float64(y)
		for x := range s.size {
			sy := min(max(fy+m.yx*float64(x), 0), last)
			sx := min(max(fx+m.xx*float64(x), 0), last)
			iy, ix := int32(sy), int32(sx)
			i := y*s.size + x
			s.at[i] = iy*int32(s.side) + ix
			s.weight[2*i], s.weight[2*i+1] = float32(sy-float64(iy)), float32(sx-float64(ix))
		}
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
		out := to[p:][:area]
		for i := range out {
			upper := s.framed[s.at[i]:][: s.side+2 : s.side+2]
			wy, wx := s.weight[2*i], s.weight[2*i+1]
			top := upper[0] + wx*(upper[1]-upper[0])
			bottom := upper[s.side] + wx*(upper[s.side+1]-upper[s.side])
			out[i] = top + wy*(bottom-top)
		}
	}
}

// back is move's adjoint: every number is added to the pixels that it was made of.
func (s *sampler) back(gradient, to []float32) {
	area := s.size * s.size
	for p := 0; p < len(gradient); p += area {
		clear(s.framed)
		for i, g := range gradient[p:][:area] {
			upper := s.framed[s.at[i]:][: s.side+2 : s.side+2]
			wy, wx := s.weight[2*i], s.weight[2*i+1]
			top, bottom := g*(1-wy), g*wy
			upper[0] += top * (1 - wx)
			upper[1] += top * wx
			upper[s.side] += bottom * (1 - wx)
			upper[s.side+1] += bottom * wx
		}
		for y := range s.size {
			copy(to[p+y*s.size:][:s.size], s.framed[(y+1)*s.side+1:])
		}
	}
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
