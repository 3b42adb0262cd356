package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
)

func newModelsList(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the networks at hand and those that convnet can fetch or build",
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
			added, err := library.Added()
			if err != nil {
				return err
			}
			listed := listModels(have)
			for i := range listed {
				listed[i].builtIn = listed[i].Ready && !slices.Contains(added, listed[i].Name)
			}
			if a.json {
				return a.printJSON(map[string]any{"models": listed})
			}
			return a.printModels(listed)
		},
	}
}

func (a *app) printModels(listed []listedModel) error {
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tINPUT\t PARAMETERS\tLAYERS\tSTATE\tSOURCE")
	for _, m := range listed {
		state := "ready"
		switch {
		case m.builtIn:
			state = "built in"
		case !m.Ready:
			state = "convnet models pull " + m.Name
		}
		fmt.Fprintf(w, "%s\t%d×%d\t%11s\t%6d\t%s\t%s\n",
			m.Name, m.Input.Height, m.Input.Width, grouped(m.Parameters), len(m.Layers), state, origin(m.Provenance.Source))
	}
	return w.Flush()
}

// origin is a source cut to what a line holds; of a web address, the project it belongs to.
func origin(source string) string {
	if source == "" {
		return "not stated"
	}
	if u, err := url.Parse(source); err == nil && u.Host != "" {
		parts := strings.Split(u.Host+u.Path, "/")
		source = strings.TrimSuffix(strings.Join(parts[:min(3, len(parts))], "/"), "/")
	}
	const room = 44
	if runes := []rune(source); len(runes) > room {
		source = string(runes[:room-1]) + "…"
	}
	return printable(source)
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
	Provenance    cnn.Provenance `json:"provenance"` // where there are no weights yet, of those that can be had

	builtIn bool
}

func describe(m cnn.Manifest, ready bool) listedModel {
	if files := keras.WeightFiles(m.Name); !ready && len(files) > 0 {
		m.Provenance = cnn.Provenance{Source: files[0].URL, License: files[0].License, WeightsFile: files[0].File}
	}
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
