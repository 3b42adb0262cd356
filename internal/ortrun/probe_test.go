package ortrun

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestUsable(t *testing.T) {
	for version, want := range map[string]bool{
		"1.24.0": true, "1.30.0": true, "1.100.2": true, "1.24.0-dev": true,
		"1.23.2": false, "1.4.0": false, "2.0.0": false, "0.99.0": false, "": false, "1": false, "one.two": false,
	} {
		if usable(version) != want {
			t.Errorf("version %q: usable is %v", version, !want)
		}
	}
}

// A library that says it is an older ONNX Runtime is refused by version, before
// anything else of it is used.
func TestProbeRefuses(t *testing.T) {
	old := `#include <stddef.h>
static const char *version(void) { return "1.17.3"; }
static const struct { const void *api; const char *(*version)(void); } base = { NULL, version };
const void *OrtGetApiBase(void) { return &base; }`
	text := filepath.Join(t.TempDir(), "text.so")
	write(t, text)
	for _, test := range []struct {
		name, path string
		want       []string
	}{
		{"older version", compile(t, old), []string{"1.17.3", "1.24", "make setup"}},
		{"other library", compile(t, "int nothing;"), []string{"something else", "make setup"}},
		{"text file", text, []string{text, "cannot be loaded", "make setup"}},
	} {
		_, err := probe(test.path)
		if err == nil {
			t.Errorf("%s: accepted", test.name)
			continue
		}
		for _, part := range test.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not mention %q", test.name, err, part)
			}
		}
	}
}

func compile(t *testing.T, source string) string {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler to make a library with")
	}
	dir := t.TempDir()
	file, library := filepath.Join(dir, "library.c"), filepath.Join(dir, "library.so")
	if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(cc, "-shared", "-fPIC", "-o", library, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return library
}
