package server

import (
	"reflect"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func TestJSONTwins(t *testing.T) {
	s := demoSite(t)
	keys := map[string]string{
		"/": "datasets", "/search": "results", "/search?metric=minkowski&p=2.5&k=5&category=cat": "p", "/datasets": "datasets", "/datasets/pets": "catalogue",
		"/datasets/pets?category=dog": "categories", "/models": "models", "/models/tiny": "layers", "/about": "models", "/glossary": "chapters", "/faq": "questions", "/tour/1": "rows", "/tour/2": "rows", "/tour/3": "says", "/tour/4": "rows", "/tour/5": "query", "/api": "groups",
		"/why?image=cat/000.png&with=dog/001.png": "channels",
		"/models/tiny/layers/late":                "grid", "/models/tiny/layers/early?channels=all&sort=gain&objective=negative": "grid",
		"/map": "map", "/map?color=channel:1&show=dog&method=pca": "ramp",
		"/map?layer=early&color=score&hide=cat&model2=tiny&layer2=late&select=0-0~65535-0~65535-32767~0-32767&select_layer=late": "agreement",
		"/scorecard": "scores", "/scorecard?columns=measure&sort=map&category=cat": "table", "/scorecard?columns=category&measure=ndcg&k=5": "confusion", "/compare": "charts",
		"/care": "near_duplicates", "/care?section=clusters&layer=early": "clusters", "/care?section=balance&category=cat&min_size=1": "balance",
		"/models/tiny/layers/late/channels/0": "picture", "/models/tiny/layers/late/channels/2": "picture", "/models/tiny/layers/late/channels/3": "datasets",
		"/probe": "layers", "/probe?layer=late&channel=1": "shown", "/probe?class=1": "classes",
	}
	for _, address := range addresses {
		t.Run(address, func(t *testing.T) {
			twin, ok := s.page(address).Find("link[rel=alternate][type='application/json']").Attr("href")
			if !ok {
				t.Fatal("the page does not name its twin")
			}
			w := s.get(twin)
			if kind := w.Header().Get("Content-Type"); kind != "application/json" {
				t.Errorf("content type %q", kind)
			}
			if v := decode(t, w)[keys[address]]; v == nil {
				t.Errorf("no %q in %.300s", keys[address], w.Body)
			}
		})
	}
}

func TestSearchTwinIsThePage(t *testing.T) {
	s := demoSite(t)
	doc := s.page("/search?k=5")
	results := decode(t, s.get("/search?k=5&format=json"))["results"].([]any)
	doc.Find(".hit img").Each(func(i int, img *goquery.Selection) {
		want := "/thumbnails/" + results[i].(map[string]any)["sha256"].(string)
		if got := img.AttrOr("src", ""); got != want {
			t.Errorf("result %d is %s, in the twin %s", i, got, want)
		}
	})
}

// A list without anything in it is a list, not null: scripts go through it all the same.
func TestTwinsOfNothing(t *testing.T) {
	s := newSite(t, Config{})
	for address, lists := range map[string][]string{"/": {"datasets", "models"}, "/models": {"models"}} {
		v := decode(t, s.get(address+"?format=json"))
		for _, list := range lists {
			if _, ok := v[list].([]any); !ok {
				t.Errorf("%s: %s is %v", address, list, v[list])
			}
		}
	}
}

func TestScorecardExport(t *testing.T) {
	s := demoSite(t)
	w := s.get("/scorecard?format=csv")
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	if kind := w.Header().Get("Content-Type"); kind != "text/csv; charset=utf-8" || len(lines) != 1+8 || !strings.HasPrefix(lines[0], "dataset,model,layer,") {
		t.Errorf("%s: %d lines, %q", kind, len(lines), lines[0])
	}
	scores := decode(t, s.get("/scorecard?format=json"))["scores"].([]any)
	if len(scores) != 8 || scores[0].(map[string]any)["metric"] != "cosine" || scores[0].(map[string]any)["n"] != 40.0 {
		t.Errorf("%d scores, the first is %v", len(scores), scores[0])
	}
}

// Without evaluations the scorecard says how to get them, and a comparison searches by itself.
func TestPagesBeforeEvaluation(t *testing.T) {
	s := newSite(t, Config{}, pets(t))
	if text := s.page("/scorecard").Find("main").Text(); !strings.Contains(text, "convnet evaluate --db test.db --dataset pets") {
		t.Errorf("the scorecard says %q", text)
	}
	evaluated := decode(t, demoSite(t).get("/compare?format=json"))
	searched := decode(t, s.get("/compare?format=json"))
	if !reflect.DeepEqual(evaluated["charts"], searched["charts"]) || evaluated["charts"] == nil {
		t.Errorf("evaluated %v\nsearched %v", evaluated["charts"], searched["charts"])
	}
	unlabelled := pets(t)
	for i := range unlabelled.Images {
		unlabelled.Images[i].Category = ""
	}
	s = newSite(t, Config{}, unlabelled)
	s.page("/scorecard")
	if text := s.page("/compare").Find("main").Text(); !strings.Contains(text, "Nearest match at") || strings.Contains(text, "Weighted score") {
		t.Errorf("the comparison of an image without a category says %q", text)
	}
}
