package featvis

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Transforms are what happens to pictures before the network sees them, drawn anew in every step.
type Transforms []transform

// transform is one of them.
type transform struct {
	kind      string
	low, high float64
}

// standard is Lucid's set (lucid/optvis/transform.py: standard_transforms).
const standard = "pad:12,jitter:8,scale:0.9..1.1,rotate:-10..10,jitter:4"

// ParseTransforms reads "standard", "none", or a list such as "pad:12,jitter:8,scale:0.9..1.1,rotate:-10..10,jitter:4":
//
//	pad:N       puts N pixels around the picture, its mirror image
//	jitter:N    crops N pixels, more or fewer of them at either side
//	scale:A..B  enlarges it by a factor
//	rotate:A..B turns it by some degrees
//
// Whatever the size comes to, the network sees the middle of it, or all of it and its mirror image around it.
func ParseTransforms(text string) (Transforms, error) {
	switch text = strings.TrimSpace(text); text {
	case "standard":
		text = standard
	case "none":
		return nil, nil
	}
	var list Transforms
	for _, part := range strings.Split(text, ",") {
		kind, value, _ := strings.Cut(strings.TrimSpace(part), ":")
		t, err := parseTransform(kind, value)
		if err != nil {
			return nil, fmt.Errorf("transform %q: %w", part, err)
		}
		list = append(list, t)
	}
	if len(list) > 32 {
		return nil, fmt.Errorf("%d transforms are more than anybody needs", len(list))
	}
	return list, nil
}

// limits are what the numbers of each kind may be.
var limits = map[string][2]float64{"pad": {0, 512}, "jitter": {0, 512}, "scale": {0.1, 10}, "rotate": {-180, 180}}

func parseTransform(kind, value string) (t transform, err error) {
	limit, ok := limits[kind]
	if !ok {
		return t, errors.New("there are standard, none, and lists of pad:N, jitter:N, scale:A..B and rotate:A..B")
	}
	low, high, isRange := strings.Cut(value, "..")
	if !isRange {
		high = low
	}
	t.kind = kind
	var lowErr, highErr error
	t.low, lowErr = strconv.ParseFloat(low, 64)
	t.high, highErr = strconv.ParseFloat(high, 64)
	pixels := kind == "pad" || kind == "jitter"
	switch {
	case lowErr != nil || highErr != nil || math.IsNaN(t.low) || math.IsNaN(t.high):
		return t, fmt.Errorf("%q is no number", value)
	case pixels && (isRange || t.low != math.Trunc(t.low)):
		return t, errors.New("it takes a whole number of pixels")
	case t.low > t.high || t.low < limit[0] || t.high > limit[1]:
		return t, fmt.Errorf("it takes %v to %v", limit[0], limit[1])
	}
	return t, nil
}

// affine maps places of a transformed picture, row and column, to where they come from.
type affine struct{ yy, yx, y, xy, xx, x float64 }

// after is the map that first undoes b and then a: b was applied to a's result.
func (a affine) after(b affine) affine {
	return affine{
		yy: a.yy*b.yy + a.yx*b.xy, yx: a.yy*b.yx + a.yx*b.xx, y: a.yy*b.y + a.yx*b.x + a.y,
		xy: a.xy*b.yy + a.xx*b.xy, xx: a.xy*b.yx + a.xx*b.xx, x: a.xy*b.y + a.xx*b.x + a.x,
	}
}

func shift(y, x float64) affine { return affine{yy: 1, xx: 1, y: y, x: x} }

// draw makes one random choice for every transform. All of them are affine, so that the picture need be sampled but once:
// composed, they blur less than one after the other.
func (ts Transforms) draw(r *rand.Rand, size int) affine {
	total, side := shift(0, 0), float64(size)
	for _, t := range ts {
		var step affine
		step, side = t.draw(r, side)
		total = total.after(step)
	}
	border := math.Floor((side - float64(size)) / 2) // the network takes the middle
	return total.after(shift(border, border))
}

// draw is one transform of a picture with sides of the given length, and their length behind it.
func (t transform) draw(r *rand.Rand, side float64) (affine, float64) {
	switch t.kind {
	case "pad":
		return shift(-t.low, -t.low), side + 2*t.low
	case "jitter":
		n := int(t.low) + 1
		return shift(float64(r.IntN(n)), float64(r.IntN(n))), max(side-t.low, 1)
	case "scale":
		wanted := math.Trunc(side * t.between(r))
		s := side / max(wanted, 1) // corner to corner, as TensorFlow 1 resizes
		return affine{yy: s, xx: s}, max(wanted, 1)
	}
	sin, cos := math.Sincos(t.angle(r) * math.Pi / 180)
	c := (side - 1) / 2
	return shift(c, c).after(affine{yy: cos, yx: sin, xy: -sin, xx: cos}).after(shift(-c, -c)), side
}

// between is one of eleven even steps, as Lucid's scales are.
func (t transform) between(r *rand.Rand) float64 {
	return t.low + (t.high-t.low)*float64(r.IntN(11))/10
}

// angle is a whole number of degrees, and none at all in one case of five, as in Lucid.
func (t transform) angle(r *rand.Rand) float64 {
	count := int(t.high-t.low) + 1
	i := r.IntN(count + max(count/4, 1))
	if i >= count {
		return min(max(0, t.low), t.high)
	}
	return t.low + float64(i)
}
