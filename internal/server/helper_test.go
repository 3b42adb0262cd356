package server

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/search/searchtest"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// pets is 40 images that searchtest.Corner has seen.
func pets(t testing.TB) storetest.Spec {
	t.Helper()
	images := storetest.Images(40, "cat", "dog")
	return storetest.Spec{Images: images, Dimension: 8, Channels: 4, Vector: func(i, _ int) []float32 {
		v, err := searchtest.CornerVector(images[i].Data, 8)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}}
}

// site is a server on a database of its own.
type site struct {
	t       testing.TB
	server  *Server
	handler http.Handler
}

func newSite(t testing.TB, config Config, specs ...storetest.Spec) *site {
	t.Helper()
	if config.DB == nil {
		config.DB = storetest.New(t, specs...)
	}
	s := New(config)
	t.Cleanup(s.Close)
	return &site{t: t, server: s, handler: s.Handler()}
}

func demoSite(t testing.TB) *site {
	db := storetest.New(t, pets(t))
	putPictures(t, db)
	putMaps(t, db)
	if err := search.Evaluate(t.Context(), db, search.EvaluateOptions{}); err != nil {
		t.Fatal(err)
	}
	return newSite(t, Config{DB: db, Embedder: searchtest.Corner{}, Prober: colours{}, Version: "1.2.3"})
}

// putPictures gives the layer late of the model tiny pictures: of channel 0 several, of channel 1 one, of channel 2 none
// because nothing excites it, and of channel 3 none yet.
func putPictures(t testing.TB, db *store.DB) {
	t.Helper()
	models, err := db.Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	layer, err := db.Layer(t.Context(), models[0].ID, "late")
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range []store.NewVisualization{
		{Objective: "channel:0", Parameters: []byte(`{"steps": 2}`)},
		{Objective: "channel:0", Parameters: []byte(`{"steps": 3, "count": 2}`)},
		{Objective: "channel:0", Parameters: []byte(`{"steps": 3, "count": 2}`), Number: 1},
		{Objective: "channel:-0", Parameters: []byte(`{"steps": 3}`)},
		{Objective: "channel:1", Parameters: []byte(`{}`)},
		{Objective: "channel:2", Parameters: []byte(`{}`), Dead: true},
		{Objective: "layer", Parameters: []byte(`{}`)},
	} {
		n.LayerID, n.Size, n.End, n.Curve = layer.ID, 8, float64(i+1), []float32{0, 1, 3}
		if !n.Dead {
			n.PNG = storetest.PNG(8, 8, 1000+i)
		}
		if _, err := db.PutVisualization(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
}

type change func(*http.Request)

func header(name, value string) change { return func(r *http.Request) { r.Header.Set(name, value) } }

func host(name string) change { return func(r *http.Request) { r.Host = name } }

func (s *site) do(method, address string, body io.Reader, changes ...change) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, address, body)
	r.Host = "localhost:8080"
	for _, c := range changes {
		c(r)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

func (s *site) get(address string, changes ...change) *httptest.ResponseRecorder {
	s.t.Helper()
	return s.do(http.MethodGet, address, nil, changes...)
}

// page is the address's HTML.
func (s *site) page(address string) *goquery.Document {
	s.t.Helper()
	w := s.get(address)
	if w.Code != http.StatusOK {
		s.t.Fatalf("%s: status %d: %s", address, w.Code, w.Body)
	}
	return document(s.t, w)
}

func document(t testing.TB, w *httptest.ResponseRecorder) *goquery.Document {
	t.Helper()
	if kind := w.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
		t.Fatalf("content type %q", kind)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// decode reads a JSON answer.
func decode(t testing.TB, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("status %d, not JSON: %v: %.200s", w.Code, err, w.Body)
	}
	return v
}

// form is a multipart form with the picture and more fields.
func form(t testing.TB, picture []byte, fields map[string]string) (io.Reader, change) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if picture != nil {
		file, err := w.CreateFormFile("image", "my picture.png")
		if err == nil {
			_, err = file.Write(picture)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &body, header("Content-Type", w.FormDataContentType())
}

// putMaps gives every layer a map on which the images lie on a circle, in the order of their ids; late has one by PCA too.
func putMaps(t testing.TB, db *store.DB) {
	t.Helper()
	embeddings, err := db.Embeddings(t.Context(), store.EmbeddingFilter{})
	if err != nil {
		t.Fatal(err)
	}
	images, err := db.Images(t.Context(), store.ImageFilter{})
	if err != nil {
		t.Fatal(err)
	}
	trust := 0.875
	for i, e := range embeddings {
		p := store.NewProjection{EmbeddingID: e.ID, Method: store.UMAP, Parameters: []byte(`{"n_neighbors": 15}`), Seed: 1, Trustworthiness: &trust,
			Overlaps: []store.ProjectionOverlap{{Model: "tiny", Layer: []string{"late", "early"}[i], Pooling: e.Pooling, Overlap: 0.5}}}
		for k, img := range images {
			angle := 2 * math.Pi * float64(k) / float64(len(images))
			p.ImageIDs, p.X, p.Y = append(p.ImageIDs, img.ID), append(p.X, float32(10*math.Cos(angle))), append(p.Y, float32(10*math.Sin(angle)))
		}
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			if err := tx.PutProjection(p); err != nil || e.Layer != "late" {
				return err
			}
			p.Method, p.Overlaps = store.PCA, nil
			return tx.PutProjection(p)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
