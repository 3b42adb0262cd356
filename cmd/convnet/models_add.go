package main

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
)

// addFlags are the command's flags as typed.
type addFlags struct{ weights, name, license, source string }

func newModelsAdd(a *app) *cobra.Command {
	var f addFlags
	cmd := &cobra.Command{
		Use:   "add NAME --weights FILE",
		Short: "Build a Keras network from its official .h5 weights and keep it",
		Args:  exactArgs("the name of a known network"),
		RunE: func(_ *cobra.Command, args []string) error {
			network, err := buildKeras(args[0], f.weights)
			if err != nil {
				return err
			}
			return a.keep(network, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.weights, "weights", "", "Keras weights file, .h5 or .h5.gz (required)")
	flags.StringVar(&f.name, "name", "", "another name for the network than its architecture's")
	flags.StringVar(&f.license, "license", "", "licence of the weights, kept with the network; known for official files")
	flags.StringVar(&f.source, "source", "", "where the weights come from, kept with the network; known for official files")
	require(cmd, "weights")
	return cmd
}

// keep saves a network in the library, with what the flags say of it.
func (a *app) keep(network *cnn.Network, f addFlags) error {
	library, err := cnn.DefaultLibrary()
	if err != nil {
		return err
	}
	m := &network.Manifest
	m.Name = cmp.Or(f.name, m.Name)
	m.Provenance.License = cmp.Or(f.license, m.Provenance.License)
	m.Provenance.Source = cmp.Or(f.source, m.Provenance.Source)
	if err := library.Save(network); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(modelJSON(network))
	}
	fmt.Fprintf(a.stdout, "added %s: %d layers, %d parameters, input %d×%d\n", m.Name, len(m.Layers), m.Parameters, m.Input.Height, m.Input.Width)
	return nil
}

// buildKeras turns a weights file into a network, with its classifier when the file has one.
func buildKeras(name, path string) (network *cnn.Network, err error) {
	weights, err := keras.OpenWeights(path)
	if err != nil {
		return nil, err
	}
	defer closeInto(&err, weights.Close)
	return keras.Build(name, weights, keras.BuildOptions{Top: true})
}
