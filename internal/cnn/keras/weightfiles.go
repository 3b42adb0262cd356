package keras

// WeightFile is a file of ImageNet weights that its makers offer for download.
type WeightFile struct {
	Model   string // the architecture it belongs to
	Variant string // tells apart files of one network that differ in more than their form; the first has none
	Top     bool   // whether it holds the classifier
	File    string // name of the file
	URL     string
	MD5     string // of the file in hex, as its makers publish it; empty if they do not
	License string // of the weights, as Keras' documentation or the file's project states it
	Note    string // what sets the file apart; empty for an ordinary one
}

// WeightFiles lists an architecture's files, those to prefer first. An unknown architecture has none.
func WeightFiles(name string) []WeightFile {
	var files []WeightFile
	for _, r := range releases {
		if r.model == name {
			files = append(files, r.file(true, r.whole), r.file(false, r.bare))
		}
	}
	return files
}

// release is a pair of files: with the classifier and without.
type release struct {
	model, variant, at, license, note string
	whole, bare                       published
}

// published is a file as its makers offer it.
type published struct{ name, md5 string }

func (r release) file(top bool, p published) WeightFile {
	return WeightFile{
		Model: r.model, Variant: r.variant, Top: top, File: p.name, URL: r.at + p.name, MD5: p.md5, License: r.license, Note: r.note,
	}
}

// Where the projects keep their files.
const (
	deepLearningModels = "https://github.com/fchollet/deep-learning-models/releases/download/"
	kerasApplications  = "https://github.com/keras-team/keras-applications/releases/download/"
	mobileNetV2Keras   = "https://github.com/JonathanCMitchell/mobilenet_v2_keras/releases/download/v1.1/"
	kerasNASNet        = "https://github.com/titu1994/Keras-NASNet/releases/download/v1.2/"
	callidior          = "https://github.com/Callidior/keras-applications/releases/download/efficientnet/"
	qubvel             = "https://github.com/qubvel/efficientnet/releases/download/v0.0.1/"
)

// Licences as Keras' documentation states them, network by network. EfficientNet's files are conversions of the
// checkpoints in tensorflow/tpu and have the licence of that project.
const (
	apache = "Apache-2.0"
	bsd3   = "BSD-3-Clause"
	mit    = "MIT"
	oxford = "CC BY 4.0 (Visual Geometry Group, University of Oxford)"
)

const (
	noHash    = "its makers publish no hash"
	secondOne = "the second definition, which TensorFlow 2 has taken over, under the same file name"
	withdrawn = "since 2025 no longer at this address"
	plain     = "trained without AutoAugment"
)

// releases is the table of all files: addresses and hashes of keras-applications 1.0.8. EfficientNet's second pair is for
// when the first cannot be had; its hashes are those of the package efficientnet 0.0.4.
var releases = []release{
	{
		model: "densenet121", at: kerasApplications + "densenet/", license: bsd3,
		whole: published{"densenet121_weights_tf_dim_ordering_tf_kernels.h5", "9d60b8095a5708f2dcce2bca79d332c7"},
		bare:  published{"densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5", "30ee3e1110167f948a6b9946edeeb738"},
	},
	{
		model: "efficientnetb0", at: callidior, license: apache, note: withdrawn,
		whole: published{"efficientnet-b0_weights_tf_dim_ordering_tf_kernels_autoaugment.h5", "e9e877068bd0af75e0a36691e03c072c"},
		bare:  published{"efficientnet-b0_weights_tf_dim_ordering_tf_kernels_autoaugment_notop.h5", "345255ed8048c2f22c793070a9c1a130"},
	},
	{
		model: "efficientnetb0", variant: "plain", at: qubvel, license: apache, note: plain,
		whole: published{"efficientnet-b0_imagenet_1000.h5", "bca04d16b1b8a7c607b1152fe9261af7"},
		bare:  published{"efficientnet-b0_imagenet_1000_notop.h5", "45d2f3b6330c2401ef66da3961cad769"},
	},
	{
		model: "efficientnetb5", at: callidior, license: apache, note: withdrawn,
		whole: published{"efficientnet-b5_weights_tf_dim_ordering_tf_kernels_autoaugment.h5", "8d60b903aff50b09c6acf8eaba098e09"},
		bare:  published{"efficientnet-b5_weights_tf_dim_ordering_tf_kernels_autoaugment_notop.h5", "0a839ac36e46552a881f2975aaab442f"},
	},
	{
		model: "efficientnetb5", variant: "plain", at: qubvel, license: apache, note: plain,
		whole: published{"efficientnet-b5_imagenet_1000.h5", "c31311a1a38b5111e14457145fccdf32"},
		bare:  published{"efficientnet-b5_imagenet_1000_notop.h5", "a09b36129b41196e0bb659fd84fbdd5f"},
	},
	{
		model: "inceptionv3", at: deepLearningModels + "v0.5/", license: apache,
		whole: published{"inception_v3_weights_tf_dim_ordering_tf_kernels.h5", "9a0d58056eeedaa3f26cb7ebd46da564"},
		bare:  published{"inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5", "bcbd6486424b2319ff4ef7d526e38f63"},
	},
	{
		model: "mobilenet", at: deepLearningModels + "v0.6/", license: apache, note: noHash,
		whole: published{"mobilenet_1_0_224_tf.h5", ""},
		bare:  published{"mobilenet_1_0_224_tf_no_top.h5", ""},
	},
	{
		model: "mobilenetv2", at: mobileNetV2Keras, license: apache, note: noHash,
		whole: published{"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5", ""},
		bare:  published{"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5", ""},
	},
	{
		model: "nasnetmobile", at: kerasNASNet, license: apache,
		whole: published{"NASNet-mobile.h5", "020fb642bf7360b370c678b08e0adf61"},
		bare:  published{"NASNet-mobile-no-top.h5", "1ed92395b5b598bdda52abe5c0dbfd63"},
	},
	{
		model: "resnet50", at: deepLearningModels + "v0.2/", license: mit,
		whole: published{"resnet50_weights_tf_dim_ordering_tf_kernels.h5", "a7b3fe01876f51b976af0dea6bc144eb"},
		bare:  published{"resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5", "a268eb855778b3df3c7506639542a6af"},
	},
	{
		model: "resnet50", variant: "tf2", at: kerasApplications + "resnet/", license: mit, note: secondOne,
		whole: published{"resnet50_weights_tf_dim_ordering_tf_kernels.h5", "2cb95161c43110f7111970584f804107"},
		bare:  published{"resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5", "4d473c1dd8becc155b73f8504c6f6626"},
	},
	{
		model: "vgg16", at: deepLearningModels + "v0.1/", license: oxford,
		whole: published{"vgg16_weights_tf_dim_ordering_tf_kernels.h5", "64373286793e3c8b2b4e3219cbf3544b"},
		bare:  published{"vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5", "6d6bbae143d832006294945121d1f1fc"},
	},
	{
		model: "vgg19", at: deepLearningModels + "v0.1/", license: oxford,
		whole: published{"vgg19_weights_tf_dim_ordering_tf_kernels.h5", "cbe5617147190e668d6c5d5026f83318"},
		bare:  published{"vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5", "253f8cb515780f3b799900260a226db6"},
	},
	{
		model: "xception", at: deepLearningModels + "v0.4/", license: mit,
		whole: published{"xception_weights_tf_dim_ordering_tf_kernels.h5", "0a58e3b7378bc2990ea3b43d5981f1f6"},
		bare:  published{"xception_weights_tf_dim_ordering_tf_kernels_notop.h5", "b0042744bf5b25fce3cb969f33bebb97"},
	},
}
