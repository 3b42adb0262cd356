package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestParseVariant(t *testing.T) {
	for _, test := range []struct {
		size, fit string
		want      variant
		refused   string
	}{
		{"", "", variant{}, ""},
		{"native", "pad", variant{fit: "pad"}, ""},
		{"224", "", variant{height: 224, width: 224}, ""},
		{"192x256", "crop", variant{height: 192, width: 256, fit: "crop"}, ""},
		{"0", "", variant{}, "--input-size"},
		{"224x", "", variant{}, "--input-size"},
		{"99999", "", variant{}, "--input-size"},
		{"big", "", variant{}, "--input-size"},
		{"", "squash", variant{}, "--fit"},
	} {
		got, err := parseVariant(test.size, test.fit)
		if test.refused == "" && (err != nil || got != test.want) {
			t.Errorf("%q, %q: %+v, %v", test.size, test.fit, got, err)
		}
		if test.refused != "" && (err == nil || !strings.Contains(err.Error(), test.refused)) {
			t.Errorf("%q, %q: %v", test.size, test.fit, err)
		}
	}
}

// A network that sees pictures in another way is another model, and both are in the database.
func TestIngestVariants(t *testing.T) {
	db, folder := ingested(t)
	ingest := func(code int, flags ...string) result {
		return mustConvnet(t, code, append([]string{"ingest", "--db", db, "--dataset", "shapes", "--model", "demo", folder}, flags...)...)
	}
	ingest(exitDone, "--fit", "pad")
	if r := ingest(exitDone, "--fit", "crop"); !strings.Contains(r.stdout, "demo: 0 embedded") {
		t.Errorf("its own fit made another model: %s", r.stdout)
	}
	ingest(exitDone, "--input-size", "96x80")
	if r := ingest(exitFailed, "--input-size", "4"); !strings.Contains(r.stderr, "takes 64×64 pixels and cannot take 4×4") {
		t.Errorf("a size that is too small: %s", r.stderr)
	}
	fits := map[string]string{}
	for _, m := range decode[databaseInfo](t, mustConvnet(t, exitDone, "info", "--db", db, "--json")).Models {
		fits[m.Name] = m.Input.Preprocess.Fit
	}
	if len(fits) != 3 || fits["demo-96x80"] != "crop" || fits["demo"] != "crop" || fits["demo-pad"] != "pad" {
		t.Errorf("the models are %v", fits)
	}
	query := filepath.Join(folder, "discs", "disc 2.png")
	mustConvnet(t, exitDone, "search", "--db", db, "--dataset", "shapes", "--model", "demo-pad", query)
}

func TestProvidersThatAreNotThere(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	for provider, says := range map[string]string{"cuda": "GPU build", "openvino": "OpenVINO build", "abacus": "there are cpu, cuda"} {
		r := mustConvnet(t, exitFailed, "ingest", "--db", filepath.Join(t.TempDir(), "my.db"), "--dataset", "shapes", "--model", "demo", "--provider", provider, paint(t))
		if !strings.Contains(r.stderr, says) {
			t.Errorf("%s: %s", provider, r.stderr)
		}
	}
}

func TestServeRefusesAProviderThatIsNotThere(t *testing.T) {
	db, _ := ingested(t)
	if r := mustConvnet(t, exitFailed, "serve", "--db", db, "--listen", "127.0.0.1:0", "--provider", "cuda"); !strings.Contains(r.stderr, "GPU build") {
		t.Errorf("it says %q", r.stderr)
	}
}
