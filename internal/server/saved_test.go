package server

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/search/searchtest"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// A picture is sent, saved, searched with under an address of its own, and removed.
func TestSavedPicture(t *testing.T) {
	s := demoSite(t)
	picture := storetest.PNG(8, 8, 7)
	body, kind := form(t, picture, map[string]string{"dataset": "pets", "layer": "early"})
	w := s.do(http.MethodPost, "/search", body, kind)
	doc := document(t, w)
	if text := doc.Find("#saving").Text(); !strings.Contains(text, "only in memory") || !strings.Contains(text, "leads nowhere for others") {
		t.Errorf("the page says %q", text)
	}
	if curl := doc.Find("#foot-curl code").Text(); !strings.HasPrefix(curl, "curl -F 'image=@my picture.png' ") || strings.Contains(curl, "upload=") {
		t.Errorf("command line %q", curl)
	}
	fields := url.Values{}
	for _, input := range doc.Find("#saving form input").EachIter() {
		fields.Add(input.AttrOr("name", ""), input.AttrOr("value", ""))
	}
	cookie := w.Result().Cookies()[0]
	mine := header("Cookie", cookie.Name+"="+cookie.Value)
	send := func(address string, changes ...change) string {
		changes = append(changes, header("Content-Type", "application/x-www-form-urlencoded"))
		w := s.do(http.MethodPost, address, strings.NewReader(fields.Encode()), changes...)
		if w.Code != http.StatusSeeOther {
			t.Fatalf("%s: status %d: %s", address, w.Code, w.Body)
		}
		return w.Header().Get("Location")
	}
	foreign := s.do(http.MethodPost, "/saved", strings.NewReader(fields.Encode()), mine, header("Content-Type", "application/x-www-form-urlencoded"),
		header("Sec-Fetch-Site", "cross-site"), header("Origin", "https://evil.example"))
	if foreign.Code != http.StatusForbidden {
		t.Errorf("another site's form: status %d", foreign.Code)
	}
	address := send("/saved", mine)
	if !strings.Contains(address, "saved=") || strings.Contains(address, "upload=") || !strings.Contains(address, "layer=early") {
		t.Fatalf("saved under %s", address)
	}
	found := s.page(address) // without the cookie: for everybody
	if first := found.Find(".hit img").First().AttrOr("alt", ""); first != "dog/007.png, dog" {
		t.Errorf("the nearest image to a copy is %q", first)
	}
	if shown := s.get(found.Find(".query-picture img").AttrOr("src", "")); !bytes.Equal(shown.Body.Bytes(), picture) {
		t.Errorf("the picture: status %d", shown.Code)
	}
	crop := s.get(found.Find(".query-picture img").AttrOr("src", "") + "?crop=2,2,4,3")
	if crop.Code != http.StatusOK || crop.Header().Get("Content-Type") != "image/png" {
		t.Errorf("a crop of it: status %d", crop.Code)
	}
	if list := s.page("/saved"); list.Find(".saved li").Length() != 1 {
		t.Errorf("listed: %q", list.Find("main").Text())
	}
	if all := decode(t, s.get("/saved?format=json"))["saved"].([]any); len(all) != 1 || all[0].(map[string]any)["name"] != "my picture.png" {
		t.Errorf("the list as JSON: %v", all)
	}
	remove, _ := s.page("/saved").Find(".saved form").Attr("action")
	if to := send(remove); to != "/saved" {
		t.Errorf("removed, and led to %s", to)
	}
	if w := s.get(address); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "may have been removed") {
		t.Errorf("after it was removed: status %d", w.Code)
	}
}

// A snapshot that is served read-only shows what was saved, and says why nothing more can be.
func TestSavedPictureReadOnly(t *testing.T) {
	db := storetest.New(t, pets(t))
	id, err := db.SaveQuery(t.Context(), store.NewSavedQuery{Name: "mine.png", Format: "png", Width: 8, Height: 8, Picture: storetest.PNG(8, 8, 7)})
	if err != nil {
		t.Fatal(err)
	}
	path := t.TempDir() + "/shipped.db"
	if _, err := store.Snapshot(t.Context(), db, path, store.SnapshotOptions{}); err != nil {
		t.Fatal(err)
	}
	shipped, err := store.Open(t.Context(), path, store.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shipped.Close() })
	s := newSite(t, Config{DB: shipped, Embedder: searchtest.Corner{}, EditsOff: "It is a museum."})
	if doc := s.page("/saved"); doc.Find(".saved li").Length() != 1 || doc.Find(".saved form").Length() != 0 || !strings.Contains(doc.Text(), "It is a museum") {
		t.Errorf("the list says %q", doc.Find("main").Text())
	}
	link, _ := s.page("/saved").Find(".saved li a").Attr("href")
	if s.page(link).Find(".hit").Length() != 15 {
		t.Error("it is not searched with")
	}
	body, kind := form(t, storetest.PNG(8, 8, 9), nil)
	doc := document(t, s.do(http.MethodPost, "/search", body, kind))
	if doc.Find("#saving form").Length() != 0 || !strings.Contains(doc.Find("#saving").Text(), "It is a museum") {
		t.Errorf("the page says %q", doc.Find("#saving").Text())
	}
	for _, address := range []string{"/saved", "/saved/" + strconv.FormatInt(id, 10) + "/remove"} {
		w := s.do(http.MethodPost, address, strings.NewReader("upload=x"), header("Content-Type", "application/x-www-form-urlencoded"))
		if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "It is a museum") {
			t.Errorf("%s: status %d", address, w.Code)
		}
	}
}

// A query is steered by links alone: + and − at every picture, and a basket to change it.
func TestBasket(t *testing.T) {
	s := demoSite(t)
	doc := s.page("/search?image=cat%2F000.png&layer=late")
	plus, _ := doc.Find(".hit .plus").First().Attr("href")
	doc = s.page(plus)
	if doc.Find("#basket li.like").Length() != 2 {
		t.Fatalf("%s: %q", plus, doc.Find(".query").Text())
	}
	minus, _ := doc.Find(".tiles .minus").Last().Attr("href")
	doc = s.page(minus)
	if doc.Find("#basket li.unlike .part-weight").Text() != "0.5 is its weight" {
		t.Errorf("%s: %q", minus, doc.Find("#basket").Text())
	}
	heavier, _ := doc.Find("#basket li.like a[title='Count it more']").First().Attr("href")
	doc = s.page(heavier)
	if weight := doc.Find("#basket li.like .part-weight").First().Text(); !strings.HasPrefix(weight, "1.5") {
		t.Errorf("%s: %q", heavier, weight)
	}
	if twin := decode(t, s.get(heavier+"&format=json"))["query"].(map[string]any); twin["kind"] != "several" || len(twin["parts"].([]any)) != 3 {
		t.Errorf("the JSON twin: %v", twin)
	}
	for _, link := range doc.Find("#basket a").EachIter() {
		s.page(link.AttrOr("href", "")) // all of them lead to a search
	}
	compare, _ := doc.Find(".compare-link a").Attr("href")
	s.page(compare)
	why, _ := doc.Find(".hit a.why").First().Attr("href")
	s.page(why)
}
