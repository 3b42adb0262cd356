package server

import (
	"encoding/binary"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store/storetest"
)

// upperHalf holds what lies above the middle of the circle: the images 1 to 19.
const upperHalf = "select=0-33000~65535-33000~65535-65535~0-65535"

func TestMapPoints(t *testing.T) {
	s := demoSite(t)
	w := s.get("/map/points?layer=late")
	b := w.Body.Bytes()
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/octet-stream" {
		t.Fatalf("status %d, %v", w.Code, w.Header())
	}
	if len(b) != 40+40*10 || string(b[:4]) != "CNMP" || binary.LittleEndian.Uint32(b[8:]) != 40 {
		t.Fatalf("%d bytes, %q", len(b), b[:12])
	}
	scale := math.Float32frombits(binary.LittleEndian.Uint32(b[32:]))
	if scale != 20 { // the circle's diameter
		t.Errorf("scale %v", scale)
	}
	x := func(i int) uint16 { return binary.LittleEndian.Uint16(b[40+4*40+2*i:]) }
	y := func(i int) uint16 { return binary.LittleEndian.Uint16(b[40+6*40+2*i:]) }
	category := func(i int) uint16 { return binary.LittleEndian.Uint16(b[40+8*40+2*i:]) }
	if x(0) != 65535 || x(20) != 0 || y(10) != 65535 || y(30) != 0 || category(0) != 0 || category(1) != 1 {
		t.Errorf("x %d %d, y %d %d, categories %d %d", x(0), x(20), y(10), y(30), category(0), category(1))
	}
	tag := w.Header().Get("ETag")
	if again := s.get("/map/points?layer=late", header("If-None-Match", tag)); again.Code != http.StatusNotModified || tag == "" {
		t.Errorf("asked again with %s: status %d", tag, again.Code)
	}
	if other := s.get("/map/points?layer=late&method=pca").Header().Get("ETag"); other == "" {
		t.Error("no tag")
	}
}

func TestMapValues(t *testing.T) {
	s := demoSite(t)
	for address, high := range map[string]float64{"color=score": 100, "color=distance&metric=euclidean": 0, "color=channel:1": 0} {
		w := s.get("/map/values?layer=late&" + address)
		b := w.Body.Bytes()
		if w.Code != http.StatusOK || len(b) != 24+2*40 || string(b[:4]) != "CNMV" {
			t.Fatalf("%s: status %d, %d bytes", address, w.Code, len(b))
		}
		got := float64(math.Float32frombits(binary.LittleEndian.Uint32(b[20:])))
		if high != 0 && got != high || got <= 0 {
			t.Errorf("%s: the largest value is %v", address, got)
		}
	}
}

// Colours by distance are the search's distances.
func TestMapDistancesAreTheSearchs(t *testing.T) {
	s := demoSite(t)
	for _, metric := range []string{"cosine", "euclidean", "sqeuclidean", "minkowski&p=2.5"} {
		query := "layer=late&image=dog/001.png&k=39&metric=" + metric
		want := map[float64]float64{}
		for _, hit := range decode(t, s.get("/search?format=json&"+query))["results"].([]any) {
			h := hit.(map[string]any)
			want[h["image_id"].(float64)] = h["distance"].(float64)
		}
		rows := decode(t, s.get("/map?format=json&color=distance&"+query))["table"].(map[string]any)["rows"].([]any)
		if len(rows) != 40 {
			t.Fatalf("%d rows", len(rows))
		}
		for _, row := range rows {
			r := row.(map[string]any)
			if d := r["value"].(float64) - want[r["image_id"].(float64)]; math.Abs(d) > 1e-9 {
				t.Errorf("%s: image %v is off by %v", metric, r["image_id"], d)
			}
		}
	}
}

// Colours by score are each image's own score on the search page.
func TestMapScoresAreTheSearchs(t *testing.T) {
	s := demoSite(t)
	for range 2 { // computed, and remembered
		for _, row := range decode(t, s.get("/map?format=json&layer=early&color=score"))["table"].(map[string]any)["rows"].([]any)[:6] {
			r := row.(map[string]any)
			score := decode(t, s.get("/search?format=json&layer=early&image="+r["name"].(string)))["score"].(map[string]any)["weighted"].(float64)
			if math.Abs(score-r["value"].(float64)) > 1e-9 {
				t.Errorf("%v: %v on the map, %v on the search page", r["name"], r["value"], score)
			}
		}
	}
}

// A lasso stays around the same images while another layer or method is looked at.
func TestLassoKeepsItsImages(t *testing.T) {
	s := demoSite(t)
	ids := func(address string) (list []float64) {
		for _, img := range decode(t, s.get(address+"&format=json&"+upperHalf))["selection"].(map[string]any)["images"].([]any) {
			list = append(list, img.(map[string]any)["image_id"].(float64))
		}
		return list
	}
	first := ids("/map?layer=early")
	if len(first) != 19 || first[0] != 2 || first[18] != 20 { // ids are from 1, angles from 0
		t.Fatalf("selected %v", first)
	}
	if there := ids("/map?layer=late&method=pca&select_layer=early&select_model=tiny&select_method=umap"); len(there) != 19 {
		t.Errorf("on another layer %v are selected", there)
	}
}

func TestMapCSV(t *testing.T) {
	s := demoSite(t)
	for address, want := range map[string]struct{ rows, columns int }{
		"/map.csv": {40, 6}, "/map.csv?" + upperHalf: {19, 6}, "/map.csv?hide=cat&color=score": {20, 7}, "/map.csv?show=cat&" + upperHalf: {9, 6},
	} {
		w := s.get(address)
		rows, err := csv.NewReader(w.Body).ReadAll()
		if err != nil || len(rows) != want.rows+1 || len(rows[0]) != want.columns || rows[0][4] != "x" {
			t.Errorf("%s: %d rows, %v, %v", address, len(rows), rows[0], err)
		}
		if kind := w.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") || !strings.Contains(w.Header().Get("Content-Disposition"), "pets_tiny_") {
			t.Errorf("%s: %v", address, w.Header())
		}
	}
}

// The drawing is a document of its own: well-formed, with nothing that the policy forbids, and without links.
func TestMapSVG(t *testing.T) {
	s := demoSite(t)
	for address, links := range map[string]int{"/map.svg": 0, "/map.svg?theme=dark&color=distance": 0, "/map.svg?view=links": 40} {
		w := s.get(address)
		if kind := w.Header().Get("Content-Type"); w.Code != http.StatusOK || kind != "image/svg+xml" {
			t.Fatalf("%s: status %d, %s", address, w.Code, kind)
		}
		count := map[string]int{}
		for decoder := xml.NewDecoder(w.Body); ; {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", address, err)
			}
			if e, ok := token.(xml.StartElement); ok {
				count[e.Name.Local]++
				for _, a := range e.Attr {
					if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
						t.Errorf("%s: attribute %s", address, a.Name.Local)
					}
				}
			}
		}
		if count["a"] != links || count["line"] != 15 || count["title"] != 40 || count["style"]+count["script"] != 0 {
			t.Errorf("%s: %v", address, count)
		}
	}
}

func TestMapImages(t *testing.T) {
	s := demoSite(t)
	images := decode(t, s.get("/map/images?dataset=pets&ids=3,1,999"))["images"].([]any)
	if len(images) != 2 || images[0].(map[string]any)["name"] != "cat/000.png" || images[1].(map[string]any)["category"] != "cat" {
		t.Errorf("%v", images)
	}
}

// Without a map the pages say how to make one, and the search page does without.
func TestNoMap(t *testing.T) {
	s := newSite(t, Config{}, pets(t))
	if text := s.page("/map").Find(".empty").Text(); !strings.Contains(text, "convnet project --db test.db --dataset pets") {
		t.Errorf("the page says %q", text)
	}
	if n := s.page("/search").Find(".map-panel").Length(); n != 0 {
		t.Errorf("%d panels", n)
	}
	for _, address := range []string{"/map/points", "/map.svg", "/map.csv", "/map/values?color=score"} {
		if w := s.get(address); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", address, w.Code)
		}
	}
	if v := decode(t, s.get("/map?format=json")); v["map"] != nil || v["results"] == nil {
		t.Errorf("twin %v", v)
	}
}

// A large map does not come with the page, but a visitor without a script gets there.
func TestLargeMap(t *testing.T) {
	images := storetest.Images(501, "cat", "dog", "")
	s := newSite(t, Config{}, storetest.Spec{Images: images, Layers: []string{"late"}})
	putMaps(t, s.server.config.DB)
	doc := s.page("/map")
	if n := doc.Find(".map-svg").Length(); n != 0 {
		t.Fatalf("%d drawings come along", n)
	}
	still := doc.Find(".map-stage noscript").Text() // not parsed where scripts run
	if !strings.Contains(still, "/map.svg?") || !strings.Contains(still, "view=links") {
		t.Errorf("without a script there is %q", still)
	}
	if n := s.page("/map?view=links").Find(".map-svg a").Length(); n != 501 {
		t.Errorf("%d links", n)
	}
	if n := s.page("/map?page=11").Find("#table tbody tr").Length(); n != 1 {
		t.Errorf("%d rows on the last page", n)
	}
}
