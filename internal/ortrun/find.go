package ortrun

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Variable is the environment variable that names the library.
const Variable = "CONVNET_ONNXRUNTIME"

// Find is the path of the library: the given one, else $CONVNET_ONNXRUNTIME, else
// the first beside the executable, else the first in ./bin.
func Find(path string) (string, error) {
	for _, named := range []struct{ path, by string }{{path, "the given path"}, {os.Getenv(Variable), "$" + Variable}} {
		if named.path == "" {
			continue
		}
		if err := readable(named.path); err != nil {
			return "", fmt.Errorf("ONNX Runtime: %s names %s: %w. %s", named.by, named.path, err, remedy)
		}
		return named.path, nil
	}
	folders := searched()
	for _, dir := range folders {
		if library := libraryIn(dir); library != "" {
			return library, nil
		}
	}
	return "", fmt.Errorf("ONNX Runtime's library (%s) is not in %s, and $%s is not set. %s",
		libraryNames()[0], strings.Join(folders, " or "), Variable, remedy)
}

const remedy = "Run `make setup` to fetch it, or set " + Variable + " to the path of the library"

func searched() []string {
	var folders []string
	if exe, err := os.Executable(); err == nil {
		folders = append(folders, filepath.Dir(exe))
	}
	if bin, err := filepath.Abs("bin"); err == nil {
		folders = append(folders, bin)
	}
	return folders
}

func libraryIn(dir string) string {
	for _, pattern := range libraryNames() {
		matches, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, m := range matches {
			if readable(m) == nil {
				return m
			}
		}
	}
	return ""
}

func libraryNames() []string {
	switch runtime.GOOS {
	case "windows":
		return []string{"onnxruntime.dll"}
	case "darwin":
		return []string{"libonnxruntime.dylib", "libonnxruntime.*.dylib"}
	}
	return []string{"libonnxruntime.so*"}
}

// readable says what is wrong with a file in words of its own.
func readable(path string) error {
	f, err := os.Open(path)
	switch {
	case os.IsNotExist(err):
		return fmt.Errorf("there is no such file")
	case os.IsPermission(err):
		return fmt.Errorf("the file may not be read")
	case err != nil:
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return fmt.Errorf("it is a folder")
	}
	return nil
}
