package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
	"github.com/convnet-playground/convnet/internal/download"
)

// pullFlags are the command's flags as typed.
type pullFlags struct {
	mirror, variant string
	noTop, keep     bool
}

func newModelsPull(a *app) *cobra.Command {
	var f pullFlags
	cmd := &cobra.Command{
		Use:   "pull NAME... | all",
		Short: "Download official weights, verify them and keep the networks",
		Long: `Pull is the only command that ever asks another machine for anything. It downloads the Keras
weights of each network from where their makers keep them, compares the hash that the makers
publish, builds the network and removes the download.

With the classifier, vgg16 and vgg19 are files of more than half a gigabyte; without it
(--no-top) of 60 and 80 megabytes. The classifier's layers and the names of classes are all that
is lost.

An interrupted download goes on where it ended when the same command is run again. A network
that is there from the same file is left as it is. Without a way to the Internet, name a
server that has the files (--mirror), or bring a file and use convnet models add.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("convnet models pull wants the names of networks, or all; there are %s", strings.Join(pullable(), ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.pull(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.noTop, "no-top", false, "the smaller files without the classifier")
	flags.StringVar(&f.variant, "variant", "", "other weights of a network: tf2 for resnet50, plain for efficientnetb0 and efficientnetb5")
	flags.StringVar(&f.mirror, "mirror", "", "address of a folder that has the files under their own names")
	flags.BoolVar(&f.keep, "keep", false, "keep the downloaded files")
	return cmd
}

// pullable lists the networks that have files.
func pullable() []string {
	var names []string
	for _, a := range keras.Architectures() {
		if len(keras.WeightFiles(a.Name)) > 0 {
			names = append(names, a.Name)
		}
	}
	return names
}

func (a *app) pull(ctx context.Context, f pullFlags, names []string) error {
	if _, err := download.ParseURL(f.mirror); f.mirror != "" && err != nil {
		return usagef("--mirror: %w", err)
	}
	library, err := cnn.DefaultLibrary()
	if err != nil {
		return err
	}
	choices, err := f.choose(names)
	if err != nil {
		return err
	}
	pulled, err := puller{a, f, library}.all(ctx, choices)
	if a.json {
		return errors.Join(a.printJSON(map[string]any{"models": pulled}), err)
	}
	return err
}

// choose finds, for every name, the files that would do, in the order to try them.
func (f pullFlags) choose(names []string) ([][]keras.WeightFile, error) {
	if slices.Equal(names, []string{"all"}) {
		names = pullable()
	}
	var choices [][]keras.WeightFile
	for _, name := range names {
		if _, err := keras.Describe(name); err != nil {
			return nil, err
		}
		files := slices.DeleteFunc(keras.WeightFiles(name), func(w keras.WeightFile) bool {
			return w.Top == f.noTop || f.variant != "" && w.Variant != f.variant
		})
		if len(files) == 0 {
			return nil, usagef("%s has no weights that can be pulled with these options", name)
		}
		choices = append(choices, files)
	}
	return choices, nil
}

// address is where a file is fetched from.
func (f pullFlags) address(w keras.WeightFile) string {
	if f.mirror == "" {
		return w.URL
	}
	return strings.TrimRight(f.mirror, "/") + "/" + w.File
}

// source is what the network's provenance says of a file. Where a hash proves it, a mirror's file is the official one.
func (f pullFlags) source(w keras.WeightFile) string {
	u, err := url.Parse(f.address(w))
	if w.MD5 != "" || err != nil {
		return w.URL
	}
	u.User = nil // a database that carries the network is there to be passed on
	return u.String()
}

// advise adds to an error what the user can do about it.
func advise(err error, w keras.WeightFile) error {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w; set CONVNET_HOME to a folder that you may write to", err)
	case errors.Is(err, download.ErrLocal), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w; make room and run it again", err)
	}
	return fmt.Errorf("%w; download %s elsewhere and run: convnet models add %s --weights FILE", err, w.URL, w.Model)
}

// pulledModel is what became of one name.
type pulledModel struct {
	Name       string `json:"name"`
	Variant    string `json:"variant,omitempty"`
	State      string `json:"state"` // pulled, or present: it was there from the same file
	URL        string `json:"url"`
	File       string `json:"file,omitempty"` // the download, if it was kept
	SHA256     string `json:"weights_sha256"`
	MD5        string `json:"md5,omitempty"` // the official hash, which the file has; empty where there is none
	License    string `json:"license"`
	Parameters int64  `json:"parameters"`
}

func (a *app) printPulled(p pulledModel, m cnn.Manifest) {
	if a.json {
		return
	}
	if p.State == "present" {
		fmt.Fprintf(a.stdout, "%s is there already, from %s; to pull it again, remove it first: convnet models remove %s\n", p.Name, m.Provenance.WeightsFile, p.Name)
		return
	}
	fmt.Fprintf(a.stdout, "pulled %s: %d layers, %d parameters, input %d×%d; licence of the weights: %s\n",
		p.Name, len(m.Layers), m.Parameters, m.Input.Height, m.Input.Width, p.License)
	if p.MD5 == "" {
		fmt.Fprintf(a.stdout, "  no official hash exists for %s; it fits the network, and its sha256 is %s\n", m.Provenance.WeightsFile, p.SHA256)
	}
	if p.File != "" {
		fmt.Fprintf(a.stdout, "  kept %s\n", filepath.ToSlash(p.File))
	}
}
