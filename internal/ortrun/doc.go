// Package ortrun runs ONNX graphs with ONNX Runtime, whose library is loaded
// when it is first needed. It is the only package that imports the bindings.
package ortrun
