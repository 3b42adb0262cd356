package server

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestVisualizations(t *testing.T) {
	s := demoSite(t)
	address := s.page("/models/tiny/layers/late").Find(".made").First().AttrOr("src", "")
	w := s.get(address)
	if picture, err := png.Decode(w.Body); err != nil || picture.Bounds().Dx() != 8 {
		t.Fatalf("%s: status %d, %v", address, w.Code, err)
	}
	for name, value := range map[string]string{"Content-Type": "image/png", "Cache-Control": "private, max-age=31536000, immutable",
		"Content-Security-Policy": picturePolicy} {
		if got := w.Header().Get(name); got != value {
			t.Errorf("%s is %q", name, got)
		}
	}
	if w := s.get(address, header("If-None-Match", w.Header().Get("ETag"))); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("a known picture: status %d with %d bytes", w.Code, w.Body.Len())
	}
	bare, _, _ := strings.Cut(address, "?")
	for _, other := range []string{bare, bare + "?v=old"} {
		if w := s.get(other); w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: status %d, %s", other, w.Code, w.Header().Get("Cache-Control"))
		}
	}
}

// manyPictures is a site with a layer of many channels that all have a picture but one.
func manyPictures(t testing.TB, channels int) *site {
	t.Helper()
	db := storetest.New(t, storetest.Spec{Channels: channels, Images: storetest.Images(3, "cat")})
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		for channel := range channels {
			n := store.NewVisualization{LayerID: 1, Objective: fmt.Sprintf("channel:%d", channel), Parameters: []byte(`{}`), Size: 8,
				End: float64(channel % 10), Dead: channel == 7}
			if !n.Dead {
				n.PNG = pictured(t, channel)
			}
			if _, err := tx.PutVisualization(n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return newSite(t, Config{DB: db})
}

func TestSheets(t *testing.T) {
	s := manyPictures(t, 100)
	doc := s.page("/models/tiny/layers/early?channels=all&sort=gain")
	cells := doc.Find(".channels-grid .cell")
	if cells.Length() != 99 {
		t.Fatalf("%d pictures in sheets", cells.Length())
	}
	if first, last := cells.First().AttrOr("src", ""), cells.Eq(63).AttrOr("src", ""); first != last {
		t.Errorf("64 pictures in two sheets, %s and %s", first, last)
	}
	for i, size := range map[int]image.Point{0: {1024, 1024}, 98: {1024, 640}} {
		address := cells.Eq(i).AttrOr("src", "")
		w := s.get(address)
		sheet, kind, err := image.Decode(bytes.NewReader(w.Body.Bytes()))
		if err != nil || kind != "jpeg" || sheet.Bounds().Size() != size {
			t.Fatalf("%s: status %d, %s, %v", address, w.Code, kind, err)
		}
		if got := fmt.Sprint(size.X, " ", size.Y); got != cells.Eq(i).AttrOr("width", "")+" "+cells.Eq(i).AttrOr("height", "") {
			t.Errorf("the page says that a sheet of %s pixels has others", got)
		}
		if !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("a sheet is not kept: %s", w.Header().Get("Cache-Control"))
		}
		if w := s.get(address, header("If-None-Match", w.Header().Get("ETag"))); w.Code != http.StatusNotModified {
			t.Errorf("a known sheet: status %d", w.Code)
		}
		if w := s.get(strings.Replace(address, "v=", "v=0", 1)); w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("a sheet of another version: status %d, %s", w.Code, w.Header().Get("Cache-Control"))
		}
	}
}

// Every picture is where the page looks for it: the middle of its cell has the colour that the picture has.
func TestSheetHasItsPictures(t *testing.T) {
	s := manyPictures(t, 80)
	doc := s.page("/models/tiny/layers/early?channels=all&sort=gain")
	sheets := map[string]image.Image{}
	doc.Find(".channels-grid .tile:has(.cell)").Each(func(_ int, tile *goquery.Selection) {
		cell := tile.Find(".cell")
		address := cell.AttrOr("src", "")
		if sheets[address] == nil {
			sheet, err := jpeg.Decode(s.get(address).Body)
			if err != nil {
				t.Fatal(err)
			}
			sheets[address] = sheet
		}
		var x, y, channel int
		if _, err := fmt.Sscanf(cell.AttrOr("class", ""), "cell x%d y%d", &x, &y); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscanf(tile.Find("b").Text(), "Channel %d", &channel); err != nil {
			t.Fatal(err)
		}
		r, g, b, _ := sheets[address].At(x*128+64, y*128+64).RGBA()
		want := picturedColor(channel)
		for i, got := range []uint32{r >> 8, g >> 8, b >> 8} {
			if off := int(got) - int([]uint8{want.R, want.G, want.B}[i]); off < -4 || off > 4 { // a JPEG rounds
				t.Errorf("channel %d at %d, %d: %d %d %d, want %v", channel, x, y, r>>8, g>>8, b>>8, want)
			}
		}
	})
	if len(sheets) != 2 {
		t.Errorf("%d sheets", len(sheets))
	}
}

// picturedColor is a colour that no other channel has.
func picturedColor(channel int) color.RGBA {
	return color.RGBA{R: uint8(channel * 3), G: uint8(255 - channel*3), B: uint8(channel % 4 * 60), A: 255}
}

// pictured is a picture of the channel's colour.
func pictured(t testing.TB, channel int) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 8, 8))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(picturedColor(channel)), image.Point{}, draw.Src)
	var buf bytes.Buffer
	if err := png.Encode(&buf, picture); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestNothingThere(t *testing.T) {
	s := demoSite(t)
	for address, want := range map[string]string{
		"/models/none":                                "There is no model \"none\" in this file.",
		"/models/none/layers/late":                    "There is no model \"none\" in this file.",
		"/models/tiny/layers/none":                    "There is no layer \"none\" in tiny.",
		"/models/tiny/layers/none/channels/0":         "There is no layer \"none\" in tiny.",
		"/models/tiny/layers/late/channels/4":         "There is no channel \"4\" in late: it has 4, counted from 0.",
		"/models/tiny/layers/late/channels/-1":        "There is no channel \"-1\" in late",
		"/models/tiny/layers/late/channels/x":         "There is no channel \"x\" in late",
		"/visualizations/99.png":                      "there is no visualization 99",
		"/visualizations/6.png":                       "nothing excites channel:2",
		"/visualizations/1.jpg":                       "There is no such picture",
		"/visualizations/x.png":                       "There is no such picture",
		"/visualizations/-1.png":                      "There is no such picture",
		"/visualizations/18446744073709551615.png":    "There is no such picture",
		"/visualizations/sheet":                       "There is no such sheet",
		"/visualizations/sheet?ids=1-65":              "There is no such sheet",
		"/visualizations/sheet?ids=98-99":             "there is no visualization 98",
		"/models/tiny/layers/late/channels/1/nothing": "There is no channel \"1/nothing\" in late",
	} {
		w := s.get(address, header("If-None-Match", "*"))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", address, w.Code)
			continue
		}
		if text := document(t, w).Find(".lead").Text(); !strings.Contains(text, want) {
			t.Errorf("%s says %q", address, text)
		}
		if w.Header().Get("ETag") != "" || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: an error that is kept for ever: %v", address, w.Header())
		}
	}
	for _, query := range []string{"channels=31", "sort=x", "objective=layer", "channels=all&sort=%00"} {
		if w := s.get("/models/tiny/layers/late?" + query); w.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d", query, w.Code)
		}
	}
}

// Whatever an address says, the answer is a page or a sentence.
func FuzzExplorerAddresses(f *testing.F) {
	s := demoSite(f)
	for _, seed := range [][4]string{{"tiny", "late", "0", "channels=all"}, {"tiny", "late", "3", "sort=gain&objective=negative"},
		{"%", "a/b", "99999999999999999999", "ids=1-3.7"}, {"tiny", "..", "-0", "ids=&v=%zz"}, {"tiny", "late", "0x1", "format=json&v="}} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, model, layer, channel, query string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		base := "/models/" + url.PathEscape(model) + "/layers/" + url.PathEscape(layer)
		for _, path := range []string{base, base + "/channels/" + url.PathEscape(channel), "/visualizations/sheet", "/visualizations/" + url.PathEscape(channel)} {
			if w := (&site{t: t, handler: s.handler}).get(path + "?" + q.Encode()); w.Code >= http.StatusInternalServerError {
				t.Errorf("%s?%s: status %d: %s", path, q.Encode(), w.Code, w.Body)
			}
		}
	})
}
