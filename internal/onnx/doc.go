// Package onnx builds and rewrites ONNX graphs: a builder that infers shapes as
// it goes, pruning to chosen values, pooling appended inside the graph.
//
// It is pure: no files, no runtime, no logging. What the package knows of each
// operator stands in one table (operators.go); whoever adds an operator, or a
// new kind of knowledge about all of them, adds it there, and a trial to
// trials_test.go, which holds it against ONNX Runtime. An operator whose units
// read other units than their own also needs a route (field_route.go), or its
// receptive fields come out too small. What exporters compute shapes with is
// followed number by number (known.go).
//
// Graphs take pictures as NCHW float32. The batch size N stays symbolic in the
// files and is 1 wherever shapes are computed.
package onnx
