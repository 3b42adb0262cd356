package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"
)

func TestHosts(t *testing.T) {
	s := newSite(t, Config{Hosts: []string{"Pictures.example:9000"}}, pets(t))
	for name, want := range map[string]int{
		"localhost": 200, "LOCALHOST:8080": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200, "[::1]": 200, "localhost.": 200,
		"pictures.example": 200, "pictures.example:443": 200,
		"evil.example": 421, "127.0.0.1.evil.example:8080": 421, "": 421, "192.168.0.7": 421, "localhost.evil.example": 421,
	} {
		if w := s.get("/about", host(name)); w.Code != want {
			t.Errorf("host %q: status %d, want %d", name, w.Code, want)
		}
	}
}

func TestHostsBeyondThisMachine(t *testing.T) {
	everywhere := &net.TCPAddr{IP: net.IPv4zero, Port: 80}
	open := newHosts(nil)
	open.listenOn(everywhere)
	if !open.any {
		t.Error("a server that is meant to be reached refuses names it was not told of")
	}
	named := newHosts([]string{"pictures.example"})
	named.listenOn(everywhere)
	if named.any {
		t.Error("a server that was told its name answers to others")
	}
	local := newHosts(nil)
	local.listenOn(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if local.any {
		t.Error("a loopback server answers to all names")
	}
}

func TestOtherSitesCannotSend(t *testing.T) {
	s := demoSite(t)
	send := func(changes ...change) int {
		changes = append(changes, header("Content-Type", "application/x-www-form-urlencoded"))
		return s.do(http.MethodPost, "/theme", strings.NewReader("theme=dark"), changes...).Code
	}
	if got := send(header("Sec-Fetch-Site", "same-origin")); got != http.StatusSeeOther {
		t.Errorf("our own form: status %d", got)
	}
	if got := send(header("Sec-Fetch-Site", "cross-site")); got != http.StatusForbidden {
		t.Errorf("another site's form: status %d", got)
	}
	if got := send(header("Origin", "http://evil.example")); got != http.StatusForbidden {
		t.Errorf("another origin's form: status %d", got)
	}
}

func TestTheme(t *testing.T) {
	s := demoSite(t)
	choose := func(theme, back string) (*http.Cookie, string) {
		body := url.Values{"theme": {theme}, "return": {back}}.Encode()
		w := s.do(http.MethodPost, "/theme", strings.NewReader(body), header("Content-Type", "application/x-www-form-urlencoded"))
		if w.Code != http.StatusSeeOther {
			t.Fatalf("status %d", w.Code)
		}
		return w.Result().Cookies()[0], w.Header().Get("Location")
	}
	cookie, back := choose("dark", "/search?k=5")
	if cookie.Value != "dark" || back != "/search?k=5" {
		t.Errorf("cookie %v, back to %s", cookie, back)
	}
	if cookie, _ := choose("system", "/"); cookie.MaxAge >= 0 {
		t.Errorf("cookie %v stays", cookie)
	}
	for _, outside := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "", "/\n/evil.example"} {
		if _, back := choose("light", outside); back != "/" {
			t.Errorf("%q leads to %q", outside, back)
		}
	}
	for value, want := range map[string]string{"dark": "dark", "light": "light", `"><script>`: "", "": ""} {
		doc := document(t, s.get("/about", header("Cookie", "theme="+url.QueryEscape(value))))
		if got := doc.Find("html").AttrOr("data-theme", ""); got != want {
			t.Errorf("cookie %q: theme %q", value, got)
		}
	}
}

func TestConcurrencyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		enough := make(chan struct{})
		limited := atOnce(2)(func(echo.Context) error { <-enough; return nil })
		ask := func(path string) error {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			if err != nil {
				t.Fatal(err)
			}
			return limited(echo.New().NewContext(r, nil))
		}
		for range 2 {
			go func() {
				if err := ask("/"); err != nil {
					t.Errorf("among the first: %v", err)
				}
			}()
		}
		synctest.Wait()
		start := time.Now()
		if err := ask("/"); err != errBusy || time.Since(start) != requestWait {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		time.AfterFunc(requestWait/2, func() { close(enough) })
		if err := ask("/"); err != nil {
			t.Errorf("with a place free in time: %v", err)
		}
	})
}

func TestRequestTime(t *testing.T) {
	s := newSite(t, Config{Limits: Limits{Time: time.Millisecond}}, pets(t))
	s.server.echo.GET("/slow", func(c echo.Context) error {
		<-c.Request().Context().Done()
		return c.Request().Context().Err()
	})
	w := s.get("/slow")
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}

// Stopping lets a running request finish and refuses new ones.
func TestGracefulStop(t *testing.T) {
	s := demoSite(t)
	asked, finish := make(chan struct{}), make(chan struct{})
	s.server.echo.GET("/slow", func(c echo.Context) error {
		close(asked)
		<-finish
		return c.String(http.StatusOK, "finished")
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- s.server.Serve(ctx, listener) }()
	base := "http://" + listener.Addr().String()

	answer := make(chan string, 1)
	go func() {
		response, err := http.Get(base + "/slow")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		answer <- string(body)
	}()
	<-asked
	stop()
	for { // until the listener is closed
		if _, err := http.Get(base + "/healthz"); err != nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	close(finish)
	if got := <-answer; got != "finished" {
		t.Errorf("the running request got %q", got)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stopped with %v", err)
	}
}

func TestServeFailure(t *testing.T) {
	s := demoSite(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if err := s.server.Serve(t.Context(), listener); err == nil {
		t.Error("serving on a closed listener went well")
	}
}

func TestHealth(t *testing.T) {
	w := demoSite(t).get("/healthz")
	if w.Code != http.StatusOK || w.Body.String() != "ok\n" {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}
