package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/convnet-playground/convnet/store/storetest"
	"github.com/convnet-playground/convnet/templates"
)

// addresses are one of every kind of page.
var addresses = []string{
	"/", "/search", "/search?metric=minkowski&p=2.5&k=5&category=cat", "/datasets", "/datasets/pets", "/datasets/pets?category=dog",
	"/models", "/models/tiny", "/about", "/faq", "/glossary", "/tour/1", "/tour/2", "/tour/3", "/tour/4", "/tour/5", "/api", "/why?image=cat/000.png&with=dog/001.png", "/models/tiny/layers/late", "/models/tiny/layers/early?channels=all&sort=gain&objective=negative",
	"/scorecard", "/scorecard?columns=measure&sort=map&category=cat", "/scorecard?columns=category&measure=ndcg&k=5", "/compare", "/care", "/care?section=clusters&layer=early", "/care?section=balance&category=cat&min_size=1",
	"/models/tiny/layers/late/channels/0", "/models/tiny/layers/late/channels/2", "/models/tiny/layers/late/channels/3",
	"/map", "/map?layer=early&color=score&hide=cat&model2=tiny&layer2=late&select=0-0~65535-0~65535-32767~0-32767&select_layer=late", "/map?color=channel:1&show=dog&method=pca",
	"/probe", "/probe?layer=late&channel=1", "/probe?class=1",
}

func TestPages(t *testing.T) {
	s := demoSite(t)
	tests := []struct {
		address, selector string
		count             int
		text              string // of the first one; "" is not looked at
	}{
		{"/", "h1", 1, ""},
		{"/", "article.dataset", 1, ""},
		{"/", "article.dataset h3", 1, "pets"},
		{"/", ".montage img[src^='/thumbnails/']", 10, ""},
		{"/", ".chip", 2, ""},
		{"/", ".seen tbody tr", 1, ""},
		{"/", "a[href='/models/tiny']", 1, ""},
		{"/search", ".hit", 15, ""},
		{"/search", ".hit svg.meter", 15, ""},
		{"/search", ".query-picture img[src^='/images/']", 1, ""},
		{"/search", "[data-cycle=layer] li a", 2, ""},
		{"/search", "[data-cycle=layer] a[aria-current=true]", 1, ""},
		{"/search", "[data-cycle=metric] li a", 4, ""},
		{"/search", "[data-cycle=metric] a[aria-current=true]", 1, "cosine"},
		{"/search", "[data-cycle=dataset] a", 1, ""},
		{"/search", "[data-cycle=model] li a", 1, ""},
		{"/search", ".score-number > b", 1, ""},
		{"/search", ".ranks rect", 15, ""},
		{"/search", ".catalogue .group", 2, ""},
		{"/search", ".catalogue .tiles li > a", 8, ""},
		{"/search", "form[data-upload] input[type=file]", 1, ""},
		{"/search?k=5", ".hit", 5, ""},
		{"/search?k=5", "[data-cycle=k] a[aria-current=true]", 1, "5"},
		{"/search?k=7", "[data-cycle=k] a", 5, ""},
		{"/search?metric=minkowski", "input[name=p][type=number]", 1, ""},
		{"/search?metric=euclidean", "input[name=p]", 0, ""},
		{"/search?category=dog", ".catalogue .group", 1, ""},
		{"/search?category=dog", ".catalogue .tiles li > a", 20, ""},
		{"/search?image=dog/001.png", "h1", 1, "Looks like dog/001.png"},
		{"/search?image=dog/001.png&category=dog", ".tiles [aria-current]", 1, ""},
		{"/datasets", "article.dataset", 1, ""},
		{"/datasets/pets", ".group", 2, ""},
		{"/datasets/pets", ".tiles img", 20, ""},
		{"/datasets/pets?category=cat", ".tiles img", 20, ""},
		{"/models", ".model-card", 1, ""},
		{"/models", ".glimpse a[href^='/models/tiny/layers/late/channels/'] img[src^='/visualizations/']", 1, ""},
		{"/models/tiny", "table.layers tbody tr", 2, ""},
		{"/models/tiny", "tr.default", 2, ""},
		{"/models/tiny", "table.layers a[href^='/search?']", 2, ""},
		{"/models/tiny", "svg.profile g", 2, ""},
		{"/models/tiny", ".block", 2, ""},
		{"/models/tiny", ".block.pictured", 1, ""},
		{"/models/tiny", ".preview", 1, ""},
		{"/models/tiny", ".preview img[src^='/visualizations/']", 2, ""},
		{"/models/tiny", "table.layers a[href='/models/tiny/layers/early']", 1, ""},
		{"/models/tiny/layers/late", "h1", 1, "late"},
		{"/models/tiny/layers/late", ".channels-grid .tile", 5, ""},
		{"/models/tiny/layers/late", ".channels-grid .frame.dead", 1, "dead"},
		{"/models/tiny/layers/late", ".channels-grid .frame.missing", 1, ""},
		{"/models/tiny/layers/late", ".channels-grid .frame.missing img[src^='/probe/peak.jpg?']", 1, ""},
		{"/models/tiny/layers/late", "a[rel=prev][href='/models/tiny/layers/early']", 1, ""},
		{"/models/tiny/layers/late", "a[rel=next]", 0, ""},
		{"/models/tiny/layers/late?sort=gain", "a[rel=prev][href='/models/tiny/layers/early?sort=gain']", 1, ""},
		{"/models/tiny/layers/late?sort=gain", ".channels-grid:first-of-type .tile:first-child b", 5, "Channel 2"},
		{"/models/tiny/layers/late?objective=negative", ".channels-grid .frame.missing", 3, ""},
		{"/models/tiny/layers/late?objective=negative", ".channels-grid .frame.missing img[src^='/thumbnails/']", 3, ""},
		{"/models/tiny/layers/early", ".make code", 1, "convnet visualize --db test.db --model tiny --layers early"},
		{"/models/tiny/layers/early?objective=negative", ".make code", 1, "convnet visualize --db test.db --model tiny --layers early --objective negative"},
		{"/models/tiny/layers/late/channels/0", ".portrait a[download='tiny_late_channel-0.png']", 1, ""},
		{"/models/tiny/layers/late/channels/0", "svg.curve polyline", 1, ""},
		{"/models/tiny/layers/late/channels/0", ".portrait.small img", 1, ""},
		{"/models/tiny/layers/late/channels/0", "[aria-labelledby=diverse] img", 1, ""},
		{"/models/tiny/layers/late/channels/0", "[aria-labelledby=earlier] img", 1, ""},
		{"/models/tiny/layers/late/channels/0", ".excited-row li", 27, ""},
		{"/models/tiny/layers/late/channels/0", ".excited-row a[href^='/search?'][href*='image=']", 27, ""},
		{"/models/tiny/layers/late/channels/0", ".preferences li", 2, ""},
		{"/models/tiny/layers/late/channels/0", "a[rel=prev]", 0, ""},
		{"/models/tiny/layers/late/channels/0", "a[rel=next]", 1, ""},
		{"/models/tiny/layers/late/channels/2", ".portrait .frame.dead", 1, "dead"},
		{"/models/tiny/layers/late/channels/3", ".portrait img[src^='/probe/map.jpg?'][src*='side=448']", 1, ""},
		{"/models/tiny/layers/late/channels/3", ".make code", 1, "convnet visualize --db test.db --model tiny --layers late --channels 3,"},
		{"/about", "h2#file", 1, "What is in test.db"},
		{"/search", ".map-panel figure[data-map] svg.map-svg a[href^='/search?']", 40, ""},
		{"/search", ".map-panel .map-query", 1, ""},
		{"/search", ".map-panel .map-lines line", 15, ""},
		{"/search", ".map-panel .panel-legend li", 2, "cat"},
		{"/search", ".map-panel a[href^='/map?']", 1, "open it"},
		{"/map", "h1", 1, "Map of pets"},
		{"/map", "nav a[href='/map'][aria-current=page]", 1, "Map"},
		{"/map", "figure[data-map]", 1, ""},
		{"/map", ".map-stage[role=application][tabindex='0'][aria-describedby=map-keys]", 1, ""},
		{"/map", ".map-svg a[href^='/map?'][href*='image='] path title", 40, "cat/000.png · cat"},
		{"/map", ".map-svg g.color-0 path", 20, ""},
		{"/map", ".map-svg .map-lines line", 15, ""},
		{"/map", ".map-svg .map-rings circle", 15, ""},
		{"/map", ".map-svg circle.map-query", 1, ""},
		{"/map", ".map-card figcaption .muted", 1, "tiny · UMAP · trustworthiness 0.88"},
		{"/map", ".map-legend li", 2, ""},
		{"/map", ".map-legend a.toggle[aria-checked=true]", 2, "cat"},
		{"/map", "#table tbody tr", 40, ""},
		{"/map", "#table thead th", 4, "Image"},
		{"/map", "[data-cycle=layer] li a", 2, ""},
		{"/map", "[data-cycle=layer] a[aria-current=true]", 1, ""},
		{"/map", "[data-cycle=color] li a", 3, "category"},
		{"/map?layer=late", "[data-cycle=method] li a", 2, "UMAP"},
		{"/map?layer=early", "[data-cycle=method]", 0, ""},
		{"/map?layer=late&method=pca", "[data-cycle=method] a[aria-current=true]", 1, "PCA"},
		{"/map?layer=late", "#beside option", 2, "nothing"},
		{"/map?color=distance", ".ramp span", 7, ""},
		{"/map?color=distance", "#table thead th", 5, "Image"},
		{"/map?color=distance", ".map-svg .color-0", 0, ""},
		{"/map?color=distance&image=dog/001.png", "#legend-title", 1, "Colour: distance"},
		{"/map?color=channel:2", "#channel[value='2'][max='3']", 1, ""},
		{"/map?color=channel&channel=3", "#legend-title", 1, "Colour: channel 3"},
		{"/map?color=score", ".map-svg g[class^=score-] path", 40, ""},
		{"/map?hide=cat", ".map-svg g path", 20, "dog/001.png · dog"},
		{"/map?hide=cat", ".map-legend a[aria-checked=false]", 1, "cat"},
		{"/map?hide=cat", "#table tbody tr", 20, ""},
		{"/map?show=dog", ".map-legend a[aria-checked=false]", 1, "cat"},
		{"/map?layer=early&beside=tiny/late", "figure[data-map]", 2, ""},
		{"/map?layer=early&beside=tiny/late", ".agreement b:last-of-type", 1, "50 %"},
		{"/map?layer=early&layer2=late", "#beside option[selected]", 1, "late"},
		{"/map?layer=early&model2=tiny&layer2=late&beside=none", "figure[data-map]", 1, ""},
		{"/map?select=0-33000~65535-33000~65535-65535~0-65535", ".selection h2", 1, "19 images selected"},
		{"/map?select=0-33000~65535-33000~65535-65535~0-65535", ".selection .tiles a", 19, ""},
		{"/map?select=0-33000~65535-33000~65535-65535~0-65535", ".map-svg path[opacity]", 21, ""},
		{"/map?select=0-33000~65535-33000~65535-65535~0-65535", "#table tbody tr", 19, ""},
		{"/map?select=1-1~2-1~2-2", ".selection", 1, ""},
		{"/map?select=1-1~2-1~2-2", ".selection .tiles a", 0, ""},
		{"/care", "[aria-label=Main] [aria-current=page]", 1, "Care"},
		{"/care", ".care-tabs li", 6, ""},
		{"/care", ".care-bars li", 2, ""},
		{"/care?section=clusters", ".care-tabs [aria-current]", 1, ""},
		{"/care?category=cat", "#care-filter[open] .chip[aria-current]", 1, "cat"},
		{"/datasets/pets", "a[href='/care?dataset=pets']", 1, "Care"},
		{"/scorecard", "[aria-label=Main] [aria-current=page]", 1, "Scorecard"},
		{"/scorecard", ".verdict h2 a[href^='/search?']", 1, ""},
		{"/scorecard", "table.heat:not(.confusion) tbody tr", 2, ""},
		{"/scorecard", "table.heat:not(.confusion) tbody td", 8, ""},
		{"/scorecard", "table.heat .top-cell", 1, ""},
		{"/scorecard", "table.heat thead a[href='/scorecard?dataset=pets&sort=cosine']", 1, "cosine"},
		{"/scorecard?sort=cosine", "th[aria-sort=descending]", 1, "cosine ↓"},
		{"/scorecard?columns=measure&k=5", "table.heat:not(.confusion) thead th", 9, ""},
		{"/scorecard?columns=category&metric=minkowski:3", "table.heat:not(.confusion) tbody td", 4, ""},
		{"/scorecard?category=dog", ".chip[aria-current]", 1, "dog"},
		{"/scorecard", "svg.chart circle", 8, ""},
		{"/scorecard", "svg.chart circle.best", 1, ""},
		{"/scorecard", "table.confusion td", 4, ""},
		{"/scorecard", ".hit a[href^='/search?'][href*='image='] img", 12, ""},
		{"/scorecard", "a[download][href*='format=csv']", 1, "CSV"},
		{"/search", ".compare-link a[href^='/compare?']", 1, ""},
		{"/compare", ".small-chart", 4, ""},
		{"/compare", ".small-chart li a", 8, ""},
		{"/compare", ".side-by-side thead th", 3, ""},
		{"/compare", ".side-by-side tbody tr", 15, ""},
		{"/compare?image=dog/001.png&k=5&config=tiny/early/cosine&config=tiny/late/euclidean&config=tiny/late/minkowski:3", ".compared", 15, ""},
		{"/compare?config=tiny/early/cosine&config=tiny/late/cosine", ".side-by-side td .change.same", 15, "same place"},
		{"/compare?config=tiny/early/cosine", ".side-by-side a[href*='config=']:not([title])", 0, ""},
		{"/compare?config=tiny/early/cosine", "form select[name=config] option", 8, ""},
	}
	for _, tt := range tests {
		t.Run(tt.address+" "+tt.selector, func(t *testing.T) {
			found := s.page(tt.address).Find(tt.selector)
			if found.Length() != tt.count {
				t.Errorf("%d found, want %d", found.Length(), tt.count)
			}
			if text := strings.TrimSpace(found.First().Text()); tt.text != "" && text != tt.text {
				t.Errorf("text %q, want %q", text, tt.text)
			}
		})
	}
}

// Every page is a document that works with the policy, for readers of all kinds.
func TestEveryPage(t *testing.T) {
	s := demoSite(t)
	for _, address := range append(addresses, "/nowhere", "/search?layer=nowhere") {
		t.Run(address, func(t *testing.T) {
			w := s.get(address)
			doc := document(t, w)
			checkPolicy(t, w.Header(), doc)
			checkReadable(t, doc)
		})
	}
}

// Whatever a page links to exists.
func TestLinksLeadSomewhere(t *testing.T) {
	s := demoSite(t)
	visited := map[string]bool{}
	for _, address := range addresses {
		s.page(address).Find("a[href], link[href], script[src], img[src]").Each(func(_ int, e *goquery.Selection) {
			to, _, _ := strings.Cut(e.AttrOr("href", e.AttrOr("src", "")), "#")
			if to == "" || visited[to] || len(visited) > 400 {
				return
			}
			visited[to] = true
			if w := s.get(to); w.Code != http.StatusOK {
				t.Errorf("%s leads to %s: status %d", address, to, w.Code)
			}
		})
	}
}

func TestHead(t *testing.T) {
	s := demoSite(t)
	for _, address := range append(addresses, "/healthz", "/static/app.css") {
		if w := s.do(http.MethodHead, address, nil); w.Code != http.StatusOK {
			t.Errorf("HEAD %s: status %d", address, w.Code)
		}
	}
}

func TestLinksKeepTheSelection(t *testing.T) {
	s := demoSite(t)
	doc := s.page("/search?layer=early&metric=euclidean&k=5&image=dog/003.png&category=cat")
	check := func(selector string, changed ...string) {
		t.Helper()
		address, err := url.Parse(doc.Find(selector).First().AttrOr("href", ""))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"dataset": "pets", "model": "tiny", "layer": "early", "metric": "euclidean", "k": "5", "image": "dog/003.png", "category": "cat"}
		for i := 0; i < len(changed); i += 2 {
			want[changed[i]] = changed[i+1]
		}
		for name, value := range want {
			if got := address.Query().Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", selector, name, got, value)
			}
		}
	}
	check("[data-cycle=layer] li:nth-child(2) a", "layer", "late")
	check("[data-cycle=metric] li:nth-child(1) a", "metric", "cosine")
	check("[data-cycle=k] li:nth-child(4) a", "k", "50")
	check(".tiles li:nth-child(2) a", "image", "cat/002.png")
	check(".catalogue .back a", "category", "")
}

func TestManyLayers(t *testing.T) {
	var layers []string
	for i := range 40 {
		layers = append(layers, fmt.Sprintf("layer_%02d", i))
	}
	s := newSite(t, Config{}, storetest.Spec{Layers: layers})
	doc := s.page("/search?layer=layer_07&k=5&image=dog/001.png")
	if n := doc.Find("[data-cycle=layer] li a").Length(); n != 40 {
		t.Errorf("%d layers in the strip", n)
	}
	form := doc.Find("form:has(select[name=layer])")
	if chosen := form.Find("option[selected]").AttrOr("value", ""); chosen != "layer_07" {
		t.Errorf("%q is chosen in the list", chosen)
	}
	for name, want := range map[string]string{"k": "5", "image": "dog/001.png", "metric": "cosine"} {
		if got := form.Find("input[name="+name+"]").AttrOr("value", ""); got != want {
			t.Errorf("the list's form has %s %q", name, got)
		}
	}
	if form.Find("input[name=layer]").Length() != 0 {
		t.Error("the list's form names a layer beside the chosen one")
	}
	checkReadable(t, doc)
}

func TestEmptyDatabase(t *testing.T) {
	s := newSite(t, Config{})
	if text := s.page("/").Find(".empty pre").Text(); !strings.Contains(text, "convnet ingest --db test.db") {
		t.Errorf("home says %q", text)
	}
	s.page("/datasets")
	s.page("/models")
	w := s.get("/search")
	if w.Code != http.StatusNotFound || !strings.Contains(document(t, w).Find("main").Text(), "convnet ingest") {
		t.Errorf("search: status %d: %s", w.Code, w.Body)
	}
}

func TestDatasetWithoutVectors(t *testing.T) {
	s := newSite(t, Config{}, storetest.Spec{Layers: []string{}})
	for _, address := range []string{"/", "/datasets/pets"} {
		if n := s.page(address).Find("a.button[href^='/search']").Length(); n != 0 {
			t.Errorf("%s offers a search that cannot work", address)
		}
	}
}

// A page that is added is a page that some address shows: all templates are rendered by the tests above.
func TestEveryTemplateIsKnown(t *testing.T) {
	r, err := templates.New()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"search/home": true, "search/search": true, "search/datasets": true, "search/dataset": true, "teaching/about": true, "teaching/faq": true, "teaching/glossary": true, "teaching/tour": true, "search/why": true, "search/map": true, "search/scorecard": true, "search/compare": true, "search/care": true, "search/saved": true, "search/mapsvg": true,
		"explorer/models": true, "explorer/model": true, "explorer/layer": true, "explorer/channel": true, "explorer/probe": true, "server/error": true, "api/api": true}
	for _, name := range r.Names() {
		if !known[name] {
			t.Errorf("template %s is not shown by any test", name)
		}
		delete(known, name)
	}
	if len(known) > 0 {
		t.Errorf("templates are missing: %v", known)
	}
}
