package explorer

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/templates"
)

// ModelsPage lists the models in the file.
type ModelsPage struct {
	templates.Base `json:"-"`
	Models         []Summary `json:"models"`
}

// Summary is a model at a glance.
type Summary struct {
	Name            string `json:"name"`
	Title           string `json:"title"`
	SHA256          string `json:"sha256"`
	Parameters      int64  `json:"parameters"`
	Input           Input  `json:"input"`
	LayerCount      int    `json:"layer_count"`
	Classes         int    `json:"classes"`          // 0: it sorts nothing, its layers are what it is for
	NetworkIncluded bool   `json:"network_included"` // false: only its vectors are in the file

	URL      string  `json:"-"`
	Profile  Profile `json:"-"`
	Pictures []Tile  `json:"-"` // one of each layer that has some, on the page of all models
}

// Input is the picture a network takes.
type Input struct {
	Height   int `json:"height"`
	Width    int `json:"width"`
	Channels int `json:"channels"`

	Preprocess Preprocess `json:"preprocess"`
}

// Preprocess says how a picture becomes the input: fitted into it, then (v - mean) / std with v in 0..255, per channel.
type Preprocess struct {
	Order string    `json:"order"` // rgb, bgr or gray
	Mean  []float64 `json:"mean"`
	Std   []float64 `json:"std"`
	Fit   string    `json:"fit,omitempty"` // crop, pad or stretch; empty is stretch
}

// Fitting says in words what happens to a picture of another shape.
func (p Preprocess) Fitting() string {
	switch p.Fit {
	case "crop":
		return "the middle of the picture, as much as has the input's shape"
	case "pad":
		return "the whole picture, with borders of the mean"
	}
	return "the whole picture, stretched to the input's shape"
}

// Values says in words what happens to each value.
func (p Preprocess) Values() string {
	return fmt.Sprintf("%s, (value − %s) ÷ %s", strings.ToUpper(p.Order), numbers(p.Mean), numbers(p.Std))
}

// numbers writes one number where all are the same.
func numbers(all []float64) string {
	if len(all) > 0 && slices.Min(all) == slices.Max(all) {
		all = all[:1]
	}
	words := make([]string, len(all))
	for i, v := range all {
		words[i] = strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
	}
	return strings.Join(words, " / ")
}

// ModelPage is a model with all its layers.
type ModelPage struct {
	templates.Base `json:"-"`
	Summary
	Source        string  `json:"source"`
	License       string  `json:"license"`
	WeightsFile   string  `json:"weights_file"`
	WeightsSHA256 string  `json:"weights_sha256"`
	Layers        []Layer `json:"layers"`

	Defaults int         `json:"-"` // how many default layers
	Seen     []string    `json:"-"` // datasets with vectors of this model
	Strip    []Stage     `json:"-"`
	Previews []LayerCard `json:"-"` // the default layers that have pictures
	Command  string      `json:"-"` // makes the pictures of the default layers
	Making   Making      `json:"-"`
	Pictures int         `json:"-"` // made so far
}

// Layer is a row of the layer table.
type Layer struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Index      int    `json:"index"` // position in the network, from the input
	Channels   int    `json:"channels"`
	Height     int    `json:"height"`
	Width      int    `json:"width"`
	Parameters int64  `json:"parameters"`
	Default    bool   `json:"default"` // chosen when an ingest does not name layers
	Vectors    []Seen `json:"vectors"` // datasets that can be searched at this layer

	Share          float64 `json:"share"`          // of the model's parameters, 0–1
	Visualizations int     `json:"visualizations"` // how many pictures have been made of it

	ReceptiveField *onnx.Field `json:"receptive_field,omitempty"` // what a place of the map sees of the picture; null: it is not known

	Bar float64 `json:"-"` // its parameters, 0–100 of the layer that has most
	URL string  `json:"-"`
}

// Sees says in words what a place of the layer's map sees, "" where it is not known.
func (l Layer) Sees() string {
	f := l.ReceptiveField
	switch {
	case f == nil || f.Rows.Size+f.Columns.Size == 0 && !f.Rows.Whole:
		return ""
	case f.Rows.Whole && f.Columns.Whole:
		return "the whole picture"
	}
	words := fmt.Sprintf("%d × %d pixels", f.Columns.Size, f.Rows.Size)
	if f.Gated {
		words += ", and by its gates the whole picture"
	}
	return words
}

// Seen is a dataset with vectors at a layer.
type Seen struct {
	Dataset   string `json:"dataset"`
	Pooling   string `json:"pooling"`
	Dimension int    `json:"dimension"`
	Images    int    `json:"images"`
	Runtime   string `json:"runtime"` // what computed the vectors

	Search string `json:"-"`
}
