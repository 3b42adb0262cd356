package main

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/server"
	"github.com/convnet-playground/convnet/internal/testdata"
	"github.com/convnet-playground/convnet/store"
)

// BenchmarkUpload sends photographs to a site over 200 images whose network is DenseNet-121, and runs the same network on
// the same pictures, decoded already, with its last layer as its only output. They take turns; each is the median of all
// rounds. In a page, ratio is an answer's time by the bare inference's; in the interface's answer there is no page to write.
func BenchmarkUpload(b *testing.B) {
	images := testdata.Shared(b, "datasets/caltech10x20")
	db, rt := openDenseNet(b, images)
	engine := newEngine(db, rt, "", unlimited)
	b.Cleanup(func() { engine.Close() })
	site := server.New(server.Config{DB: db, Embedder: &embedder{engine}}).Handler()
	files, err := filepath.Glob(images + "/*/*")
	if err != nil {
		b.Fatal(err)
	}
	bare := bareDenseNet(b, db, rt)
	times := map[string][]time.Duration{}
	asked := 0
	next := func() []byte { // a picture that has not been sent before: the site remembers vectors
		picture, err := os.ReadFile(files[asked*17%len(files)])
		if err != nil {
			b.Fatal(err)
		}
		asked++
		return picture
	}
	post(b, site, "/search", next()) // loads the network
	for range len(files)/2 - 1 {
		picture, other := next(), next()
		times["page"] = append(times["page"], taken(func() { post(b, site, "/search", picture) }))
		times["inference"] = append(times["inference"], bare(picture))
		times["interface"] = append(times["interface"], taken(func() { post(b, site, "/api/v1/datasets/birds/neighbors", other) }))
	}
	for name, all := range times {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "ms-"+name)
		if name != "inference" {
			slices.Sort(times["inference"])
			b.ReportMetric(all[len(all)/2].Seconds()/times["inference"][len(all)/2].Seconds(), "ratio-"+name)
		}
	}
	b.ReportMetric(0, "ns/op")
}

func taken(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// openDenseNet ingests the images with DenseNet-121 and opens what came of it.
func openDenseNet(b *testing.B, images string) (*store.DB, *ortrun.Runtime) {
	b.Helper()
	b.Setenv("CONVNET_HOME", b.TempDir())
	path := filepath.Join(b.TempDir(), "birds.db")
	db := openAfter(b, path,
		[]string{"models", "add", "densenet121", "--weights", testdata.Shared(b, "weights/densenet121.h5")},
		[]string{"ingest", "--quiet", "--db", path, "--dataset", "birds", "--model", "densenet121", images})
	rt, err := ortrun.Open("")
	if err != nil {
		b.Fatal(err)
	}
	return db, rt
}

// openAfter opens what commands have made.
func openAfter(b *testing.B, path string, commands ...[]string) *store.DB {
	b.Helper()
	for _, args := range commands {
		var stderr bytes.Buffer
		if code := run(b.Context(), args, strings.NewReader(""), io.Discard, &stderr); code != exitDone {
			b.Fatalf("convnet %q: exit code %d: %s", args, code, &stderr)
		}
	}
	db, err := store.Open(b.Context(), path, store.ReadOnly)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

func post(b *testing.B, site http.Handler, address string, picture []byte) {
	b.Helper()
	body, kind := bytes.NewBuffer(picture), http.DetectContentType(picture)
	if address == "/search" {
		body, kind = formOf(b, picture)
	}
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, address, body)
	r.Host = "localhost"
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatalf("%s: status %d: %.300s", address, w.Code, w.Body)
	}
}

// formOf is a picture as a browser's form sends it, and the form's type.
func formOf(b *testing.B, picture []byte) (*bytes.Buffer, string) {
	b.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	file, err := w.CreateFormFile("image", "bird.jpg")
	if err == nil {
		_, err = file.Write(picture)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	return &body, w.FormDataContentType()
}

// bareDenseNet runs the network of a database on pictures, in one thread as the site does, and says how long the run takes.
func bareDenseNet(b *testing.B, db *store.DB, rt *ortrun.Runtime) func(picture []byte) time.Duration {
	b.Helper()
	models, err := db.Models(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	n, err := networkFromStore(b.Context(), db, models[0])
	if err != nil {
		b.Fatal(err)
	}
	layers, err := n.Manifest.SelectLayers("default")
	if err != nil {
		b.Fatal(err)
	}
	m, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		b.Fatal(err)
	}
	if m, err = onnx.Prune(m, []string{layers[len(layers)-1].Value}); err != nil {
		b.Fatal(err)
	}
	graph, err := onnx.Marshal(m)
	if err != nil {
		b.Fatal(err)
	}
	session, err := rt.NewSession(graph, ortrun.Options{Threads: 1})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { session.Close() })
	return func(picture []byte) time.Duration {
		decoded, err := imaging.Decode(picture, imaging.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		tensor := ortrun.Tensor{Shape: n.Manifest.Input.Shape(), Data: cnn.Tensor(decoded, n.Manifest.Input)}
		return taken(func() {
			if _, err := session.Run(b.Context(), tensor); err != nil {
				b.Fatal(err)
			}
		})
	}
}
