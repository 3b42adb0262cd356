package featvis

import (
	"context"
	"math"
	"strings"
	"testing"
)

// TestRenderRefusesBrokenGradients: one number that is not finite would spread over the whole picture, though the
// objective never tells.
func TestRenderRefusesBrokenGradients(t *testing.T) {
	for name, broken := range map[string]float64{"NaN": math.NaN(), "infinity": math.Inf(-1)} {
		for _, param := range []string{"fourier", "pixel"} {
			asked := 0
			g := func(_ context.Context, _, gradient []float32) (float64, error) {
				asked++
				clear(gradient)
				if asked == 4 { // once before the first step, then in every step
					gradient[len(gradient)-1] = float32(broken)
				}
				return 1, nil
			}
			_, err := Render(context.Background(), g, Options{Size: 16, Steps: 10, Param: param})
			if err == nil || !strings.Contains(err.Error(), "step 3: ") || !strings.Contains(err.Error(), "not finite") {
				t.Errorf("%s, %s: %v", name, param, err)
			}
		}
	}
}

// TestRenderTellsProgress: every step is told once, with the objective that the curve has.
func TestRenderTellsProgress(t *testing.T) {
	var told []float64
	o := Options{Size: 16, Steps: 5, Progress: func(step int, objective float64) {
		told = append(told, objective)
		if step != len(told) {
			t.Errorf("step %d is told as number %d", step, len(told))
		}
	}}
	r, err := Render(context.Background(), likeTarget(smooth(3, 16)), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(told) != 5 || len(r.Curve) != 5 {
		t.Fatalf("%d steps were told, the curve has %d", len(told), len(r.Curve))
	}
	for i := range told {
		if told[i] != r.Curve[i] {
			t.Errorf("step %d: %v was told, the curve has %v", i+1, told[i], r.Curve[i])
		}
	}
}

// TestRenderReachesBlackAndWhite: the sigmoid is cut off, so that an objective that only wants darker and brighter pixels
// gets all there is.
func TestRenderReachesBlackAndWhite(t *testing.T) {
	contrast := func(_ context.Context, pictures, gradient []float32) (float64, error) {
		sum := 0.0
		for i, p := range pictures {
			gradient[i] = -1 // the upper half darker, the lower one brighter
			if i >= len(pictures)/2 {
				gradient[i] = 1
			}
			sum += float64(p * gradient[i])
		}
		return sum, nil
	}
	o := Options{Size: 16, Channels: 1, Steps: 400, Param: "pixel", Transforms: "none"}
	r, err := Render(context.Background(), contrast, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.End != 128 { // as many white pixels; the black ones count 0
		t.Errorf("the objective went from %v to %v, want 128", r.Start, r.End)
	}
}

// TestColourCutOff: what is cut off may come back in, but goes no further.
func TestColourCutOff(t *testing.T) {
	for _, test := range []struct {
		colour, gradient float32
		moves            bool
	}{{-9, -1, false}, {-9, 1, true}, {9, 1, false}, {9, -1, true}, {0, 1, true}, {0, -1, true}} {
		picture, gradient := []float32{test.colour}, []float32{test.gradient}
		colour(picture, 1, 1)
		uncolour(picture, gradient, 1, 1)
		if moved := gradient[0] != 0; moved != test.moves || gradient[0]*test.gradient < 0 {
			t.Errorf("colour %v, derivative %v by the pixel: %v by the colour", test.colour, test.gradient, gradient[0])
		}
	}
}
