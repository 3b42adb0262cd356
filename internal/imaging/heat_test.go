package imaging

import (
	"image/color"
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
