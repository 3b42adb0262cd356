package server

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/convnet-playground/convnet/search/searchtest"
	"github.com/convnet-playground/convnet/store/storetest"
)

// Names from outside are text wherever they appear.
func TestHTMLInjection(t *testing.T) {
	evil := `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`
	s := newSite(t, Config{Embedder: searchtest.Corner{}, Version: evil}, storetest.Spec{
		Dataset: evil, Model: evil, Layers: []string{evil, "late"},
		Images: []storetest.Image{{Name: evil + ".png", Category: evil}, {Name: "b" + evil, Category: evil}, {Name: "c.png", Category: "c" + evil}},
	})
	name := url.PathEscape(evil)
	for _, address := range []string{"/", "/search", "/search?layer=" + url.QueryEscape(evil), "/datasets", "/datasets/" + name, "/models", "/models/" + name,
		"/models/" + name + "/layers/" + name, "/models/" + name + "/layers/" + name + "/channels/0", "/models/" + name + "/layers/no" + name,
		"/models/" + name + "/layers/late/channels/" + name,
		"/tour/1", "/tour/2", "/tour/3", "/tour/4", "/tour/5", "/tour/" + name, "/tour/2?image=" + url.QueryEscape("no"+evil), "/glossary", "/about",
		"/search?layer=" + url.QueryEscape("x"+evil), "/search?metric=" + url.QueryEscape(evil), "/datasets/" + url.PathEscape("no"+evil)} {
		t.Run(address, func(t *testing.T) {
			w := s.get(address)
			if w.Code >= 500 {
				t.Fatalf("status %d", w.Code)
			}
			doc := document(t, w)
			checkPolicy(t, w.Header(), doc)
			if n, own := doc.Find("script").Length(), doc.Find("head > script[src^='/static/']").Length(); n != 2 || own != 2 {
				t.Errorf("%d scripts in the page, %d of them ours", n, own)
			}
			if n := doc.Find("img[src=x], [onerror]").Length(); n != 0 {
				t.Errorf("%d pictures injected", n)
			}
			if w := s.get(address + map[bool]string{true: "&", false: "?"}[strings.Contains(address, "?")] + "format=json"); regexp.MustCompile(`<script`).Match(w.Body.Bytes()) {
				t.Error("markup in the JSON twin")
			}
		})
	}
}

func TestAwkwardNames(t *testing.T) {
	for _, name := range []string{"a b", "50%", "a/b", "a%2Fb", "ünï", "?#&=+", "new\nline"} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, Config{}, storetest.Spec{Dataset: name, Model: name, Layers: []string{name, "late"}, Images: storetest.Images(3, name)})
			if got := decode(t, s.get("/datasets/"+url.PathEscape(name)+"?format=json"))["name"]; got != name {
				t.Errorf("dataset %q is shown as %v", name, got)
			}
			if got := decode(t, s.get("/models/"+url.PathEscape(name)+"?format=json"))["name"]; got != name {
				t.Errorf("model %q is shown as %v", name, got)
			}
			for _, address := range []string{"/models/" + url.PathEscape(name), "/models/" + url.PathEscape(name) + "/layers/" + url.PathEscape(name)} {
				s.page(address).Find("main a[href^='/models/']").Each(func(_ int, e *goquery.Selection) {
					if w := s.get(e.AttrOr("href", "")); w.Code != http.StatusOK {
						t.Errorf("%s: status %d", e.AttrOr("href", ""), w.Code)
					}
				})
			}
			s.page("/search").Find("main a[href^='/']").Each(func(_ int, e *goquery.Selection) {
				to, _, _ := strings.Cut(e.AttrOr("href", ""), "#")
				if w := s.get(to); w.Code != http.StatusOK {
					t.Errorf("%s: status %d", to, w.Code)
				}
			})
		})
	}
}
