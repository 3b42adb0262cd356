package ortrun

import (
	"fmt"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
)

// CPU is the provider that every library has.
const CPU = "cpu"

// providers are what else may compute, and what each of them needs.
var providers = []struct{ name, needs string }{
	{"cuda", "a GPU build of ONNX Runtime, and CUDA with cuDNN"},
	{"tensorrt", "a GPU build of ONNX Runtime, and TensorRT"},
	{"coreml", "ONNX Runtime for macOS"},
	{"directml", "a DirectML build of ONNX Runtime for Windows"},
	{"openvino", "an OpenVINO build of ONNX Runtime"},
}

// Providers lists the names of all execution providers, whether or not the library at hand has them.
func Providers() []string {
	names := []string{CPU}
	for _, p := range providers {
		names = append(names, p.name)
	}
	return names
}

// CheckProvider says why a provider cannot be used: it does not exist, or the loaded library was built without it.
func (r *Runtime) CheckProvider(name string) error {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return fmt.Errorf("ask ONNX Runtime for the provider %s: %w", name, err)
	}
	defer options.Destroy()
	err = use(options, name)
	for _, p := range providers {
		if err != nil && p.name == name {
			return fmt.Errorf("the provider %s needs %s, which %s (%s) has not: install it and set CONVNET_ONNXRUNTIME to its library, or leave the provider out (%w)",
				name, p.needs, r.Version(), r.library, err)
		}
	}
	return err
}

// VersionWith names the runtime with a provider. Different providers compute slightly different numbers, so whoever
// compares vectors must know.
func (r *Runtime) VersionWith(provider string) string {
	if provider == "" || provider == CPU {
		return r.Version()
	}
	return r.Version() + " " + provider
}

// use lets a session compute by a provider.
func use(options *ort.SessionOptions, name string) error {
	switch name {
	case "", CPU:
		return nil
	case "cuda":
		cuda, err := ort.NewCUDAProviderOptions()
		if err != nil {
			return err
		}
		defer cuda.Destroy()
		return options.AppendExecutionProviderCUDA(cuda)
	case "tensorrt":
		rt, err := ort.NewTensorRTProviderOptions()
		if err != nil {
			return err
		}
		defer rt.Destroy()
		return options.AppendExecutionProviderTensorRT(rt)
	case "coreml":
		return options.AppendExecutionProviderCoreMLV2(nil)
	case "directml":
		return options.AppendExecutionProviderDirectML(0)
	case "openvino":
		return options.AppendExecutionProviderOpenVINO(nil)
	}
	return fmt.Errorf("no provider is called %q: there are %s", name, strings.Join(Providers(), ", "))
}
