package server

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/convnet-playground/convnet/store/storetest"
	"github.com/convnet-playground/convnet/templates"
)

// one is a dataset of a single image, without a category.
func one(t testing.TB) storetest.Spec {
	spec := pets(t)
	spec.Images = spec.Images[:1]
	spec.Images[0].Category = ""
	return spec
}

// Each step of the tour is a page that is made from the data at hand, and leads to the steps beside it.
func TestTour(t *testing.T) {
	s := demoSite(t)
	for step := 1; step <= 5; step++ {
		doc := s.page(fmt.Sprintf("/tour/%d", step))
		if n := doc.Find(".tour-steps li").Length(); n != 5 {
			t.Errorf("step %d: %d steps", step, n)
		}
		if now := doc.Find(".tour-steps [aria-current=step]").Text(); !strings.Contains(now, fmt.Sprint(step)) {
			t.Errorf("step %d says it is %q", step, now)
		}
		for rel, to := range map[string]int{"prev": step - 1, "next": step + 1} {
			link := doc.Find(".tour-ways a[rel=" + rel + "]")
			if to < 1 || to > 5 {
				if link.Length() != 0 {
					t.Errorf("step %d leads to step %d", step, to)
				}
				continue
			}
			// The image that the tour has chosen stays the same on the way.
			href := link.AttrOr("href", "")
			image := doc.Find(".tour-query img").First().AttrOr("src", "")
			if !strings.HasPrefix(href, fmt.Sprintf("/tour/%d?", to)) || s.page(href).Find(".tour-query img").First().AttrOr("src", "") != image {
				t.Errorf("step %d, %s: %q", step, rel, href)
			}
		}
		if doc.Find(".tour-says li").Length() == 0 || doc.Find(".tour-row img").Length() == 0 {
			t.Errorf("step %d says or shows nothing", step)
		}
		doc.Find("main a[href^='/'], main img").Each(func(_ int, e *goquery.Selection) {
			address := e.AttrOr("href", e.AttrOr("src", ""))
			if w := s.get(address); w.Code != http.StatusOK && !strings.HasPrefix(address, "/glossary#") {
				t.Errorf("step %d leads to %s: status %d", step, address, w.Code)
			}
		})
	}
	for address, status := range map[string]int{"/tour": 303, "/tour/0": 404, "/tour/6": 404, "/tour/01": 404, "/tour/one": 404,
		"/tour/2?image=nobody.png": 400, "/tour/2?layer=erly": 400, "/tour/3?metric=manhattan": 400} {
		if w := s.get(address); w.Code != status {
			t.Errorf("%s: status %d, want %d", address, w.Code, status)
		}
	}
}

// What the tour says of the pets is true: corner's vectors are an image's first pixel, so layers do not differ.
func TestTourSaysWhatIsThere(t *testing.T) {
	s := demoSite(t)
	search := decode(t, s.get("/search?image=cat/002.png&layer=late&format=json"))
	nearest := search["results"].([]any)[0].(map[string]any)
	says := func(step int) string {
		return fmt.Sprint(decode(t, s.get(fmt.Sprintf("/tour/%d?image=cat/002.png&layer=late&format=json", step)))["says"])
	}
	for step, words := range map[int][]string{
		1: {"“cat/002.png” is one of 40 images of pets", "a list of 8 numbers", fmt.Sprintf("%q", nearest["name"])[1:10]},
		2: {fmt.Sprintf("%v of 15 at late", search["score"].(map[string]any)["hits"])},
		3: {"Of the 15 images nearest by cosine", "Sqeuclidean has euclidean’s order"},
		4: {"Of the 15 nearest images of “cat/002.png” at late", "trustworthiness is 0.88"},
		5: {"one of 4 at late"},
	} {
		for _, word := range words {
			if text := says(step); !strings.Contains(text, word) {
				t.Errorf("step %d does not say %q: %s", step, word, text)
			}
		}
	}
	marked := s.page("/tour/2?image=cat/002.png").Find(".tour-row").Last().Find("li.other").Length()
	others := 0
	for _, r := range search["results"].([]any)[:8] {
		if r.(map[string]any)["category"] != "cat" {
			others++
		}
	}
	if marked != others {
		t.Errorf("%d images of another category are marked, want %d", marked, others)
	}
}

// The tour and the drawings work in any file: without images, without vectors, with one image, read-only without networks.
func TestTeachingOnAnyFile(t *testing.T) {
	sites := map[string]*site{
		"empty": newSite(t, Config{}), "without vectors": newSite(t, Config{}, storetest.Spec{Layers: []string{}}),
		"one image": newSite(t, Config{}, one(t)), "without runtime": newSite(t, Config{ReadOnly: true}, pets(t)),
	}
	many, thousands := pets(t), 2500
	if testing.Short() {
		thousands = 600
	}
	many.Images = storetest.Images(thousands, "cat", "dog")
	many.Vector = nil
	db := storetest.New(t, many)
	putMaps(t, db)
	sites["thousands"] = newSite(t, Config{DB: db})
	for name, s := range sites {
		for step := 1; step <= 5; step++ {
			doc := s.page(fmt.Sprintf("/tour/%d", step))
			empty := name == "empty" || name == "without vectors"
			if told := strings.Contains(doc.Find(".tour-empty").Text(), "convnet ingest --db test.db"); told != empty {
				t.Errorf("%s, step %d: says what to do first: %v", name, step, told)
			}
			if says := doc.Find(".tour-says li").Length(); !empty && says == 0 {
				t.Errorf("%s, step %d says nothing", name, step)
			}
		}
		for _, address := range []string{"/glossary", "/faq", "/about"} {
			s.page(address)
		}
		for _, chapter := range templates.Glossary() {
			for _, term := range chapter.Terms {
				if term.Picture != "" {
					checkDrawing(t, s, "/glossary/"+term.ID+".svg?theme=dark")
				}
			}
		}
	}
}

// checkDrawing reads a drawing as XML and finds nothing in it that would load or run anything.
func checkDrawing(t *testing.T, s *site, address string) string {
	t.Helper()
	w := s.get(address)
	if kind := w.Header().Get("Content-Type"); w.Code != http.StatusOK || kind != "image/svg+xml" {
		t.Fatalf("%s: status %d, %s: %.200s", address, w.Code, kind, w.Body)
	}
	body := w.Body.String()
	for _, never := range []string{"<script", "style=", "<style", `href="/`, "http://1", "NaN", "Inf"} {
		if strings.Contains(body, never) {
			t.Errorf("%s has %s", address, never)
		}
	}
	var text strings.Builder
	for d := xml.NewDecoder(strings.NewReader(body)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return text.String()
		}
		if err != nil {
			t.Fatalf("%s is no XML: %v", address, err)
		}
		if data, ok := token.(xml.CharData); ok {
			text.Write(data)
			text.WriteByte('\n')
		}
	}
}

func TestDrawings(t *testing.T) {
	s := demoSite(t)
	score := decode(t, s.get("/search?image=cat/002.png&format=json"))["score"].(map[string]any)["weighted"].(float64)
	for address, says := range map[string]string{
		"/glossary/score.svg?image=cat/002.png":                              fmt.Sprintf("= %.1f", score),
		"/glossary/metric.svg?image=cat/002.png&metric=euclidean":            "square root is the distance",
		"/glossary/metric.svg?image=cat/002.png&metric=minkowski&p=2.5":      "2.5-th root",
		"/glossary/cosine.svg?image=cat/002.png&with=dog/001.png":            "cosine similarity",
		"/glossary/similarity.svg":                                           "farthest of 39 images, by cosine",
		"/glossary/embedding.svg":                                            "rank 39 of 39: 0.00",
		"/glossary/umap.svg?layer=late":                                      "UMAP:\ntrustworthiness 0.88",
		"/glossary/visualization.svg?layer=late&channel=0":                   "what excites it most",
		"/glossary/visualization.svg?layer=late&channel=3":                   "the images that stir it most",
		"/glossary/activation.svg?layer=late&channel=1":                      "40 images stir channel 1 of late",
		"/glossary/visualization.svg?layer=late&channel=4":                   "not in the file yet",
		"/glossary/scorecard.svg?image=cat/002.png":                          "19 images to be found",
		"/glossary/layer.svg?image=cat/002.png":                              "early",
		"/glossary/extraction.svg?image=cat/002.png&dataset=pets&model=tiny": "4 channels",
	} {
		if text := checkDrawing(t, s, address); !strings.Contains(text, says) {
			t.Errorf("%s does not say %q: %q", address, says, text)
		}
	}
	for address, status := range map[string]int{
		"/glossary/nothing.svg": 404, "/glossary/layer": 404, "/glossary/opset.svg": 404, "/glossary/layer.svg?theme=red": 400,
		"/glossary/layer.svg?layer=erly": 400, "/glossary/metric.svg?metric=manhattan": 400, "/glossary/metric.svg?metric=minkowski&p=x": 400,
		"/glossary/channel.svg?channel=first": 400, "/glossary/cosine.svg?with=nobody.png": 200,
	} {
		if w := s.get(address); w.Code != status {
			t.Errorf("%s: status %d, want %d: %.100s", address, w.Code, status, w.Body)
		}
	}
	w := s.get("/glossary/layer.svg")
	if again := s.get("/glossary/layer.svg", header("If-None-Match", w.Header().Get("ETag"))); again.Code != http.StatusNotModified {
		t.Errorf("asked again: status %d", again.Code)
	}
}

// The glossary has every term that a page explains, and every word that the terms lead to.
func TestGlossaryCoversThePages(t *testing.T) {
	s := demoSite(t)
	glossary := s.page("/glossary")
	explained := map[string]bool{}
	for _, address := range append(slices.Clone(addresses), "/search?metric=minkowski") {
		doc := s.page(address)
		doc.Find("a[href^='/glossary#'], .glossary-index a").Each(func(_ int, a *goquery.Selection) {
			_, id, _ := strings.Cut(a.AttrOr("href", ""), "#")
			if glossary.Find(".term#"+id).Length() != 1 {
				t.Errorf("%s leads to %q, which the glossary does not have", address, id)
			}
		})
		doc.Find("[popovertarget]").Each(func(_ int, button *goquery.Selection) {
			box := doc.Find("#" + button.AttrOr("popovertarget", ""))
			if box.Length() != 1 || box.AttrOr("popover", "none") != "" {
				t.Errorf("%s: a button opens %d boxes", address, box.Length())
			}
			explained[strings.TrimPrefix(box.AttrOr("id", ""), "explain-")] = true
			box.Find("img").Each(func(_ int, img *goquery.Selection) {
				if img.AttrOr("loading", "") != "lazy" || img.AttrOr("alt", "") == "" {
					t.Errorf("%s: a drawing is loaded before anybody wants it, or has no words", address)
				}
				checkDrawing(t, s, img.AttrOr("src", ""))
			})
		})
	}
	for _, term := range []string{"extraction", "layer", "embedding", "metric", "score", "umap", "visualization", "activation", "cosine", "scorecard"} {
		if !explained[term] {
			t.Errorf("no page explains %s", term)
		}
	}
}

// A visitor with a script is shown the tour on pages that are not errors; the script finds both in the page.
func TestFirstVisit(t *testing.T) {
	s := demoSite(t)
	if s.page("/").Find("body[data-first-visit] .help[data-tour][href='/tour/1']").Length() != 1 {
		t.Error("the page has nothing for a first visit")
	}
	if document(t, s.get("/nowhere")).Find("[data-first-visit]").Length() != 0 {
		t.Error("an error is no first visit")
	}
}
