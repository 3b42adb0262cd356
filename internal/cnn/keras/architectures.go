package keras

import (
	"cmp"
	_ "embed" // the class names
	"fmt"
	"slices"
	"strings"

	"github.com/convnet-playground/convnet/internal/cnn"
)

// Architecture is a network that Keras has weights for.
type Architecture struct {
	Name          string // what the command line says: densenet121
	Variant       string // tells apart definitions of one network that Keras has changed; the first has none
	Title         string // what people read: DenseNet-121
	InputSize     int    // height and width of the pictures it was trained on
	MinSize       int    // the smallest height and width that Keras takes; 0 means 32
	Preprocess    cnn.Preprocess
	Parameters    int64    // with the classifier, as Keras counts them
	DefaultLayers []string // eight, spread over the depth
	build         func(n *net, input *layer, top bool) *layer
}

// architectures is the table of all networks, by name, a network's variants after it. The default layers are those of
// the original playground where it searches the network; the others are spread over the depth, and BENCHMARKS.md
// measures them.
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
		Name: "efficientnetb0", Title: "EfficientNet-B0", InputSize: 224, Preprocess: torchStyle, Parameters: 5_330_564,
		DefaultLayers: []string{
			"conv2d_1", "conv2d_5", "conv2d_10", "conv2d_18",
			"conv2d_29", "conv2d_38", "conv2d_59", "conv2d_65",
		},
		build: efficientNet(1, 1),
	},
	{
		Name: "efficientnetb5", Title: "EfficientNet-B5", InputSize: 456, Preprocess: torchStyle, Parameters: 30_562_520,
		DefaultLayers: []string{
			"conv2d_1", "conv2d_15", "conv2d_50", "conv2d_78",
			"conv2d_99", "conv2d_100", "conv2d_130", "conv2d_155",
		},
		build: efficientNet(1.6, 2.2),
	},
	{
		Name: "inceptionv3", Title: "Inception-v3", InputSize: 299, MinSize: 75, Preprocess: tfStyle, Parameters: 23_851_784,
		DefaultLayers: []string{
			"conv2d_1", "conv2d_3", "conv2d_23", "conv2d_54",
			"mixed6", "conv2d_75", "conv2d_86", "mixed10",
		},
		build: inceptionV3,
	},
	{
		Name: "mobilenet", Title: "MobileNet", InputSize: 224, Preprocess: tfStyle, Parameters: 4_253_864,
		DefaultLayers: []string{
			"conv1", "conv_pw_2", "conv_dw_3", "conv_dw_4",
			"conv_dw_6", "conv_dw_9", "conv_pw_12", "conv_pw_13",
		},
		build: mobileNet,
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
		Name: "nasnetmobile", Title: "NASNet-Mobile", InputSize: 224, Preprocess: tfStyle, Parameters: 5_326_716,
		DefaultLayers: []string{
			"stem_conv1", "reduction_concat_stem_1", "reduction_concat_stem_2", "normal_concat_1",
			"normal_concat_3", "normal_concat_6", "normal_concat_8", "normal_concat_12",
		},
		build: nasNetMobile,
	},
	{
		Name: "resnet50", Title: "ResNet-50", InputSize: 224, Preprocess: caffeStyle, Parameters: 25_636_712,
		DefaultLayers: []string{
			"res2a_branch2a", "res2b_branch2a", "res3b_branch2a", "res4a_branch2a",
			"res4c_branch2a", "res4e_branch2a", "res5a_branch2a", "res5c_branch2c",
		},
		build: resNet50,
	},
	{
		Name: "resnet50", Variant: "tf2", Title: "ResNet-50", InputSize: 224, Preprocess: caffeStyle, Parameters: 25_636_712,
		DefaultLayers: []string{
			"conv2_block1_1_conv", "conv2_block2_1_conv", "conv3_block2_1_conv", "conv4_block1_1_conv",
			"conv4_block3_1_conv", "conv4_block5_1_conv", "conv5_block1_1_conv", "conv5_block3_3_conv",
		},
		build: resNet50TF2,
	},
	{
		Name: "vgg16", Title: "VGG-16", InputSize: 224, Preprocess: caffeStyle, Parameters: 138_357_544,
		DefaultLayers: []string{
			"block1_conv1", "block1_conv2", "block3_conv1", "block3_conv3",
			"block4_conv1", "block4_conv3", "block5_conv1", "block5_conv3",
		},
		build: vgg([5]int{2, 2, 3, 3, 3}),
	},
	{
		Name: "vgg19", Title: "VGG-19", InputSize: 224, Preprocess: caffeStyle, Parameters: 143_667_240,
		DefaultLayers: []string{
			"block1_conv1", "block1_conv2", "block3_conv1", "block3_conv4",
			"block4_conv1", "block4_conv4", "block5_conv1", "block5_conv4",
		},
		build: vgg([5]int{2, 2, 4, 4, 4}),
	},
	{
		Name: "xception", Title: "Xception", InputSize: 299, MinSize: 71, Preprocess: tfStyle, Parameters: 22_910_480,
		DefaultLayers: []string{
			"block1_conv1", "block1_conv2", "conv2d_1", "block3_sepconv1",
			"conv2d_3", "block7_sepconv2", "block12_sepconv3", "block14_sepconv2_act",
		},
		build: xception,
	},
}

// The three ways in which Keras Applications preprocess, named after where the weights came from. All networks were
// trained on parts of photographs that are not distorted, so the middle of a picture is what they see.
var (
	// caffeStyle centres BGR values and does not scale them.
	caffeStyle = cnn.Preprocess{
		Order: "bgr", Mean: []float32{103.939, 116.779, 123.68}, Std: []float32{1, 1, 1}, Fit: "crop",
	}
	// tfStyle maps 0..255 to -1..1.
	tfStyle = cnn.Preprocess{
		Order: "rgb", Mean: []float32{127.5, 127.5, 127.5}, Std: []float32{127.5, 127.5, 127.5}, Fit: "crop",
	}
	// torchStyle normalises by ImageNet's mean and deviation.
	torchStyle = cnn.Preprocess{
		Order: "rgb", Mean: []float32{.485 * 255, .456 * 255, .406 * 255},
		Std: []float32{.229 * 255, .224 * 255, .225 * 255}, Fit: "crop",
	}
)

// Architectures lists the networks that can be built, by name. Variants are not listed: a weight file chooses among them.
func Architectures() []Architecture {
	return slices.DeleteFunc(slices.Clone(architectures), func(a Architecture) bool { return a.Variant != "" })
}

// id is what a manifest calls the architecture: the name, and the variant where there are several.
func (a Architecture) id() string {
	if a.Variant == "" {
		return a.Name
	}
	return a.Name + "-" + a.Variant
}

// find returns the architecture of that name, or of a manifest's.
func find(id string) (Architecture, error) {
	for _, a := range architectures {
		if a.id() == id {
			return a, nil
		}
	}
	var names []string
	for _, a := range Architectures() {
		names = append(names, a.Name)
	}
	return Architecture{}, fmt.Errorf("%w: no architecture is called %q%s; there are %s",
		cnn.ErrUnknown, id, cnn.DidYouMean(id, names), strings.Join(names, ", "))
}

// size is the input's height and width with 0 replaced by the size the network was trained on.
func (a Architecture) size(height, width int) (int, int, error) {
	height, width = cmp.Or(height, a.InputSize), cmp.Or(width, a.InputSize)
	if least := cmp.Or(a.MinSize, 32); height < least || width < least {
		return 0, 0, fmt.Errorf("%s takes pictures of at least %d×%d pixels, not %d×%d; choose a larger input size",
			a.Name, least, least, height, width)
	}
	return height, width, nil
}

// imageNetClasses is how many classes the networks were trained to tell apart.
const imageNetClasses = 1000

//go:embed imagenet.txt
var imageNetNames string

func imageNetLabels() []string { return strings.Split(strings.TrimSpace(imageNetNames), "\n") }
