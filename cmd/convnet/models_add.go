package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
)

func newModelsAdd(a *app) *cobra.Command {
	var weights, license, source string
	cmd := &cobra.Command{
		Use:   "add NAME --weights FILE",
		Short: "Build a Keras network from its official .h5 weights and keep it",
		Args:  exactArgs("the name of a known network"),
		RunE: func(_ *cobra.Command, args []string) error {
			library, err := cnn.DefaultLibrary()
			if err != nil {
				return err
			}
			network, err := buildKeras(args[0], weights)
			if err != nil {
				return err
			}
			network.Manifest.Provenance.License = license
			network.Manifest.Provenance.Source = source
			if err := library.Save(network); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(modelJSON(network))
			}
			m := network.Manifest
			fmt.Fprintf(a.stdout, "added %s: %d layers, %d parameters, input %d×%d\n", m.Name, len(m.Layers), m.Parameters, m.Input.Height, m.Input.Width)
			return nil
		},
	}
	cmd.Flags().StringVar(&weights, "weights", "", "Keras weights file, .h5 or .h5.gz (required)")
	cmd.Flags().StringVar(&license, "license", "", "licence of the weights, kept with the network")
	cmd.Flags().StringVar(&source, "source", "", "where the weights come from, kept with the network")
	require(cmd, "weights")
	return cmd
}

func buildKeras(name, path string) (network *cnn.Network, err error) {
	weights, err := keras.OpenWeights(path)
	if err != nil {
		return nil, err
	}
	defer closeInto(&err, weights.Close)
	return keras.Build(name, weights, keras.BuildOptions{Top: true})
}
