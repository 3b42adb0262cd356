package imaging

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
)

// A crop as a file decodes to the very pixels that were cut out.
func TestCutIsExact(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 37, 23))
	for y := range 23 {
		for x := range 37 {
			m.SetNRGBA(x, y, color.NRGBA{uint8(x * 7), uint8(y * 11), uint8(x * y), 255})
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		t.Fatal(err)
	}
	whole, err := Decode(file.Bytes(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	r := image.Rect(5, 3, 30, 20)
	part, err := whole.Cut(r)
	if err != nil {
		t.Fatal(err)
	}
	data, err := part.PNG()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Decode(data, Limits{})
	if err != nil || again.Width != 25 || again.Height != 17 || !bytes.Equal(again.RGB, part.RGB) {
		t.Fatalf("%v, %v", again, err)
	}
	for y := range again.Height {
		for x := range again.Width {
			want := m.NRGBAAt(x+r.Min.X, y+r.Min.Y)
			if got := again.RGB[3*(y*again.Width+x):][:3]; got[0] != want.R || got[1] != want.G || got[2] != want.B {
				t.Fatalf("pixel %d, %d is %v, want %v", x, y, got, want)
			}
		}
	}
	for _, beyond := range []image.Rectangle{{}, image.Rect(0, 0, 38, 1), image.Rect(-1, 0, 3, 3), image.Rect(5, 5, 5, 9)} {
		if _, err := whole.Cut(beyond); err == nil {
			t.Errorf("%v was cut out", beyond)
		}
	}
}
