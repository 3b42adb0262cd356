package ortrun

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if exe, err := os.Executable(); err != nil || libraryIn(filepath.Dir(exe)) != "" {
		t.Skip("a library lies beside the test binary")
	}
	library := strings.ReplaceAll(libraryNames()[0], "*", ".1")
	named := filepath.Join(dir, "named")
	write(t, named)

	t.Setenv(Variable, "")
	for _, part := range []string{libraryNames()[0], filepath.Join(dir, "bin"), Variable, "make setup"} {
		if _, err := Find(""); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("nothing there: %v does not mention %s", err, part)
		}
	}
	write(t, filepath.Join(dir, "bin", library))
	expect(t, "", filepath.Join(dir, "bin", library))
	t.Setenv(Variable, named)
	expect(t, "", named)
	expect(t, filepath.Join(dir, "bin", library), filepath.Join(dir, "bin", library))

	for path, part := range map[string]string{filepath.Join(dir, "gone"): "no such file", dir: "folder"} {
		t.Setenv(Variable, path)
		if _, err := Find(""); err == nil || !strings.Contains(err.Error(), part) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestFindPassesOverUnreadable(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, strings.ReplaceAll(libraryNames()[0], "*", "")), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := libraryIn(dir); got != "" {
		t.Errorf("found the folder %s", got)
	}
}

func expect(t *testing.T, path, want string) {
	t.Helper()
	if got, err := Find(path); err != nil || got != want {
		t.Errorf("found %q, %v; want %s", got, err, want)
	}
}

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("not a library"), 0o644); err != nil {
		t.Fatal(err)
	}
}
