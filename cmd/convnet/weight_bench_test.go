package main

import (
	"encoding/json"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/convnet-playground/convnet/internal/server"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// BenchmarkPageWeight says what a search page of 50 photographs sends to headless Chromium on its first load, by
// browser/weight.mjs: in KiB, by kind, and as a share of the 400 KiB that it may be.
func BenchmarkPageWeight(b *testing.B) {
	address := photographs(b)
	for range b.N {
		out, err := exec.CommandContext(b.Context(), "node", "../../browser/weight.mjs", address).Output()
		if err != nil {
			b.Fatalf("weight.mjs: %v\n%s", err, out)
		}
		var sent map[string]float64
		if err := json.Unmarshal(out, &sent); err != nil {
			b.Fatal(err)
		}
		for kind, size := range sent {
			b.ReportMetric(size, "KiB-"+kind)
		}
		b.ReportMetric(sent["total"]/400, "ratio")
	}
	b.ReportMetric(0, "ns/op")
}

// photographs serves 200 of them, which the demo's network has seen, and returns the site's address.
func photographs(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "photographs.db")
	db := openAfter(b, path, []string{
		"ingest", "--quiet", "--db", path, "--dataset", "photographs", "--model", "demo", testdata.Shared(b, "datasets/caltech10x20"),
	})
	site := httptest.NewServer(server.New(server.Config{DB: db}).Handler())
	b.Cleanup(site.Close)
	return site.URL
}
