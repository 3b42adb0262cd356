package cnn

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func sampleNetwork(graph string) *Network {
	return &Network{Manifest: sample(), ONNX: []byte(graph)}
}

func names(t *testing.T, l Library) string {
	t.Helper()
	list, err := l.List()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range list {
		names = append(names, m.Name)
	}
	return strings.Join(names, " ")
}

func TestLibrary(t *testing.T) {
	l := Library{Dir: filepath.Join(t.TempDir(), "made", "when needed")}
	if got := names(t, l); got != "demo" {
		t.Errorf("an empty library lists %q", got)
	}
	for _, graph := range []string{"first", "second"} { // the second replaces the first
		if err := l.Save(sampleNetwork(graph)); err != nil {
			t.Fatal(err)
		}
		n, err := l.Load("sample")
		if err != nil {
			t.Fatal(err)
		}
		if identity, err := l.Identity("sample"); err != nil || identity != n.SHA256() {
			t.Errorf("identity %x, %v; the network's is %x", identity, err, n.SHA256())
		}
		if string(n.ONNX) != graph || n.SHA256() != sampleNetwork(graph).SHA256() {
			t.Errorf("loaded %q, want %q, or another manifest", n.ONNX, graph)
		}
	}
	other := sampleNetwork("other")
	other.Manifest.Name = "another"
	if err := l.Save(other); err != nil {
		t.Fatal(err)
	}
	if got := names(t, l); got != "demo another sample" {
		t.Errorf("the library lists %q", got)
	}
	entries, err := os.ReadDir(l.Dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("saving leaves things behind: %v, %v", entries, err)
	}
	if err := l.Remove("sample"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Load("sample"); !errors.Is(err, ErrUnknown) {
		t.Errorf("loading what was removed: %v", err)
	}
}

func TestLibraryErrors(t *testing.T) {
	l := Library{Dir: t.TempDir()}
	if err := l.Save(sampleNetwork("graph")); err != nil {
		t.Fatal(err)
	}
	invalid := sampleNetwork("graph")
	invalid.Manifest.Layers = nil
	demo := sampleNetwork("graph")
	demo.Manifest.Name = "demo"
	for says, err := range map[string]error{
		`"samp" has not been added; did you mean sample?`: second(l.Load("samp")),
		`"../sample" cannot name a model`:                 second(l.Load("../sample")),
		`"nothing" has not been added; "convnet`:          l.Remove("nothing"),
		`".." cannot name`:                                l.Remove(".."),
		"cannot be removed":                               l.Remove("demo"),
		"give the new one another name":                   l.Save(demo),
		"0 layers":                                        l.Save(invalid),
	} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestDamage: a library is a folder that anything can happen to.
func TestDamage(t *testing.T) {
	for _, test := range []struct {
		name, says string
		damage     func(dir string) error
		listed     bool // whether the manifest alone still stands
	}{
		{"graph changed", "is not the graph that was saved", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, graphFile), []byte("graPh"), 0o644)
		}, true},
		{"graph gone", "add it again", func(dir string) error { return os.Remove(filepath.Join(dir, graphFile)) }, true},
		{"manifest gone", "has not been added", func(dir string) error { return os.Remove(filepath.Join(dir, manifestFile)) }, false},
		{"manifest cut short", "is no manifest", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, manifestFile), []byte(`{"name": "sample", `), 0o644)
		}, false},
		{"manifest of something else", "a name is empty", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, manifestFile), []byte(`{"name": "sample"}`), 0o644)
		}, false},
		{"manifest of another model", `describes a model named "other"`, func(dir string) error {
			return os.WriteFile(filepath.Join(dir, manifestFile), []byte(`{"name": "other"}`), 0o644)
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := Library{Dir: t.TempDir()}
			if err := l.Save(sampleNetwork("graph")); err != nil {
				t.Fatal(err)
			}
			if err := test.damage(filepath.Join(l.Dir, "sample")); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Load("sample"); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want one that says %q", err, test.says)
			}
			list, err := l.List()
			if listed := len(list) == 2; listed != test.listed || (err == nil) != test.listed {
				t.Errorf("%d models are listed, with error %v", len(list), err)
			}
		})
	}
}

// TestInterruptedSave: killed between its two renames, Save has moved the old network aside and not yet put the new one
// in its place.
func TestInterruptedSave(t *testing.T) {
	l := Library{Dir: t.TempDir()}
	if err := l.Save(sampleNetwork("old")); err != nil {
		t.Fatal(err)
	}
	aside := func() {
		if err := os.Rename(filepath.Join(l.Dir, "sample"), l.previous("sample")); err != nil {
			t.Fatal(err)
		}
	}
	aside()
	if n, err := l.Load("sample"); err != nil || string(n.ONNX) != "old" {
		t.Errorf("Load = %v", err)
	}
	if got := names(t, l); got != "demo sample" {
		t.Errorf("the library lists %q", got)
	}
	if err := l.Save(sampleNetwork("new")); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Load("sample"); err != nil || string(n.ONNX) != "new" {
		t.Errorf("after saving again: %v", err)
	}
	aside()
	if err := l.Remove("sample"); err != nil {
		t.Fatal(err)
	}
	if got := names(t, l); got != "demo" {
		t.Errorf("after removing, the library lists %q", got)
	}
}

// TestReadersDuringSave: whoever reads while a network is replaced gets one version or the other.
func TestReadersDuringSave(t *testing.T) {
	l := Library{Dir: t.TempDir()}
	if err := l.Save(sampleNetwork("0")); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			if list, err := l.List(); err != nil || len(list) != 2 {
				t.Errorf("%d models, %v", len(list), err)
				return
			}
		}
	})
	for i := range 30 {
		if err := l.Save(sampleNetwork(strings.Repeat("x", i))); err != nil {
			t.Error(err)
		}
	}
	close(done)
	readers.Wait()
}

func TestDataHome(t *testing.T) {
	home := func() (string, error) { return "/home/u", nil }
	for _, test := range []struct {
		system string
		env    map[string]string
		want   string
	}{
		{"linux", nil, "/home/u/.local/share/convnet"},
		{"linux", map[string]string{"XDG_DATA_HOME": "/data"}, "/data/convnet"},
		{"linux", map[string]string{"XDG_DATA_HOME": "relative"}, "/home/u/.local/share/convnet"},
		{"linux", map[string]string{"CONVNET_HOME": "/mine", "XDG_DATA_HOME": "/data"}, "/mine"},
		{"darwin", map[string]string{"XDG_DATA_HOME": "/data"}, "/home/u/Library/Application Support/convnet"},
		{"windows", map[string]string{"LOCALAPPDATA": "/local"}, "/local/convnet"},
	} {
		got, err := dataHome(test.system, func(k string) string { return test.env[k] }, home)
		if err != nil || filepath.ToSlash(got) != test.want {
			t.Errorf("%s with %v: %q, %v; want %q", test.system, test.env, got, err, test.want)
		}
	}
	broken := func() (string, error) { return "", errors.New("no home") }
	if _, err := dataHome("linux", func(string) string { return "" }, broken); err == nil {
		t.Error("without a home there is still a folder")
	}
	t.Setenv("CONVNET_HOME", "/mine")
	if l, err := DefaultLibrary(); err != nil || filepath.ToSlash(l.Dir) != "/mine/models" {
		t.Errorf("DefaultLibrary = %v, %v", l, err)
	}
}
