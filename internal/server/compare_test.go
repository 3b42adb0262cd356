package server

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// Every kind of query that has vectors is compared at every layer under every metric.
func TestCompareEveryQuery(t *testing.T) {
	s := demoSite(t)
	saved, err := s.server.config.DB.SaveQuery(t.Context(), store.NewSavedQuery{Name: "mine.png", Format: "png", Width: 8, Height: 8, Picture: storetest.PNG(8, 8, 7)})
	if err != nil {
		t.Fatal(err)
	}
	number := strconv.FormatInt(saved, 10)
	for query, figure := range map[string]string{
		"image=cat%2F000.png":                                         "weighted",
		"image=cat%2F000.png&crop=2,2,4,4":                            "weighted",
		"plus=image:cat%2F000.png&plus=2*1,1,4,4@image:cat%2F002.png": "weighted",
		"plus=image:cat%2F000.png&minus=0.5*saved:" + number:          "weighted",
		"plus=image:cat%2F000.png&plus=image:dog%2F001.png":           "agreement",
		"saved=" + number:                                             "agreement",
		"saved=" + number + "&category=dog":                           "weighted",
		"plus=point:60000-30000!umap!tiny!late":                       "agreement",
		"plus=lasso:0-0~65535-0~65535-40000!umap!tiny!late":           "agreement",
	} {
		page := decode(t, s.get("/compare?"+query+"&format=json"))
		if page["figure"] != figure || page["best"] == nil {
			t.Errorf("%s: figure %v, best %v", query, page["figure"], page["best"])
			continue
		}
		charts := page["charts"].([]any)
		for _, c := range charts {
			for _, b := range c.(map[string]any)["layers"].([]any) {
				bar := b.(map[string]any)
				if score, ok := bar["score"].(float64); !ok || score < 0 || score > 100 || (bar["category"] != nil) != (figure == "agreement") {
					t.Errorf("%s: %v", query, bar)
				}
			}
		}
		if votes := page["votes"].([]any); len(charts) != 4 || (len(votes) > 0) != (figure == "agreement") {
			t.Errorf("%s: %d charts, votes %v", query, len(charts), votes)
		}
		s.page("/compare?" + query)
	}
	for query, says := range map[string]string{
		"image=cat%2F000.png&category=cta": "Near it: cat", "plus=channel:1": "compare for the images", "saved=" + number + "&crop=2,2,9,9": "reaches beyond",
	} {
		if w := s.get("/compare?" + query); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%s: status %d: %s", query, w.Code, w.Body)
		}
	}
}

// A picture is sent, compared, said to be of a category, and that is taken back: all by links and a form.
func TestCompareUpload(t *testing.T) {
	s := demoSite(t)
	body, kind := form(t, storetest.PNG(8, 8, 7), nil)
	w := s.do(http.MethodPost, "/search", body, kind)
	cookie := w.Result().Cookies()[0]
	mine := header("Cookie", cookie.Name+"="+cookie.Value)
	compare, _ := document(t, w).Find(".compare-link a").Attr("href")
	page := document(t, s.get(compare, mine))
	if columns := page.Find(".small-chart li").Length(); columns != 8 || strings.Contains(page.Find(".small-chart .strip-score").Text(), "–") {
		t.Errorf("%d columns: %s", columns, page.Find(".small-chart").Text())
	}
	vote, _ := page.Find(".compare-say .chip").First().Attr("href")
	said := document(t, s.get(vote, mine))
	if text := said.Find(".query-name").Text(); !strings.Contains(text, "as you say") {
		t.Errorf("%s: %q", vote, text)
	}
	back, _ := said.Find(".query-name a").Attr("href")
	if back != compare && document(t, s.get(back, mine)).Find(".compare-say .chip").Length() == 0 {
		t.Errorf("taken back, it leads to %s", back)
	}
	fields := url.Values{"category": {"dog"}}
	for _, input := range page.Find(".compare-say input").EachIter() {
		fields.Add(input.AttrOr("name", ""), input.AttrOr("value", ""))
	}
	if doc := document(t, s.get("/compare?"+fields.Encode(), mine)); !strings.Contains(doc.Find("h1 + p").Text(), "dog") {
		t.Errorf("the form leads to %q", doc.Find("header").Text())
	}
}

// A channel belongs to one layer; the images that excite it most are compared for it.
func TestCompareForAChannel(t *testing.T) {
	s := demoSite(t)
	compare, _ := s.page("/search?layer=late&plus=channel:1").Find(".compare-link a").Attr("href")
	if page := decode(t, s.get(compare+"&format=json")); len(page["query"].(map[string]any)["parts"].([]any)) != 5 {
		t.Errorf("%s: %v", compare, page["query"])
	}
}

func TestCompareWithoutNetwork(t *testing.T) {
	s := newSite(t, Config{}, pets(t))
	if w := s.get("/compare?image=cat%2F000.png&crop=2,2,4,4"); w.Code != http.StatusConflict {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}
