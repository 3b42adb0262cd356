package ortrun

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// apiBase is the first two entries of every ONNX Runtime library, whatever its
// version.
type apiBase struct{ getAPI, getVersion uintptr }

// libraryVersion loads a library and asks it for its version; "" when it is some
// other library. It stays loaded, as the bindings load it next.
func libraryVersion(path string) (string, error) {
	library, err := syscall.LoadDLL(path)
	if err != nil {
		return "", err
	}
	getBase, err := library.FindProc("OrtGetApiBase")
	if err != nil {
		return "", library.Release()
	}
	base, _, _ := getBase.Call()
	if base == 0 {
		return "", nil
	}
	version, _, _ := syscall.SyscallN((*(**apiBase)(unsafe.Pointer(&base))).getVersion)
	return windows.BytePtrToString(*(**byte)(unsafe.Pointer(&version))), nil
}
