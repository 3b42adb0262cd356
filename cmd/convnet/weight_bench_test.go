package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/server"
	"github.com/convnet-playground/convnet/internal/testdata"
	"github.com/convnet-playground/convnet/store"
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
	var stderr bytes.Buffer
	args := []string{"ingest", "--quiet", "--db", path, "--dataset", "photographs", "--model", "demo", testdata.Shared(b, "datasets/caltech10x20")}
	if code := run(b.Context(), args, strings.NewReader(""), io.Discard, &stderr); code != exitDone {
		b.Fatalf("convnet %q: exit code %d: %s", args, code, &stderr)
	}
	db, err := store.Open(b.Context(), path, store.ReadOnly)
	if err != nil {
		b.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- server.New(server.Config{DB: db}).Serve(ctx, listener) }()
	b.Cleanup(func() { stop(); <-done; db.Close() })
	return "http://" + listener.Addr().String()
}
