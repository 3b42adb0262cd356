package featvis

import (
	"errors"
	"fmt"
	"math"
)

// magnitudes is how many frequencies the spectrum of a real plane of size × size has.
func magnitudes(size int) int { return size * (size/2 + 1) }

// Spectra is the mean strength of the frequencies of pictures, in decorrelated colours: what the param maco can hold
// pictures to.
type Spectra struct {
	size, channels int
	plane          *spectrum
	sum            []float64
	pictures       int
}

// NewSpectra is for pictures of size × size, of 3 channels or 1.
func NewSpectra(size, channels int) *Spectra {
	s := &Spectra{size: size, channels: channels, plane: newFourier(1, size, size), sum: make([]float64, channels*magnitudes(size))}
	for i := range s.plane.scale {
		s.plane.scale[i] = 1
	}
	return s
}

// Add takes a picture in: numbers in 0..1, in planes of red, green and blue or one of gray.
func (s *Spectra) Add(picture []float32) {
	area, half := s.size*s.size, s.size/2+1
	colours := decorrelated(picture, s.channels)
	entries := make([]float32, s.plane.variables())
	for c := range s.channels {
		s.plane.adjoint(colours[c*area:][:area], entries) // counts columns twice that stand for two
		for y := range s.size {
			for x := range half {
				re, im := entries[y*s.plane.stride+x], entries[len(s.plane.scale)+y*s.plane.stride+x]
				strength := math.Hypot(float64(re), float64(im))
				if x > 0 && 2*x != s.size {
					strength /= 2
				}
				s.sum[(c*s.size+y)*half+x] += strength
			}
		}
	}
	s.pictures++
}

// Mean is what Options.Magnitudes takes.
func (s *Spectra) Mean() ([]float32, error) {
	if s.pictures == 0 {
		return nil, errors.New("there are no pictures to take the spectrum of")
	}
	mean := make([]float32, len(s.sum))
	for i, sum := range s.sum {
		mean[i] = float32(sum / float64(s.pictures) / float64(s.size*s.size))
	}
	return mean, nil
}

// decorrelated undoes the mixing of colours, around gray.
func decorrelated(picture []float32, channels int) []float32 {
	colours, area := make([]float32, len(picture)), len(picture)/channels
	for at := range area {
		var rgb [3]float64
		for c := range channels {
			rgb[c] = float64(picture[c*area+at]) - 0.5
		}
		if channels == 3 {
			rgb = unmixed(rgb)
		}
		for c := range channels {
			colours[c*area+at] = float32(rgb[c])
		}
	}
	return colours
}

// checkMagnitudes refuses what no picture has.
func (o Options) checkMagnitudes() error {
	if want := o.Channels * magnitudes(o.Size); o.Magnitudes != nil && len(o.Magnitudes) != want {
		return fmt.Errorf("a spectrum of %d numbers; pictures of %d×%d have %d", len(o.Magnitudes), o.Size, o.Size, want)
	}
	sum := 0.0
	for _, v := range o.Magnitudes {
		if v < 0 || !isFinite(float64(v)) {
			return fmt.Errorf("the spectrum has the number %v", v)
		}
		sum += float64(v)
	}
	if o.Magnitudes != nil && sum == 0 {
		return errors.New("the spectrum is zero: its pictures have one colour")
	}
	return nil
}
