package api_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/convnet-playground/convnet/internal/api"
	"github.com/convnet-playground/convnet/internal/npy"
	"github.com/convnet-playground/convnet/internal/server"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// row is a row of the Parquet file as a reader knows it from its schema.
type row struct {
	ImageID  int64     `parquet:"image_id"`
	SHA256   string    `parquet:"sha256"`
	Name     string    `parquet:"name"`
	Category string    `parquet:"category"`
	Vector   []float32 `parquet:"vector,list"`
}

// All formats hold the same vectors: those of the store.
func TestVectorFormats(t *testing.T) {
	db := file(t)
	s := newSite(t, server.Config{DB: db})
	var want [][]float32
	must(t, db.Vectors(t.Context(), 2, func(_ int64, v []float32) error { want = append(want, v); return nil }))

	w := s.get("/embeddings/2/vectors", "Accept", "application/x-npy")
	shape, data, err := npy.Read(bytes.NewReader(w.Body.Bytes()), 1000)
	must(t, err)
	if !slices.Equal(shape, []int{40, 8}) || !slices.Equal(data, slices.Concat(want...)) {
		t.Errorf("NPY of shape %v", shape)
	}
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="pets_tiny_late.npy"` {
		t.Errorf("Content-Disposition %s", got)
	}

	w = s.get("/embeddings/2/vectors?format=parquet")
	rows, err := parquet.Read[row](bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()))
	must(t, err)
	images := decode[api.List[api.Image]](t, s.get("/datasets/pets/images")).Items
	if len(rows) != 40 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, r := range rows {
		if r.ImageID != images[i].ID || r.SHA256 != images[i].SHA256 || r.Name != images[i].Name || r.Category != images[i].Category || !slices.Equal(r.Vector, want[i]) {
			t.Errorf("row %d is %+v", i, r)
		}
	}
	opened, err := parquet.OpenFile(bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()))
	must(t, err)
	for key, want := range map[string]string{"dataset": "pets", "model": "tiny", "layer": "late", "pooling": "avg/1x1", "dimension": "8", "runtime": storetest.Runtime} {
		if got, _ := opened.Lookup(key); got != want {
			t.Errorf("metadata %s is %q", key, got)
		}
	}

	table, err := csv.NewReader(s.get("/embeddings/2/vectors?format=csv").Body).ReadAll()
	must(t, err)
	if len(table) != 41 || table[0][4] != "v0" || table[40][0] != "40" || table[40][4] != strconv.FormatFloat(float64(want[39][0]), 'g', -1, 32) {
		t.Errorf("%d rows of CSV, the last %v", len(table), table[len(table)-1])
	}
	if w := s.get("/embeddings/2/vectors?format=npy&limit=5"); w.Code != http.StatusBadRequest {
		t.Errorf("a page of NPY: status %d", w.Code)
	}
}

// NumPy reads what is answered, where it is at hand.
func TestNumPyReads(t *testing.T) {
	python := "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import numpy").Run(); err != nil {
		t.Skip("python3 with numpy is not at hand: it would read the array back")
	}
	path := filepath.Join(t.TempDir(), "v.npy")
	must(t, os.WriteFile(path, demoSite(t).get("/embeddings/2/vectors?format=npy").Body.Bytes(), 0o600))
	out, err := exec.Command(python, "-c", "import numpy, sys; a = numpy.load(sys.argv[1]); print(a.shape, a.dtype, a.flags.c_contiguous)", path).Output()
	if err != nil || strings.TrimSpace(string(out)) != "(40, 8) float32 True" {
		t.Errorf("numpy says %s, %v", out, err)
	}
}

// An embedding without vectors has them all the same: none.
func TestNoVectors(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	must(t, db.Update(t.Context(), func(tx *store.Tx) error {
		for id := int64(1); id <= 6; id++ {
			if err := tx.DeleteImage(id); err != nil {
				return err
			}
		}
		return nil
	}))
	s := newSite(t, server.Config{DB: db})
	shape, _, err := npy.Read(s.get("/embeddings/1/vectors?format=npy").Body, 10)
	if err != nil || !slices.Equal(shape, []int{0, 8}) {
		t.Errorf("shape %v, %v", shape, err)
	}
	w := s.get("/embeddings/1/vectors?format=parquet")
	if rows, err := parquet.Read[row](bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len())); err != nil || len(rows) != 0 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if page := decode[api.List[api.ImageVector]](t, s.get("/embeddings/1/vectors")); page.Items == nil || len(page.Items) != 0 || page.Next != nil {
		t.Errorf("page %+v", page)
	}
}

// gauge measures what is alive on the heap while an answer is written.
type gauge struct {
	header http.Header
	bytes  int
	looks  int
	most   uint64
}

func (g *gauge) Header() http.Header { return g.header }
func (g *gauge) WriteHeader(int)     {}

func (g *gauge) Write(b []byte) (int, error) {
	g.bytes += len(b)
	if g.bytes > (g.looks+1)<<20 { // once a megabyte
		g.looks++
		g.most = max(g.most, alive())
	}
	return len(b), nil
}

func alive() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// 8 MB of vectors are written, in every format, with a fraction of that in memory.
func TestVectorsAreStreamed(t *testing.T) {
	if testing.Short() {
		t.Skip("writes some 40 MB of numbers")
	}
	const n, d = 1000, 2048
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(n), Layers: []string{"late"}, Dimension: d})
	s := newSite(t, server.Config{DB: db})
	for format, limit := range map[string]uint64{"npy": 1 << 20, "csv": 1 << 20, "json": 1 << 20, "parquet": 7 << 20} {
		g := &gauge{header: http.Header{}}
		address := api.Root + "/embeddings/1/vectors?format=" + format
		if format == "json" {
			address += "&limit=1000"
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		r.Host = "localhost"
		before := alive()
		s.handler.ServeHTTP(g, r)
		if g.looks < 6 {
			t.Fatalf("%s: only %d bytes were written", format, g.bytes)
		}
		if more := int64(g.most) - int64(before); more > int64(limit) {
			t.Errorf("%s: %d bytes alive while %d are written, allowed are %d", format, more, g.bytes, limit)
		} else {
			t.Logf("%s: %d KB alive while %d KB are written", format, more>>10, g.bytes>>10)
		}
	}
}

// leaving is a caller who goes away in the middle.
type leaving struct {
	gauge
	leave  func()
	after  int
	status int
}

func (l *leaving) WriteHeader(status int) { l.status = status }

func (l *leaving) Write(b []byte) (int, error) {
	if l.bytes += len(b); l.bytes >= l.after {
		l.leave()
	}
	return len(b), nil
}

func TestVectorsStopWithTheirCaller(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(600), Layers: []string{"late"}, Dimension: 1024})
	s := newSite(t, server.Config{DB: db})
	ctx, cancel := context.WithCancel(t.Context())
	l := &leaving{gauge: gauge{header: http.Header{}}, leave: cancel, after: 100 << 10}
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, api.Root+"/embeddings/1/vectors?format=npy", nil)
	r.Host = "localhost"
	func() {
		defer func() {
			if got := recover(); got != http.ErrAbortHandler {
				t.Errorf("the connection was not cut: %v", got)
			}
		}()
		s.handler.ServeHTTP(l, r)
	}()
	if l.bytes > 400<<10 {
		t.Errorf("%d of %d bytes were written for nobody", l.bytes, 600*1024*4)
	}
}

// A part that looks like the whole would be worse than an error: over a real connection a damaged file ends in one.
func TestBrokenAnswersAreCutOff(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(600), Layers: []string{"late"}, Dimension: 512})
	damage(t, db.Path())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- server.New(server.Config{DB: db}).Serve(ctx, listener) }()
	for _, format := range []string{"npy", "csv", "parquet", "json&limit=1000"} {
		response, err := http.Get("http://" + listener.Addr().String() + api.Root + "/embeddings/1/vectors?format=" + format)
		if err != nil {
			continue // cut off before the first byte was sent
		}
		_, err = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if response.StatusCode == http.StatusOK && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: status %d, %v", format, response.StatusCode, err)
		}
	}
	stop()
	must(t, <-done)
}
