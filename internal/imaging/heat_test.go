package imaging

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"
)

func TestSight(t *testing.T) {
	for _, c := range []struct {
		width, height int
		fit           Fit
		want          Sight
	}{
		{100, 100, Crop, Sight{0, 0, 1, 1}},
		{200, 100, Crop, Sight{0.25, 0, 0.75, 1}},
		{100, 400, Crop, Sight{0, 0.375, 1, 0.625}},
		{200, 100, Stretch, Sight{0, 0, 1, 1}},
		{200, 100, Pad, Sight{0, -0.5, 1, 1.5}},
	} {
		p := &Picture{Width: c.width, Height: c.height}
		got := p.Sight(50, 50, c.fit)
		for i, d := range []float64{got.Left - c.want.Left, got.Top - c.want.Top, got.Right - c.want.Right, got.Bottom - c.want.Bottom} {
			if math.Abs(d) > 0.021 { // a padded picture begins at a whole pixel
				t.Errorf("%d×%d by %v: %+v, want %+v (side %d)", c.width, c.height, c.fit, got, c.want, i)
			}
		}
	}
}

func TestHeat(t *testing.T) {
	m := Map{Height: 1, Width: 2, Values: []float64{2, -1}, Sight: Sight{0.25, 0, 0.75, 1}}
	o := Heat(m, 80, 10)
	for x, want := range map[int]color.NRGBA{5: unseen, 75: unseen, 21: heatColour(1), 58: heatColour(-0.5)} {
		if got := o.NRGBAAt(x, 5); got != want {
			t.Errorf("at %d: %v, want %v", x, got, want)
		}
	}
	if a, b := o.NRGBAAt(21, 5), o.NRGBAAt(58, 5); a.R <= a.B || b.B <= b.R || a.A <= b.A {
		t.Errorf("more is %v, less is %v", a, b)
	}
	if got := Heat(Map{Height: 1, Width: 1, Values: []float64{0}, Sight: Sight{0, 0, 1, 1}}, 4, 4).NRGBAAt(2, 2); got.A != 0 {
		t.Errorf("nothing is drawn as %v", got)
	}
}

// A map of two units glows where the units lie: side by side, or where their receptive fields have their middles.
func TestGlow(t *testing.T) {
	white := image.NewUniform(color.White)
	picture := image.NewRGBA(image.Rect(0, 0, 8, 8))
	draw.Draw(picture, picture.Rect, white, image.Point{}, draw.Src)
	brightest := func(m Map) (at int) {
		m.Height, m.Width, m.Values, m.Sight = 1, 3, []float64{-1, 0, 5}, Sight{0, 0, 1, 1}
		o, most := Glow(picture, m, 90, 10), 0
		for x := range 90 {
			p := o.RGBAAt(x, 5)
			if sum := int(p.R) + int(p.G) + int(p.B); sum > most {
				at, most = x, sum
			}
		}
		if dark := o.RGBAAt(2, 5); dark.R != dark.B || dark.R > 200 {
			t.Errorf("what does not fire is drawn as %v", dark)
		}
		return at
	}
	if at := brightest(Map{}); at < 73 || at > 89 {
		t.Errorf("side by side it glows at %d of 90", at)
	}
	// Middles at 0.2, 0.4 and 0.6 of the width.
	if at := brightest(Map{Columns: Units{0.2, 0.2}}); at < 53 || at > 89 {
		t.Errorf("close together it glows at %d of 90", at)
	}
	if flat := Glow(picture, Map{Height: 1, Width: 1, Values: []float64{0}, Sight: Sight{0, 0, 1, 1}}, 4, 4).RGBAAt(1, 1); flat.R != flat.G {
		t.Errorf("nothing fires, and it is drawn as %v", flat)
	}
}

func TestParseRegion(t *testing.T) {
	for text, want := range map[string]Region{"1,2,3,4": {1, 2, 3, 4}, "0,0,1,1": {0, 0, 1, 1}} {
		got, err := ParseRegion(text)
		if err != nil || got != want || got.String() != text || got.IsZero() {
			t.Errorf("%q reads as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "1,2,3", "1,2,0,4", "-1,2,3,4", "1,2,3,4,5", "1,2,3,2097152", "a,b,c,d"} {
		if _, err := ParseRegion(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	if err := (Region{4, 4, 5, 4}).Within("cat.png", 8, 8); err == nil || (Region{4, 4, 4, 4}).Within("cat.png", 8, 8) != nil {
		t.Errorf("beyond 8 × 8 pixels: %v", err)
	}
}
