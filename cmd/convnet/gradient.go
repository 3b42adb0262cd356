package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/npy"
	"github.com/convnet-playground/convnet/internal/ortrun"
)

// gradientFlags are the command's flags as typed.
type gradientFlags struct {
	model, layer, input, out string
	channel                  int
	force                    bool
}

func newGradient(a *app) *cobra.Command {
	f := gradientFlags{channel: -1}
	cmd := &cobra.Command{
		Use:   "gradient --model M --layer L --channel C --input FILE.npy --out FILE.npy",
		Short: "Write the derivative of a channel's mean by a network's input, for other tools to check",
		Long: `Gradient reads a network's input as a NumPy array of float32 numbers of the shape 1 × channels × height ×
width, prepared as the network takes it, and writes an array of the same shape: the derivative of the
channel's mean over its map by each number.`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.gradient(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.model, "model", "", "network (required)")
	flags.StringVar(&f.layer, "layer", "", "layer of the network (required)")
	flags.IntVar(&f.channel, "channel", -1, "channel of the layer, from 0 (required)")
	flags.StringVar(&f.input, "input", "", "input array, .npy (required)")
	flags.StringVar(&f.out, "out", "", "array to write, .npy (required)")
	flags.BoolVar(&f.force, "force", false, "replace the file if it exists")
	require(cmd, "model", "layer", "input", "out")
	return cmd
}

func (a *app) gradient(ctx context.Context, f gradientFlags) (err error) {
	input, err := readInput(f.input)
	if err != nil {
		return err
	}
	e, layer, err := f.exciter(int(input.Shape[2]), int(input.Shape[3]))
	if err != nil {
		return err
	}
	defer closeInto(&err, e.Close)
	if want := e.Input().Shape(); !slices.Equal(want, input.Shape) {
		return fmt.Errorf("%s has the shape %v; %s takes %v", f.input, input.Shape, f.model, want)
	}
	weights := make([]float32, layer.Channels)
	weights[f.channel] = 1
	gradient := make([]float32, len(input.Data))
	objective, err := e.Differentiate(ctx, [][]float32{weights}, input.Data, gradient)
	if err != nil {
		return err
	}
	if err := f.write(gradient, input.Shape); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"model": f.model, "layer": f.layer, "channel": f.channel, "objective": objective, "file": f.out})
	}
	if !a.quiet {
		fmt.Fprintf(a.stdout, "%s: derivative of channel %d of %s, whose mean is %.6g\n", f.out, f.channel, f.layer, objective)
	}
	return nil
}

// maxInputNumbers bounds what is read of an array: pictures of 8192×8192.
const maxInputNumbers = 3 * maxInputSize * maxInputSize

func readInput(path string) (ortrun.Tensor, error) {
	f, err := os.Open(path)
	if err != nil {
		return ortrun.Tensor{}, fmt.Errorf("read the input: %w", err)
	}
	defer f.Close()
	shape, data, err := npy.Read(f, maxInputNumbers)
	if err != nil {
		return ortrun.Tensor{}, fmt.Errorf("%s: %w", path, err)
	}
	if len(shape) != 4 || shape[0] != 1 || len(data) == 0 {
		return ortrun.Tensor{}, fmt.Errorf("%s has the shape %v; an input has the shape 1 × channels × height × width", path, shape)
	}
	t := ortrun.Tensor{Data: data}
	for _, d := range shape {
		t.Shape = append(t.Shape, int64(d))
	}
	return t, nil
}

// exciter prepares the network for inputs of a size.
func (f gradientFlags) exciter(height, width int) (*cnn.Exciter, cnn.Layer, error) {
	library, err := cnn.DefaultLibrary()
	if err != nil {
		return nil, cnn.Layer{}, err
	}
	network, err := library.Load(f.model)
	if err != nil {
		return nil, cnn.Layer{}, err
	}
	if in := network.Manifest.Input; in.Height != height || in.Width != width {
		if network, err = resize(network, height, width); err != nil {
			return nil, cnn.Layer{}, err
		}
	}
	layers, err := network.Manifest.SelectLayers(f.layer)
	if err != nil {
		return nil, cnn.Layer{}, err
	}
	if len(layers) != 1 {
		return nil, cnn.Layer{}, usagef("--layer %q names %d layers; give one", f.layer, len(layers))
	}
	if f.channel < 0 || f.channel >= layers[0].Channels {
		return nil, cnn.Layer{}, usagef("--channel %d: layer %s has the channels 0 to %d", f.channel, f.layer, layers[0].Channels-1)
	}
	rt, err := ortrun.Open("")
	if err != nil {
		return nil, cnn.Layer{}, err
	}
	e, err := cnn.NewExciter(rt, network, cnn.ExciterOptions{Goals: []cnn.Goal{{Layer: layers[0]}}})
	return e, layers[0], err
}

func (f gradientFlags) write(gradient []float32, shape []int64) error {
	var dims []int
	for _, d := range shape {
		dims = append(dims, int(d))
	}
	var file bytes.Buffer
	if err := npy.Write(&file, dims, gradient); err != nil {
		return err
	}
	return writeWhole(f.out, file.Bytes(), f.force)
}
