package ortrun

import (
	"fmt"
	"strconv"
	"strings"
)

// oldest is the first release with the interface the bindings ask for. Releases
// keep the interfaces of older ones, so newer ones work too.
const (
	oldestMajor = 1
	oldestMinor = 24
)

// probe finds out whether a library is a usable ONNX Runtime, and its version.
// The bindings do not: given an older one, they print to standard error and
// return a number.
func probe(path string) (string, error) {
	version, err := libraryVersion(path)
	if err != nil {
		return "", fmt.Errorf("ONNX Runtime: %s cannot be loaded: %w. %s", path, err, remedy)
	}
	if version == "" {
		return "", fmt.Errorf("ONNX Runtime: %s is a library of something else. %s", path, remedy)
	}
	if !usable(version) {
		return "", fmt.Errorf("ONNX Runtime: %s is version %s; version %d.%d or a newer %d.x is needed. %s",
			path, version, oldestMajor, oldestMinor, oldestMajor, remedy)
	}
	return version, nil
}

func usable(version string) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	major, err := strconv.Atoi(parts[0])
	if err != nil || major != oldestMajor {
		return false
	}
	minor, err := strconv.Atoi(parts[1])
	return err == nil && minor >= oldestMinor
}
