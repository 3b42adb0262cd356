package download

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRefusals: answers that are not the file. None is tried again and nothing of them is kept.
func TestRefusals(t *testing.T) {
	data := content(1000)
	for _, test := range []struct {
		name  string
		serve answer
		o     Options
		kind  error
		says  string
	}{
		{"404", says(404, "text/html", "<html>"), Options{}, ErrMissing, "404 Not Found"},
		{"410", says(410, "", ""), Options{}, ErrMissing, "410 Gone"},
		{"403", says(403, "", ""), Options{}, ErrRefused, "answered 403 Forbidden"},
		{"204", says(204, "", ""), Options{}, ErrRefused, "204"},
		{"a page", says(200, "text/html; charset=utf-8", "Sign in"), Options{}, ErrNotFile, "perhaps a proxy"},
		{"a page in disguise", says(200, "application/octet-stream", "\n<!DOCTYPE html><html>"), Options{}, ErrNotFile, "web page"},
		{"wrong hash", whole(data, ""), Options{MD5: md5Of(nil)}, ErrMismatch, "is " + md5Of(data) + ", expected " + md5Of(nil)},
		{"wrong SHA-256", whole(data, ""), Options{MD5: md5Of(data), SHA256: "00"}, ErrMismatch, "expected 00"},
		{"too short", whole(data, ""), Options{Size: 1001}, ErrMismatch, "has 1000 bytes, expected 1001"},
		{"too long", whole(data, ""), Options{Size: 999}, ErrMismatch, "expected at most 999"},
		{"endless", func(_ int, w http.ResponseWriter, _ *http.Request) {
			for { // until the other side hangs up
				if _, err := w.Write(data); err != nil {
					return
				}
			}
		}, Options{Size: 2500}, ErrMismatch, "or more, expected at most 2500"},
		{"huge", func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2147483649")
		}, Options{}, errTooLarge, "2147483649 bytes"},
		{"round and round", func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again", http.StatusFound)
		}, Options{}, errRedirect, "10 redirects"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, test.serve)
			test.o.URL, test.o.File = s.URL, filepath.Join(t.TempDir(), "f")
			err := quickly(t.Context(), test.o)
			if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want one that says %q", err, test.says)
			}
			if len(s.requests) > 1 && test.kind != errRedirect {
				t.Errorf("%d requests", len(s.requests))
			}
			wantOnly(t, test.o.File, nil)
		})
	}
}

// TestPageKeepsPart: a login page in between does not cost what has arrived before.
func TestPageKeepsPart(t *testing.T) {
	s := serve(t, says(200, "text/html", "<html>"))
	o := Options{URL: s.URL, File: filepath.Join(t.TempDir(), "f")}
	leftBehind(t, o.File, content(10), `{"url": "`+s.URL+`", "etag": "\"one\"", "size": 20}`)
	if err := quickly(t.Context(), o); !errors.Is(err, ErrNotFile) {
		t.Errorf("error %v", err)
	}
	wantOnly(t, o.File, nil, "f.part", "f.part.json")
}

func TestRedirects(t *testing.T) {
	data := content(1000)
	plain := serve(t, whole(data, `"one"`))
	to := func(url string) http.Handler { return http.RedirectHandler(url, http.StatusFound) }
	encrypted := httptest.NewUnstartedServer(to(plain.URL))
	encrypted.Config.ErrorLog = log.New(io.Discard, "", 0) // a client that hangs up is what is tested
	encrypted.StartTLS()
	defer encrypted.Close()
	unencrypted := httptest.NewServer(to(plain.URL))
	defer unencrypted.Close()
	for _, test := range []struct {
		name, url string
		client    *http.Client
		says      string
	}{
		{"http to http", unencrypted.URL, nil, ""},
		{"https to http", encrypted.URL, encrypted.Client(), "refuse to follow a redirect: from https to " + plain.URL},
		{"a stranger's certificate", encrypted.URL, nil, "cannot trust 127.0.0.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := Options{URL: test.url, File: filepath.Join(t.TempDir(), "f"), Client: test.client}
			err := quickly(t.Context(), o)
			if test.says == "" && err != nil || test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)) {
				t.Errorf("error %v, want %q", err, test.says)
			}
		})
	}
}

// failing is a network on which connecting fails.
func failing(err error) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}}}
}

func TestUnreachable(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, test := range []struct {
		name, url string
		client    *http.Client
		says      string
	}{
		{"no such host", "https://user:secret@weights.example/f", failing(&net.DNSError{Err: "no such host", Name: "weights.example"}), "cannot reach weights.example: "},
		{"nobody listens", closed.URL, nil, "connection refused (are you offline?)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := Options{URL: test.url, File: filepath.Join(t.TempDir(), "f"), Client: test.client}
			err := Fetch(t.Context(), o) // which would wait for seconds if it tried again
			if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "secret") {
				t.Errorf("error %v, want one that says %q", err, test.says)
			}
			wantOnly(t, o.File, nil)
		})
	}
}

// TestNetworkGone: when the network goes away in the middle it may come back, so connecting is tried again.
func TestNetworkGone(t *testing.T) {
	data := content(100_000)
	s := serve(t, breaking(data, 60_000))
	dials := 0
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if dials++; dials == 2 || dials == 3 {
			return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("network is unreachable")}
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}}}
	o := Options{URL: s.URL, File: filepath.Join(t.TempDir(), "f"), MD5: md5Of(data), Client: client}
	if err := quickly(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	wantOnly(t, o.File, data, "f")
	if dials != 4 {
		t.Errorf("%d connections were tried", dials)
	}
}

// TestSilence: a connection on which nothing comes counts as broken.
func TestSilence(t *testing.T) {
	data := content(100_000)
	s := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			whole(data, `"one"`)(n, w, r)
			return
		}
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write(data[:60_000])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	o := Options{URL: s.URL, File: filepath.Join(t.TempDir(), "f"), MD5: md5Of(data)}
	d, err := newDownload(o)
	if err != nil {
		t.Fatal(err)
	}
	d.pause, d.idle = time.Millisecond, 200*time.Millisecond
	if err := d.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantOnly(t, o.File, data, "f")
}

// TestFull: /dev/full is a disk on which nothing has room.
func TestFull(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	s := serve(t, whole(content(1000), `"one"`))
	o := Options{URL: s.URL, File: filepath.Join(t.TempDir(), "f")}
	if err := os.Symlink("/dev/full", o.File+".part"); err != nil {
		t.Skip(err)
	}
	err := quickly(t.Context(), o)
	if !errors.Is(err, ErrLocal) || !strings.Contains(err.Error(), "is full after 0 of 1000 bytes") {
		t.Errorf("error %v", err)
	}
}

func TestLocalTrouble(t *testing.T) {
	s := serve(t, whole(content(1000), `"one"`))
	for _, test := range []struct {
		name    string
		prepare func(dir string) error
		says    string
	}{
		{"a file where the folder goes", func(dir string) error { return os.WriteFile(dir, nil, 0o644) }, "not a directory"},
		{"a folder where the part goes", func(dir string) error { return os.MkdirAll(filepath.Join(dir, "f.part"), 0o755) }, "is a directory"},
		{"a read-only folder", func(dir string) error { return os.Mkdir(dir, 0o555) }, "permission denied"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.says == "permission denied" && os.Geteuid() == 0 {
				t.Skip("root may write anywhere")
			}
			dir := filepath.Join(t.TempDir(), "downloads")
			if err := test.prepare(dir); err != nil {
				t.Fatal(err)
			}
			err := quickly(t.Context(), Options{URL: s.URL, File: filepath.Join(dir, "f")})
			if !errors.Is(err, ErrLocal) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want one that says %q", err, test.says)
			}
		})
	}
	if len(s.requests) > 0 {
		t.Errorf("%d requests for what cannot be stored", len(s.requests))
	}
}

// TestTwoAtOnce: only one process at a time downloads a file; files are locked for each opening, so one process will do.
func TestTwoAtOnce(t *testing.T) {
	s := serve(t, whole(content(1000), `"one"`))
	o := Options{URL: s.URL, File: filepath.Join(t.TempDir(), "f")}
	first, err := openPart(o.File)
	if err != nil {
		t.Fatal(err)
	}
	if err := quickly(t.Context(), o); !errors.Is(err, errBusy) || !errors.Is(err, ErrLocal) {
		t.Errorf("error %v", err)
	}
	first.close()
	if err := quickly(t.Context(), o); err != nil {
		t.Error(err)
	}
}

// TestSecrets: a password in an address gets to the server and nowhere else.
func TestSecrets(t *testing.T) {
	s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "me" || password != "secret" {
			http.Error(w, "who?", http.StatusUnauthorized)
			return
		}
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Content-Length", "1000")
		_, _ = io.Copy(w, bytes.NewReader(content(500)))
	})
	o := Options{URL: strings.Replace(s.URL, "://", "://me:secret@", 1), File: filepath.Join(t.TempDir(), "f")}
	err := quickly(t.Context(), o)
	if !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v", err)
	}
	from, readErr := os.ReadFile(o.File + ".part.json")
	if readErr != nil || strings.Contains(string(from), "secret") {
		t.Errorf("the origin is %s, %v", from, readErr)
	}
}

func TestParseURL(t *testing.T) {
	for _, bad := range []string{"", "weights.h5", "ftp://host/f", "file:///f", "https://", "http://a b"} {
		if u, err := ParseURL(bad); err == nil {
			t.Errorf("%q is read as %v", bad, u)
		}
		if err := Fetch(t.Context(), Options{URL: bad}); err == nil {
			t.Errorf("%q can be fetched", bad)
		}
	}
}

func FuzzContentRange(f *testing.F) {
	for _, s := range []string{"bytes 0-9/10", "bytes 5-9/*", "bytes */10", "bytes 9-5/3", "", "bytes -1-9/10", "bytes 1-2/99999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		first, total, ok := contentRange(s)
		if ok && (first < 0 || total < 0 || total > 0 && first >= total) {
			t.Errorf("%q: %d of %d", s, first, total)
		}
	})
}
