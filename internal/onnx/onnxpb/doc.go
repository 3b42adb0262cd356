// Package onnxpb holds the protobuf messages of the ONNX format.
//
// The generated file is committed, so building needs no protoc. To regenerate:
// protoc 3.21 or newer and
// go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12.
package onnxpb

//go:generate protoc --go_out=. --go_opt=paths=source_relative onnx.proto
