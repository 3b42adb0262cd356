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

// submit sends a form of the care page.
func (s *site) submit(address string, pairs ...string) (status int, location, text string) {
	s.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	w := s.do(http.MethodPost, address, strings.NewReader(form.Encode()), header("Content-Type", "application/x-www-form-urlencoded"))
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

func TestCareStory(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(40, "cat", "dog")})
	s := newSite(t, Config{DB: db})
	page := s.page("/care")
	if n := page.Find("#clusters input[name=image]").Length(); n == 0 {
		t.Fatal("there is nothing to select")
	}
	if page.Find("#staged-title, #committed").Length() != 0 {
		t.Error("something is staged from the beginning")
	}

	status, location, _ := s.submit("/care/edits", "dataset", "pets", "return", "/care?section=clusters", "do", "move", "to", "lynx", "image", "1", "image", "2")
	if status != http.StatusSeeOther || location != "/care?section=clusters#staged" {
		t.Errorf("status %d, leads to %q", status, location)
	}
	s.submit("/care/edits", "dataset", "pets", "do", "delete:3,4")
	s.submit("/care/edits", "dataset", "pets", "do", "suggested:5", "suggestion", "5:dog")
	page = s.page("/care")
	if text := page.Find("#staged-title").Text(); text != "5 changes are staged" {
		t.Errorf("it says %q", text)
	}
	s.submit("/care/undo", "dataset", "pets", "image", "4")
	if list := decode(t, s.get("/care?format=json"))["staged"].([]any); len(list) != 4 {
		t.Errorf("%d edits are staged", len(list))
	}

	if status, _, text := s.submit("/care/commit", "dataset", "pets"); status != http.StatusSeeOther {
		t.Errorf("status %d: %s", status, text)
	}
	images, err := db.Images(t.Context(), store.ImageFilter{})
	if err != nil || len(images) != 39 || images[0].Category != "lynx" || images[3].Category != "dog" {
		t.Errorf("%d images, %+v, %v", len(images), images[:4], err)
	}
	if problems, err := db.Check(t.Context(), store.CheckOptions{}); err != nil || len(problems) > 0 {
		t.Errorf("check finds %+v, %v", problems, err)
	}
	if scores, err := db.Scores(t.Context(), 1); err != nil || len(scores) == 0 {
		t.Errorf("the dataset has no scores after a commit: %v", err)
	}
	page = s.page("/care")
	if page.Find("#committed li").Length() != 4 || page.Find("#committed li.deleted button").Text() != "Let it return cat/002.png" {
		t.Errorf("committed: %q", page.Find("#committed").Text())
	}
	sha, _ := page.Find("#committed li.deleted button").Attr("value")
	s.submit("/care/forget", "dataset", "pets", "sha256", sha)
	if n := s.page("/care").Find("#committed li").Length(); n != 3 {
		t.Errorf("%d edits are left", n)
	}
}

// Whole lists are selected by one tick, with what the page does not show of them: for edits and for lists, without a script.
func TestCareSelectsWholeLists(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(90, "cat", "dog"), Vector: func(i, _ int) []float32 {
		v := []float32{1, 0, 0, 0, 0, 0, 0, 0} // cats here, dogs there
		v[i%2*4], v[1+i%2*4+i/2%3] = 1, 0.1+float32(i)/1000
		v[(1-i%2)*4] = 0
		return v
	}})
	s := newSite(t, Config{DB: db})
	page := s.page("/care?category=cat")
	of := page.Find("#edits input[name=of]").AttrOr("value", "")
	matching := page.Find(".care-matching input[name=all]").AttrOr("value", "")
	cluster := page.Find("#clusters input[name=all]").First()
	n := cluster.AttrOr("data-n", "")
	if matching != "matching/0/45" || page.Find("#clusters article").First().Find("input[name=image]").Length() != 6 {
		t.Fatalf("all that match: %q; the first cluster: %s images, %d shown", matching, n, page.Find("#clusters article").First().Find("input[name=image]").Length())
	}
	list := decode(t, s.get("/care/list?format=json&dataset=pets&of="+url.QueryEscape(of)+"&all="+url.QueryEscape(cluster.AttrOr("value", ""))))
	if got := strconv.Itoa(len(list["images"].([]any))); got != n || n == "6" {
		t.Errorf("the list of the first cluster has %s images, the page says %s", got, n)
	}
	if status, _, text := s.submit("/care/edits", "dataset", "pets", "of", of, "all", matching, "do", "move", "to", "feline", "image", "2"); status != http.StatusSeeOther {
		t.Fatalf("status %d: %s", status, text)
	}
	if staged := decode(t, s.get("/care?format=json"))["staged"].([]any); len(staged) != 46 {
		t.Errorf("%d changes are staged, want 45 cats and a dog", len(staged))
	}
	if status, _, text := s.submit("/care/edits", "dataset", "pets", "of", of, "all", "matching/0/44", "do", "delete"); status != http.StatusBadRequest || !strings.Contains(text, "has changed") {
		t.Errorf("another list than the page showed: status %d: %s", status, text)
	}
	if s.page("/care").Find(".care-matching").Length() != 0 {
		t.Error("without a filter everything is offered")
	}
}

func TestCareRefuses(t *testing.T) {
	s := newSite(t, Config{DB: storetest.New(t, storetest.Spec{Images: storetest.Images(12, "cat", "dog")})})
	for _, test := range []struct {
		address string
		form    []string
		status  int
		says    string
	}{
		{"/care/edits", []string{"do", "burn", "image", "1"}, 400, "move, suggested or delete"},
		{"/care/edits", []string{"do", "delete"}, 400, "tick some"},
		{"/care/edits", []string{"do", "delete", "image", "99"}, 404, "no image 99"},
		{"/care/edits", []string{"do", "move", "image", "1"}, 400, "which category"},
		{"/care/undo", []string{"image", "cat"}, 400, "no image id"},
		{"/care/forget", []string{"sha256", "12"}, 400, "64 hexadecimal"},
		{"/care/forget", []string{"sha256", strings.Repeat("ab", 32)}, 404, "no such edit"},
		{"/care/commit", []string{"dataset", "petz"}, 400, "pets"},
	} {
		status, _, text := s.submit(test.address, test.form...)
		if status != test.status || !strings.Contains(text, test.says) {
			t.Errorf("%s %v: status %d, want %d: %s", test.address, test.form, status, test.status, text)
		}
	}
	for address, says := range map[string]string{
		"/care?section=sharks": "near-duplicates", "/care?dataset=petz": "pets", "/care?min_size=big": "number", "/care?min_width=9&max_width=3": "larger", "/care?page=0": "whole number",
		"/care/list": "tick some", "/care/list?image=cat": "ids", "/care/list?image=1&format=xml": "csv, json or txt",
	} {
		if w := s.get(address); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%s: status %d: %s", address, w.Code, w.Body)
		}
	}
	w := s.do(http.MethodPost, "/care/commit", strings.NewReader("dataset=pets"), header("Origin", "http://evil.example"))
	if w.Code != http.StatusForbidden {
		t.Errorf("another site's page may commit: status %d", w.Code)
	}
}

func TestCareOfAFileThatCannotChange(t *testing.T) {
	path := storetest.File(t, storetest.Spec{Images: storetest.Images(12, "cat", "dog")})
	db, err := store.Open(t.Context(), path, store.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := newSite(t, Config{DB: db, ReadOnly: true, EditsOff: "Nothing can be changed here: it is a museum."})
	page := s.page("/care")
	if text := page.Find(".care-bar").Text(); !strings.Contains(text, "it is a museum") || page.Find("[name=do]:not([aria-hidden]).danger, #to").Length() != 0 {
		t.Errorf("the bar says %q", text)
	}
	for _, address := range []string{"/care/edits", "/care/undo", "/care/commit", "/care/forget"} {
		if status, _, text := s.submit(address, "dataset", "pets", "do", "delete", "image", "1"); status != http.StatusConflict || !strings.Contains(text, "it is a museum") {
			t.Errorf("%s: status %d: %s", address, status, text)
		}
	}
	if w := s.get("/care/list?image=2&image=1&format=txt"); w.Body.String() != "cat/000.png\ndog/001.png\n" {
		t.Errorf("the list is %q", w.Body)
	}
}

func TestCareLists(t *testing.T) {
	s := newSite(t, Config{DB: storetest.New(t, storetest.Spec{Images: storetest.Images(30, "cat", "dog")})})
	csv := s.get("/care?section=outliers&format=csv").Body.String()
	if !strings.HasPrefix(csv, "finding,group,image_id,name,category,suggested,value\n") || strings.Count(csv, "\ncluster,") != 30 {
		t.Errorf("%.400s", csv)
	}
	list := decode(t, s.get("/care/list?image=3&image=1&format=json"))
	if images := list["images"].([]any); len(images) != 2 || images[0].(map[string]any)["name"] != "cat/000.png" {
		t.Errorf("%v", list)
	}
	if got := s.get("/care/list?image=1").Body.String(); !strings.HasPrefix(got, "image_id,name,category,sha256,width,height,size\n1,cat/000.png,cat,") {
		t.Errorf("%q", got)
	}
}

// After a commit all metrics are evaluated again behind the answer; while that goes on the pages say so.
func TestCommitEvaluatesAgain(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(40, "cat", "dog")})
	s := newSite(t, Config{DB: db})
	s.submit("/care/edits", "dataset", "pets", "do", "delete", "image", "3")
	s.submit("/care/commit", "dataset", "pets")
	s.server.work.Wait()
	card := decode(t, s.get("/scorecard?format=json"))
	if card["lacking"] != 0.0 || card["scoring"].(map[string]any)["making"] != nil || len(card["scores"].([]any)) != 8 {
		t.Errorf("lacking %v, scoring %v, %d scores", card["lacking"], card["scoring"], len(card["scores"].([]any)))
	}
	if s.page("/care").Find(".scoring").Length() != 0 {
		t.Error("the care page says that something is missing")
	}
}

// What is missing is said, with a button that makes it; of a file that cannot change, with the command alone.
func TestEvaluateNow(t *testing.T) {
	path := storetest.File(t, storetest.Spec{Images: storetest.Images(40, "cat", "dog")})
	db, err := store.Open(t.Context(), path, store.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s := newSite(t, Config{DB: db})
	note := s.page("/scorecard").Find(".scoring")
	if !strings.Contains(note.Text(), "8 evaluations are missing") || note.Find("button").Text() != "Make them now" || note.Find("code").Length() != 1 {
		t.Errorf("the scorecard says %q", note.Text())
	}
	if status, to, text := s.submit("/scorecard/evaluate", "dataset", "pets", "return", "/scorecard?dataset=pets&measure=map"); status != http.StatusSeeOther || to != "/scorecard?dataset=pets&measure=map" {
		t.Errorf("status %d to %q: %s", status, to, text)
	}
	s.server.work.Wait()
	if doc := s.page("/scorecard"); doc.Find(".scoring").Length() != 0 || doc.Find("table.heat").Length() == 0 {
		t.Errorf("it still says %q", doc.Find(".scoring").Text())
	}
	if _, to, _ := s.submit("/scorecard/evaluate", "dataset", "pets", "return", "//evil.example/scorecard"); to != "/scorecard?dataset=pets" {
		t.Errorf("it leads to %q", to)
	}
	if status, _, _ := s.submit("/scorecard/evaluate", "dataset", "petz"); status != http.StatusBadRequest {
		t.Errorf("no such dataset: status %d", status)
	}
	s.server.work.Wait() // or what was asked for last makes again what is deleted
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.DeleteScores(1) }); err != nil {
		t.Fatal(err)
	}
	shipped, err := store.Open(t.Context(), path, store.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shipped.Close() })
	r := newSite(t, Config{DB: shipped, EditsOff: "It is a museum."})
	if note := r.page("/scorecard").Find(".scoring"); note.Find("button").Length() != 0 || !strings.Contains(note.Text(), "convnet evaluate") {
		t.Errorf("read-only it says %q", note.Text())
	}
	if status, _, text := r.submit("/scorecard/evaluate", "dataset", "pets"); status != http.StatusConflict || !strings.Contains(text, "museum") {
		t.Errorf("read-only: status %d: %s", status, text)
	}
}
