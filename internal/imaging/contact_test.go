package imaging

import (
	"image"
	"image/color"
	"testing"
)

func TestContactSheet(t *testing.T) {
	red := image.NewNRGBA(image.Rect(0, 0, 4, 4))
	for i := range 16 {
		red.Set(i%4, i/4, color.NRGBA{255, 0, 0, 255})
	}
	tiles := []Tile{{red, "0"}, {nil, "1"}, {red, "a label that is much longer than its picture"}, {red, ""}, {red, "4"}}
	sheet := ContactSheet(tiles, 3, 20)
	if want := image.Rect(0, 0, 3*26+6, 2*40+6); sheet.Bounds() != want {
		t.Fatalf("the sheet is %v, want %v", sheet.Bounds(), want)
	}
	for _, test := range []struct {
		what string
		x, y int
		want color.NRGBA
	}{
		{"the first picture, enlarged", 16, 16, color.NRGBA{255, 0, 0, 255}},
		{"the gap beside it", 28, 16, sheetColour},
		{"the cross in place of the second", 32 + 5, 6 + 5, crossColour},
		{"beside the cross", 32 + 5, 6 + 9, sheetColour},
		{"the second row's second", 32 + 10, 46 + 10, color.NRGBA{255, 0, 0, 255}},
		{"where a sixth would be", 58 + 10, 46 + 10, sheetColour},
	} {
		if got := sheet.NRGBAAt(test.x, test.y); got != test.want {
			t.Errorf("%s is %v, want %v", test.what, got, test.want)
		}
	}
	if n := lit(sheet, image.Rect(6, 26, 26, 40)); n == 0 {
		t.Error("the first label is not there")
	}
	if n := lit(sheet, image.Rect(78, 26, 84, 40)); n != 0 {
		t.Errorf("the long label has %d pixels beyond its picture", n)
	}
	if got := ContactSheet(nil, 8, 20).Bounds(); got.Empty() {
		t.Errorf("a sheet without pictures is %v", got)
	}
}

// lit counts the pixels of labels.
func lit(sheet *image.NRGBA, place image.Rectangle) (n int) {
	for y := place.Min.Y; y < place.Max.Y; y++ {
		for x := place.Min.X; x < place.Max.X; x++ {
			if sheet.NRGBAAt(x, y) == labelColour {
				n++
			}
		}
	}
	return n
}
