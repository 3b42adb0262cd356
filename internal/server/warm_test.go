package server

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// A page is sent again as it was, until something in the file changes.
func TestWarmPages(t *testing.T) {
	s := demoSite(t)
	addresses := []string{"/search", "/search?format=json", "/map", "/datasets/pets", "/scorecard", "/models/tiny"}
	for _, address := range addresses {
		first, again := s.get(address), s.get(address)
		if first.Code != http.StatusOK || !bytes.Equal(first.Body.Bytes(), again.Body.Bytes()) {
			t.Errorf("%s: status %d, and the page is another one the second time", address, first.Code)
		}
		for name := range first.Header() {
			if a, b := first.Header()[name], again.Header()[name]; strings.Join(a, ",") != strings.Join(b, ",") {
				t.Errorf("%s: %s is %q the first time and %q the second", address, name, a, b)
			}
		}
	}
	if kept := len(s.server.warm.pages); kept != len(addresses) {
		t.Errorf("%d pages are kept, %d were asked for", kept, len(addresses))
	}
	image, err := s.server.config.DB.Image(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	err = s.server.config.DB.Update(t.Context(), func(tx *store.Tx) error { return tx.UpdateImage(image.ID, "renamed.png", image.Category) })
	if err != nil {
		t.Fatal(err)
	}
	if page := s.get("/search"); !strings.Contains(page.Body.String(), "renamed.png") {
		t.Error("the page does not show the change")
	}
}

// Pages differ by theme, host name and compression; each visitor gets his own.
func TestWarmPagesOfOthers(t *testing.T) {
	s := demoSite(t)
	plain := s.get("/about").Body.String()
	if dark := s.get("/about", header("Cookie", "theme=dark")).Body.String(); dark == plain {
		t.Error("the dark page is the light one")
	}
	if other := s.get("/api/v1/datasets", host("localhost:9")).Body.String(); other == "" {
		t.Error("another host name gets nothing")
	}
	for range 2 {
		packed := s.get("/about", header("Accept-Encoding", "gzip"))
		r, err := gzip.NewReader(packed.Body)
		if err != nil || packed.Header().Get("Content-Encoding") != "gzip" {
			t.Fatalf("not compressed: %v", err)
		}
		if text, err := io.ReadAll(r); err != nil || string(text) != plain {
			t.Errorf("the compressed page is another one, %v", err)
		}
	}
}

// Who has an answer of the interface already is told so, however often it is asked for.
func TestWarmPagesKnowTags(t *testing.T) {
	s := demoSite(t)
	tag := s.get("/api/v1/datasets").Header().Get("ETag")
	for range 2 {
		if w := s.get("/api/v1/datasets", header("If-None-Match", tag)); tag == "" || w.Code != http.StatusNotModified {
			t.Errorf("tag %q: status %d", tag, w.Code)
		}
	}
}

// What must not be kept: answers to uploads, errors, exports of vectors, answers that browsers may not keep.
func TestColdPages(t *testing.T) {
	s := demoSite(t)
	body, kind := form(t, storetest.PNG(8, 8, 7), map[string]string{"dataset": "pets"})
	w := s.do(http.MethodPost, "/search", body, kind)
	cookie := w.Result().Cookies()[0]
	mine := header("Cookie", cookie.Name+"="+cookie.Value)
	for _, address := range []string{
		document(t, w).Find("[data-cycle=layer] a:not([aria-current])").AttrOr("href", ""),
		"/search?image=nobody.png", "/nowhere", "/healthz",
		"/api/v1/datasets/pets/models/tiny/layers/late/vectors?format=npy",
	} {
		s.get(address, mine)
	}
	for key := range s.server.warm.pages {
		t.Errorf("kept: %q", key)
	}
}

func TestWarmPagesAreBounded(t *testing.T) {
	w := newWarmPages(nil)
	page := warmPage{body: make([]byte, keepPage)}
	for i := range 3 * keepPages / keepPage {
		w.keep(1, string(rune('a'+i)), page)
		if w.bytes > keepPages {
			t.Fatalf("%d bytes are kept", w.bytes)
		}
	}
	if _, ok := w.find(2, "a"); ok || len(w.pages) == 0 {
		t.Error("pages of another version of the file, or none")
	}
}
