package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/imported"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
	"github.com/convnet-playground/convnet/internal/onnx"
)

func newModelsShow(a *app) *cobra.Command {
	var size string
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "Show a network: where it comes from, and each layer's shape, cost and receptive field",
		Long: `Show describes a network that is at hand, or one that convnet can build, weights or not.

MACs are multiply-accumulates for one picture, of convolutions and dense layers; what papers and
torchvision call FLOPs is mostly this number, and those who count a multiplication and an
addition as two have twice as many. Sees is the receptive field: how many pixels of the input,
height × width, one unit of the layer can depend on.`,
		Args: exactArgs("the name of a network"),
		RunE: func(_ *cobra.Command, args []string) error {
			height, width, err := parseSize("--input-size", size)
			if err != nil {
				return err
			}
			model, err := showModel(args[0], height, width)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(model)
			}
			a.printModel(model)
			return nil
		},
	}
	cmd.Flags().StringVar(&size, "input-size", "", "show it for pictures of another size: N or HEIGHTxWIDTH")
	return cmd
}

// maxInputSize is the longest side of a picture that a manifest may ask for.
const maxInputSize = 8192

// parseSize reads a flag's N or HEIGHTxWIDTH; nothing is 0, 0.
func parseSize(flag, text string) (height, width int, err error) {
	if text == "" {
		return 0, 0, nil
	}
	first, second, two := strings.Cut(text, "x")
	if !two {
		second = first
	}
	height, problem := strconv.Atoi(first)
	width, otherProblem := strconv.Atoi(second)
	if problem != nil || otherProblem != nil || min(height, width) < 1 || max(height, width) > maxInputSize {
		return 0, 0, usagef("%s %q is no size: give a number of pixels up to %d, or HEIGHTxWIDTH such as 224x320",
			flag, text, maxInputSize)
	}
	return height, width, nil
}

// shownModel is a network with what its layers cost and see.
type shownModel struct {
	listedModel
	MACs    int64        `json:"macs"`    // multiply-accumulates of one pass
	Classes int          `json:"classes"` // 0 without a classifier
	Layers  []shownLayer `json:"layers"`
}

type shownLayer struct {
	cnn.Layer
	MACs           int64      `json:"macs"` // of what the layer needs and no layer before it does
	ReceptiveField onnx.Field `json:"receptive_field"`
}

func showModel(name string, height, width int) (shownModel, error) {
	library, err := cnn.DefaultLibrary()
	if err != nil {
		return shownModel{}, err
	}
	manifest, err := library.Manifest(name)
	switch {
	case errors.Is(err, cnn.ErrUnknown) && isKeras(name):
		n, err := keras.Skeleton(name, height, width, true)
		if err != nil {
			return shownModel{}, err
		}
		return measure(n, describe(n.Manifest, false))
	case errors.Is(err, cnn.ErrUnknown):
		return shownModel{}, unknownModel(library, name)
	case err != nil:
		return shownModel{}, err
	}
	n, err := structure(library, manifest, height, width)
	if err != nil {
		return shownModel{}, err
	}
	listed := describe(n.Manifest, true)
	if n.Manifest.Input.Height == manifest.Input.Height && n.Manifest.Input.Width == manifest.Input.Width {
		identity, err := library.Identity(name)
		if err != nil {
			return shownModel{}, err
		}
		listed.SHA256 = fmt.Sprintf("%x", identity)
	}
	return measure(n, listed)
}

func isKeras(name string) bool {
	return slices.ContainsFunc(keras.Architectures(), func(a keras.Architecture) bool { return a.Name == name })
}

func unknownModel(library cnn.Library, name string) error {
	have, _ := library.List() // without it there are fewer names to suggest
	var names []string
	for _, m := range listModels(have) {
		names = append(names, m.Name)
	}
	return fmt.Errorf("%w: %q is neither at hand nor one that convnet can build%s; \"convnet models list\" shows both",
		cnn.ErrUnknown, name, cnn.DidYouMean(name, names))
}

// structure is a network of the library at an input size, 0 being its own. What Keras' architectures look like is known
// without reading their weights.
func structure(library cnn.Library, m cnn.Manifest, height, width int) (*cnn.Network, error) {
	if height == 0 {
		height, width = m.Input.Height, m.Input.Width
	}
	same := height == m.Input.Height && width == m.Input.Width
	if m.Architecture == "" {
		n, err := library.Load(m.Name)
		if err != nil || same {
			return n, err
		}
		return imported.Resize(n, height, width)
	}
	n, err := keras.Skeleton(m.Architecture, height, width, len(m.Classes) > 0)
	if err != nil {
		return nil, err
	}
	sized := n.Manifest
	n.Manifest = m
	if !same {
		n.Manifest.Input.Height, n.Manifest.Input.Width = height, width
		n.Manifest.Layers, n.Manifest.Output = sized.Layers, sized.Output
		n.Manifest.Parameters, n.Manifest.Classes = sized.Parameters, sized.Classes
	}
	return n, nil
}

// measure finds what a network's layers cost and see.
func measure(n *cnn.Network, listed listedModel) (shownModel, error) {
	m := n.Manifest
	shown := shownModel{listedModel: listed, Classes: len(m.Classes), Layers: []shownLayer{}}
	graph, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		return shown, fmt.Errorf("model %s: %w", m.Name, err)
	}
	costs, err := onnx.Costs(graph, m.Input.Shape())
	if err != nil {
		return shown, fmt.Errorf("model %s: %w", m.Name, err)
	}
	var values []string
	for _, l := range m.Layers {
		values = append(values, l.Value)
	}
	shares := onnx.Shares(graph, costs, append(values, m.Output))
	for i, l := range m.Layers {
		shown.Layers = append(shown.Layers, shownLayer{l, shares[i], costs[l.Value].ReceptiveField})
	}
	for _, macs := range shares {
		shown.MACs += macs
	}
	return shown, nil
}
