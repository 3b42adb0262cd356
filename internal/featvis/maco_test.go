package featvis

import (
	"context"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// strengths are some that differ from frequency to frequency.
func strengths(o Options) []float32 {
	list := noise(11, o.Channels*magnitudes(o.Size))
	for i := range list {
		list[i] = 0.1 + list[i]*list[i]
	}
	return list
}

// slopeAlong holds the derivative of ⟨f(x), y⟩ against central differences along a random direction.
func slopeAlong(t *testing.T, x, gradient []float32, value func(x []float32) float64) {
	t.Helper()
	direction := noise(12, len(x))
	slope, step := dot(gradient, direction), 1e-2
	side := func(sign float64) float64 {
		moved := slices.Clone(x)
		for i := range moved {
			moved[i] += float32(sign * step * float64(direction[i]))
		}
		return value(moved)
	}
	if measured := (side(1) - side(-1)) / (2 * step); math.Abs(measured-slope) > 2e-3*math.Sqrt(dot(gradient, gradient))*math.Sqrt(float64(len(x)))/10 {
		t.Errorf("the slope is %v, the gradient says %v", measured, slope)
	}
}

func TestMacoAdjoint(t *testing.T) {
	for _, o := range []Options{{Size: 8, Channels: 1, Count: 1}, {Size: 13, Channels: 3, Count: 2}, {Size: 20, Channels: 3, Count: 1}} {
		for _, given := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d pixels, %d channels, %v", o.Size, o.Channels, given), func(t *testing.T) {
				if given {
					o.Magnitudes = strengths(o)
				}
				m := newMaco(o)
				x := m.start(rand.New(rand.NewPCG(1, 2)))
				colours := make([]float32, o.Count*o.Channels*o.Size*o.Size)
				y, gradient := noise(13, len(colours)), make([]float32, len(x))
				value := func(x []float32) float64 {
					m.render(x, colours)
					return dot(colours, y)
				}
				value(x)
				m.adjoint(y, gradient)
				slopeAlong(t, x, gradient, value)
			})
		}
	}
}

func TestStandardised(t *testing.T) {
	s := newStandardised(40)
	x, y, gradient := noise(14, 40), noise(15, 40), make([]float32, 40)
	for i := range x {
		x[i] = 3*x[i] + 7
	}
	value := func(x []float32) float64 {
		s.take(x)
		return dot(s.values, y)
	}
	value(x)
	sum := 0.0
	for _, v := range s.values {
		sum += float64(v)
	}
	if math.Abs(sum) > 1e-5 || math.Abs(dot(s.values, s.values)-40) > 1e-3 {
		t.Errorf("the mean is %v, the sum of squares %v", sum/40, dot(s.values, s.values))
	}
	s.back(y, gradient)
	slopeAlong(t, x, gradient, value)
	s.take(make([]float32, 40))
	s.back(y, gradient)
	if !allFinite(s.values) || !allFinite(gradient) {
		t.Error("equal numbers cannot be standardised")
	}
}

// TestMacoHoldsMagnitudes: whatever the phases, the frequencies of a picture have the strengths that were given. (In the
// first and the last column, each is the mean of two that belong together.)
func TestMacoHoldsMagnitudes(t *testing.T) {
	o := Options{Size: 12, Channels: 1, Count: 1}
	o.Magnitudes = strengths(o)
	m := newMaco(o)
	picture := make([]float32, o.Size*o.Size)
	m.render(noise(16, m.variables()), picture)
	s := NewSpectra(o.Size, 1)
	s.Add(picture)
	got, err := s.Mean()
	if err != nil {
		t.Fatal(err)
	}
	half, factor := o.Size/2+1, float64(got[1]/o.Magnitudes[1])
	for i, v := range got {
		if x := i % half; x > 0 && x < half-1 && math.Abs(float64(v)-factor*float64(o.Magnitudes[i])) > 1e-4*factor {
			t.Errorf("frequency %d, %d has the strength %v, want %v", i/half, x, v, factor*float64(o.Magnitudes[i]))
		}
	}
}

// TestSpectra compares with the definition of the Fourier transform, colours undone by the matrix that mixes them.
func TestSpectra(t *testing.T) {
	for _, size := range []int{6, 7} {
		area, half := size*size, size/2+1
		colours := noise(17, 3*area)
		rgb := make([]float32, 3*area)
		for at := range area {
			for c := range 3 {
				for d := range 3 {
					rgb[c*area+at] += correlated[3*c+d] * colours[d*area+at]
				}
				rgb[c*area+at] += 0.5
			}
		}
		s := NewSpectra(size, 3)
		s.Add(rgb)
		s.Add(rgb)
		got, err := s.Mean()
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got {
			c, ky, kx := i/half/size, i/half%size, i%half
			sum := complex(0, 0)
			for at := range area {
				angle := -2 * math.Pi * float64(ky*(at/size)+kx*(at%size)) / float64(size)
				sum += complex(float64(colours[c*area+at]), 0) * cmplx.Exp(complex(0, angle))
			}
			if want := cmplx.Abs(sum) / float64(area); math.Abs(float64(v)-want) > 1e-4 {
				t.Errorf("size %d: plane %d, frequency %d, %d has the strength %v, want %v", size, c, ky, kx, v, want)
			}
		}
	}
	if _, err := NewSpectra(8, 3).Mean(); err == nil {
		t.Error("no pictures have a spectrum")
	}
}

func TestMacoRises(t *testing.T) {
	for _, channels := range []int{1, 3} {
		o := Options{Size: 24, Channels: channels, Count: 2, Steps: 200, Param: "maco", Transforms: "none"}
		r, err := Render(context.Background(), likeTarget(smooth(2*channels, 24)), o)
		if err != nil {
			t.Fatal(err)
		}
		if r.End < 0.6*r.Start || len(r.Pictures) != 2 {
			t.Errorf("%d channels: the objective went from %v to %v", channels, r.Start, r.End)
		}
	}
}

func TestColourOfTheFirstPicture(t *testing.T) {
	for _, param := range []string{"fourier", "pixel"} {
		for _, colour := range [][]float32{{0.9, 0.1, 0.5}, {0.2}} {
			o := Options{Size: 16, Channels: len(colour), Count: 2, Param: param, Colour: colour}
			r := newRenderer(o.withDefaults())
			r.develop()
			for i, v := range r.pictures {
				if want := colour[i/256%len(colour)]; math.Abs(float64(v-want)) > 0.05 {
					t.Fatalf("%s: number %d is %v, want about %v", param, i, v, want)
				}
			}
		}
	}
}

func TestBestPlain(t *testing.T) {
	wanted := []float32{1, 0, 1}
	g := func(_ context.Context, pictures, _ []float32) (float64, error) {
		sum := 0.0
		for i, p := range pictures {
			d := float64(p - wanted[i/64%3])
			sum -= d * d
		}
		return sum, nil
	}
	colour, objective, err := BestPlain(context.Background(), g, Options{Size: 8})
	if err != nil || objective != 0 || !slices.Equal(colour, wanted) {
		t.Errorf("%v with the objective %v, %v", colour, objective, err)
	}
}

func TestOptionsRefuseSpectra(t *testing.T) {
	zeros := make([]float32, 3*magnitudes(16))
	negative := slices.Clone(zeros)
	negative[3] = -1
	for want, o := range map[string]Options{
		"have 432":            {Size: 16, Magnitudes: []float32{1}},
		"has the number -1":   {Size: 16, Magnitudes: negative},
		"one colour":          {Size: 16, Magnitudes: zeros},
		"a colour of 2":       {Size: 16, Colour: []float32{1, 0}},
		"fourier, pixel and ": {Param: "wavelet"},
	} {
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}
