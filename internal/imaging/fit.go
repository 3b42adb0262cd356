package imaging

import (
	"fmt"
	"math"
)

// Fit says how a picture of another shape becomes a network's input.
type Fit int

const (
	// Stretch scales width and height independently; nothing is cut off, the aspect ratio is not kept.
	Stretch Fit = iota
	// Crop scales the shorter side to fit and cuts off what is too much of the longer one, equally at both ends.
	Crop
	// Pad scales the longer side to fit and puts borders of the preprocessing's mean along the shorter one, equally at
	// both ends: to the network they are zeros.
	Pad
)

var fits = [...]string{"stretch", "crop", "pad"}

func (f Fit) String() string { return fits[f] }

// ParseFit reads what String writes; nothing at all is Stretch.
func ParseFit(s string) (Fit, error) {
	for f, name := range fits {
		if s == name {
			return Fit(f), nil
		}
	}
	if s == "" {
		return Stretch, nil
	}
	return Stretch, fmt.Errorf("unknown fit %q; it is crop, pad or stretch", s)
}

// axes gives the part of the picture that is used and the size it is brought to: width × height, or less under Pad.
func (p *Picture) axes(width, height int, fit Fit) (across, down axis) {
	w, h := float64(p.Width), float64(p.Height)
	across, down = axis{size: p.Width, to: w, out: width}, axis{size: p.Height, to: h, out: height}
	switch fit {
	case Crop:
		scale := max(float64(width)/w, float64(height)/h)
		across.middle(float64(width) / scale)
		down.middle(float64(height) / scale)
	case Pad:
		scale := min(float64(width)/w, float64(height)/h)
		across.out, down.out = scaled(w, scale, width), scaled(h, scale, height)
	}
	return across, down
}

// middle narrows the interval to the given length, if it is longer.
func (a *axis) middle(length float64) {
	if cut := float64(a.size) - length; cut > 0 {
		a.from, a.to = cut/2, float64(a.size)-cut/2
	}
}

// scaled is a length after scaling, whole, and at least a pixel.
func scaled(length, scale float64, limit int) int {
	return min(max(int(math.Round(length*scale)), 1), limit)
}
