package featvis

import (
	"math"
	"math/rand/v2"
)

// spectrum is a picture as its two-dimensional spectrum, scaled so that all frequencies have about the strength that they
// have in natural pictures: 1/f. For every plane and frequency it has two variables, a real and an imaginary one.
//
// From Lucid, lucid/optvis/param/spatial.py: fft_image. The inverse transform is divided by height · width, and the result
// by 4, which brings it into the sigmoid's middle.
//
// The variables of a plane are the real parts and then the imaginary ones, row by row, of the columns that a real picture's
// spectrum has; rows are filled up to a multiple of sixteen with variables that do nothing.
type spectrum struct {
	planes, height, width int
	stride                int       // variables in a row
	scale                 []float32 // of each entry; 0 beyond the row
	rows, columns         plan
	room                  []float32
}

// magic is what Lucid divides by.
const magic = 4

func newFourier(planes, height, width int) *spectrum {
	const lanes = 16
	half := width/2 + 1
	s := &spectrum{
		planes: planes, height: height, width: width, stride: (half + lanes - 1) / lanes * lanes,
		rows: newPlan(width), columns: newPlan(height),
	}
	s.room = make([]float32, 2*height*s.stride+4*lanes*max(height, width)+lanes)
	s.scale = make([]float32, height*s.stride)
	area, lowest := float64(height*width), 1/float64(max(height, width))
	for y := range height {
		fy := float64(min(y, height-y)) / float64(height)
		for x := range half {
			f := math.Hypot(fy, float64(x)/float64(width))
			s.scale[y*s.stride+x] = float32(math.Sqrt(area) / max(f, lowest) / area / magic)
		}
	}
	return s
}

func (s *spectrum) variables() int { return 2 * s.planes * s.height * s.stride }

func (s *spectrum) start(r *rand.Rand) []float32 { return drawn(r, s.variables(), spread) }

// tint sets the frequency 0, which is the mean.
func (s *spectrum) tint(variables, colour []float32) {
	for p := range s.planes {
		variables[2*p*len(s.scale)] += colour[p%len(colour)] / s.scale[0]
	}
}
