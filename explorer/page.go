package explorer

import "github.com/convnet-playground/convnet/templates"

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

	URL     string  `json:"-"`
	Profile Profile `json:"-"`
}

// Input is the size of the picture a network takes.
type Input struct {
	Height   int `json:"height"`
	Width    int `json:"width"`
	Channels int `json:"channels"`
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

	Defaults int      `json:"-"` // how many default layers
	Seen     []string `json:"-"` // datasets with vectors of this model
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

	Bar float64 `json:"-"` // its parameters, 0–100 of the layer that has most
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
