package main

import (
	"bufio"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/server"
	"github.com/convnet-playground/convnet/internal/visualize"
	"github.com/convnet-playground/convnet/store"
)

// quick parameters make a picture in a moment, endless ones not before it is cancelled.
var quick = visualize.Parameters{Size: 32, Steps: 12, Rate: 0.05, Param: "fourier", Transforms: "standard", Count: 1}

func endless() visualize.Parameters {
	p := quick
	p.Steps = 1 << 20
	return p
}

// workshop is a server on loopback with a queue, on a file with the built-in network.
type workshop struct {
	t     *testing.T
	db    *store.DB
	base  string
	layer string
	close func() // stops the server and closes the queue and the file
}

// workshopFile is a file with the built-in network and nothing else.
func workshopFile(t *testing.T) string {
	t.Helper()
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	path := filepath.Join(t.TempDir(), "my.db")
	db, err := store.Open(t.Context(), path, store.Create)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, _, err := openModel(t.Context(), db, "demo"); err != nil {
		t.Fatal(err)
	}
	return path
}

func openWorkshop(t *testing.T, path string, p visualize.Parameters, limits server.Limits) *workshop {
	t.Helper()
	db, err := store.Open(t.Context(), path, store.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	rt, err := ortrun.Open("")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	q, err := startQueue(ctx, newEngine(db, rt, "", unlimited), p, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.New(server.Config{DB: db, Queue: q, Limits: limits}).Serve(ctx, listener) }()
	w := &workshop{t: t, db: db, base: "http://" + listener.Addr().String() + "/visualizations/requests", layer: "stage2_conv2"}
	closed := false
	w.close = func() {
		if closed {
			return
		}
		closed = true
		stop()
		for what, err := range map[string]error{"serve": <-served, "close the queue": q.Close(), "close the file": db.Close()} {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	t.Cleanup(w.close)
	return w
}

// answer is what the server says, in JSON.
type answer struct {
	status   int
	Requests []explorer.Event
	Error    string
}

func (w *workshop) send(path string, form url.Values) answer {
	w.t.Helper()
	response, err := http.PostForm(w.base+path+"?format=json", form)
	return w.read(response, err)
}

func (w *workshop) read(response *http.Response, err error) answer {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	a := answer{status: response.StatusCode}
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		w.t.Fatalf("status %d: %v", a.status, err)
	}
	return a
}

// ask asks for pictures, which must be accepted.
func (w *workshop) ask(objectives ...string) []explorer.Event {
	w.t.Helper()
	a := w.send("", url.Values{"model": {"demo"}, "layer": {w.layer}, "objective": objectives})
	if a.status != http.StatusAccepted || len(a.Requests) != len(objectives) {
		w.t.Fatalf("asked for %q: %+v", objectives, a)
	}
	return a.Requests
}

// list is what is asked for and not made yet.
func (w *workshop) list() []explorer.Event {
	w.t.Helper()
	return w.read(http.Get(w.base)).Requests
}

// events is a visitor's stream.
type events struct {
	t     *testing.T
	lines *bufio.Scanner
	end   func() error
}

// watch opens a stream and returns it with the requests that it begins with.
func (w *workshop) watch() (*events, []explorer.Event) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 30*time.Second) // longer than any test takes
	w.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.base+"/events", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { response.Body.Close() })
	if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || kind != "text/event-stream" {
		w.t.Fatalf("status %d, %s", response.StatusCode, kind)
	}
	e := &events{w.t, bufio.NewScanner(response.Body), response.Body.Close}
	e.lines.Buffer(nil, 1<<20) // the first event holds all requests
	var first answer
	e.next("requests", &first)
	return e, first.Requests
}

// next reads the next event, which must have the name; how many pictures there are may be told at any time.
func (e *events) next(name string, v any) {
	e.t.Helper()
	got := ""
	for e.lines.Scan() {
		if event, ok := strings.CutPrefix(e.lines.Text(), "event: "); ok {
			if got = event; got != name && got != "pictures" {
				e.t.Fatalf("event %q, want %q", got, name)
			}
		}
		if data, ok := strings.CutPrefix(e.lines.Text(), "data: "); ok && got == name {
			if err := json.Unmarshal([]byte(data), v); err != nil {
				e.t.Fatal(err)
			}
			return
		}
	}
	e.t.Fatalf("the stream has ended: %v", e.lines.Err())
}

// until reads events up to the first of a request in a state, and returns those of the request.
func (e *events) until(id int64, state explorer.RequestState) []explorer.Event {
	e.t.Helper()
	var all []explorer.Event
	for {
		var one explorer.Event
		e.next("request", &one)
		if one.ID != id {
			continue
		}
		if all = append(all, one); one.State == state {
			return all
		}
	}
}
