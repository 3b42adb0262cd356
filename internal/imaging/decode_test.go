package imaging

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustDecode(t testing.TB, data []byte) *Picture {
	t.Helper()
	p, err := Decode(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// readWant decodes what Pillow made, through the standard library's own colors.
func readWant(t testing.TB, name string) *Picture {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(readFile(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	b := m.Bounds()
	p := &Picture{Width: b.Dx(), Height: b.Dy()}
	for y := range p.Height {
		for x := range p.Width {
			r, g, bl, _ := m.At(b.Min.X+x, b.Min.Y+y).RGBA()
			p.RGB = append(p.RGB, uint8(r>>8), uint8(g>>8), uint8(bl>>8))
		}
	}
	return p
}

// difference is the largest and the mean difference of two pictures of one size, in levels.
func difference(t testing.TB, got, want *Picture) (largest int, mean float64) {
	t.Helper()
	if got.Width != want.Width || got.Height != want.Height {
		t.Fatalf("got %d×%d, want %d×%d", got.Width, got.Height, want.Width, want.Height)
	}
	sum := 0
	for i, v := range got.RGB {
		d := int(v) - int(want.RGB[i])
		d = max(d, -d)
		largest, sum = max(largest, d), sum+d
	}
	return largest, float64(sum) / float64(len(got.RGB))
}

// Lossless formats agree exactly with Pillow but for the rounding of alpha; lossy ones up to the two decoders' rounding.
func TestDecodeAgreesWithPillow(t *testing.T) {
	tests := []struct {
		name    string
		largest int
		mean    float64
	}{
		{"full.jpg", 3, 0.6},
		{"h2v1.jpg", 3, 0.6},
		{"h2v2.jpg", 3, 0.6},
		{"progressive.jpg", 3, 0.6},
		{"gray.jpg", 2, 0.5},
		{"cmyk.jpg", 3, 0.6},
		{"rgb.png", 0, 0},
		{"gray.png", 0, 0},
		{"bilevel.png", 0, 0},
		{"palette.png", 0, 0},
		{"alpha.png", 1, 0.5},
		{"grayalpha.png", 1, 0.5},
		{"transparent.png", 1, 0.5},
		{"interlaced.png", 0, 0},
		{"rgb16.png", 0, 0},
		{"gray16.png", 0, 0},
		{"lossy.webp", 3, 0.6},
		{"lossless.webp", 0, 0},
		{"alpha.webp", 3, 0.6},
		{"alphalossless.webp", 1, 0.5},
		{"animated.gif", 0, 0},
		{"animated.webp", 3, 0.6},
		{"partial.gif", 0, 0},
		{"orientation6.jpg", 3, 0.6},
		{"orientation6.webp", 0, 0},
	}
	for o := '1'; o <= '8'; o++ {
		tests = append(tests, struct {
			name    string
			largest int
			mean    float64
		}{"orientation" + string(o) + ".png", 0, 0})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := mustDecode(t, readFile(t, test.name))
			largest, mean := difference(t, got, readWant(t, test.name+".want.png"))
			if largest > test.largest || mean > test.mean {
				t.Errorf("differs from Pillow by up to %d levels, %.2f on average; at most %d and %.2f allowed", largest, mean, test.largest, test.mean)
			}
			wantFormat := strings.Replace(filepath.Ext(test.name)[1:], "jpg", "jpeg", 1)
			if got.Format != wantFormat {
				t.Errorf("format %q, want %q", got.Format, wantFormat)
			}
		})
	}
}

func TestInspectTellsTheUprightSize(t *testing.T) {
	for name, want := range map[string][2]int{"full.jpg": {40, 30}, "orientation6.jpg": {24, 40}, "partial.gif": {24, 18}, "animated.webp": {24, 18}} {
		info, err := Inspect(readFile(t, name), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]int{info.Width, info.Height}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if info.Memory < int64(3*info.Width*info.Height) {
			t.Errorf("%s: memory estimate %d is less than the pixels", name, info.Memory)
		}
	}
}

func TestMissingEndMarkerIsForgiven(t *testing.T) {
	whole := readFile(t, "full.jpg")
	got := mustDecode(t, whole[:len(whole)-2])
	if largest, _ := difference(t, got, mustDecode(t, whole)); largest != 0 {
		t.Errorf("differs by %d levels from the file with its marker", largest)
	}
}
