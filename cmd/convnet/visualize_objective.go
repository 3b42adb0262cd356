package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/npy"
	"github.com/convnet-playground/convnet/internal/visualize"
)

// patterns are the objectives that stand for one of each channel.
var patterns = map[string]string{"channel": "channel:%d", "negative": "channel:-%d", "neuron": "neuron:%d", "class": "class:%d"}

// objectives are what is to be made of a layer.
func (f visualizeFlags) objectives(l cnn.Layer, classes []string) ([]visualize.Objective, error) {
	pattern := patterns[f.objective]
	if pattern == "" {
		o, err := f.single(l, classes)
		return []visualize.Objective{o}, err
	}
	channels, err := visualize.ParseChannels(f.channels, l.Channels)
	if err != nil {
		return nil, err
	}
	var all []visualize.Objective
	for _, c := range channels {
		o, err := visualize.ParseObjective(fmt.Sprintf(pattern, c), l)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// single is an objective that is given as such.
func (f visualizeFlags) single(l cnn.Layer, classes []string) (visualize.Objective, error) {
	if file, ok := strings.CutPrefix(f.objective, "direction:"); ok {
		return readDirection(file, l)
	}
	text := f.objective
	if name, ok := strings.CutPrefix(text, "class:"); ok && name != "" && !strings.ContainsAny(name[:1], "-0123456789") {
		i := slices.IndexFunc(classes, func(c string) bool { return strings.EqualFold(c, name) })
		if i < 0 {
			return visualize.Objective{}, fmt.Errorf("there is no class %q%s", name, cnn.DidYouMean(name, classes))
		}
		text = "class:" + strconv.Itoa(i)
	}
	return visualize.ParseObjective(text, l)
}

// maxDirection bounds what is read of a direction.
const maxDirection = 1 << 20

// readDirection reads FILE.npy or FILE.npy^2.
func readDirection(text string, l cnn.Layer) (visualize.Objective, error) {
	path, power := text, 0.0
	if at := strings.LastIndexByte(text, '^'); at >= 0 {
		var err error
		if power, err = strconv.ParseFloat(text[at+1:], 64); err != nil {
			return visualize.Objective{}, fmt.Errorf("objective direction:%s: %q is no power", text, text[at+1:])
		}
		path = text[:at]
	}
	file, err := os.Open(path)
	if err != nil {
		return visualize.Objective{}, fmt.Errorf("read the direction: %w", err)
	}
	defer file.Close()
	_, weights, err := npy.Read(file, maxDirection)
	if err != nil {
		return visualize.Objective{}, fmt.Errorf("%s: %w", path, err)
	}
	return visualize.Direction(filepath.Base(path), l, weights, power)
}

// layersFor are the layers that pictures are made of: for classes, unless others are named, the one that the network ends in.
func (f visualizeFlags) layersFor(m *cnn.Manifest) ([]cnn.Layer, error) {
	if f.layers != "default" || !strings.HasPrefix(f.objective, "class") {
		return m.SelectLayers(f.layers)
	}
	for _, l := range slices.Backward(m.Layers) {
		if l.Height*l.Width == 1 && (l.Value == m.Output || l.Channels == len(m.Classes)) {
			return []cnn.Layer{l}, nil
		}
	}
	return nil, fmt.Errorf("%s has no classes: it was added without its classifier", m.Name)
}
