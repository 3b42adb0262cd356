package ortrun

import (
	"fmt"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// Runtime is a loaded ONNX Runtime library.
type Runtime struct {
	library string
	version string
}

// The bindings keep one library for the whole process, so it is opened once and
// stays loaded: other goroutines may hold sessions.
var process struct {
	sync.Mutex
	runtime *Runtime
}

// Open loads the library at path, or, when path is "", the one that Find finds.
// Opening again returns what is loaded already.
func Open(path string) (*Runtime, error) {
	process.Lock()
	defer process.Unlock()
	if process.runtime != nil {
		return process.runtime, nil
	}
	library, err := Find(path)
	if err != nil {
		return nil, err
	}
	rt, err := load(library)
	if err != nil {
		return nil, err
	}
	process.runtime = rt
	return rt, nil
}

func load(library string) (*Runtime, error) {
	version, err := probe(library)
	if err != nil {
		return nil, err
	}
	ort.SetSharedLibraryPath(library)
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return nil, fmt.Errorf("start ONNX Runtime %s (%s): %w", version, library, err)
	}
	if err := ort.DisableTelemetry(); err != nil {
		return nil, fmt.Errorf("switch off the telemetry of ONNX Runtime: %w", err)
	}
	return &Runtime{library: library, version: version}, nil
}

// Version names the runtime, such as "onnxruntime 1.30.0".
func (r *Runtime) Version() string { return "onnxruntime " + r.version }

// Library is the path of the loaded library.
func (r *Runtime) Library() string { return r.library }

// Close is for symmetry with Open: the library stays loaded until the process
// ends, because unloading it under a running session would crash.
func (r *Runtime) Close() error { return nil }
