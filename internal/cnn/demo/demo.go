// Package demo is the small network that is part of the program, with the list of pictures of the demo dataset.
//
// The network has nine 3×3 convolutions in four stages and takes 64×64 pixels. It was trained from nothing on the
// pictures of the npm package emoji-datasource-google by the script in the folder train, whose README has the data,
// the schedule and the results. Its tests repeat the evaluation: the embedded network must reach the accuracy that
// training.json claims, on augmented pictures that no training step has seen.
package demo

import _ "embed" // the files below

var (
	//go:embed demo.onnx
	network []byte
	//go:embed demo.json
	manifest []byte
	//go:embed labels.csv
	labels []byte
	//go:embed training.json
	training []byte
)

// ONNX returns the network's graph with its weights. Callers must not change the bytes.
func ONNX() []byte { return network }

// ManifestJSON returns the network's manifest: input, layers, classes, provenance.
func ManifestJSON() []byte { return manifest }

// LabelsCSV returns the demo dataset: file (in the emoji package's img/google/64), category and name of 200 pictures,
// 20 in each of 10 categories, below a header line.
func LabelsCSV() []byte { return labels }

// TrainingJSON returns what the training reached: accuracies and weighted scores.
func TrainingJSON() []byte { return training }
