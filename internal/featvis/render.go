package featvis

import (
	"context"
	"fmt"
	"image"
	"math/rand/v2"
)

// Render makes the pictures that raise an objective most. The same options and a gradient that always answers alike make
// the same pictures, bit for bit on the same kind of CPU: those that multiply and add at once round differently.
func Render(ctx context.Context, g Gradient, o Options) (Result, error) {
	if err := o.Validate(); err != nil {
		return Result{}, err
	}
	r := newRenderer(o.withDefaults())
	var result Result
	var err error
	if result.Start, err = r.evaluate(ctx, g); err != nil {
		return Result{}, fmt.Errorf("before the first step: %w", err)
	}
	for step := range r.o.Steps {
		with := g
		if step < EarlySteps && r.o.Early != nil {
			with = r.o.Early
		}
		objective, err := r.step(ctx, with)
		if err != nil {
			return Result{}, fmt.Errorf("step %d: %w", step+1, err)
		}
		result.Curve = append(result.Curve, objective)
		if r.o.Progress != nil {
			r.o.Progress(step+1, objective)
		}
	}
	if result.End, err = r.evaluate(ctx, g); err != nil {
		return Result{}, fmt.Errorf("after the last step: %w", err)
	}
	result.Values = r.pictures
	for i := range r.o.Count {
		result.Pictures = append(result.Pictures, r.image(i))
	}
	return result, nil
}

// renderer holds what is needed from step to step.
type renderer struct {
	o          Options
	random     *rand.Rand
	param      param
	transforms Transforms
	sampler    *sampler
	adam       *adam

	variables, uphill         []float32
	pictures, moved, gradient []float32
}

func newRenderer(o Options) *renderer {
	p := params[o.Param](o)
	transforms, _ := ParseTransforms(o.Transforms) // Validate has read them
	size := o.Count * o.Channels * o.Size * o.Size
	r := &renderer{
		o: o, random: rand.New(rand.NewPCG(o.Seed, 0)), param: p, transforms: transforms, sampler: newSampler(o.Size),
		adam: newAdam(p.variables(), o.Rate), uphill: make([]float32, p.variables()),
		pictures: make([]float32, size), moved: make([]float32, size), gradient: make([]float32, size),
	}
	r.variables = p.start(r.random)
	if len(o.Colour) > 0 {
		p.tint(r.variables, unsquashed(o.Colour))
	}
	return r
}

// develop makes the pictures of the variables.
func (r *renderer) develop() {
	r.param.render(r.variables, r.pictures)
	colour(r.pictures, r.o.Channels, r.o.Size*r.o.Size)
}

// evaluate is the objective on the pictures as they are.
func (r *renderer) evaluate(ctx context.Context, g Gradient) (float64, error) {
	r.develop()
	return r.ask(ctx, g, r.pictures)
}

func (r *renderer) ask(ctx context.Context, g Gradient, pictures []float32) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	objective, err := g(ctx, pictures, r.gradient)
	switch {
	case err != nil:
		return 0, err
	case !isFinite(objective):
		return 0, fmt.Errorf("the objective is %v: the network cannot compute with this picture", objective)
	case !allFinite(r.gradient):
		return 0, fmt.Errorf("the objective is %v, but its gradient has numbers that are not finite", objective)
	}
	return objective, nil
}

// allFinite looks at every number: one that is not finite would spread over the whole picture, and networks exist whose
// objective stays finite all the same.
func allFinite(numbers []float32) bool {
	for _, v := range numbers {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// step climbs once.
func (r *renderer) step(ctx context.Context, g Gradient) (float64, error) {
	r.develop()
	seen := r.pictures
	if r.transforms != nil {
		r.sampler.aim(r.transforms.draw(r.random, r.o.Size))
		r.sampler.move(r.pictures, r.moved)
		seen = r.moved
	}
	objective, err := r.ask(ctx, g, seen)
	if err != nil {
		return 0, err
	}
	if r.transforms != nil {
		r.sampler.back(r.gradient, r.moved)
		copy(r.gradient, r.moved)
	}
	uncolour(r.pictures, r.gradient, r.o.Channels, r.o.Size*r.o.Size)
	r.param.adjoint(r.gradient, r.uphill)
	r.adam.climb(r.variables, r.uphill)
	return objective, nil
}

// image is one of the pictures in 256 levels.
func (r *renderer) image(i int) *image.NRGBA {
	size, area := r.o.Size, r.o.Size*r.o.Size
	planes := r.pictures[i*r.o.Channels*area:][:r.o.Channels*area]
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for at := range area {
		for c := range 3 {
			v := planes[c%r.o.Channels*area+at]
			img.Pix[4*at+c] = uint8(v*255 + 0.5)
		}
		img.Pix[4*at+3] = 255
	}
	return img
}
