package api_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/internal/api"
	"github.com/convnet-playground/convnet/internal/server"
	"github.com/convnet-playground/convnet/search/searchtest"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// file is a database with one of everything: 40 images that searchtest.Corner has seen, scores, runs, an input in quarantine and
// pictures of channels.
func file(t testing.TB) *store.DB {
	t.Helper()
	images := storetest.Images(40, "cat", "dog")
	db := storetest.New(t, storetest.Spec{Images: images, Vector: func(i, _ int) []float32 {
		v, err := searchtest.CornerVector(images[i].Data, 8)
		must(t, err)
		return v
	}})
	must(t, db.PutScores(t.Context(), []store.Score{
		{EmbeddingID: 1, Metric: "cosine", Weighted: 60.5, Queries: 40}, {EmbeddingID: 1, Metric: "cosine", Category: "cat", Weighted: 50, Queries: 20},
		{EmbeddingID: 2, Metric: "minkowski:3", Weighted: 70, Queries: 40}, {EmbeddingID: 2, Metric: "cosine", Weighted: 80, Queries: 40},
	}))
	must(t, db.Update(t.Context(), func(tx *store.Tx) error {
		for range 3 {
			run, err := tx.StartRun(1, "ingest", map[string]any{"model": "tiny"})
			if err != nil {
				return err
			}
			if err := tx.FinishRun(run, store.RunDone, map[string]int{"images": 40}); err != nil {
				return err
			}
		}
		ids, x, y := make([]int64, 40), make([]float32, 40), make([]float32, 40)
		for i := range ids {
			ids[i], x[i], y[i] = int64(i+1), float32(i)/3, -float32(i)
		}
		if err := tx.PutProjection(store.NewProjection{EmbeddingID: 2, Method: store.PCA, Parameters: []byte(`{"components": 2}`), ImageIDs: ids, X: x, Y: y}); err != nil {
			return err
		}
		for _, name := range []string{"b/broken.jpg", "a/empty.png"} {
			if err := tx.PutFile(1, store.File{Name: name, Size: 1, Reason: "not a picture"}); err != nil {
				return err
			}
		}
		return nil
	}))
	for i, n := range []store.NewVisualization{
		{Objective: "channel:0", Parameters: []byte(`{"steps": 2}`)}, {Objective: "channel:-0", Parameters: []byte(`{}`)},
		{Objective: "channel:2", Parameters: []byte(`{}`), Dead: true}, {Objective: "layer", Parameters: []byte(`{}`)},
	} {
		n.LayerID, n.Size, n.End, n.Curve = 2, 8, float64(i+1), []float32{0, 1, 3}
		if !n.Dead {
			n.PNG = storetest.PNG(8, 8, 1000+i)
		}
		_, err := db.PutVisualization(t.Context(), n)
		must(t, err)
	}
	_, err := db.SaveQuery(t.Context(), store.NewSavedQuery{Name: "mine.png", Format: "png", Width: 8, Height: 8, Picture: storetest.PNG(8, 8, 7)})
	must(t, err)
	return db
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// site is the whole server on a file.
type site struct {
	t       testing.TB
	handler http.Handler
}

func newSite(t testing.TB, config server.Config) *site {
	t.Helper()
	if config.DB == nil {
		config.DB = file(t)
	}
	return &site{t, server.New(config).Handler()}
}

func demoSite(t testing.TB) *site {
	t.Helper()
	return newSite(t, server.Config{Embedder: searchtest.Corner{}, Version: "1.2.3"})
}

func (s *site) routes() []*echo.Route { return s.handler.(*echo.Echo).Routes() }

// ask sends a request; changes come as pairs of header and value.
func (s *site) ask(method, address string, body io.Reader, headers ...string) (*http.Request, *httptest.ResponseRecorder) {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, address, body)
	r.Host = "localhost:8080"
	for i := 0; i < len(headers); i += 2 {
		if r.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return r, w
}

func (s *site) get(address string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	_, w := s.ask(http.MethodGet, api.Root+address, nil, headers...)
	return w
}

func (s *site) post(address, kind string, body []byte) *httptest.ResponseRecorder {
	s.t.Helper()
	_, w := s.ask(http.MethodPost, api.Root+address, bytes.NewReader(body), "Content-Type", kind)
	return w
}

// decode reads a good answer.
func decode[T any](t testing.TB, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	dec := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v: %.300s", err, w.Body)
	}
	return v
}

// damage makes the last vectors of embedding 1 NaN, as no ingest would.
func damage(t testing.TB, path string) {
	t.Helper()
	raw, err := sql.Open("sqlite3", "file:"+path)
	must(t, err)
	defer raw.Close()
	var chunk int64
	var vectors []byte
	must(t, raw.QueryRow(`SELECT _rowid_, vectors FROM vec_1_vector_chunks00 ORDER BY _rowid_ DESC LIMIT 1`).Scan(&chunk, &vectors))
	_, err = raw.Exec(`UPDATE vec_1_vector_chunks00 SET vectors = ? WHERE _rowid_ = ?`, bytes.Repeat([]byte{0xff}, len(vectors)), chunk)
	must(t, err)
}
