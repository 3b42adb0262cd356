// Package testdata finds the files that tests share: the repository's own and, where they are present, the large real
// weights, images and reference values that lie beside it and are not part of it.
package testdata

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared returns the path of a file or folder of the shared data, such as "weights/densenet121.h5": below
// $CONVNET_SHARED_DATA, else below shared/data beside the repository or beside any folder above it. The test is
// skipped where it is absent.
func Shared(t testing.TB, name string) string {
	t.Helper()
	return find(t, "CONVNET_SHARED_DATA", "data", name)
}

// Design returns the path of a design table, such as "seed-layers.csv", which lies beside the shared data. The test
// is skipped where it is absent.
func Design(t testing.TB, name string) string {
	t.Helper()
	return find(t, "CONVNET_SHARED_DESIGN", "design", name)
}

func find(t testing.TB, variable, folder, name string) string {
	t.Helper()
	if dir := os.Getenv(variable); dir != "" {
		if path := filepath.Join(dir, name); exists(path) {
			return path
		}
		t.Skipf("%s is not in %s, where %s points", name, dir, variable)
	}
	for dir := RepoRoot(t); ; dir = filepath.Dir(dir) {
		if path := filepath.Join(dir, "shared", folder, name); exists(path) {
			return path
		}
		if dir == filepath.Dir(dir) {
			t.Skipf("no shared/%s/%s beside the repository; set %s to the folder that holds it", folder, name, variable)
		}
	}
}

// RepoRoot returns the folder that holds go.mod, found from the test's working folder upwards.
func RepoRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatalf("find the repository: %v", err)
	}
	for ; !exists(filepath.Join(dir, "go.mod")); dir = filepath.Dir(dir) {
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test's folder")
		}
	}
	return dir
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
