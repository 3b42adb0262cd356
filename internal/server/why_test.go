package server

import (
	"bytes"
	"image/png"
	"math"
	"net/http"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func TestWhyPage(t *testing.T) {
	s := demoSite(t)
	const address = "/why?layer=late&image=cat/000.png&with=dog/001.png"
	doc := s.page(address)
	for selector, count := range map[string]int{
		".pair figure .overlaid img.overlay[src^='/why/heat.png?']": 2,
		".cells":                      0, // the embedding's two numbers for a channel are no grid
		".why-channels .shares li a":  2, // of four; the others add nothing
		"#strip li a":                 2,
		"#strip [aria-current=true]":  1,
		"a[rel=up][href^='/search?']": 1,
	} {
		if got := doc.Find(selector).Length(); got != count {
			t.Errorf("%d of %s, want %d", got, selector, count)
		}
	}
	if !doc.Find(".shares img[src^='/visualizations/']").Is("*") {
		t.Error("no channel shows its picture")
	}
	doc.Find("a[href^='/why'], img[src^='/why']").Each(func(_ int, a *goquery.Selection) {
		link, _ := a.Attr("href")
		if src, ok := a.Attr("src"); ok {
			link = src
		}
		if w := s.get(link); w.Code != http.StatusOK {
			t.Errorf("%s: status %d", link, w.Code)
		}
	})
}

// The channels of the twin add up to the similarity, and so do the cells.
func TestWhyTwin(t *testing.T) {
	v := decode(t, demoSite(t).get("/why?layer=late&image=cat/000.png&with=dog/001.png&format=json"))
	similarity, sum := v["cosine_similarity"].(float64), 0.0
	for _, c := range v["channels"].([]any) {
		sum += c.(map[string]any)["share"].(float64)
	}
	for _, c := range v["cells"].([]any) {
		sum += c.(float64)
	}
	if similarity == 0 || math.Abs(sum-2*similarity) > 1e-9 {
		t.Errorf("channels and cells add up to %v, the similarity is %v", sum, similarity)
	}
}

func TestWhyLinks(t *testing.T) {
	links := demoSite(t).page("/search?image=cat/000.png").Find(".hit a.why[href^='/why?']")
	if links.Length() != 15 {
		t.Errorf("%d links from 15 results", links.Length())
	}
}

func TestHeat(t *testing.T) {
	s := demoSite(t)
	corner := map[string]uint32{}
	for _, of := range []string{"query", "with"} {
		w := s.get("/why/heat.png?layer=late&image=cat/000.png&with=dog/001.png&of=" + of)
		overlay, err := png.Decode(bytes.NewReader(w.Body.Bytes()))
		if err != nil {
			t.Fatalf("%s: status %d, %v", of, w.Code, err)
		}
		corner[of], _, _, _ = overlay.At(0, 0).RGBA()
	}
	similarity := decode(t, s.get("/why?layer=late&image=cat/000.png&with=dog/001.png&format=json"))["cosine_similarity"].(float64)
	for of, got := range corner { // corner's vectors come from one place, which so gets all of the similarity
		if math.Abs(float64(got)/65535-similarity) > 1.0/255 {
			t.Errorf("%s: the place gets %v of %v", of, float64(got)/65535, similarity)
		}
	}
}

func TestWhyRefuses(t *testing.T) {
	s := demoSite(t)
	for _, c := range []struct {
		address string
		status  int
		word    string
	}{
		{"/why?image=cat/000.png", 400, "with=NAME"},
		{"/why?image=cat/000.png&with=nobody.png", 400, "nobody.png"},
		{"/why?with=cat/000.png&upload=gone", 410, "no longer here"},
		{"/why/heat.png?image=cat/000.png&with=dog/001.png", 400, "query or with"},
	} {
		if w := s.get(c.address); w.Code != c.status || !bytes.Contains(w.Body.Bytes(), []byte(c.word)) {
			t.Errorf("%s: status %d: %s", c.address, w.Code, w.Body)
		}
	}
}

// Without the network the page tells all that vectors can tell, and why the rest is missing.
func TestWhyWithoutNetwork(t *testing.T) {
	s := newSite(t, Config{UploadOff: "No library is here."}, pets(t))
	doc := s.page("/why?image=cat/000.png&with=dog/001.png")
	if doc.Find(".overlay").Length() != 0 || !bytes.Contains([]byte(doc.Find(".why-page .note").Text()), []byte("No library is here.")) {
		t.Error("the page does not say why it shows no places")
	}
	if w := s.get("/why/heat.png?image=cat/000.png&with=dog/001.png&of=query"); w.Code >= 500 || w.Code < 400 {
		t.Errorf("status %d", w.Code)
	}
}
