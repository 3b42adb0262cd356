package server

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"image/png"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/search/searchtest"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestUpload(t *testing.T) {
	s := demoSite(t)
	before, err := os.ReadFile(s.server.config.DB.Path())
	if err != nil {
		t.Fatal(err)
	}
	picture := storetest.PNG(8, 8, 7) // the bytes of dog/007.png
	body, kind := form(t, picture, map[string]string{"dataset": "pets", "layer": "early", "metric": "euclidean", "k": "5"})
	w := s.do(http.MethodPost, "/search", body, kind)
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	doc := document(t, w)
	checkPolicy(t, w.Header(), doc)
	checkReadable(t, doc)
	if n := doc.Find(".hit").Length(); n != 5 {
		t.Errorf("%d hits", n)
	}
	if first := doc.Find(".hit img").First().AttrOr("alt", ""); first != "dog/007.png, dog" {
		t.Errorf("the nearest image to a copy is %q", first)
	}
	if text := doc.Find(".query").Text(); !strings.Contains(text, "my picture.png") || !strings.Contains(text, "not stored") {
		t.Errorf("the page says %q", text)
	}
	if current := strings.TrimSpace(doc.Find("[data-cycle=metric] [aria-current]").Text()); current != "euclidean" {
		t.Errorf("the selection was lost: %s", current)
	}

	cookies := w.Result().Cookies()
	mine := header("Cookie", cookies[0].Name+"="+cookies[0].Value)
	if !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode {
		t.Errorf("cookie %v", cookies[0])
	}
	shown := doc.Find(".query-picture img").AttrOr("src", "")
	if w := s.get(shown, mine); !bytes.Equal(w.Body.Bytes(), picture) || w.Header().Get("Cache-Control") != "private, no-store" {
		t.Errorf("the picture: status %d, %v", w.Code, w.Header())
	}
	if w := s.get(shown); w.Code != http.StatusGone {
		t.Errorf("somebody else's picture: status %d", w.Code)
	}
	other := doc.Find("[data-cycle=layer] li a:not([aria-current])").AttrOr("href", "")
	other, _, _ = strings.Cut(other, "#") // a browser does not send it
	if w := s.get(other, mine); w.Code != http.StatusOK || document(t, w).Find(".hit").Length() != 5 {
		t.Errorf("another layer: status %d", w.Code)
	}
	if after, err := os.ReadFile(s.server.config.DB.Path()); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file has changed, error %v", err)
	}
}

func TestUploadTwin(t *testing.T) {
	s := demoSite(t)
	body, kind := form(t, storetest.PNG(8, 8, 7), nil)
	v := decode(t, s.do(http.MethodPost, "/search?k=3&format=json", body, kind))
	query := v["query"].(map[string]any)
	if len(v["results"].([]any)) != 3 || query["uploaded"] != true || query["name"] != "my picture.png" || v["score"] != nil {
		t.Errorf("got %v", v)
	}
}

func TestUploadRefusals(t *testing.T) {
	s := newSite(t, Config{Embedder: searchtest.Corner{}, Limits: Limits{Body: 10_000}}, pets(t))
	truncated := storetest.PNG(8, 8, 1)[:40]
	tests := []struct {
		name    string
		picture []byte
		status  int
		says    string
	}{
		{"no file", nil, 400, "Choose a picture first"},
		{"empty file", []byte{}, 400, "Choose a picture first"},
		{"text", []byte("hello, this is text"), 400, "text/plain"},
		{"page", []byte("<html><script>alert(1)</script>"), 400, "text/html"},
		{"drawing with scripts", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`), 400, "JPEG, PNG, GIF or WebP"},
		{"truncated", truncated, 400, "cannot be read"},
		{"too large", make([]byte, 20_000), 413, "limit is 9.8 KiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body, kind := form(t, tt.picture, nil)
			w := s.do(http.MethodPost, "/search", body, kind)
			if text := document(t, w).Find("main").Text(); w.Code != tt.status || !strings.Contains(text, tt.says) {
				t.Errorf("status %d: %q", w.Code, text)
			}
		})
	}
	t.Run("too large without saying so", func(t *testing.T) {
		body, kind := form(t, make([]byte, 20_000), nil)
		w := s.do(http.MethodPost, "/search", body, kind, func(r *http.Request) { r.ContentLength = -1 })
		if w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
	})
	t.Run("broken form", func(t *testing.T) {
		_, kind := form(t, nil, nil)
		w := s.do(http.MethodPost, "/search", strings.NewReader("--nothing"), kind)
		if w.Code != http.StatusBadRequest {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
	})
}

func TestUploadOff(t *testing.T) {
	without := storetest.New(t, pets(t))
	shipped := t.TempDir() + "/shipped.db"
	if _, err := store.Snapshot(t.Context(), without, shipped, store.SnapshotOptions{WithoutModels: true}); err != nil {
		t.Fatal(err)
	}
	snapshot, err := store.Open(t.Context(), shipped, store.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { snapshot.Close() })
	tests := []struct {
		name   string
		config Config
		says   string
	}{
		{"no runtime", Config{DB: without}, "without an inference runtime"},
		{"no runtime, with a reason", Config{DB: without, UploadOff: "No libonnxruntime: run make setup."}, "run make setup"},
		{"another runtime", Config{DB: without, Embedder: newer{}}, "not be comparable"},
		{"no networks in the file", Config{DB: snapshot, Embedder: searchtest.Corner{}}, "--without-models"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, tt.config)
			doc := s.page("/search")
			if doc.Find("form[data-upload]").Length() != 0 || !strings.Contains(doc.Find("#upload-off").Text(), tt.says) {
				t.Errorf("the page says %q", doc.Find(".query").Text())
			}
			body, kind := form(t, storetest.PNG(8, 8, 7), nil)
			w := s.do(http.MethodPost, "/search", body, kind)
			if w.Code != http.StatusConflict || !strings.Contains(document(t, w).Find("main").Text(), tt.says) {
				t.Errorf("status %d: %s", w.Code, w.Body)
			}
		})
	}
}

// newer is a runtime that has not computed the stored vectors.
type newer struct{ searchtest.Corner }

func (newer) Runtime() string { return "onnxruntime 9.0.0" }

// broken stands for a runtime that fails: the visitor must not be blamed.
type broken struct{}

func (broken) Runtime() string { return storetest.Runtime }

func (broken) Embed(context.Context, []store.Embedding, []byte) ([][]float32, error) {
	return nil, errors.New("out of memory")
}

func (broken) Heat(context.Context, store.Embedding, []byte, []float32) ([]byte, error) {
	return nil, errors.New("out of memory")
}

var _ search.Embedder = broken{}

func TestUploadFailure(t *testing.T) {
	s := newSite(t, Config{Embedder: broken{}}, pets(t))
	body, kind := form(t, storetest.PNG(8, 8, 7), nil)
	if w := s.do(http.MethodPost, "/search", body, kind); w.Code != http.StatusInternalServerError {
		t.Errorf("status %d", w.Code)
	}
}

// A page shows no more of a large picture than it has room for, and leads to all of it.
func TestLargeQueryIsShownSmaller(t *testing.T) {
	s := demoSite(t)
	body, kind := form(t, storetest.PNG(900, 300, 7), map[string]string{"dataset": "pets"})
	w := s.do(http.MethodPost, "/search", body, kind)
	mine := header("Cookie", w.Result().Cookies()[0].Name+"="+w.Result().Cookies()[0].Value)
	doc := document(t, w)
	shown := doc.Find(".query-picture img").AttrOr("src", "")
	if m, err := jpeg.Decode(s.get(shown, mine).Body); err != nil || m.Bounds().Dx() != 640 || m.Bounds().Dy() != 213 {
		t.Errorf("%s is %v, %v", shown, m.Bounds(), err)
	}
	whole := doc.Find(".crop-caption a").First().AttrOr("href", "")
	if m, err := png.DecodeConfig(s.get(whole, mine).Body); err != nil || m.Width != 900 {
		t.Errorf("%s is %v, %v", whole, m, err)
	}
}
