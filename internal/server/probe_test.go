package server

import (
	"bytes"
	"context"
	"encoding/json"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/upload"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// colours is a small honest prober for pictures of 8 × 8 pixels: channel c of a map is the colour c of the pixels, at every
// place, and the classes are how much of red, green and blue the picture has.
type colours struct{}

func (colours) Look(_ context.Context, _ store.Model, layers []string, picture []byte) (*explorer.Sight, error) {
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, explorer.Refuse(upload.ErrBad, "This picture cannot be used: %v", err)
	}
	s := &explorer.Sight{Picture: img, Classes: make([]float64, 3)}
	m := explorer.FeatureMap{Channels: 4, Height: 8, Width: 8, Values: make([]float32, 4*64)}
	var total float64
	for i := range 64 {
		r, g, b, _ := img.At(i%8, i/8).RGBA()
		for c, v := range []uint32{r, g, b, 0} {
			m.Values[c*64+i] = float32(v) / 0xffff
		}
		for c, v := range []uint32{r, g, b} {
			s.Classes[c] += float64(v)
			total += float64(v)
		}
	}
	for c := range s.Classes {
		s.Classes[c] /= total
	}
	for range layers {
		s.Maps = append(s.Maps, m)
	}
	return s, nil
}

func (c colours) Explain(ctx context.Context, m store.Model, q explorer.Question, picture []byte) (*explorer.Explanation, error) {
	s, err := c.Look(ctx, m, []string{q.At}, picture)
	if err != nil {
		return nil, err
	}
	if q.At == q.Of {
		return nil, explorer.Refuse(explorer.ErrQuestion, "%s cannot be explained by itself.", q.At)
	}
	return &explorer.Explanation{Target: 7, Places: explorer.FeatureMap{Channels: 1, Height: 8, Width: 8, Values: s.Maps[0].Plane(q.Channel)}}, nil
}

func TestProbe(t *testing.T) {
	s := demoSite(t)
	for _, tt := range []struct {
		address, selector string
		count             int // -1: at least one
	}{
		{"/probe", ".probed", 2},
		{"/probe", ".probed-row li", 8},
		{"/probe", ".probed-row img.made[src^='/probe/map.jpg?']", 8},
		{"/probe", ".probed-row img.inset[src^='/visualizations/']", 2},
		{"/probe", ".probed-row a[aria-current]", 0},
		{"/probe", "[aria-labelledby=classes] li", 3},
		{"/probe", ".tiles a", 12},
		{"/probe", ".tiles a[aria-current]", 1},
		{"/probe", "form[data-upload][method=post][action='/probe'] input[type=file]", 1},
		{"/probe", "a[href^='/search?'][href*='image=']", 1},
		{"/probe?layer=late&channel=1", ".probed-row a[aria-current]", 1},
		{"/probe?layer=late&channel=1", "img.drawing[src^='/probe/map.jpg?']", 1},
		{"/probe?layer=late&channel=1", "a[href='/models/tiny/layers/late/channels/1']", 1},
		{"/probe?layer=late&channel=1", ".options a[href*='at=early']", 1},
		{"/probe?class=2", "img.drawing[src^='/probe/places.jpg?']", 1},
		{"/probe?class=2", "[aria-labelledby=classes] a[aria-current]", 1},
		{"/probe?layer=late&channel=0&at=early", "img.drawing[src^='/probe/places.jpg?']", 1},
		{"/search?layer=late&image=dog/007.png", ".query a[href^='/probe?'][href*='image=dog']", 1},
		{"/search?layer=late&image=dog/007.png", ".firing a[href^='/models/tiny/layers/late/channels/']", -1},
		{"/models/tiny/layers/late/channels/0", ".excited-row img[src^='/probe/map.jpg?']", 27},
		{"/models/tiny/layers/late/channels/0?view=peak", ".excited-row img[src^='/probe/peak.jpg?']", 27},
		{"/models/tiny/layers/late/channels/0?view=picture", ".excited-row img[src^='/thumbnails/']", 27},
		{"/models/tiny/layers/late/channels/0", ".excited-row a[href^='/probe?'][href*='layer=late']", 27},
	} {
		if n := s.page(tt.address).Find(tt.selector).Length(); n != tt.count && (tt.count >= 0 || n == 0) {
			t.Errorf("%s: %d of %s, want %d", tt.address, n, tt.selector, tt.count)
		}
	}
}

// A crop and a saved picture are probed like any other, and every link keeps them.
func TestProbeCropAndSaved(t *testing.T) {
	s := demoSite(t)
	id, err := s.server.config.DB.SaveQuery(t.Context(), store.NewSavedQuery{Name: "mine.png", Format: "png", Width: 16, Height: 8, Picture: storetest.PNG(16, 8, 7)})
	if err != nil {
		t.Fatal(err)
	}
	saved := "saved=" + strconv.FormatInt(id, 10)
	page := s.page("/probe?" + saved + "&crop=4,0,8,8&layer=late&channel=1")
	if text := page.Find("h1").Text(); !strings.Contains(text, "a part of mine.png") {
		t.Errorf("the page is about %q", text)
	}
	for _, link := range page.Find(".probed-row a, .options a, .preferences a").EachIter() {
		if href := link.AttrOr("href", ""); strings.HasPrefix(href, "/probe") && (!strings.Contains(href, saved) || !strings.Contains(href, "crop=4%2C0%2C8%2C8")) {
			t.Errorf("%s forgets the picture", href)
		}
	}
	for _, link := range page.Find(".tiles a").EachIter() {
		if href := link.AttrOr("href", ""); strings.Contains(href, "saved=") || strings.Contains(href, "crop=") {
			t.Errorf("%s leads to another picture", href)
		}
	}
	if href := page.Find(".links a[href^='/search?']").AttrOr("href", ""); !strings.Contains(href, saved) || !strings.Contains(href, "crop=") || s.get(href).Code != http.StatusOK {
		t.Errorf("the search with it: %s", href)
	}
	if whole := page.Find(".links a:contains('all of it')").AttrOr("href", ""); strings.Contains(whole, "crop=") || !strings.Contains(whole, saved) {
		t.Errorf("all of it: %s", whole)
	}
	w := s.get(page.Find("img.drawing").AttrOr("src", ""))
	if w.Code != http.StatusOK || w.Header().Get("ETag") == "" || w.Header().Get("Content-Type") != "image/jpeg" {
		t.Errorf("the drawing: status %d, %v", w.Code, w.Header())
	}
	if w := s.get(s.page("/probe?image=dog/007.png&crop=0,0,8,8").Find("img.drawing").AttrOr("src", "")); w.Code != http.StatusOK {
		t.Errorf("a part of an image: status %d", w.Code)
	}
	twin := decode(t, s.get("/probe?"+saved+"&crop=4,0,8,8&format=json"))
	if twin["saved"] != strconv.FormatInt(id, 10) || twin["crop"].(map[string]any)["width"] != 8.0 {
		t.Errorf("the twin says %v, %v", twin["saved"], twin["crop"])
	}
	for address, status := range map[string]int{
		"/probe?saved=7": 404, "/probe?saved=seven": 404, "/probe?" + saved + "&crop=4,0,13,8": 400, "/probe?image=dog/007.png&crop=1,2,3": 400,
	} {
		if w := s.get(address); w.Code != status {
			t.Errorf("%s: status %d, want %d", address, w.Code, status)
		}
	}
	// From the search page it is one link.
	if href := s.page("/search?layer=late&"+saved+"&crop=4,0,8,8").Find("a[href^='/probe?']").First().AttrOr("href", ""); !strings.Contains(href, saved) || !strings.Contains(href, "crop=") {
		t.Errorf("the search page leads to %s", href)
	}
}

// Where no picture of a channel has been made, the pages show where in the pictures it fires.
func TestHeatInPlaceOfPictures(t *testing.T) {
	s := demoSite(t)
	const query = "image=dog/007.png&layer=early"
	heats := s.page("/search?" + query).Find(".firing img[src^='/probe/map.jpg?']")
	if heats.Length() == 0 {
		t.Error("the search page shows no heat")
	}
	if w := s.get(heats.First().AttrOr("src", "")); w.Code != http.StatusOK {
		t.Errorf("heat: status %d: %s", w.Code, w.Body)
	}
	why := s.page("/why?" + query + "&with=cat/000.png").Find(".shares .two-heats")
	if why.Length() == 0 || why.First().Find("img[src*='dog%2F007']").Length() != 1 || why.First().Find("img[src*='cat%2F000']").Length() != 1 {
		t.Errorf("%d channels have heat on both pictures", why.Length())
	}
	if s.page("/search?image=dog/007.png&layer=late").Find(".firing img[src^='/visualizations/']").Length() == 0 {
		t.Error("pictures of channels that have been made are not shown")
	}
	without := newSite(t, Config{DB: s.server.config.DB})
	for _, address := range []string{"/search?" + query, "/why?" + query + "&with=cat/000.png"} {
		if n := without.page(address).Find("img[src^='/probe/map.jpg?']").Length(); n != 0 {
			t.Errorf("%s: %d drawings that no network can make", address, n)
		}
	}
}

// What stands in for the picture of a channel is of the image that its page names first.
func TestImageInPlaceOfPicture(t *testing.T) {
	s := demoSite(t)
	without := newSite(t, Config{DB: s.server.config.DB})
	const layer, channel = "/models/tiny/layers/late", "/models/tiny/layers/late/channels/3"
	var twin struct {
		Datasets []struct {
			HighestMax []explorer.ExcitedImage `json:"highest_max"`
			LowestMean []explorer.ExcitedImage `json:"lowest_mean"`
		}
	}
	if err := json.Unmarshal(s.get(channel+"?format=json").Body.Bytes(), &twin); err != nil {
		t.Fatal(err)
	}
	most, least := twin.Datasets[0].HighestMax[0], twin.Datasets[0].LowestMean[0]
	source := func(s *site, address, selector string) string {
		return s.page(address).Find(selector).AttrOr("src", "")
	}
	const tile = ".channels-grid a[href='" + channel + "'] img"
	drawing, err := url.Parse(source(s, layer, tile))
	if q := drawing.Query(); err != nil || drawing.Path != "/probe/peak.jpg" || q.Get("image") != most.Name || q.Get("channel") != "3" {
		t.Errorf("%s stands in for channel 3, want its place in %s", drawing, most.Name)
	}
	if w := s.get(drawing.String()); w.Code != http.StatusOK {
		t.Errorf("%s: status %d: %s", drawing, w.Code, w.Body)
	}
	for _, test := range []struct {
		site              *site
		address, selector string
		want              string
	}{
		{s, layer + "?objective=negative", tile, "/thumbnails/" + least.SHA256},
		{without, layer, tile, "/thumbnails/" + most.SHA256},
		{without, channel, ".portrait > img", "/images/" + most.SHA256},
	} {
		if got := source(test.site, test.address, test.selector); got != test.want {
			t.Errorf("%s: %s stands in for channel 3, want %s", test.address, got, test.want)
		}
	}
}

// A channel's page leads to the search with it.
func TestChannelIsSearchedWith(t *testing.T) {
	s := demoSite(t)
	link := s.page("/models/tiny/layers/late/channels/1").Find("a[href*='plus=channel']").AttrOr("href", "")
	if doc := s.page(link); doc.Find(".hit").Length() != 15 || !strings.Contains(doc.Find("title").Text(), "channel 1 of late") {
		t.Errorf("%s leads to %q", link, doc.Find("title").Text())
	}
}

// The twin's numbers are those of the picture, compared with the dataset's.
func TestProbeTwin(t *testing.T) {
	s := demoSite(t)
	twin := decode(t, s.get("/probe?image=dog/007.png&layer=late&channel=1&sort=value&format=json"))
	if twin["model"] != "tiny" || twin["dataset"] != "pets" || twin["name"] != "dog/007.png" || twin["category"] != "dog" {
		t.Errorf("the twin says %v", twin)
	}
	layer := twin["layers"].([]any)[1].(map[string]any)
	top := layer["top"].([]any)
	first, last := top[0].(map[string]any), top[len(top)-1].(map[string]any)
	if layer["compared"] != 40.0 || len(top) != 4 || first["max"].(float64) < last["max"].(float64) || last["channel"] != 3.0 {
		t.Errorf("layer %v", layer)
	}
	if share := first["below"].(float64); share < 0 || share > 1 {
		t.Errorf("higher than in %v of the images", share)
	}
	shown := twin["shown"].(map[string]any)
	if shown["kind"] != "map" || shown["layer"] != "late" || shown["channel"] != 1.0 || shown["values"] == nil {
		t.Errorf("shown %v", shown)
	}
	places := decode(t, s.get("/probe?class=0&at=early&format=json"))["shown"].(map[string]any)
	if places["target"] != 7.0 || len(places["weights"].([]any)) != 64 {
		t.Errorf("places %v", places)
	}
}

func TestProbeDrawings(t *testing.T) {
	s := demoSite(t)
	for _, address := range []string{"/probe/map.jpg?layer=late&channel=0", "/probe/peak.jpg?layer=late&channel=0&side=160", "/probe/places.jpg?class=1&at=late"} {
		w := s.get(address)
		picture, err := jpeg.Decode(bytes.NewReader(w.Body.Bytes()))
		if w.Code != http.StatusOK || err != nil {
			t.Fatalf("%s: status %d, %v", address, w.Code, err)
		}
		if side := picture.Bounds().Dx(); side != 448 && !strings.Contains(address, "side=160") || picture.Bounds().Dy() != side {
			t.Errorf("%s: %v", address, picture.Bounds())
		}
		tag := w.Header().Get("ETag")
		if again := s.get(address, header("If-None-Match", tag)); tag == "" || again.Code != http.StatusNotModified {
			t.Errorf("%s: status %d for the same again", address, again.Code)
		}
	}
}

func TestProbeUpload(t *testing.T) {
	s := demoSite(t)
	body, kind := form(t, storetest.PNG(8, 8, 7), map[string]string{"model": "tiny", "class": "1"})
	w := s.do(http.MethodPost, "/probe", body, kind)
	address := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(address, "/probe?") || !strings.Contains(address, "class=1") {
		t.Fatalf("status %d, %q", w.Code, address)
	}
	cookie := w.Result().Cookies()[0]
	mine := header("Cookie", cookie.Name+"="+cookie.Value)
	page := s.get(address, mine)
	doc := document(t, page)
	checkPolicy(t, page.Header(), doc)
	checkReadable(t, doc)
	drawing := doc.Find("img.drawing").AttrOr("src", "")
	if d := s.get(drawing, mine); d.Code != http.StatusOK || d.Header().Get("Cache-Control") != "private, no-store" {
		t.Errorf("%s: status %d, %v", drawing, d.Code, d.Header())
	}
	for _, theirs := range []string{address, drawing} {
		if w := s.get(theirs); w.Code != http.StatusGone {
			t.Errorf("somebody else's %s: status %d", theirs, w.Code)
		}
	}
	broken, kind := form(t, append([]byte("\x89PNG\r\n\x1a\n"), 1, 2, 3), nil)
	w = s.do(http.MethodPost, "/probe", broken, kind, mine)
	if w := s.get(w.Header().Get("Location"), mine); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "cannot be used") {
		t.Errorf("a broken picture: status %d: %.300s", w.Code, w.Body)
	}
}

func TestProbeRefuses(t *testing.T) {
	s := demoSite(t)
	for address, want := range map[string]struct {
		status int
		says   string
	}{
		"/probe?model=nothing":                       {404, "no model"},
		"/probe?dataset=nothing":                     {404, "no dataset"},
		"/probe?image=nothing.png":                   {404, ""},
		"/probe?show=nowhere":                        {404, "no layer"},
		"/probe?layer=nowhere":                       {404, "no layer"},
		"/probe?layer=late&channel=4":                {404, "no channel 4"},
		"/probe?layer=late&channel=-1":               {400, "whole number"},
		"/probe?class=many":                          {400, "whole number"},
		"/probe?sort=best":                           {400, "unusual or value"},
		"/probe?layer=late&channel=1&at=late":        {400, "cannot be explained"},
		"/probe?upload=old":                          {410, "Choose it again"},
		"/probe/map.jpg?layer=late&channel=9":        {404, "no channel 9"},
		"/probe/map.jpg?layer=nowhere":               {404, "no layer"},
		"/probe/map.jpg?layer=late&side=9999":        {400, "side"},
		"/models/tiny/layers/late/channels/0?view=x": {400, "heat, peak or picture"},
	} {
		w := s.get(address)
		if text := document(t, w).Find("main").Text(); w.Code != want.status || !strings.Contains(text, want.says) {
			t.Errorf("%s: status %d, %q; should be %d, %q", address, w.Code, strings.TrimSpace(text), want.status, want.says)
		}
	}
}

// Without a prober the pages say why, and show what they can.
func TestProbeOff(t *testing.T) {
	db := storetest.New(t, pets(t))
	putPictures(t, db)
	s := newSite(t, Config{DB: db, UploadOff: "There is no runtime here."})
	doc := s.page("/probe")
	if text := doc.Find(".empty").Text(); !strings.Contains(text, "There is no runtime here.") {
		t.Errorf("the page says %q", text)
	}
	if off := decode(t, s.get("/probe?format=json"))["off"]; off != "There is no runtime here." {
		t.Errorf("the twin says %v", off)
	}
	if w := s.get("/probe/map.jpg?layer=late&channel=0"); w.Code != http.StatusConflict {
		t.Errorf("a drawing: status %d", w.Code)
	}
	channel := s.page("/models/tiny/layers/late/channels/0")
	if n := channel.Find(".excited-row img[src^='/thumbnails/']").Length(); n != 27 || !strings.Contains(channel.Find("main").Text(), "There is no runtime here.") {
		t.Errorf("%d images on the channel's page", n)
	}
}

func TestContactSheet(t *testing.T) {
	s := demoSite(t)
	address := s.page("/models/tiny/layers/late?sort=gain").Find("a[download]").AttrOr("href", "")
	w := s.get(address)
	sheet, err := png.Decode(bytes.NewReader(w.Body.Bytes()))
	if err != nil || w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Disposition"), "tiny_late.png") {
		t.Fatalf("%s: status %d, %v, %v", address, w.Code, err, w.Header())
	}
	if size := sheet.Bounds(); size.Dx() < 2*128 || size.Dy() < 128 {
		t.Errorf("a sheet of %v for two pictures", size)
	}
	if w := s.get("/models/tiny/layers/early/sheet.png"); w.Code != http.StatusNotFound {
		t.Errorf("a sheet of nothing: status %d", w.Code)
	}
}
