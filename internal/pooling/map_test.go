package pooling

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// part is what one cell of adaptive pooling covers of a plane.
func part(plane []float32, height, width, row, column, grid int) []float64 {
	var numbers []float64
	ceil := func(i, size int) int { return int(math.Ceil(float64(i*size) / float64(grid))) }
	for y := row * height / grid; y < ceil(row+1, height); y++ {
		for x := column * width / grid; x < ceil(column+1, width); x++ {
			numbers = append(numbers, float64(plane[y*width+x]))
		}
	}
	return numbers
}

// reference pools some numbers in float64, straight from the definition.
func reference(numbers []float64, p Pooling) float64 {
	switch p.Kind {
	case Max:
		return slices.Max(numbers)
	case GeM:
		return generalisedMean(numbers, 1, p.P) - generalisedMean(numbers, -1, p.P)
	default:
		return generalisedMean(numbers, 1, 1) - generalisedMean(numbers, -1, 1)
	}
}

func generalisedMean(numbers []float64, sign, p float64) float64 {
	sum := 0.0
	for _, v := range numbers {
		sum += math.Pow(max(sign*v, 0), p)
	}
	return math.Pow(sum/float64(len(numbers)), 1/p)
}

func parse(t testing.TB, name string) Pooling {
	t.Helper()
	p, err := Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// noise is a map of normally distributed numbers, half of its channels behind a scale and a shift.
func noise(channels, height, width int, affine bool) Map {
	r := rand.New(rand.NewPCG(5, uint64(height)))
	m := Map{Channels: channels, Height: height, Width: width}
	for range channels * height * width {
		m.Data = append(m.Data, float32(r.NormFloat64()))
	}
	for c := range channels {
		if affine {
			m.Scale, m.Shift = append(m.Scale, float32(c)-1.5), append(m.Shift, 0.25*float32(c))
		}
	}
	return m
}

// plane is a channel with its scale and shift applied.
func (m Map) plane(c int) []float32 {
	area := m.Height * m.Width
	plane := slices.Clone(m.Data[c*area : (c+1)*area])
	for i := range plane {
		if m.Scale != nil {
			plane[i] = plane[i]*m.Scale[c] + m.Shift[c]
		}
	}
	return plane
}

func TestOf(t *testing.T) {
	shapes := [][3]int{{3, 7, 7}, {2, 5, 3}, {4, 1, 1}, {2, 112, 112}, {1, 8, 11}, {16, 6, 9}, {5, 14, 14}, {1, 97, 131}, {2, 3, 200}}
	for _, s := range shapes {
		for _, name := range []string{"avg", "max", "gem:3", "gem:1", "gem:2", "gem:4", "gem:2.5", "gem:10"} {
			for grid := 1; grid <= 4; grid++ {
				p := parse(t, fmt.Sprintf("%s/%dx%d", name, grid, grid)).Fit(s[0], s[1], s[2])
				t.Run(fmt.Sprintf("%dx%dx%d/%v", s[0], s[1], s[2], p), func(t *testing.T) {
					check(t, noise(s[0], s[1], s[2], false), p)
					check(t, noise(s[0], s[1], s[2], true), p)
				})
			}
		}
	}
}

func check(t *testing.T, m Map, p Pooling) {
	t.Helper()
	f := p.Of(m)
	if len(f.Embedding) != p.Dimension(m.Channels) || len(f.Mean) != m.Channels || len(f.Max) != m.Channels {
		t.Fatalf("%d, %d and %d numbers", len(f.Embedding), len(f.Mean), len(f.Max))
	}
	for c := range m.Channels {
		plane := m.plane(c)
		whole := part(plane, m.Height, m.Width, 0, 0, 1)
		near(t, "mean", f.Mean[c], reference(whole, Pooling{Kind: Average}))
		near(t, "max", f.Max[c], reference(whole, Pooling{Kind: Max}))
		for i := range p.Grid * p.Grid {
			want := reference(part(plane, m.Height, m.Width, i/p.Grid, i%p.Grid, p.Grid), p)
			near(t, fmt.Sprintf("channel %d cell %d", c, i), f.Embedding[c*p.Grid*p.Grid+i], want)
		}
	}
}

func near(t *testing.T, what string, got float32, want float64) {
	t.Helper()
	if d := math.Abs(float64(got) - want); !(d <= 1e-5*max(1, math.Abs(want))) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// Maps of one value, from nothing to what no network makes, keep it: no power overflows or vanishes.
func TestExtremes(t *testing.T) {
	for _, name := range []string{"avg/2x2", "max/2x2", "gem:3/1x1", "gem:3/2x2", "gem:2.5/2x2", "gem:4/3x3", "gem:10/2x2"} {
		for _, v := range []float32{0, -1, 1e-11, -1e-30, 2e4, -1e6} {
			p := parse(t, name)
			m := Map{Channels: 2, Height: 3, Width: 3, Data: slices.Repeat([]float32{v}, 18)}
			for _, got := range p.Of(m).Embedding {
				if d := math.Abs(float64(got - v)); !(d <= 1e-5*math.Abs(float64(v))+1e-12) {
					t.Errorf("%s of %v is %v", name, v, got)
				}
			}
		}
	}
}

// A network that computed no number must not look as if it had.
func TestNoNumberShows(t *testing.T) {
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
		m := noise(1, 40, 40, false)
		m.Data[777] = bad
		if got := float64(Default.Of(m).Mean[0]); !math.IsNaN(got) && !math.IsInf(got, 0) {
			t.Errorf("a map with %v has the mean %v", bad, got)
		}
	}
}

func TestCubeRoots(t *testing.T) {
	p := parse(t, "gem:3/1x1")
	for x := 1e-11; x < 1e11; x *= 1.37 {
		got := p.Of(Map{Channels: 1, Height: 1, Width: 1, Data: []float32{float32(x)}}).Embedding[0]
		if d := math.Abs(float64(got)/float64(float32(x)) - 1); d > 1e-6 {
			t.Errorf("(%v³)^⅓ is %v", x, got)
		}
	}
}

func TestWrongLengthsPanic(t *testing.T) {
	for name, m := range map[string]Map{
		"too few values":     {Channels: 1, Height: 3, Width: 3, Data: make([]float32, 8)},
		"no values":          {},
		"finer than the map": {Channels: 1, Height: 2, Width: 9, Data: make([]float32, 18)},
		"scales":             {Channels: 2, Height: 3, Width: 3, Data: make([]float32, 18), Scale: make([]float32, 1), Shift: make([]float32, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			Default.Of(m)
		})
	}
}

func TestConcurrentUse(t *testing.T) {
	m := noise(8, 20, 20, true)
	want := Default.Of(m)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				if !slices.Equal(Default.Of(m).Embedding, want.Embedding) {
					t.Error("another result")
				}
			}
		})
	}
	group.Wait()
}

// BenchmarkOf measures maps from a network's beginning to its end.
func BenchmarkOf(b *testing.B) {
	for _, s := range [][3]int{{64, 224, 224}, {96, 112, 112}, {256, 56, 56}, {512, 14, 14}, {1280, 7, 7}} {
		m := noise(s[0], s[1], s[2], true)
		b.Run(fmt.Sprintf("%dx%dx%d", s[0], s[1], s[2]), func(b *testing.B) {
			b.SetBytes(int64(4 * len(m.Data)))
			for b.Loop() {
				Default.Of(m)
			}
		})
	}
}
