// Package keras builds the networks of Keras Applications as ONNX graphs from Keras' own weight files.
//
// An architecture is an entry of a table (architectures.go) and a short function that reads like the Keras source: it
// adds layers to a network, which keeps Keras' books — every layer's name, class, position in model.layers, parameters
// and output shape. From those books come the manifest (Describe, which needs no weights), the rules by which a weight
// file is matched (match.go), and the graph (Build).
//
// Layers with a stride differ between frameworks in how they pad; the windows here follow TensorFlow's "same" and
// "valid". Feature maps are NCHW in the graph, while Keras' weights and vectors are NHWC: convolution kernels are
// transposed when read, and Flatten goes by way of NHWC.
package keras
