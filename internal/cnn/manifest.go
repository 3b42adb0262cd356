package cnn

// Preprocess turns a pixel into what the network expects: value = (v - Mean[c]) / Std[c], with v in 0..255 and the
// channels in the given order.
type Preprocess struct {
	Order string    `json:"order"` // rgb, bgr, or gray, which has one channel
	Mean  []float32 `json:"mean"`  // per channel, in Order
	Std   []float32 `json:"std"`   // per channel, in Order
	// Fit says how a picture of another shape becomes the input: crop (the middle of it), pad (the whole of it, with
	// borders of the mean) or stretch. Empty is stretch: what manifests meant before they had a choice.
	Fit string `json:"fit,omitempty"`
}

// Input is the image a network takes, as a tensor of shape 1 × Channels × Height × Width.
type Input struct {
	Name       string     `json:"name"` // of the graph's input
	Height     int        `json:"height"`
	Width      int        `json:"width"`
	Channels   int        `json:"channels"`
	Preprocess Preprocess `json:"preprocess"`
}

// Len is the number of values in one input tensor.
func (in Input) Len() int { return in.Channels * in.Height * in.Width }

// Shape is the input tensor's shape, one image.
func (in Input) Shape() []int64 {
	return []int64{1, int64(in.Channels), int64(in.Height), int64(in.Width)}
}

// Layer is a named activation point of a network.
type Layer struct {
	Name       string `json:"name"`
	Type       string `json:"type"`  // Keras' class name: Conv2D, Activation, Concatenate, …
	Index      int    `json:"index"` // position in the network, from the input
	Channels   int    `json:"channels"`
	Height     int    `json:"height"` // of the feature map at the network's input size; 1 for a vector
	Width      int    `json:"width"`
	Parameters int64  `json:"parameters"`
	Value      string `json:"value"` // name of the ONNX value that holds the layer's output
}

// Provenance says where a network's weights come from.
type Provenance struct {
	Source        string `json:"source"`
	License       string `json:"license"`
	WeightsFile   string `json:"weights_file"`   // base name of the file the weights were read from
	WeightsSHA256 string `json:"weights_sha256"` // of that file's bytes, in hex
}

// Manifest says everything about a network that its graph does not.
type Manifest struct {
	Name          string     `json:"name"`                   // what --model and URLs say: densenet121
	Title         string     `json:"title"`                  // what people read: DenseNet-121
	Architecture  string     `json:"architecture,omitempty"` // of package keras, if it built the graph; else empty
	Input         Input      `json:"input"`
	Layers        []Layer    `json:"layers"`         // in network order
	DefaultLayers []string   `json:"default_layers"` // names, in network order
	Output        string     `json:"output"`         // name of the ONNX value that the network ends in
	Classes       []string   `json:"classes"`        // labels of the output's entries; none without a classifier
	Parameters    int64      `json:"parameters"`
	Provenance    Provenance `json:"provenance"`
}

// Layer returns the layer of that name.
func (m *Manifest) Layer(name string) (Layer, bool) {
	for _, l := range m.Layers {
		if l.Name == name {
			return l, true
		}
	}
	return Layer{}, false
}
