package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/convnet-playground/convnet/internal/api"
	"github.com/convnet-playground/convnet/internal/server"
	"github.com/convnet-playground/convnet/search/searchtest"
	"github.com/convnet-playground/convnet/store/storetest"
)

// described is as much of the description as the tests walk along.
type described struct {
	Paths map[string]map[string]struct {
		OperationID string
		Parameters  []struct {
			Name, In string
			Required bool
		}
		Responses map[string]struct {
			Content map[string]any
		}
	}
	schemas *jsonschema.Compiler
}

const descriptionURL = "http://localhost/openapi.json"

func readDescription(t *testing.T, s *site) described {
	t.Helper()
	w := s.get("/openapi.json")
	var d described
	must(t, json.Unmarshal(w.Body.Bytes(), &d))
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	must(t, err)
	d.schemas = jsonschema.NewCompiler()
	d.schemas.DefaultDraft(jsonschema.Draft2020)
	d.schemas.AssertFormat()
	must(t, d.schemas.AddResource(descriptionURL, document))
	return d
}

// schema compiles what stands at a place of the description. Compiling checks it against the dialect's own schema.
func (d described) schema(t *testing.T, place ...string) *jsonschema.Schema {
	t.Helper()
	pointer := descriptionURL + "#"
	for _, step := range place {
		pointer += "/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(step))
	}
	schema, err := d.schemas.Compile(pointer)
	must(t, err)
	return schema
}

// Operations have names of their own, and describe the parameters of their paths.
func TestDescriptionIsWhole(t *testing.T) {
	d := readDescription(t, demoSite(t))
	seen := map[string]bool{}
	for path, operations := range d.Paths {
		for method, o := range operations {
			if o.OperationID == "" || seen[o.OperationID] {
				t.Errorf("%s %s: operation %q has no name of its own", method, path, o.OperationID)
			}
			seen[o.OperationID] = true
			names := map[string]bool{}
			for _, p := range o.Parameters {
				if names[p.In+p.Name] {
					t.Errorf("%s %s: parameter %s twice", method, path, p.Name)
				}
				names[p.In+p.Name] = true
				if in := strings.Contains(path, "{"+p.Name+"}"); in != (p.In == "path") || in != p.Required {
					t.Errorf("%s %s: parameter %+v", method, path, p)
				}
			}
			if strings.Count(path, "{") != len(slices.Collect(func(yield func(string) bool) {
				for name := range names {
					if strings.HasPrefix(name, "path") && !yield(name) {
						return
					}
				}
			})) {
				t.Errorf("%s %s: parts of the path are not described: %v", method, path, names)
			}
		}
	}
}

// The routes of the server and those of the description are the same.
func TestRoutesAreDescribed(t *testing.T) {
	s := demoSite(t)
	d := readDescription(t, s)
	var served, known []string
	parameter := regexp.MustCompile(`:(\w+)`)
	for _, r := range s.routes() {
		if (r.Path == api.Root || strings.HasPrefix(r.Path, api.Root+"/")) && r.Method != http.MethodHead {
			served = append(served, r.Method+" "+parameter.ReplaceAllString(r.Path, "{$1}"))
		}
	}
	for path, operations := range d.Paths {
		for method := range operations {
			known = append(known, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(served)
	slices.Sort(known)
	if !slices.Equal(served, known) {
		t.Errorf("served %v\ndescribed %v", served, known)
	}
}

// has is what the file has of everything that a path can name.
var has = strings.NewReplacer("{dataset}", "pets", "{image}", "3", "{model}", "tiny", "{layer}", "late", "{channel}", "0",
	"{embedding}", "2", "{visualization}", "1", "{method}", "pca")

// needs are the parameters without which there is no good answer.
var needs = map[string]string{"listNeighbors": "image=3&k=3", "findNeighbors": "k=3"}

// example is how one documented answer comes about: a site and a request to it.
type example struct {
	site    *site
	query   string
	body    string
	headers []string
}

// Every documented answer of every route is given by a real request, and is as documented.
func TestEveryDocumentedAnswer(t *testing.T) {
	full := demoSite(t)
	without := newSite(t, server.Config{})
	small := newSite(t, server.Config{Embedder: searchtest.Corner{}, Limits: server.Limits{Body: 100}})
	saved := fmt.Sprint(decode[api.List[api.Saved]](t, full.get("/saved")).Items[0].ID)
	d := readDescription(t, full)
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for method, operation := range d.Paths[path] {
			good := example{site: full, query: needs[operation.OperationID]}
			if method == "post" {
				good.body, good.headers = string(storetest.PNG(8, 8, 7)), []string{"Content-Type", "image/png"}
			}
			for status, response := range operation.Responses {
				kinds := slices.Collect(maps.Keys(response.Content))
				if status != "200" {
					kinds = []string{""}
				}
				for _, kind := range kinds {
					t.Run(operation.OperationID+" "+status+" "+kind, func(t *testing.T) {
						e := good
						switch status {
						case "409":
							e.site = without
						case "413":
							e.site = small
						}
						address := strings.ReplaceAll(has.Replace(path), "{saved}", saved)
						r, w := e.adjust(t, method, &address, path, status, kind)
						check(t, r, w, status)
						d.checkContent(t, w, []string{"paths", path, method, "responses", status}, response.Content)
					})
				}
			}
		}
	}
}

// adjust turns a good request into one that is answered with the status, and sends it.
func (e example) adjust(t *testing.T, method string, address *string, path, status, kind string) (*http.Request, *httptest.ResponseRecorder) {
	t.Helper()
	if kind != "" {
		e.headers = append(e.headers, "Accept", kind)
	}
	switch status {
	case "304":
		_, w := e.send(method, *address)
		e.headers = append(e.headers, "If-None-Match", w.Header().Get("ETag"))
	case "400":
		e.query = "nonsense=1"
	case "404":
		*address = regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "nobody")
	case "406":
		e.query += "&format=xml"
	case "409":
		if method == "get" {
			e.query += "&crop=0,0,4,4" // takes the network
		}
	case "415":
		e.headers = []string{"Content-Type", "text/plain"}
	case "422":
		e.body, e.headers = `{"vector": [1, 2]}`, []string{"Content-Type", "application/json"}
	case "default":
		e.headers = append(e.headers, "Host", "evil.example")
	}
	return e.send(method, *address)
}

func (e example) send(method, address string) (*http.Request, *httptest.ResponseRecorder) {
	if e.query != "" {
		address += "?" + strings.TrimPrefix(e.query, "&")
	}
	return e.site.ask(strings.ToUpper(method), address, strings.NewReader(e.body), e.headers...)
}

func check(t *testing.T, r *http.Request, w *httptest.ResponseRecorder, status string) {
	t.Helper()
	want := map[string]int{"200": 200, "304": 304, "400": 400, "404": 404, "406": 406, "409": 409, "413": 413, "415": 415, "422": 422, "default": 421}[status]
	if w.Code != want {
		t.Fatalf("%s %s: status %d, want %d: %.300s", r.Method, r.URL, w.Code, want, w.Body)
	}
	if want >= 400 {
		checkProblem(t, r, w)
	}
	if want == http.StatusNotModified && w.Body.Len() > 0 {
		t.Errorf("304 has a body: %s", w.Body)
	}
}

// checkContent holds an answer to what the description says of its media type.
func (d described) checkContent(t *testing.T, w *httptest.ResponseRecorder, place []string, content map[string]any) {
	t.Helper()
	if place[len(place)-1] == "default" {
		place, content = []string{"components", "responses", "Problem"}, map[string]any{"application/problem+json": nil}
	}
	if w.Body.Len() == 0 && len(content) == 0 {
		return
	}
	kind, _, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
	must(t, err)
	family, _, _ := strings.Cut(kind, "/")
	_, exactly := content[kind]
	if _, broadly := content[family+"/*"]; !exactly && !broadly {
		t.Fatalf("answered with %s, which is not described: %v", kind, content)
	}
	if !strings.HasSuffix(kind, "json") {
		return
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	must(t, err)
	schema := d.schema(t, append(slices.Clone(place), "content", kind, "schema")...)
	if err := schema.Validate(value); err != nil {
		t.Errorf("%v\n%.500s", err, w.Body)
	}
}

// checkProblem holds an error to RFC 9457 and to the table on the page.
func checkProblem(t *testing.T, r *http.Request, w *httptest.ResponseRecorder) {
	t.Helper()
	var p api.Problem
	must(t, json.Unmarshal(w.Body.Bytes(), &p))
	if kind := w.Header().Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("content type %q", kind)
	}
	if p.Status != w.Code || p.Title == "" || p.Detail == "" || p.Instance != r.URL.EscapedPath() || !strings.HasPrefix(p.Type, "/api#") {
		t.Errorf("problem %+v", p)
	}
	if strings.Contains(p.Detail, ".go:") || strings.Contains(p.Detail, "SELECT") {
		t.Errorf("internals: %s", p.Detail)
	}
}
