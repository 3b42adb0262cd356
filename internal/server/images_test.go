package server

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store/storetest"
)

func TestPictures(t *testing.T) {
	var small bytes.Buffer
	thumbnail := image.NewGray(image.Rect(0, 0, 2, 2))
	thumbnail.Set(0, 0, color.White)
	if err := png.Encode(&small, thumbnail); err != nil {
		t.Fatal(err)
	}
	original := storetest.PNG(16, 16, 5)
	s := newSite(t, Config{}, storetest.Spec{Images: []storetest.Image{
		{Name: "big.png", Category: "cat", Data: original, Thumbnail: small.Bytes()},
	}})
	sha := fmt.Sprintf("%x", sha256.Sum256(original))
	for address, want := range map[string][]byte{"/images/" + sha: original, "/thumbnails/" + sha: small.Bytes(), "/thumbnails/" + sha + "?small=1": small.Bytes(), "/images/" + strings.ToUpper(sha): original} {
		t.Run(address, func(t *testing.T) {
			w := s.get(address)
			if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), want) {
				t.Fatalf("status %d, %d bytes", w.Code, w.Body.Len())
			}
			for name, value := range map[string]string{"Content-Type": "image/png", "X-Content-Type-Options": "nosniff",
				"Cache-Control": "private, max-age=31536000, immutable", "Content-Security-Policy": picturePolicy} {
				if got := w.Header().Get(name); got != value {
					t.Errorf("%s is %q", name, got)
				}
			}
			tag := w.Header().Get("ETag")
			for _, known := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
				if w := s.get(address, header("If-None-Match", known)); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
					t.Errorf("If-None-Match %s: status %d with %d bytes", known, w.Code, w.Body.Len())
				}
			}
			if w := s.get(address, header("If-None-Match", `"other"`)); w.Code != http.StatusOK {
				t.Errorf("another tag: status %d", w.Code)
			}
		})
	}
	if a, b := s.get("/images/"+sha).Header().Get("ETag"), s.get("/thumbnails/"+sha).Header().Get("ETag"); a == b {
		t.Error("picture and thumbnail share a tag")
	}
}

func TestNoSuchPicture(t *testing.T) {
	s := demoSite(t)
	for _, address := range []string{"/images/", "/images/xyz", "/images/" + strings.Repeat("0", 64), "/images/" + strings.Repeat("0", 66),
		"/thumbnails/" + strings.Repeat("g", 64), "/thumbnails/..%2f..%2fetc%2fpasswd", "/uploads/nothing"} {
		w := s.get(address)
		if w.Code != http.StatusNotFound && w.Code != http.StatusGone {
			t.Errorf("%s: status %d", address, w.Code)
		}
		if w.Header().Get("ETag") != "" || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: an error that is kept for ever: %v", address, w.Header())
		}
	}
}

func TestStatic(t *testing.T) {
	s := demoSite(t)
	doc := s.page("/")
	for _, address := range []string{
		doc.Find("link[rel=stylesheet]").AttrOr("href", ""), doc.Find("script").AttrOr("src", ""), doc.Find("link[rel=icon]").AttrOr("href", ""),
	} {
		w := s.get(address)
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: status %d, %s", address, w.Code, w.Header().Get("Cache-Control"))
		}
		bare, _, versioned := strings.Cut(address, "?v=")
		if !versioned {
			t.Errorf("%s has no version", address)
		}
		if w := s.get(bare + "?v=old"); w.Code != http.StatusOK || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("an old version of %s is kept for ever", bare)
		}
	}
	if w := s.get("/static/nothing.js"); w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
	if size := s.get("/static/app.js").Body.Len(); size > 50_000 {
		t.Errorf("the script has %d bytes", size)
	}
}

func TestCompression(t *testing.T) {
	s := demoSite(t)
	for _, address := range []string{"/search", "/search?format=json", "/static/app.css"} {
		if got := s.get(address, header("Accept-Encoding", "gzip")).Header().Get("Content-Encoding"); got != "gzip" {
			t.Errorf("%s: content encoding %q", address, got)
		}
	}
	picture := s.page("/search").Find(".hit img").AttrOr("src", "")
	if got := s.get(picture, header("Accept-Encoding", "gzip")).Header().Get("Content-Encoding"); got != "" {
		t.Errorf("a picture was compressed again: %q", got)
	}
}
