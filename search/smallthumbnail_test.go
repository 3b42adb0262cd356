package search

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

// A small thumbnail is the middle of a photograph; what may be transparent or is short stays as it is.
func TestSmallThumbnail(t *testing.T) {
	photograph := image.NewRGBA(image.Rect(0, 0, 150, 100))
	for i := range photograph.Pix {
		photograph.Pix[i] = uint8(i * i >> 7)
	}
	for y := range 100 { // what it does not show
		for x := range 25 {
			photograph.Set(x, y, color.Black)
			photograph.Set(149-x, y, color.Black)
		}
	}
	var long bytes.Buffer
	if err := jpeg.Encode(&long, photograph, nil); err != nil {
		t.Fatal(err)
	}
	small, format, err := SmallThumbnail(long.Bytes(), "jpeg")
	if err != nil || format != "jpeg" || len(small) >= long.Len() {
		t.Fatalf("%d bytes of %s, %v", len(small), format, err)
	}
	m, err := jpeg.Decode(bytes.NewReader(small))
	if err != nil || m.Bounds().Dx() != smallSide || m.Bounds().Dy() != smallSide {
		t.Fatalf("a thumbnail of %v, %v", m.Bounds(), err)
	}
	if r, g, b, _ := m.At(1, smallSide/2).RGBA(); r+g+b < 0x8000 {
		t.Error("it shows the edge")
	}
	for _, same := range []struct {
		data   []byte
		format string
	}{{long.Bytes(), "png"}, {long.Bytes()[:2000], "jpeg"}} {
		if data, format, err := SmallThumbnail(same.data, same.format); err != nil || format != same.format || !bytes.Equal(data, same.data) {
			t.Errorf("%d bytes of %s become %d of %s, %v", len(same.data), same.format, len(data), format, err)
		}
	}
	if _, _, err := SmallThumbnail(bytes.Repeat([]byte("no picture"), 300), "jpeg"); err == nil {
		t.Error("what is no picture has a small one")
	}
}
