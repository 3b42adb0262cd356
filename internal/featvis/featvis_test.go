package featvis

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func noise(seed uint64, n int) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	data := make([]float32, n)
	for i := range data {
		data[i] = float32(r.NormFloat64())
	}
	return data
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// checkAdjoint: ⟨A·x, y⟩ = ⟨x, Aᵀ·y⟩ for a linear map and its adjoint, within what float32 loses.
func checkAdjoint(t *testing.T, in, out int, forward, back func(from, to []float32)) {
	t.Helper()
	x, y := noise(1, in), noise(2, out)
	ax, aty := make([]float32, out), make([]float32, in)
	forward(x, ax)
	back(y, aty)
	left, right := dot(ax, y), dot(x, aty)
	if math.Abs(left-right) > 1e-6*math.Sqrt(dot(ax, ax)*dot(y, y)) {
		t.Errorf("⟨A·x, y⟩ = %v, ⟨x, Aᵀ·y⟩ = %v", left, right)
	}
}

func TestSpectrumAdjoint(t *testing.T) {
	for _, size := range [][2]int{{6, 8}, {5, 8}, {6, 7}, {5, 7}, {16, 16}, {33, 64}, {96, 50}, {128, 44}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			s := newFourier(2, size[0], size[1])
			checkAdjoint(t, s.variables(), 2*size[0]*size[1], s.render, s.adjoint)
		})
	}
}

// TestSpectrumDefinition compares the inverse transform with its definition, a sum over the full spectrum whose missing
// half is the conjugate of the one that is stored.
func TestSpectrumDefinition(t *testing.T) {
	for _, size := range [][2]int{{6, 8}, {5, 7}, {44, 12}, {9, 40}} {
		h, w := size[0], size[1]
		s := newFourier(1, h, w)
		variables, got := noise(3, s.variables()), make([]float32, h*w)
		s.render(variables, got)
		entry := func(y, x int) complex128 {
			i := y*s.stride + x
			return complex(float64(variables[i]), float64(variables[h*s.stride+i])) * complex(float64(s.scale[i]), 0)
		}
		for y := range h {
			for x := range w {
				sum := 0.0
				for ky := range h {
					for kx := range w/2 + 1 {
						angle := 2 * math.Pi * (float64(ky*y)/float64(h) + float64(kx*x)/float64(w))
						sum += count(kx, w) * real(entry(ky, kx)*cmplx.Exp(complex(0, angle)))
					}
				}
				if math.Abs(sum-float64(got[y*w+x])) > 1e-6 {
					t.Fatalf("%d×%d at %d, %d: %v, by definition %v", h, w, y, x, got[y*w+x], sum)
				}
			}
		}
	}
}

// count is how many columns of the full spectrum a stored one stands for.
func count(kx, width int) float64 {
	if kx == 0 || 2*kx == width {
		return 1
	}
	return 2
}

// TestSpectrumScale: frequencies count as Lucid scales them, 1/f but for what no picture is long enough for.
func TestSpectrumScale(t *testing.T) {
	s := newFourier(1, 8, 8)
	const unit = 8.0 / 64 / 4 // √(8·8) / (8·8) / 4
	for at, want := range map[[2]int]float64{{0, 0}: 8 * unit, {0, 1}: 8 * unit, {0, 4}: 2 * unit, {4, 0}: 2 * unit, {7, 0}: 8 * unit, {4, 4}: math.Sqrt2 * unit} {
		if got := float64(s.scale[at[0]*s.stride+at[1]]); math.Abs(got-want) > 1e-7 {
			t.Errorf("the scale of %v is %v, want %v", at, got, want)
		}
	}
}

func TestColour(t *testing.T) {
	const area = 5
	for _, channels := range []int{1, 3} {
		x, y := noise(4, 2*channels*area), noise(5, 2*channels*area)
		value := func(x []float32) float64 {
			x = slices.Clone(x)
			colour(x, channels, area)
			return dot(x, y)
		}
		pictures, gradient := slices.Clone(x), slices.Clone(y)
		colour(pictures, channels, area)
		uncolour(pictures, gradient, channels, area)
		for i := range x {
			up, down := slices.Clone(x), slices.Clone(x)
			up[i] += 1e-2
			down[i] -= 1e-2
			if slope := (value(up) - value(down)) / 2e-2; math.Abs(slope-float64(gradient[i])) > 1e-4 {
				t.Errorf("%d channels, %d: the slope is %v, the gradient says %v", channels, i, slope, gradient[i])
			}
		}
	}
	if got := correlated[3]; math.Abs(float64(got)-0.584476) > 1e-6 {
		t.Errorf("the colours' matrix has %v, Lucid's 0.584476", got)
	}
}

func TestSamplerAdjoint(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	ts, err := ParseTransforms("standard")
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{8, 13} {
		s := newSampler(size)
		for range 5 {
			s.aim(ts.draw(r, size))
			checkAdjoint(t, 2*size*size, 2*size*size, s.move, s.back)
		}
	}
}

// TestSampler: the identity leaves pictures alone, whole pixels are moved exactly, a scale of 2 repeats and interpolates.
func TestSampler(t *testing.T) {
	s := newSampler(3)
	x := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}
	for name, test := range map[string]struct {
		m    affine
		want []float32
	}{
		"nothing":        {shift(0, 0), x},
		"up and left":    {shift(1, 1), []float32{5, 6, 5, 8, 9, 8, 5, 6, 5}},
		"half a pixel":   {shift(0, .5), []float32{1.5, 2.5, 2.5, 4.5, 5.5, 5.5, 7.5, 8.5, 8.5}},
		"twice as large": {affine{yy: .5, xx: .5}, []float32{1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5}},
		"a quarter turn": {affine{yx: 1, xy: -1, x: 2}, []float32{3, 6, 9, 2, 5, 8, 1, 4, 7}},
		"a period away":  {shift(-8, 12), x},
		"mirrored":       {shift(-2, 4), []float32{7, 8, 9, 4, 5, 6, 1, 2, 3}},
	} {
		s.aim(test.m)
		got := make([]float32, 9)
		s.move(x, got)
		for i := range got {
			if math.Abs(float64(got[i]-test.want[i])) > 1e-5 {
				t.Errorf("%s: got %v, want %v", name, got, test.want)
				break
			}
		}
	}
}

// TestTransformsDraw: what Lucid's set does stays within its ranges, and comes about as often.
func TestTransformsDraw(t *testing.T) {
	ts, err := ParseTransforms("scale:0.9..1.1,rotate:-10..10")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(9, 9))
	upright := 0
	for range 2000 {
		m := ts.draw(r, 128)
		scale, angle := math.Hypot(m.yy, m.yx), math.Atan2(m.yx, m.yy)*180/math.Pi
		if scale < 1/1.11 || scale > 1/0.89 || math.Abs(angle) > 10.001 {
			t.Fatalf("scale %v, angle %v", scale, angle)
		}
		if math.Abs(angle) < 1e-9 {
			upright++
		}
	}
	if upright < 380 || upright > 550 { // 6 of 26
		t.Errorf("%d of 2000 are upright", upright)
	}
}

func TestParseTransformsRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                "there are standard, none",
		"blur:3":          "there are standard, none",
		"pad":             "is no number",
		"pad:1.5":         "whole number",
		"jitter:1..2":     "whole number",
		"scale:2..1":      "it takes",
		"scale:0":         "it takes 0.1 to 10",
		"rotate:NaN":      "is no number",
		"rotate:-200..10": "it takes -180 to 180",
	} {
		if _, err := ParseTransforms(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParseTransforms(f *testing.F) {
	f.Add("standard")
	f.Add(standard)
	f.Add("none")
	f.Fuzz(func(t *testing.T, text string) {
		ts, err := ParseTransforms(text)
		if err != nil {
			return
		}
		s := newSampler(8)
		m := ts.draw(rand.New(rand.NewPCG(1, 1)), 8)
		for _, v := range []float64{m.yy, m.yx, m.y, m.xy, m.xx, m.x} {
			if !isFinite(v) {
				t.Fatalf("%q: %+v", text, m)
			}
		}
		s.aim(m)
		s.move(make([]float32, 64), make([]float32, 64))
	})
}

// TestAdam compares three steps with what the paper's formulas give, computed by hand.
func TestAdam(t *testing.T) {
	a := newAdam(1, 0.05)
	x := []float32{0}
	m, v, want := 0.0, 0.0, 0.0
	for step, g := range []float64{2, -1, 0.5} {
		a.climb(x, []float32{float32(g)})
		m, v = 0.9*m+0.1*g, 0.999*v+0.001*g*g
		n := float64(step + 1)
		want += 0.05 * (m / (1 - math.Pow(0.9, n))) / (math.Sqrt(v/(1-math.Pow(0.999, n))) + 1e-8)
		if math.Abs(float64(x[0])-want) > 1e-6 {
			t.Errorf("after step %d: %v, want %v", step+1, x[0], want)
		}
	}
}

// likeTarget is an objective whose best picture is known: 0 where the picture is the target, negative elsewhere.
func likeTarget(target []float32) Gradient {
	return func(_ context.Context, pictures, gradient []float32) (float64, error) {
		sum := 0.0
		for i, p := range pictures {
			d := p - target[i]
			sum -= float64(d) * float64(d)
			gradient[i] = -2 * d
		}
		return sum, nil
	}
}

func smooth(channels, size int) []float32 {
	target := make([]float32, channels*size*size)
	for i := range target {
		target[i] = float32(0.5 + 0.2*math.Sin(float64(i/size%size)/3)*math.Cos(float64(i%size)/4+float64(i/size/size)))
	}
	return target
}

func TestRender(t *testing.T) {
	for _, param := range []string{"fourier", "pixel"} {
		for _, channels := range []int{1, 3} {
			target := smooth(2*channels, 16)
			o := Options{Size: 16, Channels: channels, Count: 2, Steps: 400, Param: param, Transforms: "none"}
			r, err := Render(context.Background(), likeTarget(target), o)
			if err != nil {
				t.Fatal(err)
			}
			if r.End < 0.02*r.Start || len(r.Curve) != 400 || len(r.Pictures) != 2 {
				t.Errorf("%s, %d channels: the objective went from %v to %v in %d steps", param, channels, r.Start, r.End, len(r.Curve))
			}
			if got := r.Pictures[1].NRGBAAt(3, 2).R; math.Abs(float64(got)-255*float64(target[channels*256+2*16+3])) > 10 {
				t.Errorf("%s: a pixel is %d, should be %v", param, got, 255*target[channels*256+2*16+3])
			}
		}
	}
}

func TestRenderIsRepeatable(t *testing.T) {
	target := smooth(3, 24)
	make := func(seed uint64) []byte {
		r, err := Render(context.Background(), likeTarget(target), Options{Size: 24, Steps: 20, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return r.Pictures[0].Pix
	}
	if !slices.Equal(make(1), make(1)) || slices.Equal(make(1), make(2)) {
		t.Error("the same seed should make the same picture, another seed another one")
	}
}

func TestRenderStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	o := Options{Size: 16, Progress: func(step int, _ float64) {
		if step == 3 {
			cancel()
		}
	}}
	if _, err := Render(ctx, likeTarget(smooth(3, 16)), o); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "step 4") {
		t.Errorf("cancelled: %v", err)
	}
	broken := func(_ context.Context, _, _ []float32) (float64, error) { return math.NaN(), nil }
	if _, err := Render(context.Background(), broken, Options{Size: 16}); err == nil || !strings.Contains(err.Error(), "NaN") {
		t.Errorf("no number: %v", err)
	}
	early := 0
	counting := func(ctx context.Context, p, g []float32) (float64, error) {
		early++
		return likeTarget(smooth(3, 16))(ctx, p, g)
	}
	if _, err := Render(context.Background(), likeTarget(smooth(3, 16)), Options{Size: 16, Steps: 30, Early: counting}); err != nil || early != EarlySteps {
		t.Errorf("the early gradient was asked %d times, %v", early, err)
	}
}

func TestOptionsRefuse(t *testing.T) {
	for name, o := range map[string]Options{
		"size": {Size: 4}, "number of steps": {Steps: -1}, "number of pictures": {Count: 99}, "rate": {Rate: -1},
		"3 channels or 1": {Channels: 4}, "no param": {Param: "wavelet"}, "transform": {Transforms: "shake"},
	} {
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// BenchmarkStep is what a step costs beside the network, 128×128 pixels. BenchmarkCopy is what to compare it with.
func BenchmarkStep(b *testing.B) {
	slope := noise(6, 3*128*128)
	cheap := func(_ context.Context, _, gradient []float32) (float64, error) {
		copy(gradient, slope)
		return 0, nil
	}
	r := newRenderer(Options{}.withDefaults())
	for b.Loop() {
		if _, err := r.step(context.Background(), cheap); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCopy copies a picture of 128×128 pixels.
func BenchmarkCopy(b *testing.B) {
	from, to := noise(6, 3*128*128), make([]float32, 3*128*128)
	b.SetBytes(int64(4 * len(from)))
	for b.Loop() {
		copy(to, from)
	}
}

func BenchmarkStages(b *testing.B) {
	r := newRenderer(Options{}.withDefaults())
	area := 128 * 128
	slope := noise(6, 3*area)
	r.develop()
	copy(r.gradient, slope)
	for _, stage := range []struct {
		name string
		run  func()
	}{
		{"spectrum", func() { r.param.render(r.variables, r.pictures) }},
		{"colour", func() {
			copy(r.pictures, slope)
			colour(r.pictures, 3, area)
		}},
		{"aim", func() { r.sampler.aim(r.transforms.draw(r.random, 128)) }},
		{"move", func() { r.sampler.move(r.pictures, r.moved) }},
		{"back", func() { r.sampler.back(r.gradient, r.moved) }},
		{"uncolour", func() { // in place: always the same numbers, or they would shrink until they are slow to compute with
			copy(r.gradient, slope)
			uncolour(r.pictures, r.gradient, 3, area)
		}},
		{"adjoint", func() { r.param.adjoint(r.gradient, r.uphill) }},
		{"adam", func() { r.adam.climb(r.variables, r.uphill) }},
	} {
		b.Run(stage.name, func(b *testing.B) {
			for b.Loop() {
				stage.run()
			}
		})
	}
}
