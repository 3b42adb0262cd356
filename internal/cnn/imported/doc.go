// Package imported makes networks of ONNX files that other programs have written.
//
// A file says nothing of how its pictures are prepared, what its layers are called or which of them are worth looking
// at. Open finds out what it can, assumes the rest as its users would, and reports every assumption. It rewrites the
// graph where that makes it like the graphs that convnet builds itself: weights inside the file and in float32, one input
// that takes pictures as N × channels × height × width.
package imported
