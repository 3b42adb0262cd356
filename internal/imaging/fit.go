package imaging

import "fmt"

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

// axes gives the part of the picture that is used and the size it is brought to.
func (p *Picture) axes(width, height int, fit Fit) (across, down axis) {
	w, h := float64(p.Width), float64(p.Height)
	usedW, usedH := w, h
	if fit == Crop {
		scale := max(float64(width)/w, float64(height)/h)
		usedW, usedH = min(float64(width)/scale, w), min(float64(height)/scale, h)
	}
	across = axis{size: p.Width, from: (w - usedW) / 2, to: (w + usedW) / 2, out: width}
	down = axis{size: p.Height, from: (h - usedH) / 2, to: (h + usedH) / 2, out: height}
	return across, down
}
