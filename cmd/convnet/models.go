package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
)

func newModels(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "models",
		Short: "Add, list, show and remove networks",
		Long: `Networks that were added live in a folder of their own (CONVNET_HOME, or the place where your
system keeps programs' data). An ingest copies the network it uses into the database, so a
shipped file needs nothing else.`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newModelsAdd(a), newModelsList(a), newModelsShow(a), newModelsRemove(a))
	return cmd
}

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

// buildKeras turns a weights file into a network, with its classifier when the file has one.
func buildKeras(name, path string) (network *cnn.Network, err error) {
	weights, err := keras.OpenWeights(path)
	if err != nil {
		return nil, err
	}
	defer closeInto(&err, weights.Close)
	return keras.Build(name, weights, keras.BuildOptions{Top: true})
}

func newModelsList(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the networks at hand and those that convnet can build",
		Args:  exactArgs(),
		RunE: func(*cobra.Command, []string) error {
			library, err := cnn.DefaultLibrary()
			if err != nil {
				return err
			}
			have, err := library.List()
			if err != nil {
				return err
			}
			listed := listModels(have)
			if a.json {
				return a.printJSON(map[string]any{"models": listed})
			}
			w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tINPUT\tPARAMETERS\tLAYERS\tSTATE")
			for _, m := range listed {
				state := "ready"
				if !m.Ready {
					state = "known: convnet models add " + m.Name + " --weights FILE"
				}
				fmt.Fprintf(w, "%s\t%d×%d\t%d\t%d\t%s\n", m.Name, m.Input.Height, m.Input.Width, m.Parameters, len(m.Layers), state)
			}
			return w.Flush()
		},
	}
}

// listedModel is a network in `models list` and `models show`.
type listedModel struct {
	Name          string         `json:"name"`
	Title         string         `json:"title,omitempty"`
	Ready         bool           `json:"ready"` // false: known to convnet, but without weights
	SHA256        string         `json:"sha256,omitempty"`
	Parameters    int64          `json:"parameters"`
	Input         cnn.Input      `json:"input"`
	DefaultLayers []string       `json:"default_layers"`
	Layers        []cnn.Layer    `json:"layers"`
	Provenance    cnn.Provenance `json:"provenance"`
}

func describe(m cnn.Manifest, ready bool) listedModel {
	return listedModel{
		Name: m.Name, Title: m.Title, Ready: ready, Parameters: m.Parameters, Input: m.Input,
		DefaultLayers: m.DefaultLayers, Layers: m.Layers, Provenance: m.Provenance,
	}
}

func modelJSON(n *cnn.Network) listedModel {
	m := describe(n.Manifest, true)
	m.SHA256 = fmt.Sprintf("%x", n.SHA256())
	return m
}

// listModels puts the networks at hand first, then those that only lack weights.
func listModels(have []cnn.Manifest) []listedModel {
	listed := []listedModel{}
	ready := map[string]bool{}
	for _, m := range have {
		listed = append(listed, describe(m, true))
		ready[m.Name] = true
	}
	for _, arch := range keras.Architectures() {
		if manifest, err := keras.Describe(arch.Name); err == nil && !ready[arch.Name] {
			listed = append(listed, describe(manifest, false))
		}
	}
	return listed
}

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

// showModel prefers the network at hand; a known architecture can be shown without weights.
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

func newModelsRemove(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Forget a network that was added; databases keep the copy they carry",
		Args:  exactArgs("the name of a network"),
		RunE: func(_ *cobra.Command, args []string) error {
			library, err := cnn.DefaultLibrary()
			if err != nil {
				return err
			}
			if err := library.Remove(args[0]); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]string{"removed": args[0]})
			}
			fmt.Fprintf(a.stdout, "removed %s\n", args[0])
			return nil
		},
	}
}
