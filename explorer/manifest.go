package explorer

import (
	"encoding/json"
	"fmt"

	"github.com/convnet-playground/convnet/store"
)

// manifest is what the pages show of a model's stored manifest. The pages read the file and nothing else, so they know
// its JSON and not the package that runs networks.
type manifest struct {
	Title string `json:"title"`
	Input struct {
		Height   int `json:"height"`
		Width    int `json:"width"`
		Channels int `json:"channels"`

		Preprocess Preprocess `json:"preprocess"`
	} `json:"input"`
	Layers        []manifestLayer `json:"layers"`
	DefaultLayers []string        `json:"default_layers"`
	Classes       []string        `json:"classes"`
	Parameters    int64           `json:"parameters"`
	Provenance    struct {
		Source        string `json:"source"`
		License       string `json:"license"`
		WeightsFile   string `json:"weights_file"`
		WeightsSHA256 string `json:"weights_sha256"`
	} `json:"provenance"`
}

// manifestLayer is what a manifest says of a layer.
type manifestLayer struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Index      int    `json:"index"`
	Channels   int    `json:"channels"`
	Height     int    `json:"height"`
	Width      int    `json:"width"`
	Parameters int64  `json:"parameters"`
	Value      string `json:"value"` // in the graph
}

func readManifest(m store.Model) (manifest, error) {
	var parsed manifest
	if err := json.Unmarshal(m.Manifest, &parsed); err != nil {
		return parsed, fmt.Errorf("read the manifest of model %s: %w", m.Name, err)
	}
	return parsed, nil
}
