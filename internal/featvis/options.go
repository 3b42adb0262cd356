package featvis

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"math"
)

// Gradient evaluates an objective on pictures: count × channels × size × size numbers in 0..1, in planes of red, green and
// blue or one of gray. It returns the objective and writes its derivative by every number into gradient, which has the
// same length.
type Gradient func(ctx context.Context, pictures, gradient []float32) (float64, error)

// Options say how a picture is made. Zero values stand for Lucid's.
type Options struct {
	Size       int     // height and width; 0 is 128
	Channels   int     // 3, or 1 for gray; 0 is 3
	Count      int     // pictures made together, for objectives that compare them; 0 is 1
	Steps      int     // 0 is 512
	Seed       uint64  // of the first picture and of the transforms
	Rate       float64 // of Adam; 0 is 0.05
	Param      string  // fourier, pixel or maco; "" is fourier
	Transforms string  // as ParseTransforms reads it; "" is standard

	// Colour is that of the first picture, one number in 0..1 for each channel; nil is gray. With the param maco, pictures
	// have no colour of their own.
	Colour []float32

	// Magnitudes are the strengths of the frequencies that the param maco holds pictures to, as Spectra.Mean makes them; nil
	// is 1/f.
	Magnitudes []float32

	// Early is used instead in the first EarlySteps steps, if it is not nil: a gradient that passes dead units.
	Early Gradient

	// Progress is told every step and the objective on the transformed pictures.
	Progress func(step int, objective float64)
}

// EarlySteps is how long Lucid lets gradients through dead units.
const EarlySteps = 16

// Result is what came of it.
type Result struct {
	Pictures   []*image.NRGBA
	Values     []float32 // the same pictures before they were rounded to 255 levels, as a Gradient takes them
	Start, End float64   // the objective on the pictures as they are, without transforms: before the first step and after the last
	Curve      []float64 // the objective on the transformed pictures in every step
}

// withDefaults fills in what was left out.
func (o Options) withDefaults() Options {
	o.Size, o.Channels, o.Count, o.Steps = cmp.Or(o.Size, 128), cmp.Or(o.Channels, 3), cmp.Or(o.Count, 1), cmp.Or(o.Steps, 512)
	o.Rate, o.Param, o.Transforms = cmp.Or(o.Rate, 0.05), cmp.Or(o.Param, "fourier"), cmp.Or(o.Transforms, "standard")
	return o
}

// Bounds of what is sensible; memory grows with the size's square.
const (
	minSize, maxSize   = 8, 1024
	maxCount, maxSteps = 16, 1 << 20
)

// Validate checks what a user may have typed.
func (o Options) Validate() error {
	o = o.withDefaults()
	for _, bound := range []struct {
		what           string
		v, least, most int
	}{{"size", o.Size, minSize, maxSize}, {"number of pictures", o.Count, 1, maxCount}, {"number of steps", o.Steps, 1, maxSteps}} {
		if bound.v < bound.least || bound.v > bound.most {
			return fmt.Errorf("the %s is %d; it may be %d to %d", bound.what, bound.v, bound.least, bound.most)
		}
	}
	if o.Channels != 1 && o.Channels != 3 {
		return fmt.Errorf("pictures have 3 channels or 1, not %d", o.Channels)
	}
	if !(o.Rate > 0) || math.IsInf(o.Rate, 0) {
		return fmt.Errorf("the rate %v is not a positive number", o.Rate)
	}
	if _, ok := params[o.Param]; !ok {
		return fmt.Errorf("there is no param %q; they are fourier, pixel and maco", o.Param)
	}
	if err := o.checkMagnitudes(); err != nil {
		return err
	}
	if len(o.Colour) != 0 && len(o.Colour) != o.Channels {
		return fmt.Errorf("a colour of %d numbers for pictures of %d channels", len(o.Colour), o.Channels)
	}
	_, err := ParseTransforms(o.Transforms)
	return err
}
