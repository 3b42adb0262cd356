package featvis

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// spectrum is a picture as its two-dimensional spectrum, scaled so that all frequencies have about the strength that they
// have in natural pictures: 1/f. For every plane and frequency it has two variables, a real and an imaginary one.
//
// From Lucid, lucid/optvis/param/spatial.py: fft_image. The inverse transform is divided by height · width, and the result
// by 4, which brings it into the sigmoid's middle.
type spectrum struct {
	planes, height, width int
	half                  int       // columns of a real picture's spectrum
	scale                 []float64 // by frequency
	count                 []float64 // how many entries of the full spectrum a column stands for, 1 or 2
	rows                  *fourier.FFT
	columns               *fourier.CmplxFFT
	plane                 []complex128 // of one plane
	column, row           []complex128
	line                  []float64
}

// magic is what Lucid divides by.
const magic = 4

func newFourier(planes, height, width int) *spectrum {
	s := &spectrum{
		planes: planes, height: height, width: width, half: width/2 + 1,
		rows: fourier.NewFFT(width), columns: fourier.NewCmplxFFT(height),
	}
	s.plane = make([]complex128, height*s.half)
	s.column, s.row, s.line = make([]complex128, height), make([]complex128, s.half), make([]float64, width)
	for x := range s.half {
		s.count = append(s.count, 2)
		if x == 0 || 2*x == width {
			s.count[x] = 1
		}
	}
	area := float64(height * width)
	for y := range height {
		fy := float64(min(y, height-y)) / float64(height)
		for x := range s.half {
			f := math.Hypot(fy, float64(x)/float64(width))
			s.scale = append(s.scale, math.Sqrt(area)/max(f, 1/float64(max(height, width)))/area/magic)
		}
	}
	return s
}

func (s *spectrum) variables() int { return s.planes * s.height * s.half * 2 }

func (s *spectrum) render(variables, colours []float32) {
	for p := range s.planes {
		from := variables[p*2*len(s.plane):][:2*len(s.plane)]
		for i, scale := range s.scale {
			s.plane[i] = complex(float64(from[2*i])*scale, float64(from[2*i+1])*scale)
		}
		for x := range s.half {
			s.eachColumn(x, s.columns.Sequence)
		}
		for y := range s.height {
			copy(s.row, s.plane[y*s.half:])
			s.rows.Sequence(s.line, s.row)
			to := colours[(p*s.height+y)*s.width:][:s.width]
			for x, v := range s.line {
				to[x] = float32(v)
			}
		}
	}
}

// adjoint is the forward transform: the inverse one's matrix, transposed. A column that stands for two of the full
// spectrum adds twice.
func (s *spectrum) adjoint(colours, variables []float32) {
	for p := range s.planes {
		for y := range s.height {
			from := colours[(p*s.height+y)*s.width:][:s.width]
			for x, v := range from {
				s.line[x] = float64(v)
			}
			copy(s.plane[y*s.half:], s.rows.Coefficients(s.row, s.line))
		}
		for x := range s.half {
			s.eachColumn(x, s.columns.Coefficients)
		}
		to := variables[p*2*len(s.plane):][:2*len(s.plane)]
		for i, v := range s.plane {
			scale := s.scale[i] * s.count[i%s.half]
			to[2*i], to[2*i+1] = float32(real(v)*scale), float32(imag(v)*scale)
		}
	}
}

// eachColumn transforms one column of the plane.
func (s *spectrum) eachColumn(x int, transform func(to, from []complex128) []complex128) {
	for y := range s.height {
		s.column[y] = s.plane[y*s.half+x]
	}
	transform(s.column, s.column)
	for y := range s.height {
		s.plane[y*s.half+x] = s.column[y]
	}
}
