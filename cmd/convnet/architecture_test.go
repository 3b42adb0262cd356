package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/convnet-playground/convnet/"

// allowed lists, for every package of the project, the project's packages that it may import.
// "Dependencies point one way" is written down in ARCHITECTURE.md; this is where it is held.
var allowed = map[string][]string{
	"cmd/convnet":                {"*"},
	"migrations":                 {},
	"templates":                  {},
	"store":                      {"migrations", "store/..."},
	"ingest":                     {"store", "internal/cnn", "internal/ortrun", "internal/imaging", "internal/pooling"},
	"search":                     {"store", "templates", "internal/editdistance", "internal/upload", "internal/retrieval", "internal/care", "internal/umap", "internal/pooling", "internal/imaging"},
	"search/searchtest":          {"search", "store/..."},
	"explorer":                   {"store", "templates", "internal/onnx/...", "internal/upload", "internal/imaging"},
	"internal/server":            {"store", "search", "explorer", "templates", "internal/api", "internal/teaching", "internal/upload"},
	"internal/api":               {"store", "search", "explorer", "templates", "internal/npy", "internal/onnx", "internal/upload"},
	"internal/teaching":          {"store", "search", "explorer", "templates", "internal/imaging", "internal/retrieval"},
	"internal/cnn":               {"internal/onnx/...", "internal/ortrun", "internal/pooling", "internal/imaging", "internal/cnn/demo", "internal/editdistance"},
	"internal/cnn/demo":          {},
	"internal/cnn/imported":      {"internal/cnn", "internal/onnx/..."},
	"internal/cnn/keras":         {"internal/cnn", "internal/onnx/...", "internal/hdf5"},
	"internal/download":          {},
	"internal/hdf5":              {},
	"internal/editdistance":      {},
	"internal/onnx":              {"internal/onnx/..."},
	"internal/ortrun":            {"internal/onnx"},
	"internal/ortrun/ortruntest": {"internal/ortrun", "internal/testdata"},
	"internal/featvis":           {},
	"internal/visualize":         {"internal/cnn", "internal/featvis", "internal/ortrun"},
	"internal/projection":        {"store", "internal/umap"},
	"internal/umap":              {},
	"internal/care":              {"internal/umap", "internal/quantile"},
	"internal/quantile":          {},
	"internal/upload":            {},
	"internal/imaging":           {},
	"internal/npy":               {},
	"internal/retrieval":         {"internal/quantile"},
	"internal/pooling":           {},
	"internal/testdata":          {},
	"internal/onnx/onnxpb":       {},
}

// onlyHere names libraries that exactly one package may import.
var onlyHere = map[string]string{
	"github.com/yalue/onnxruntime_go":              "internal/ortrun",
	"github.com/mattn/go-sqlite3":                  "store",
	"github.com/asg017/sqlite-vec-go-bindings/cgo": "store",
	"github.com/spf13/cobra":                       "cmd/convnet",
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestDependenciesPointOneWay(t *testing.T) {
	for _, p := range listPackages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		rules, known := rulesFor(name)
		if !known {
			t.Errorf("package %s has no entry in the dependency rules", name)
			continue
		}
		for _, imported := range p.Imports {
			if owner, ok := onlyHere[imported]; ok && !within(name, owner) {
				t.Errorf("%s imports %s, which only %s may", name, imported, owner)
			}
			other, own := strings.CutPrefix(imported, module)
			if own && !slices.ContainsFunc(rules, func(rule string) bool { return matches(rule, other) }) {
				t.Errorf("%s imports %s: not allowed", name, other)
			}
		}
	}
}

// rulesFor finds a package's entry; a package below store follows store's rules.
func rulesFor(name string) ([]string, bool) {
	if rules, ok := allowed[name]; ok {
		return rules, true
	}
	if within(name, "store") {
		return append([]string{"store"}, allowed["store"]...), true
	}
	return nil, false
}

func within(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

func matches(rule, name string) bool {
	if folder, ok := strings.CutSuffix(rule, "/..."); ok {
		return within(name, folder)
	}
	return rule == "*" || rule == name
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []goPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
