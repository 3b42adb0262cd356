package featvis

import (
	"math"
	"math/rand/v2"
)

// maco is pictures whose frequencies have fixed strengths, those of natural pictures; only the phases are variables, so
// that nothing can be gained by noise or by contrast. From Fel et al.: Unlocking Feature Visualization for Deeper Networks
// with MAgnitude Constrained Optimization (NeurIPS 2023), and their library Xplique (features_visualizations/maco.py).
// Phases are standardised before they are used, and so is the picture before it is squashed.
//
// The variables of a picture are the phases of its planes, row by row, of the columns that a real picture's spectrum has.
type maco []*phased

// phased is one picture.
type phased struct {
	planes        []*spectrum // of all pictures, scaled by the strengths of the frequencies
	half          int         // frequencies in a row
	phases        standardised
	picture       standardised
	turns         []float32 // by frequency of each plane: the cosines of the phases and then their sines, as spectrum wants them
	slopes        []float32 // the derivative by one plane's turns
	byPicture, by []float32 // the derivative by the picture before it was standardised, and by the standardised phases
}

func newMaco(o Options) maco {
	planes := make([]*spectrum, o.Channels)
	for c := range planes {
		planes[c] = newFourier(1, o.Size, o.Size) // scaled by 1/f
		if o.Magnitudes != nil {
			planes[c].rescale(o.Magnitudes[c*magnitudes(o.Size):][:magnitudes(o.Size)])
		}
	}
	m := make(maco, o.Count)
	for i := range m {
		pixels, frequencies := o.Channels*o.Size*o.Size, o.Channels*magnitudes(o.Size)
		m[i] = &phased{
			planes: planes, half: o.Size/2 + 1, phases: newStandardised(frequencies), picture: newStandardised(pixels),
			turns: make([]float32, o.Channels*planes[0].variables()), slopes: make([]float32, planes[0].variables()),
			byPicture: make([]float32, pixels), by: make([]float32, frequencies),
		}
	}
	return m
}

// rescale replaces the scale by one that has as many numbers in a row as a real picture's spectrum has columns.
func (s *spectrum) rescale(scale []float32) {
	half := s.width/2 + 1
	for y := range s.height {
		copy(s.scale[y*s.stride:], scale[y*half:][:half])
	}
}

func (m maco) variables() int { return len(m) * len(m[0].by) }

func (m maco) start(r *rand.Rand) []float32 { return drawn(r, m.variables(), 1) }

// tint does nothing: a standardised picture has no colour of its own.
func (m maco) tint([]float32, []float32) {}

func (m maco) render(variables, colours []float32) {
	for i, p := range m {
		p.render(variables[i*len(p.by):][:len(p.by)], colours[i*len(p.byPicture):][:len(p.byPicture)])
	}
}

// adjoint is about the pictures that were rendered last: the derivative depends on them.
func (m maco) adjoint(colours, variables []float32) {
	for i, p := range m {
		p.adjoint(colours[i*len(p.byPicture):][:len(p.byPicture)], variables[i*len(p.by):][:len(p.by)])
	}
}

func (p *phased) render(phases, picture []float32) {
	p.phases.take(phases)
	for c, s := range p.planes {
		turns := p.turnsOf(c)
		p.each(c, func(frequency, entry int) {
			sin, cos := math.Sincos(float64(p.phases.values[frequency]))
			turns[entry], turns[len(s.scale)+entry] = float32(cos), float32(sin)
		})
		s.render(turns, picture[c*s.height*s.width:][:s.height*s.width])
	}
	p.picture.take(picture)
	copy(picture, p.picture.values)
}

func (p *phased) adjoint(gradient, byPhases []float32) {
	p.picture.back(gradient, p.byPicture)
	for c, s := range p.planes {
		turns := p.turnsOf(c)
		s.adjoint(p.byPicture[c*s.height*s.width:][:s.height*s.width], p.slopes)
		p.each(c, func(frequency, entry int) {
			sine := len(s.scale) + entry
			p.by[frequency] = turns[entry]*p.slopes[sine] - turns[sine]*p.slopes[entry]
		})
	}
	p.phases.back(p.by, byPhases)
}

func (p *phased) turnsOf(c int) []float32 {
	n := p.planes[c].variables()
	return p.turns[c*n:][:n]
}

// each goes through a plane's frequencies: their places among the picture's phases, and among a spectrum's entries.
func (p *phased) each(c int, visit func(frequency, entry int)) {
	s := p.planes[c]
	for y := range s.height {
		for x := range p.half {
			visit((c*s.height+y)*p.half+x, y*s.stride+x)
		}
	}
}
