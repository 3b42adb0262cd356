package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/internal/upload"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

func TestErrorAnswers(t *testing.T) {
	s := demoSite(t)
	tests := []struct {
		method, address string
		status          int
		says            string
	}{
		{"GET", "/nowhere", 404, "nothing at this address"},
		{"GET", "/datasets/nobody", 404, "no dataset"},
		{"GET", "/models/nobody", 404, "no model"},
		{"GET", "/search?dataset=petz", 400, "pets"},
		{"GET", "/search?model=tinny", 400, "tiny"},
		{"GET", "/map?layer=erly", 400, "early"},
		{"GET", "/map?method=tsne", 400, "umap or pca"},
		{"GET", "/map?layer=early&method=pca", 400, "only by umap"},
		{"GET", "/map?color=red", 400, "channel:N"},
		{"GET", "/map?color=channel:-1", 400, "number of a channel"},
		{"GET", "/map?color=channel:4", 400, "0 to 3"},
		{"GET", "/map?select=1-1~2-2", 400, "between 3 and 512"},
		{"GET", "/map?select=1-1~2-2~a-b", 400, "corners of a polygon"},
		{"GET", "/map?layer2=erly", 400, "early"},
		{"GET", "/map?upload=gone", 410, "no longer here"},
		{"GET", "/map/points?layer=erly", 400, "early"},
		{"GET", "/map/values?color=category", 400, "color=distance"},
		{"GET", "/map/values?color=distance&image=nobody.png", 400, "nobody.png"},
		{"GET", "/map/images?dataset=pets&ids=", 400, "image ids"},
		{"GET", "/map/images?dataset=pets&ids=1,x", 400, "no image id"},
		{"GET", "/map/images?dataset=pots&ids=1", 400, "pets"},
		{"GET", "/search?layer=erly", 400, "early"},
		{"GET", "/search?image=nobody.png", 400, "nobody.png"},
		{"GET", "/search?metric=cosin", 400, "cosine"},
		{"GET", "/search?k=many", 400, "whole number"},
		{"GET", "/search?k=0", 400, "between 1 and 1000"},
		{"GET", "/search?page=-1", 400, "page"},
		{"GET", "/search?metric=minkowski&p=0.1", 400, "between 1 and 64"},
		{"GET", "/search?metric=minkowski&p=NaN", 400, "between 1 and 64"},
		{"GET", "/search?category=cow", 400, "cat"},
		{"GET", "/search?upload=old", 410, "Choose it again"},
		{"GET", "/datasets/pets?category=cow", 400, "cat"},
		{"GET", "/scorecard?dataset=petz", 400, "pets"},
		{"GET", "/scorecard?measure=presicion", 400, "precision"},
		{"GET", "/scorecard?k=65", 400, "between 1 and 64"},
		{"GET", "/scorecard?columns=colour", 400, "metric"},
		{"GET", "/scorecard?category=cow", 400, "cat"},
		{"GET", "/scorecard?metric=manhattan", 400, "cosine"},
		{"GET", "/scorecard?layer=nowhere", 400, "nowhere"},
		{"GET", "/compare?image=nobody.png", 400, "nobody.png"},
		{"GET", "/compare?config=tiny", 400, "model/layer/metric"},
		{"GET", "/compare?config=tiny/early/manhattan", 400, "model/layer/metric"},
		{"GET", "/compare?config=tiny/erly/cosine", 400, "early"},
		{"GET", "/compare?config=tiny/early/minkowski:0.1", 400, "model/layer/metric"},
		{"GET", "/compare?config=a/b/cosine&config=a/c/cosine&config=a/d/cosine&config=a/e/cosine&config=a/f/cosine", 400, "At most 4"},
		{"DELETE", "/search", 405, "cannot be used in this way"},
		{"POST", "/about", 405, "cannot be used in this way"},
		{"POST", "/search", 400, "form"},
		{"POST", "/theme", 400, "light, dark or system"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.address, func(t *testing.T) {
			w := s.do(tt.method, tt.address, nil)
			text := document(t, w).Find("main").Text()
			if w.Code != tt.status || !strings.Contains(text, tt.says) {
				t.Errorf("status %d, want %d; %q does not say %q", w.Code, tt.status, text, tt.says)
			}
			if strings.Contains(text, "goroutine") || strings.Contains(text, ".go:") {
				t.Errorf("internals on the page: %s", text)
			}
			separator := map[bool]string{true: "&", false: "?"}[strings.Contains(tt.address, "?")]
			twin := decode(t, s.do(tt.method, tt.address+separator+"format=json", nil))
			if twin["status"] != float64(tt.status) || !strings.Contains(fmt.Sprint(twin["error"]), tt.says) {
				t.Errorf("twin %v", twin)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	wrapped := func(err error) error { return fmt.Errorf("answer: %w", err) }
	tests := []struct {
		err    error
		status int
	}{
		{search.BadRequest{Problem: "no"}, 400},
		{wrapped(search.BadRequest{Problem: "no"}), 400},
		{wrapped(store.ErrNotFound), 404},
		{wrapped(search.ErrEmpty), 404},
		{wrapped(search.ErrUploadOff), 409},
		{wrapped(upload.ErrGone), 410},
		{wrapped(&http.MaxBytesError{Limit: 5}), 413},
		{echo.NewHTTPError(429), 429},
		{errors.New("disk on fire"), 500},
		{wrapped(upload.ErrBusy), 503},
		{errBusy, 503},
		{wrapped(context.DeadlineExceeded), 503},
		{context.Canceled, statusGone},
	}
	for _, tt := range tests {
		status, words := explain(tt.err)
		if status != tt.status {
			t.Errorf("%v: status %d, want %d", tt.err, status, tt.status)
		}
		if status == 500 && strings.Contains(words, "disk") {
			t.Errorf("the visitor is told %q", words)
		}
	}
}

// What goes wrong here is logged with its reason and answered without.
func TestOurOwnErrors(t *testing.T) {
	var log bytes.Buffer
	s := newSite(t, Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}, pets(t))
	s.server.echo.GET("/panic", func(echo.Context) error { panic("the secret reason") })
	s.server.echo.GET("/fail", func(echo.Context) error { return errors.New("the secret reason") })
	for _, address := range []string{"/panic", "/fail"} {
		log.Reset()
		w := s.get(address)
		if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), "The log says what") {
			t.Errorf("%s: status %d: %s", address, w.Code, w.Body)
		}
		if !strings.Contains(log.String(), "secret") || !strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("%s: log %s", address, &log)
		}
	}
	log.Reset()
	s.get("/search?layer=erly")
	if got := log.String(); !strings.Contains(got, "status=400") || !strings.Contains(got, "level=INFO") || strings.Count(got, "\n") != 1 {
		t.Errorf("log %s", got)
	}
}

// A database that goes away does not take the server with it.
func TestClosedDatabase(t *testing.T) {
	s := demoSite(t)
	if err := s.server.config.DB.Close(); err != nil {
		t.Fatal(err)
	}
	for _, address := range append(addresses, "/healthz") {
		want := 500
		if address == "/faq" {
			want = 200
		}
		if w := s.get(address); w.Code != want {
			t.Errorf("%s: status %d", address, w.Code)
		}
	}
}
