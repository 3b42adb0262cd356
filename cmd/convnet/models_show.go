package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
)

func newModelsShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Show a network's layers: type, shape, parameters",
		Args:  exactArgs("the name of a network"),
		RunE: func(_ *cobra.Command, args []string) error {
			model, err := showModel(args[0])
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
}

func showModel(name string) (listedModel, error) {
	library, err := cnn.DefaultLibrary()
	if err != nil {
		return listedModel{}, err
	}
	network, err := library.Load(name)
	if err == nil {
		return modelJSON(network), nil
	}
	if manifest, describeErr := keras.Describe(name); describeErr == nil {
		return describe(manifest, false), nil
	}
	return listedModel{}, err
}

func (a *app) printModel(m listedModel) {
	fmt.Fprintf(a.stdout, "%s  input %d×%d×%d  %d parameters\n", m.Name, m.Input.Height, m.Input.Width, m.Input.Channels, m.Parameters)
	if m.SHA256 != "" {
		fmt.Fprintf(a.stdout, "sha256 %s\n", m.SHA256)
	}
	isDefault := map[string]string{}
	for _, name := range m.DefaultLayers {
		isDefault[name] = "default"
	}
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "INDEX\tLAYER\tTYPE\tHEIGHT×WIDTH×CHANNELS\tPARAMETERS\t")
	for _, l := range m.Layers {
		fmt.Fprintf(w, "%d\t%s\t%s\t%d×%d×%d\t%d\t%s\n", l.Index, l.Name, l.Type, l.Height, l.Width, l.Channels, l.Parameters, isDefault[l.Name])
	}
	_ = w.Flush()
}
