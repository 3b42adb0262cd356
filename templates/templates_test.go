package templates

import (
	"bytes"
	"compress/gzip"
	"slices"
	"strings"
	"testing"
)

func TestPagesParse(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Names()) == 0 {
		t.Fatal("no pages")
	}
	if err := r.Render(&strings.Builder{}, "search/nothing", nil, nil); err == nil {
		t.Error("a page that does not exist was rendered")
	}
}

func TestNumbers(t *testing.T) {
	for got, want := range map[string]string{
		count(0): "0", count(999): "999", count(1000): "1 000", count(8062504): "8 062 504", count(-1234): "-1 234",
		plural(1, "image", "images"): "1 image", plural(0, "image", "images"): "0 images", plural(20000, "image", "images"): "20 000 images",
		Bytes(512): "512 B", Bytes(1024): "1 KiB", Bytes(32 << 20): "32 MiB", Bytes(10_000): "9.8 KiB", Bytes(5 << 40): "5 TiB",
		figures(0): "0", figures(3.14159): "3.14", figures(-0.0123): "−0.0123", figures(1234.5): "1234", figures(2e7): "2e+07", figures(1e-9): "1e−09",
		percent(0): "0 %", percent(0.0004): "less than 0.1 %", percent(0.0153): "1.5 %", percent(0.05): "5 %", percent(0.876): "88 %", percent(1): "100 %",
		distance(0): "0", distance(0.09662): "0.09662", distance(0.131): "0.1310", distance(1): "1.000", distance(23.14159): "23.14",
		distance(123456): "123456", distance(1.5e-9): "1.5e-09", distance(3.2e12): "3.2e+12",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestParts(t *testing.T) {
	for name, want := range map[string][]string{
		"conv5_block16_concat": {"conv5_", "block16_", "concat"}, "a/b_c": {"a/", "b_", "c"}, "relu": {"relu"}, "": {""}, "_": {"_", ""}, "ü_": {"ü_", ""},
	} {
		if got := parts(name); !slices.Equal(got, want) {
			t.Errorf("parts(%q) = %q", name, got)
		}
	}
}

// Colours, sizes and fonts belong to the tokens; the sheet refers to nothing outside.
func TestStyleSheetStaysHere(t *testing.T) {
	for name, a := range assets {
		if a.bundled {
			continue // TestBundleObeysThePolicy
		}
		for _, outside := range []string{"http://", "https://", "@import", "eval(", "innerHTML"} {
			text := strings.ReplaceAll(string(a.data), "http://www.w3.org/2000/svg", "")
			if strings.Contains(text, outside) {
				t.Errorf("%s has %s", name, outside)
			}
		}
	}
	if _, err := assetURL("nothing.css"); err == nil {
		t.Error("a file that does not exist has an address")
	}
}

// What is bundled runs under the policy: it loads nothing from elsewhere and makes no code from text.
func TestBundleObeysThePolicy(t *testing.T) {
	a, ok := assets["map.js"]
	if !ok {
		t.Skip("the maps' script is not bundled: run make setup")
	}
	for _, forbidden := range []string{"eval(", "Function(", "import(", "importScripts", "https://", "new Worker"} {
		if i := bytes.Index(a.data, []byte(forbidden)); i >= 0 {
			t.Errorf("map.js has %s: …%s…", forbidden, a.data[max(0, i-40):min(len(a.data), i+40)])
		}
	}
	if compressed := gzipped(t, a.data); compressed > 60_000 {
		t.Errorf("map.js has %d bytes compressed", compressed)
	}
}

func gzipped(t *testing.T, data []byte) int {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}
