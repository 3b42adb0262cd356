package keras

import (
	_ "embed" // the class names
	"fmt"
	"slices"
	"strings"

	"github.com/convnet-playground/convnet/internal/cnn"
)

// Architecture is a network that Keras has weights for.
type Architecture struct {
	Name          string // what the command line says: densenet121
	Title         string // what people read: DenseNet-121
	InputSize     int    // height and width of the pictures it was trained on
	Preprocess    cnn.Preprocess
	Parameters    int64    // with the classifier, as Keras counts them
	DefaultLayers []string // eight, spread over the depth
	build         func(n *net, input *layer, top bool) *layer
}

// architectures is the table of all networks, by name. The default layers are those of the original playground where
// it searches the network; the others are spread over the depth, and BENCHMARKS.md measures them.
var architectures = []Architecture{
	{
		Name: "densenet121", Title: "DenseNet-121", InputSize: 224, Preprocess: torchStyle, Parameters: 8_062_504,
		DefaultLayers: []string{
			"conv2_block1_1_conv", "conv2_block6_2_conv", "conv3_block5_1_conv", "conv4_block9_1_conv",
			"conv4_block23_2_conv", "conv5_block13_2_conv", "conv5_block16_1_conv", "conv5_block16_concat",
		},
		build: denseNet([4]int{6, 12, 24, 16}),
	},
	{
		Name: "mobilenetv2", Title: "MobileNetV2", InputSize: 224, Preprocess: tfStyle, Parameters: 3_538_984,
		DefaultLayers: []string{
			"Conv1", "block_2_project", "block_4_expand", "block_6_expand",
			"block_9_project", "block_12_expand", "block_15_project", "Conv_1",
		},
		build: mobileNetV2,
	},
	{
		Name: "vgg19", Title: "VGG-19", InputSize: 224, Preprocess: caffeStyle, Parameters: 143_667_240,
		DefaultLayers: []string{
			"block1_conv1", "block1_conv2", "block3_conv1", "block3_conv4",
			"block4_conv1", "block4_conv4", "block5_conv1", "block5_conv4",
		},
		build: vgg([5]int{2, 2, 4, 4, 4}),
	},
}

// The three ways in which Keras Applications preprocess, named after where the weights came from.
var (
	// caffeStyle centres BGR values and does not scale them.
	caffeStyle = cnn.Preprocess{Order: "bgr", Mean: []float32{103.939, 116.779, 123.68}, Std: []float32{1, 1, 1}}
	// tfStyle maps 0..255 to -1..1.
	tfStyle = cnn.Preprocess{Order: "rgb", Mean: []float32{127.5, 127.5, 127.5}, Std: []float32{127.5, 127.5, 127.5}}
	// torchStyle normalises by ImageNet's mean and deviation.
	torchStyle = cnn.Preprocess{Order: "rgb", Mean: []float32{.485 * 255, .456 * 255, .406 * 255}, Std: []float32{.229 * 255, .224 * 255, .225 * 255}}
)

// Architectures lists the networks that can be built, by name.
func Architectures() []Architecture { return slices.Clone(architectures) }

func find(name string) (Architecture, error) {
	var names []string
	for _, a := range architectures {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return Architecture{}, fmt.Errorf("%w: no architecture is called %q%s; there are %s",
		cnn.ErrUnknown, name, cnn.DidYouMean(name, names), strings.Join(names, ", "))
}

// imageNetClasses is how many classes the networks were trained to tell apart.
const imageNetClasses = 1000

//go:embed imagenet.txt
var imageNetNames string

func imageNetLabels() []string { return strings.Split(strings.TrimSpace(imageNetNames), "\n") }
