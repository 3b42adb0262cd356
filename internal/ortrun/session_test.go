package ortrun_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

func TestRuntime(t *testing.T) {
	rt := ortruntest.Open(t)
	if v := rt.Version(); !strings.HasPrefix(v, "onnxruntime 1.") {
		t.Errorf("version %q", v)
	}
	if !filepath.IsAbs(rt.Library()) {
		t.Errorf("library %q", rt.Library())
	}
	again, err := ortrun.Open("")
	if err != nil || again != rt {
		t.Errorf("opening again: %v, %v", again, err)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
}

// small is a graph with the outputs double [N, 2, 2, 2] and mean [N, 2].
func small(t testing.TB) []byte {
	t.Helper()
	b := onnx.NewBuilder("small", 0)
	double := b.Add("double", b.Input("input", 1, 2, 2, 2), "input")
	m, err := b.Model(double, b.ReduceMean("mean", double, 2, 3))
	if err != nil {
		t.Fatal(err)
	}
	return marshal(t, m)
}

func session(t testing.TB, opt ortrun.Options) *ortrun.Session {
	t.Helper()
	s, err := ortruntest.Open(t).NewSession(small(t), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func counting(from float32) ortrun.Tensor {
	x := ortrun.Tensor{Shape: []int64{1, 2, 2, 2}}
	for i := range 8 {
		x.Data = append(x.Data, from+float32(i))
	}
	return x
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		opt       ortrun.Options
		names     string
		wantFirst string
	}{
		{ortrun.Options{}, "[double mean]", "[1 2 2 2] [0 2 4 6 8 10 12 14]"},
		{ortrun.Options{Outputs: []string{"mean"}, Threads: 2}, "[mean]", "[1 2] [3 11]"},
		{ortrun.Options{Outputs: []string{"mean", "double"}}, "[mean double]", "[1 2] [3 11]"},
	} {
		s := session(t, test.opt)
		if got := fmt.Sprint(s.Outputs()); got != test.names {
			t.Errorf("outputs %s, want %s", got, test.names)
		}
		out, err := s.Run(context.Background(), counting(0))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(out[0].Shape, out[0].Data); got != test.wantFirst || len(out) != len(s.Outputs()) {
			t.Errorf("got %s, want %s", got, test.wantFirst)
		}
	}
}

func TestRunSideBySide(t *testing.T) {
	s := session(t, ortrun.Options{})
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i := range 200 {
				x := counting(float32(g*1000 + i))
				out, err := s.Run(context.Background(), x)
				if err != nil {
					t.Error(err)
					return
				}
				for j, v := range out[0].Data {
					if v != 2*x.Data[j] {
						t.Errorf("goroutine %d, run %d: %v is not double %v", g, i, v, x.Data[j])
						return
					}
				}
			}
		})
	}
	group.Wait()
}

func TestCloseWhileRunning(t *testing.T) {
	s := session(t, ortrun.Options{})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for {
				if _, err := s.Run(context.Background(), counting(0)); err != nil {
					if !strings.Contains(err.Error(), "closed") {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	group.Wait()
}

func TestRunRefuses(t *testing.T) {
	s := session(t, ortrun.Options{})
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Run(cancelled, counting(0)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	for name, input := range map[string]ortrun.Tensor{
		"other shape":    {Shape: []int64{1, 3, 2, 2}, Data: make([]float32, 12)},
		"too few values": {Shape: []int64{1, 2, 2, 2}, Data: make([]float32, 7)},
		"too many":       {Shape: []int64{1, 2, 2, 2}, Data: make([]float32, 9)},
		"negative":       {Shape: []int64{1, -2, -2, 2}, Data: make([]float32, 8)},
		"no shape":       {Data: make([]float32, 8)},
		"nothing":        {Shape: []int64{0, 2, 2, 2}},
	} {
		if _, err := s.Run(context.Background(), input); err == nil || !strings.Contains(err.Error(), fmt.Sprint(input.Shape)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if out, err := s.Run(context.Background(), counting(0)); err != nil || len(out) != 2 {
		t.Errorf("after the refusals: %v, %v", out, err)
	}
}

func TestNewSessionRefuses(t *testing.T) {
	rt := ortruntest.Open(t)
	model := small(t)
	for name, test := range map[string]struct {
		model []byte
		opt   ortrun.Options
		want  string
	}{
		"empty":          {nil, ortrun.Options{}, "input"},
		"text":           {[]byte("<!DOCTYPE html>"), ortrun.Options{}, "ONNX"},
		"cut":            {model[:len(model)/2], ortrun.Options{}, "ONNX"},
		"unknown output": {model, ortrun.Options{Outputs: []string{"none"}}, "none"},
	} {
		s, err := rt.NewSession(test.model, test.opt)
		if err == nil {
			s.Close()
			t.Errorf("%s: accepted", name)
		} else if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %q does not mention %q", name, err, test.want)
		}
	}
}

func TestTwoInputs(t *testing.T) {
	b := onnx.NewBuilder("two", 0)
	m, err := b.Model(b.Sub("difference", b.Input("left", 1, 2), b.Input("right", 1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := ortruntest.Open(t).NewSession(marshal(t, m), ortrun.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	left, right := ortrun.Tensor{Shape: []int64{1, 2}, Data: []float32{5, 3}}, ortrun.Tensor{Shape: []int64{1, 2}, Data: []float32{1, 7}}
	out, err := s.Run(context.Background(), left, right)
	if err != nil || !slices.Equal(out[0].Data, []float32{4, -4}) || !slices.Equal(s.Inputs(), []string{"left", "right"}) {
		t.Errorf("%v, %v, inputs %q", out, err, s.Inputs())
	}
	if _, err := s.Run(context.Background(), left); err == nil || !strings.Contains(err.Error(), "on 1 inputs") {
		t.Errorf("one input instead of two: %v", err)
	}
}

// A single number is an output that the bindings cannot make room for.
func TestScalarOutput(t *testing.T) {
	b := onnx.NewBuilder("scalar", 0)
	m, err := b.Model(b.ReduceMean("mean", b.Input("input", 1, 2), 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	m.Graph.Output[0].Type.GetTensorType().Shape = nil
	s, err := ortruntest.Open(t).NewSession(marshal(t, m), ortrun.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Run(context.Background(), ortrun.Tensor{Shape: []int64{1, 2}, Data: []float32{5, 3}}); err == nil {
		t.Error("it ran")
	}
}

// Zeros around a map are larger than its negative values. ONNX Runtime's own
// optimiser would drop them.
func TestMaximumOfPaddedValues(t *testing.T) {
	b := onnx.NewBuilder("padded", 0)
	x := b.Pad("pad", b.Input("input", 1, 1, 2, 2), [4]int64{1, 1, 0, 0}, 0)
	m, err := b.Model(b.MaxPool("max", x, onnx.Window{Kernel: [2]int64{2, 2}}))
	if err != nil {
		t.Fatal(err)
	}
	s, err := ortruntest.Open(t).NewSession(marshal(t, m), ortrun.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	out, err := s.Run(context.Background(), ortrun.Tensor{Shape: []int64{1, 1, 2, 2}, Data: []float32{-4, -3, -2, -1}})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(out[0].Data); got != "[0 0 0 -1]" {
		t.Errorf("got %s", got)
	}
}
