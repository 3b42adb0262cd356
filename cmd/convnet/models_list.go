package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
)

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
