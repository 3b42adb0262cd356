package cnn

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// DefaultLibrary is the library in the user's data folder, or in $CONVNET_HOME where that is set.
func DefaultLibrary() (Library, error) {
	home, err := dataHome(runtime.GOOS, os.Getenv, os.UserHomeDir)
	if err != nil {
		return Library{}, fmt.Errorf("find the folder for models: %w; set CONVNET_HOME to a folder", err)
	}
	return Library{Dir: filepath.Join(home, "models")}, nil
}

// dataHome follows each system's custom. The XDG specification says to ignore a relative XDG_DATA_HOME.
func dataHome(system string, env func(string) string, userHome func() (string, error)) (string, error) {
	if dir := env("CONVNET_HOME"); dir != "" {
		return filepath.Abs(dir)
	}
	if dir := env("LOCALAPPDATA"); system == "windows" && dir != "" {
		return filepath.Join(dir, "convnet"), nil
	}
	if dir := env("XDG_DATA_HOME"); system != "darwin" && filepath.IsAbs(dir) {
		return filepath.Join(dir, "convnet"), nil
	}
	home, err := userHome()
	if err != nil {
		return "", err
	}
	if system == "darwin" {
		return filepath.Join(home, "Library", "Application Support", "convnet"), nil
	}
	return filepath.Join(home, ".local", "share", "convnet"), nil
}
