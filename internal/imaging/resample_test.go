package imaging

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"math"
	"path/filepath"
	"strings"
	"testing"
)

// fromTensor rounds an unnormalised tensor back to pixels.
func fromTensor(tensor []float32, w, h int) *Picture {
	p := &Picture{Width: w, Height: h, RGB: make([]uint8, 3*w*h)}
	for c := range 3 {
		for i, v := range tensor[c*w*h : (c+1)*w*h] {
			p.RGB[3*i+c] = uint8(math.Round(float64(v)))
		}
	}
	return p
}

func TestResizeAgreesWithPillow(t *testing.T) {
	names, err := filepath.Glob("testdata/resize-*-to-*.png")
	if err != nil || len(names) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, name := range names {
		name = filepath.Base(name)
		t.Run(name, func(t *testing.T) {
			source, _, _ := strings.Cut(name, "-to-")
			p, want := mustDecode(t, readFile(t, source+".png")), readWant(t, name)
			got := fromTensor(p.Tensor(want.Width, want.Height, "rgb", nil, nil, Stretch), want.Width, want.Height)
			if largest, mean := difference(t, got, want); largest > 1 || mean > 0.05 {
				t.Errorf("tensor differs by up to %d levels, %.3f on average", largest, mean)
			}
			scaled := &Picture{Width: want.Width, Height: want.Height, RGB: make([]uint8, 3*want.Width*want.Height)}
			m := p.scaled(want.Width, want.Height)
			for y := range want.Height {
				rgbaRow(scaled.RGB[y*want.Width*3:][:want.Width*3], m.Pix[y*m.Stride:])
			}
			if largest, _ := difference(t, scaled, want); largest > 1 {
				t.Errorf("thumbnail differs by up to %d levels", largest)
			}
		})
	}
}

// reference is the filter in float64, straight from its definition.
func reference(p *Picture, across, down axis) []float64 {
	out := make([]float64, 3*across.out*down.out)
	for c := range 3 {
		for y := range down.out {
			for x := range across.out {
				out[(c*down.out+y)*across.out+x] = sample(p, across, down, x, y, c)
			}
		}
	}
	return out
}

func sample(p *Picture, across, down axis, x, y, c int) float64 {
	sum, total := 0.0, 0.0
	for sy := range p.Height {
		wy := triangle(down, y, sy)
		for sx := range p.Width {
			if w := wy * triangle(across, x, sx); w > 0 {
				sum += w * float64(p.RGB[(sy*p.Width+sx)*3+c])
				total += w
			}
		}
	}
	return sum / total
}

func triangle(a axis, out, in int) float64 {
	scale := (a.to - a.from) / float64(a.out)
	return max(1-math.Abs(float64(in)+0.5-a.from-(float64(out)+0.5)*scale)/max(scale, 1), 0)
}

func TestTensorAgreesWithTheDefinition(t *testing.T) {
	p := mustDecode(t, readFile(t, "resize-100x75.png"))
	for _, fit := range []Fit{Stretch, Crop} {
		for _, size := range [][2]int{{16, 16}, {30, 12}, {12, 40}, {110, 90}} {
			t.Run(fmt.Sprintf("%s %dx%d", fit, size[0], size[1]), func(t *testing.T) {
				across, down := p.axes(size[0], size[1], fit)
				want := reference(p, across, down)
				for i, v := range p.Tensor(size[0], size[1], "rgb", nil, nil, fit) {
					if math.Abs(float64(v)-want[i]) > 1 {
						t.Fatalf("value %d is %v, want %v", i, v, want[i])
					}
				}
			})
		}
	}
}

func TestCropKeepsTheMiddle(t *testing.T) {
	p := &Picture{Width: 30, Height: 10, RGB: make([]uint8, 900)}
	for y := range 10 {
		for x := 10; x < 20; x++ {
			p.RGB[(y*30+x)*3] = 255
		}
	}
	for i, v := range p.Tensor(10, 10, "rgb", nil, nil, Crop)[:100] {
		if v != 255 {
			t.Fatalf("value %d is %v: the crop is not the middle", i, v)
		}
	}
}

// Pad keeps the whole picture and surrounds it with what the network takes for nothing, also in a buffer used before.
func TestPadSurroundsWithZeros(t *testing.T) {
	tests := []struct{ width, height, left, top, innerW, innerH int }{
		{10, 10, 0, 3, 10, 3},
		{9, 30, 0, 13, 9, 3},
		{60, 10, 15, 0, 30, 10},
		{30, 10, 0, 0, 30, 10},
	}
	p := &Picture{Width: 30, Height: 10, RGB: bytes.Repeat([]byte{200}, 900)}
	for _, test := range tests {
		used := make([]float32, 3*test.width*test.height)
		for i := range used {
			used[i] = 7
		}
		mean, std := []float32{100, 100, 100}, []float32{50, 50, 50}
		for i, v := range p.FillTensor(used, test.width, test.height, "rgb", mean, std, Pad) {
			x, y := i%test.width, i/test.width%test.height
			inside := x >= test.left && x < test.left+test.innerW && y >= test.top && y < test.top+test.innerH
			if want := map[bool]float32{true: 2, false: 0}[inside]; v != want {
				t.Fatalf("%d×%d: value %v at %d, %d, want %v", test.width, test.height, v, x, y, want)
			}
		}
	}
}

func TestFitsHaveNames(t *testing.T) {
	for _, fit := range []Fit{Stretch, Crop, Pad} {
		if got, err := ParseFit(fit.String()); got != fit || err != nil {
			t.Errorf("%v: %v, %v", fit, got, err)
		}
	}
	if _, err := ParseFit("squash"); err == nil {
		t.Error("squash is no fit")
	}
}

func TestTensorOrderAndNormalisation(t *testing.T) {
	p := &Picture{Width: 1, Height: 1, RGB: []uint8{10, 20, 30}}
	tests := []struct {
		order     string
		mean, std []float32
		want      [3]float32
	}{
		{"rgb", nil, nil, [3]float32{10, 20, 30}},
		{"bgr", nil, nil, [3]float32{30, 20, 10}},
		{"bgr", []float32{1, 2, 3}, nil, [3]float32{29, 18, 7}},
		{"rgb", []float32{10, 10, 10}, []float32{1, 2, 4}, [3]float32{0, 5, 5}},
	}
	for _, test := range tests {
		got := p.Tensor(2, 2, test.order, test.mean, test.std, Stretch)
		for c, want := range test.want {
			for _, v := range got[c*4 : c*4+4] {
				if math.Abs(float64(v-want)) > 1e-4 {
					t.Errorf("%s mean %v std %v: channel %d is %v, want %v", test.order, test.mean, test.std, c, v, want)
				}
			}
		}
	}
}

func TestGrayTensor(t *testing.T) {
	p := &Picture{Width: 1, Height: 1, RGB: []uint8{10, 20, 30}}
	got := p.Tensor(2, 1, "gray", []float32{8}, []float32{2}, Stretch)
	if want := float32(0.299*10+0.587*20+0.114*30-8) / 2; len(got) != 2 || math.Abs(float64(got[1]-want)) > 1e-4 {
		t.Errorf("got %v, want two of %v", got, want)
	}
}

// Extreme shapes need no more memory than ordinary ones: the rows in progress are few.
func TestExtremeShapes(t *testing.T) {
	for _, size := range [][2]int{{1, 200000}, {200000, 1}, {3, 1}, {1, 3}} {
		p := &Picture{Width: size[0], Height: size[1], RGB: bytes.Repeat([]byte{7, 100, 250}, size[0]*size[1])}
		for i, v := range p.Tensor(16, 16, "rgb", nil, nil, Stretch) {
			if want := []float32{7, 100, 250}[i/256]; math.Abs(float64(v-want)) > 1e-3 {
				t.Fatalf("%v: value %d is %v, want %v", size, i, v, want)
			}
		}
		if data, _, err := p.Thumbnail(64); err != nil || len(data) == 0 {
			t.Errorf("%v: thumbnail of %d bytes, %v", size, len(data), err)
		}
	}
}

func TestThumbnail(t *testing.T) {
	p := mustDecode(t, readFile(t, "resize-300x200.png"))
	for side, want := range map[int][2]int{128: {128, 85}, 1: {1, 1}, 300: {300, 200}, 1000: {300, 200}} {
		data, format, err := p.Thumbnail(side)
		if err != nil || format != "jpeg" {
			t.Fatalf("format %q, %v", format, err)
		}
		config, err := jpeg.DecodeConfig(bytes.NewReader(data))
		if got := [2]int{config.Width, config.Height}; err != nil || got != want {
			t.Errorf("side %d: got %v, want %v, %v", side, got, want, err)
		}
	}
}

func TestKernelWeightsSumToOne(t *testing.T) {
	for _, a := range []axis{{10, 0, 10, 3}, {3, 0, 3, 10}, {4000, 0, 4000, 7}, {100, 12.5, 87.5, 75}, {1, 0, 1, 9}} {
		k := newKernel(a)
		for i := range a.out {
			first, weights := k.first[i], k.of(i)
			sum := uint64(0)
			for _, w := range weights {
				sum += w
			}
			if sum != 1<<weightBits || first < 0 || first+len(weights) > a.size {
				t.Errorf("%+v output %d: sum %d, samples [%d, %d)", a, i, sum, first, first+len(weights))
			}
		}
	}
}
