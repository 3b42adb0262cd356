package download

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// content is a file of n bytes that are no text.
func content(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i*i>>8 ^ i)
	}
	return data
}

func md5Of(data []byte) string {
	sum := md5.Sum(data)
	return hex.EncodeToString(sum[:])
}

// remote is a server with one file, and a record of what it was asked.
type remote struct {
	*httptest.Server
	mu       sync.Mutex
	requests []http.Header
}

// answer is what a server does about its n-th request, counted from 0.
type answer func(n int, w http.ResponseWriter, r *http.Request)

func serve(t *testing.T, a answer) *remote {
	t.Helper()
	s := &remote{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		n := len(s.requests)
		s.requests = append(s.requests, r.Header.Clone())
		s.mu.Unlock()
		a(n, w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// ranges lists the Range headers of all requests.
func (s *remote) ranges() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, h := range s.requests {
		all = append(all, h.Get("Range"))
	}
	return all
}

// whole serves data as a good server does, with ranges.
func whole(data []byte, etag string) answer {
	return func(_ int, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", etag)
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}
}

// breaking breaks the connection after the first n bytes, once; then it serves data.
func breaking(data []byte, after int) answer {
	return func(n int, w http.ResponseWriter, r *http.Request) {
		if n > 0 {
			whole(data, `"one"`)(n, w, r)
			return
		}
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		_, _ = w.Write(data[:after])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

func says(status int, contentType, body string) answer {
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// quickly is Fetch without waiting long for anything.
func quickly(ctx context.Context, o Options) error {
	d, err := newDownload(o)
	if err != nil {
		return err
	}
	d.pause = time.Millisecond
	return d.run(ctx)
}

// leftBehind writes what an interrupted run leaves: the first bytes and their origin.
func leftBehind(t *testing.T, file string, first []byte, from string) {
	t.Helper()
	if err := os.WriteFile(file+".part", first, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file+".part.json", []byte(from), 0o644); err != nil {
		t.Fatal(err)
	}
}

// wantOnly fails the test unless the folder of file holds the named files, and the file the data.
func wantOnly(t *testing.T, file string, data []byte, names ...string) {
	t.Helper()
	if got, err := os.ReadFile(file); data != nil && (err != nil || !bytes.Equal(got, data)) {
		t.Errorf("the file has %d bytes (%v), want %d or others", len(got), err, len(data))
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	for _, e := range entries {
		there = append(there, e.Name())
	}
	if !slices.Equal(there, names) {
		t.Errorf("the folder holds %q, want %q", there, names)
	}
}
