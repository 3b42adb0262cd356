package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
)

// addFlags are the command's flags as typed.
type addFlags struct {
	weights, onnx                          string
	name, license, source                  string
	input, preprocess, fit, labels, layers string
}

func newModelsAdd(a *app) *cobra.Command {
	var f addFlags
	cmd := &cobra.Command{
		Use:   "add NAME --weights FILE.h5 | --onnx FILE.onnx --name NAME",
		Short: "Add a network: a Keras one from its .h5 weights, or any from an ONNX file",
		Long: `With --weights, add builds one of Keras' networks (convnet models list names them) and fills it with
the weights of an official .h5 file.

With --onnx, add takes in any network that sees pictures, written by torch.onnx.export, tf2onnx or
another program. It lists the values that can be layers under the names their author gave them,
chooses eight of them spread over the depth, and says what it assumed. What the file does not
say can be told:

  --preprocess torch | tf | caffe | none, or mean=…,std=…,order=rgb|bgr|gray,range=0..1
               what is done to pictures: brought into the range, then less the mean, over the std;
               one number, or one for each channel: mean=0.485,0.456,0.406,std=0.229,0.224,0.225
  --labels     a text file with the name of each class on a line of its own
  --layers     the default layers, instead of the eight`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.onnx != "" {
				return exactArgs()(cmd, args)
			}
			return exactArgs("the name of a known network")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.addModel(cmd, args, f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.weights, "weights", "", "Keras weights file, .h5 or .h5.gz")
	flags.StringVar(&f.onnx, "onnx", "", "ONNX file of any network that sees pictures")
	flags.StringVar(&f.name, "name", "", "the network's name here; for a Keras network, instead of its architecture's")
	flags.StringVar(&f.license, "license", "", "licence of the weights, kept with the network; known for official files")
	flags.StringVar(&f.source, "source", "", "where the weights come from, kept with the network; known for official files")
	flags.StringVar(&f.input, "input", "", "with --onnx: size of the pictures, N or HEIGHTxWIDTH (default: the file's, or 224)")
	flags.StringVar(&f.preprocess, "preprocess", "", "with --onnx: how pictures are prepared (default: guessed, and said)")
	flags.StringVar(&f.fit, "fit", "", "with --onnx: how pictures of another shape are fitted, crop, pad or stretch (default: crop)")
	flags.StringVar(&f.labels, "labels", "", "with --onnx: text file that names the classes")
	flags.StringVar(&f.layers, "layers", "", "with --onnx: default layers, separated by commas")
	return cmd
}

func (a *app) addModel(cmd *cobra.Command, args []string, f addFlags) error {
	switch {
	case f.weights != "" && f.onnx != "":
		return usagef("give --weights or --onnx, not both")
	case f.onnx != "":
		return a.addONNX(cmd.Context(), f)
	case f.weights == "":
		return usagef("%s needs --weights FILE for a Keras network, or --onnx FILE for any other", cmd.CommandPath())
	}
	for _, name := range []string{"input", "preprocess", "fit", "labels", "layers"} {
		if cmd.Flags().Changed(name) {
			return usagef("--%s goes with --onnx: of Keras' networks it is known", name)
		}
	}
	network, err := buildKeras(args[0], f.weights)
	if err != nil {
		return err
	}
	m := &network.Manifest
	m.Name = cmp.Or(f.name, m.Name)
	m.Provenance.License = cmp.Or(f.license, m.Provenance.License)
	m.Provenance.Source = cmp.Or(f.source, m.Provenance.Source)
	return a.keep(network, nil)
}

// addedModel is a network with what was assumed about it.
type addedModel struct {
	listedModel
	Notes []string `json:"notes,omitempty"`
}

// keep saves a network in the library and tells what it is.
func (a *app) keep(network *cnn.Network, notes []string) error {
	m := network.Manifest
	if architecture, _, _ := strings.Cut(m.Architecture, "-"); isKeras(m.Name) && architecture != m.Name {
		return usagef("%s is the name of one of Keras' networks; give this one another with --name", m.Name)
	}
	library, err := cnn.DefaultLibrary()
	if err != nil {
		return err
	}
	if err := free(library, network); err != nil {
		return err
	}
	if err := library.Save(network); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(addedModel{modelJSON(network), notes})
	}
	fmt.Fprintf(a.stdout, "added %s: %d layers, %d parameters, input %d×%d\n", m.Name, len(m.Layers), m.Parameters, m.Input.Height, m.Input.Width)
	for _, note := range notes {
		fmt.Fprintln(a.stdout, "  "+printable(note))
	}
	return nil
}

// free refuses to put a network in the place of another one of its name.
func free(library cnn.Library, network *cnn.Network) error {
	have, taken := library.Other(network)
	if !taken {
		return nil
	}
	from := ""
	if file := have.Provenance.WeightsFile; file != "" {
		from = ", from " + printable(file)
	}
	return usagef("there is another network %s already%s (other weights, graph or preprocessing): give this one a name of its own with --name, "+
		"or take that one away first with \"convnet models remove %[1]s\"; databases keep the copy they carry", have.Name, from)
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
