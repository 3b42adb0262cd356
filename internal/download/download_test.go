package download

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFetch(t *testing.T) {
	data := content(700_000)
	s := serve(t, whole(data, `"one"`))
	var seen []int64
	o := Options{
		URL: s.URL + "/weights.h5", File: filepath.Join(t.TempDir(), "made", "when needed", "weights.h5"),
		MD5: strings.ToUpper(md5Of(data)), Agent: "convnet/1.0",
		Progress: func(done, total int64) {
			seen = append(seen, done)
			if total != int64(len(data)) {
				t.Errorf("the total is %d", total)
			}
		},
	}
	for range 2 { // the second finds what it wants
		if err := Fetch(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		wantOnly(t, o.File, data, "weights.h5")
	}
	if len(s.requests) != 1 || s.requests[0].Get("User-Agent") != "convnet/1.0" {
		t.Errorf("the server saw %v", s.requests)
	}
	if !slices.IsSorted(seen) || seen[0] != 0 || seen[len(seen)-1] != int64(len(data)) {
		t.Errorf("progress: %v", seen)
	}
}

// TestPresent: a file that is there is asked for again unless it is certainly the right one.
func TestPresent(t *testing.T) {
	data := content(1000)
	for _, test := range []struct {
		name     string
		there    []byte
		o        Options
		requests int
	}{
		{"right hash", data, Options{MD5: md5Of(data)}, 0},
		{"right size", data, Options{Size: 1000}, 0},
		{"nothing known", data, Options{}, 1},
		{"wrong hash", content(999), Options{MD5: md5Of(data)}, 1},
		{"wrong size", content(999), Options{Size: 1000}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, whole(data, `"one"`))
			test.o.URL, test.o.File = s.URL, filepath.Join(t.TempDir(), "f")
			if err := os.WriteFile(test.o.File, test.there, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := quickly(t.Context(), test.o); err != nil {
				t.Fatal(err)
			}
			wantOnly(t, test.o.File, data, "f")
			if len(s.requests) != test.requests {
				t.Errorf("%d requests, want %d", len(s.requests), test.requests)
			}
		})
	}
}

// TestBrokenConnection: what has arrived is not asked for again.
func TestBrokenConnection(t *testing.T) {
	data := content(100_000)
	s := serve(t, breaking(data, 60_000))
	o := Options{URL: s.URL, File: filepath.Join(t.TempDir(), "f"), MD5: md5Of(data)}
	if err := quickly(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	wantOnly(t, o.File, data, "f")
	if got := s.ranges(); !slices.Equal(got, []string{"", "bytes=60000-"}) || s.requests[1].Get("If-Range") != `"one"` {
		t.Errorf("ranges %q, If-Range %q", got, s.requests[1].Get("If-Range"))
	}
}

// TestCancel: an interrupted download keeps its part, and the next goes on from there.
func TestCancel(t *testing.T) {
	data := content(3 << 20)
	s := serve(t, whole(data, `"one"`))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := Options{URL: s.URL, File: filepath.Join(t.TempDir(), "f"), MD5: md5Of(data)}
	o.Progress = func(done, _ int64) {
		if done > 1<<20 {
			cancel()
		}
	}
	err := quickly(ctx, o)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "run it again to go on") {
		t.Fatalf("error %v", err)
	}
	wantOnly(t, o.File, nil, "f.part", "f.part.json")
	info, err := os.Stat(o.File + ".part")
	if err != nil {
		t.Fatal(err)
	}
	o.Progress = nil
	if err := quickly(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	wantOnly(t, o.File, data, "f")
	if got := s.ranges(); !slices.Equal(got, []string{"", fmt.Sprintf("bytes=%d-", info.Size())}) {
		t.Errorf("ranges %q", got)
	}
}

// TestLeftBehind: parts of earlier runs, usable or not.
func TestLeftBehind(t *testing.T) {
	data := content(1000)
	from := func(url, etag, modified string, size int) string {
		return fmt.Sprintf(`{"url": %q, "etag": %q, "last_modified": %q, "size": %d}`, url, etag, modified, size)
	}
	const modified = "Tue, 03 Mar 2020 10:00:00 GMT"
	for _, test := range []struct {
		name   string
		part   []byte
		origin func(url string) string
		serve  answer
		ranges []string
	}{
		{"the first half", data[:500], func(u string) string { return from(u, `"one"`, "", 1000) }, whole(data, `"one"`), []string{"bytes=500-"}},
		{"all of it", data, func(u string) string { return from(u, `"one"`, "", 1000) }, whole(data, `"one"`), nil},
		{"more than all", content(1200), func(u string) string { return from(u, `"one"`, "", 1000) }, whole(data, `"one"`), []string{""}},
		{"of another address", data[:500], func(u string) string { return from(u+"/old", `"one"`, "", 1000) }, whole(data, `"one"`), []string{""}},
		{"of a file that has changed", content(1100)[600:], func(u string) string { return from(u, `"old"`, "", 1100) }, whole(data, `"one"`), []string{"bytes=500-"}},
		{"of a server without ranges", data[:500], func(u string) string { return from(u, `"one"`, "", 1000) }, says(200, "", string(data)), []string{"bytes=500-"}},
		{"with a weak tag only", data[:500], func(u string) string { return from(u, `W/"one"`, "", 1000) }, whole(data, `"one"`), []string{""}},
		{"with a date beside a weak tag", data[:500], func(u string) string { return from(u, `W/"one"`, modified, 1000) }, says(200, "", string(data)), []string{"bytes=500-"}},
		{"without an origin", data[:500], func(string) string { return "" }, whole(data, `"one"`), []string{""}},
		{"with half an origin", data[:500], func(u string) string { return from(u, `"one"`, "", 1000)[:20] }, whole(data, `"one"`), []string{""}},
		{"longer than the server's file", content(1200), func(u string) string { return from(u, `"one"`, "", 0) }, func(n int, w http.ResponseWriter, r *http.Request) {
			r.Header.Del("If-Range") // some servers do not know it
			whole(data, `"one"`)(n, w, r)
		}, []string{"bytes=1200-", ""}},
		{"of a server that sends another range", data[:500], func(u string) string { return from(u, `"one"`, "", 1000) }, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				r.Header.Set("Range", "bytes=400-")
			}
			whole(data, `"one"`)(n, w, r)
		}, []string{"bytes=500-", ""}},
		{"of a server that sends little at a time", data[:500], func(u string) string { return from(u, `"one"`, "", 1000) }, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				r.Header.Set("Range", "bytes=500-749")
			}
			whole(data, `"one"`)(n, w, r)
		}, []string{"bytes=500-", "bytes=750-"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, test.serve)
			o := Options{URL: s.URL, File: filepath.Join(t.TempDir(), "f"), MD5: md5Of(data)}
			leftBehind(t, o.File, test.part, test.origin(s.URL))
			if err := quickly(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			wantOnly(t, o.File, data, "f")
			if got := s.ranges(); !slices.Equal(got, test.ranges) {
				t.Errorf("ranges %q, want %q", got, test.ranges)
			}
		})
	}
}

// TestPatience: a server that fails is asked again, until it has failed for long enough. Bytes buy new patience.
func TestPatience(t *testing.T) {
	data := content(8 * progress)
	ailing := func(failures int) answer {
		return func(n int, w http.ResponseWriter, r *http.Request) {
			if n < failures {
				http.Error(w, "later", http.StatusServiceUnavailable)
				return
			}
			whole(data, `"one"`)(n, w, r)
		}
	}
	crumbs := func(n int, w http.ResponseWriter, r *http.Request) {
		if n < 7 {
			r.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", n*progress, (n+1)*progress-1))
		}
		if n == 0 { // a whole answer that ends too early
			breaking(data, progress)(0, w, r)
		}
		whole(data, `"one"`)(n, w, r)
	}
	for _, test := range []struct {
		name     string
		serve    answer
		requests int
		fails    bool
	}{
		{"recovers", ailing(maxTries - 1), maxTries, false},
		{"does not", ailing(maxTries), maxTries, true},
		{"breaks off again and again", crumbs, 8, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, test.serve)
			o := Options{URL: s.URL, File: filepath.Join(t.TempDir(), "f"), MD5: md5Of(data)}
			err := quickly(t.Context(), o)
			if (err != nil) != test.fails || test.fails && !errors.Is(err, ErrUnavailable) {
				t.Errorf("error %v", err)
			}
			if len(s.requests) != test.requests {
				t.Errorf("%d requests, want %d", len(s.requests), test.requests)
			}
		})
	}
}
