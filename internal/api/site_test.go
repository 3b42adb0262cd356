package api_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/convnet-playground/convnet/internal/api"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/server"
	"github.com/convnet-playground/convnet/search/searchtest"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func form(t *testing.T, picture []byte, fields map[string]string) (kind string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range fields {
		must(t, w.WriteField(name, value))
	}
	part, err := w.CreateFormFile("image", "mine.png")
	must(t, err)
	_, err = part.Write(picture)
	must(t, err)
	must(t, w.Close())
	return w.FormDataContentType(), b.Bytes()
}

// A picture, however it comes, and its vector find what the image of the same bytes finds.
func TestNeighbors(t *testing.T) {
	s := demoSite(t)
	image := decode[api.Image](t, s.get("/datasets/pets/images/8"))
	const which = "?model=tiny&layer=late&k=5&metric=euclidean"
	find := func(w *httptest.ResponseRecorder) (ids []int64) {
		for _, n := range decode[api.Neighbors](t, w).Results {
			ids = append(ids, n.ImageID)
		}
		return ids
	}
	want := find(s.get("/datasets/pets/neighbors" + which + "&image=8"))
	for _, name := range []string{image.SHA256, "dog%2F007.png", "007.png"} {
		if got := find(s.get("/datasets/pets/neighbors" + which + "&image=" + name)); !slices.Equal(got, want) {
			t.Errorf("image=%s finds %v, want %v", name, got, want)
		}
	}
	picture := s.get("/datasets/pets/images/8/original").Body.Bytes()
	vector := s.get("/embeddings/2/vectors/8").Body.Bytes()
	kind, body := form(t, picture, map[string]string{"k": "4", "metric": "euclidean"})
	want = append([]int64{8}, want...) // what is sent has no identity to be left out by
	for name, got := range map[string][]int64{
		"raw":    find(s.post("/datasets/pets/neighbors"+which, "image/png", picture)),
		"bytes":  find(s.post("/datasets/pets/neighbors"+which, "application/octet-stream", picture)),
		"form":   find(s.post("/datasets/pets/neighbors?model=tiny&layer=late&k=5", kind, body)),
		"vector": find(s.post("/datasets/pets/neighbors?k=5&metric=euclidean", "application/json", vector)),
	} {
		if !slices.Equal(got, want[:len(got)]) || len(got) < 4 {
			t.Errorf("%s finds %v, want %v", name, got, want)
		}
	}
	if n := decode[api.Neighbors](t, s.get("/datasets/pets/neighbors?image=1&metric=minkowski&p=2.5")); n.P == nil || *n.P != 2.5 || len(n.Results) != 15 || n.Score == nil {
		t.Errorf("answer %+v", n)
	}
	if n := decode[api.Neighbors](t, s.get("/datasets/pets/neighbors?image=1")); n.Scale == nil || n.Scale.Pairs != 40*39/2 || !n.Scale.AllPairs {
		t.Errorf("the scale of 40 images: %+v", n.Scale)
	} else {
		for i, one := range n.Results {
			if one.Percentile == nil || i > 0 && *one.Percentile < *n.Results[i-1].Percentile || one.Match != (one.Distance <= n.Scale.MatchThreshold) {
				t.Errorf("result %d: %+v of %+v", i, one, n.Scale)
			}
		}
		if n.NoMatch == n.Results[0].Match {
			t.Errorf("no good match %v, but the nearest is %+v", n.NoMatch, n.Results[0])
		}
	}
	several := decode[api.Neighbors](t, s.get("/datasets/pets/neighbors?layer=late&image=1&plus=2*image:dog%2F007.png&minus=0.5*id:2"))
	if q := several.Query; q.Kind != "several" || q.ImageID != nil || len(q.Parts) != 3 || q.Parts[1].Weight != 2 || q.Parts[2].Weight != -0.5 || several.Compared != 37 {
		t.Errorf("of 40 images, three are the query: %+v", several)
	}
	cropped := decode[api.Neighbors](t, s.get("/datasets/pets/neighbors?layer=late&image=1&crop=2,2,4,4"))
	if c := cropped.Query.Parts[0].Crop; c == nil || *c != (api.Crop{X: 2, Y: 2, Width: 4, Height: 4}) || cropped.Compared != 39 {
		t.Errorf("a crop: %+v", cropped)
	}
	channel := decode[api.Neighbors](t, s.get("/datasets/pets/neighbors?model=tiny&layer=late&plus=channel:1"))
	if r := channel.Results; channel.Query.Kind != "channel" || len(r) != 15 || r[0].Activation == nil || *r[0].Activation < *r[14].Activation || r[0].Distance != 0 {
		t.Errorf("a channel: %+v", channel)
	}
	lines := strings.Split(s.get("/datasets/pets/neighbors?image=1&k=3", "Accept", "text/csv").Body.String(), "\n")
	if lines[0] != "rank,image_id,name,category,sha256,width,height,distance,similarity,same_category,percentile,match,activation" || len(lines) != 5 || !strings.HasPrefix(lines[1], "1,") {
		t.Errorf("CSV %q", lines)
	}
}

func TestRefusals(t *testing.T) {
	s := demoSite(t)
	kind, empty := form(t, nil, nil)
	tests := []struct {
		method, address, kind, body string
		status                      int
		says                        string
	}{
		{"GET", "/datasets/pets/neighbors", "", "", 400, "Say which image"},
		{"GET", "/datasets/pets/neighbors?image=nobody.png", "", "", 400, "nobody.png"},
		{"GET", "/datasets/pets/neighbors?image=1&layer=lat", "", "", 400, "late"},
		{"GET", "/datasets/pets/neighbors?image=1&metric=cosin", "", "", 400, "cosine"},
		{"GET", "/datasets/pets/neighbors?image=1&k=0", "", "", 400, "between 1 and 1000"},
		{"GET", "/nowhere", "", "", 404, "nothing at this address"},
		{"GET", "/models/tiny/layers/late/channels/4", "", "", 404, "it has 4"},
		{"GET", "/models/tiny/layers/late/channels?dataset=petz", "", "", 404, "petz"},
		{"GET", "/visualizations/3/png", "", "", 404, "nothing excites"},
		{"DELETE", "/datasets/pets", "", "", 405, "cannot be used"},
		{"PUT", "/datasets/pets/neighbors", "", "", 405, "cannot be used"},
		{"GET", "/datasets?format=parquet", "", "", 406, "choose json"},
		{"POST", "/datasets/pets/neighbors", "text/plain", "hello", 415, "image/jpeg"},
		{"POST", "/datasets/pets/neighbors", "", "hello", 415, "image/jpeg"},
		{"POST", "/datasets/pets/neighbors", "image/png", "hello", 422, "text/plain"},
		{"POST", "/datasets/pets/neighbors", "image/png", string(storetest.PNG(8, 8, 1)[:50]), 422, "cannot be read"},
		{"POST", "/datasets/pets/neighbors", "image/png", "", 422, "picture"},
		{"POST", "/datasets/pets/neighbors", kind, string(empty), 422, "picture"},
		{"POST", "/datasets/pets/neighbors", "application/json", `{"vector": [1, 2]}`, 422, "has 2 numbers; those of layer"},
		{"POST", "/datasets/pets/neighbors", "application/json", `{"vector": [1, NaN]}`, 422, "must be finite"},
		{"POST", "/datasets/pets/neighbors", "application/json", `{"vector": [1], "model": "tyny"}`, 422, "tiny"},
		{"POST", "/datasets/pets/neighbors", "application/json", `{"vector": [1], "metric": "cosin"}`, 400, "cosine"},
		{"POST", "/datasets/pets/neighbors", "application/json", `nonsense`, 400, "not JSON"},
		{"POST", "/datasets/pets/neighbors", "multipart/form-data", "hello", 400, "multipart/form-data"},
		{"POST", "/datasets/pets/neighbors", kind, "--nothing", 400, "broke off"},
		{"POST", "/datasets/pets/neighbors?crop=4,4,8,8", "image/png", string(storetest.PNG(8, 8, 1)), 422, "reaches beyond"},
		{"POST", "/datasets/pets/neighbors?plus=upload:other", "image/png", string(storetest.PNG(8, 8, 1)), 422, "send it with the request"},
		{"GET", "/datasets/pets/neighbors?minus=image:1", "", "", 400, "shall be like"},
		{"GET", "/datasets/pets/neighbors?image=1&image=2", "", "", 400, "say it once"},
		{"GET", "/datasets/pets/neighbors?plus=channel:99&layer=late", "", "", 400, "channels 0 to 3"},
		{"GET", "/datasets/pets/neighbors?plus=saved:9", "", "", 404, "may have been removed"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.address+" "+tt.body[:min(len(tt.body), 20)], func(t *testing.T) {
			r, w := s.ask(tt.method, api.Root+tt.address, strings.NewReader(tt.body), "Content-Type", tt.kind)
			checkProblem(t, r, w)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) {
				t.Errorf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if tt.status == http.StatusMethodNotAllowed && !strings.Contains(w.Header().Get("Allow"), "GET") {
				t.Errorf("Allow is %q", w.Header().Get("Allow"))
			}
		})
	}
}

func TestHead(t *testing.T) {
	s := demoSite(t)
	for _, address := range []string{"", "/datasets/pets", "/datasets/pets/images/1/original", "/embeddings/2/vectors?format=npy", "/datasets/pets/neighbors?image=1"} {
		get := s.get(address)
		_, head := s.ask(http.MethodHead, api.Root+address, nil)
		if head.Code != http.StatusOK || head.Header().Get("ETag") != get.Header().Get("ETag") || head.Header().Get("Content-Type") != get.Header().Get("Content-Type") {
			t.Errorf("HEAD %s: status %d, %v", address, head.Code, head.Header())
		}
	}
}

func TestOtherOrigins(t *testing.T) {
	db := file(t)
	off, on := newSite(t, server.Config{DB: db, Embedder: searchtest.Corner{}}), newSite(t, server.Config{DB: db, Embedder: searchtest.Corner{}, Origins: []string{"https://friend.example"}})
	const friend, stranger, allow = "https://friend.example", "https://stranger.example", "Access-Control-Allow-Origin"
	for _, tt := range []struct {
		site   *site
		origin string
		want   string
		post   int
	}{{off, friend, "", 403}, {on, friend, friend, 200}, {on, stranger, "", 403}, {on, "null", "", 403}} {
		if got := tt.site.get("/datasets", "Origin", tt.origin).Header().Get(allow); got != tt.want {
			t.Errorf("%s: %s is %q, want %q", tt.origin, allow, got, tt.want)
		}
		_, w := tt.site.ask("OPTIONS", api.Root+"/datasets/pets/neighbors", nil, "Origin", tt.origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
		if got := w.Header().Get(allow); got != tt.want || (tt.want != "" && !strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "Content-Type")) {
			t.Errorf("preflight of %s: status %d, %v", tt.origin, w.Code, w.Header())
		}
		_, w = tt.site.ask("POST", api.Root+"/datasets/pets/neighbors", bytes.NewReader(storetest.PNG(8, 8, 7)), "Origin", tt.origin, "Sec-Fetch-Site", "cross-site", "Content-Type", "image/png")
		if w.Code != tt.post {
			t.Errorf("POST of %s: status %d, want %d", tt.origin, w.Code, tt.post)
		}
	}
	w := on.get("/datasets", "Origin", friend)
	if !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Origin") || w.Header().Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("headers %v", w.Header())
	}
	if w := on.get("/nowhere", "Origin", friend); w.Code != 404 || w.Header().Get(allow) != friend {
		t.Errorf("a problem is kept from a friend: %v", w.Header())
	}
	for _, address := range []string{"/search?format=json", "/images/" + strings.Repeat("0", 64)} { // the API only
		if _, w := on.ask("GET", address, nil, "Origin", friend); w.Header().Get(allow) != "" {
			t.Errorf("%s is shared", address)
		}
	}
	if _, w := on.ask("POST", "/theme", strings.NewReader("theme=dark"), "Origin", friend, "Sec-Fetch-Site", "cross-site", "Content-Type", "application/x-www-form-urlencoded"); w.Code != 403 {
		t.Errorf("a friend's form: status %d", w.Code)
	}
}

func TestParseOrigin(t *testing.T) {
	for text, want := range map[string]string{
		"https://a.example": "https://a.example", "HTTP://A.example:80/": "http://a.example", "https://a.example:8443": "https://a.example:8443",
		"*": "", "null": "", "a.example": "", "https://a.example/x": "", "https://u@a.example": "", "ftp://a.example": "", "": "", "https://": "", "https://a.example?x": "",
	} {
		if got, err := server.ParseOrigin(text); got != want || (err != nil) != (want == "") {
			t.Errorf("ParseOrigin(%q) = %q, %v", text, got, err)
		}
	}
}

// Receptive fields are traced in the network that the file carries: 3×3 of stride 2, then 3×3, sees 7 pixels every 2.
func TestReceptiveFields(t *testing.T) {
	b := onnx.NewBuilder("two", 0)
	x := b.Input("input", 1, 3, 16, 16)
	large := make([]float32, 64*3*3*3) // more than the structure keeps
	x = b.Conv("first", x, b.Floats("w1", []int64{64, 3, 3, 3}, large), "", onnx.Window{Stride: [2]int64{2, 2}, Pads: [4]int64{1, 1, 1, 1}})
	x = b.Conv("second", x, b.Floats("w2", []int64{2, 64, 3, 3}, make([]float32, 2*64*9)), "", onnx.Window{Pads: [4]int64{1, 1, 1, 1}})
	model, err := b.Model(x)
	must(t, err)
	graph, err := onnx.Marshal(model)
	must(t, err)
	db := storetest.New(t)
	must(t, db.Update(t.Context(), func(tx *store.Tx) error {
		manifest := `{"name": "two", "input": {"name": "input", "height": 16, "width": 16, "channels": 3}, "layers": [
			{"name": "a/b", "type": "Conv2D", "index": 1, "channels": 64, "height": 8, "width": 8, "value": "first"},
			{"name": "end", "type": "Conv2D", "index": 2, "channels": 2, "height": 8, "width": 8, "value": "second"}]}`
		_, err := tx.EnsureModel(store.NewModel{Name: "two", SHA256: [32]byte{1}, GraphSHA256: sha256.Sum256(graph), Manifest: []byte(manifest), ONNX: graph, Layers: []store.NewLayer{
			{Name: "a/b", Type: "Conv2D", Position: 1, Channels: 64, Height: 8, Width: 8}, {Name: "end", Type: "Conv2D", Position: 2, Channels: 2, Height: 8, Width: 8}}})
		return err
	}))
	s := newSite(t, server.Config{DB: db})
	for name, want := range map[string]string{"a%2Fb": "{Size:3 Stride:2 Start:0 Whole:false}", "end": "{Size:7 Stride:2 Start:0 Whole:false}"} {
		l := decode[api.Layer](t, s.get("/models/two/layers/"+name))
		if l.ReceptiveField == nil || fmt.Sprintf("%+v", l.ReceptiveField.Rows) != want || l.ReceptiveField.Rows != l.ReceptiveField.Columns {
			t.Errorf("%s sees %+v", name, l.ReceptiveField)
		}
	}
}

// What was saved is listed in pages, shown, and searched with like any picture.
func TestSaved(t *testing.T) {
	db := file(t)
	for i := range 4 {
		_, err := db.SaveQuery(t.Context(), store.NewSavedQuery{Name: fmt.Sprintf("%d.png", i), Format: "png", Width: 8, Height: 8, Picture: storetest.PNG(8, 8, 200+i)})
		must(t, err)
	}
	s := newSite(t, server.Config{DB: db, Embedder: searchtest.Corner{}})
	all, pages := follow[api.Saved](t, s, "/saved?limit=2")
	if len(all) != 5 || pages != 3 || !slices.IsSortedFunc(all, func(a, b api.Saved) int { return int(a.ID - b.ID) }) {
		t.Fatalf("%d pages: %+v", pages, all)
	}
	mine := all[slices.IndexFunc(all, func(q api.Saved) bool { return q.Name == "mine.png" })]
	if one := decode[api.Saved](t, s.get(strings.TrimPrefix(mine.Links["self"], api.Root))); one.SHA256 != mine.SHA256 || one.Size != int64(len(storetest.PNG(8, 8, 7))) {
		t.Errorf("%+v", one)
	}
	w := s.get(strings.TrimPrefix(mine.Links["picture"], api.Root))
	if !bytes.Equal(w.Body.Bytes(), storetest.PNG(8, 8, 7)) || w.Header().Get("Content-Type") != "image/png" {
		t.Errorf("the picture: status %d, %s", w.Code, w.Header())
	}
	found := decode[api.Neighbors](t, s.get(fmt.Sprintf("/datasets/pets/neighbors?layer=late&metric=euclidean&k=3&saved=%d", mine.ID)))
	if found.Query.Kind != "saved" || found.Results[0].ImageID != 8 || found.Compared != 40 {
		t.Errorf("it finds %+v", found)
	}
	both := decode[api.Neighbors](t, s.get(fmt.Sprintf("/datasets/pets/neighbors?layer=late&plus=1,1,4,4@saved:%d&minus=0.5*image:1", mine.ID)))
	if len(both.Query.Parts) != 2 || both.Query.Parts[0].Crop == nil || both.Compared != 39 {
		t.Errorf("a part of it: %+v", both.Query)
	}
	for _, address := range []string{"/saved/99", "/saved/99/picture", "/saved/none/thumbnail"} {
		if r, w := s.ask(http.MethodGet, api.Root+address, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", address, w.Code)
		} else {
			checkProblem(t, r, w)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodDelete, http.MethodPut} { // it only reads
		r, w := s.ask(method, api.Root+"/saved", nil)
		if checkProblem(t, r, w); w.Code != http.StatusMethodNotAllowed || !strings.Contains(w.Header().Get("Allow"), "GET") {
			t.Errorf("%s: status %d", method, w.Code)
		}
	}
}

// Every command line of the page and of the footers runs in a shell, against a real server.
func TestCurlLines(t *testing.T) {
	for _, program := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not at hand: it would run the page's command lines")
		}
	}
	db := file(t)
	images := []storetest.Image{{Name: "it's $(a) [test] & \"more\".png", Category: "a'b & c", Data: storetest.PNG(8, 8, 500)}}
	storetest.Put(t, db, storetest.Spec{Dataset: "odd 'name'; #1", Images: images})
	s := newSite(t, server.Config{DB: db, Embedder: searchtest.Corner{}})
	live := httptest.NewServer(s.handler)
	defer live.Close()
	lines := 0
	for _, page := range []string{"/api", "/", "/search?k=5&metric=minkowski&p=2.5", "/datasets/odd%20%27name%27%3B%20%231?category=a%27b+%26+c", "/models/tiny/layers/late",
		"/search?dataset=odd+%27name%27%3B+%231&image=it%27s+%24%28a%29+%5Btest%5D+%26+%22more%22.png"} {
		response, err := http.Get(live.URL + page)
		must(t, err)
		doc, err := goquery.NewDocumentFromReader(response.Body)
		response.Body.Close()
		must(t, err)
		if page != "/api" && doc.Find(".foot .curl code").Length() != 1 {
			t.Errorf("%s: status %d, and no command line", page, response.StatusCode)
		}
		doc.Find(".curl code").Each(func(_ int, e *goquery.Selection) {
			lines++
			command := exec.Command("sh", "-c", strings.ReplaceAll(e.Text(), "curl ", "curl --fail-with-body -sS "))
			command.Dir = t.TempDir()
			if out, err := command.CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %.300s", e.Text(), err, out)
			}
		})
	}
	if lines < 30 {
		t.Errorf("only %d command lines were run", lines)
	}
}
