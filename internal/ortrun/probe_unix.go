//go:build !windows

package ortrun

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdlib.h>
#include <stdint.h>

// The first two entries of every ONNX Runtime library, whatever its version.
typedef struct {
	const void *(*get_api)(uint32_t version);
	const char *(*get_version)(void);
} api_base;

static void *load(const char *path) { return dlopen(path, RTLD_LAZY | RTLD_LOCAL); }

static const char *runtime_version(void *library) {
	const api_base *(*base)(void) = (const api_base *(*)(void))dlsym(library, "OrtGetApiBase");
	return base ? base()->get_version() : NULL;
}
*/
import "C"

import (
	"errors"
	"unsafe"
)

// libraryVersion loads a library and asks it for its version; "" when it is some
// other library. It stays loaded, as the bindings load it next.
func libraryVersion(path string) (string, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	library := C.load(name)
	if library == nil {
		return "", errors.New(C.GoString(C.dlerror()))
	}
	version := C.runtime_version(library)
	if version == nil {
		C.dlclose(library)
		return "", nil
	}
	return C.GoString(version), nil
}
