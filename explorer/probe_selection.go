package explorer

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/internal/imaging"
)

// none is the number of a channel or class that is not chosen.
const none = -1

// probeSelection is the state of the probe: all of it is in the address, and every link is this one with a change.
type probeSelection struct {
	model          string
	dataset, image string // the picture, or
	upload, saved  string // the token of one that was sent, or the number of one that was saved; then the dataset is what its values are compared with
	crop           imaging.Region
	layers         []string // shown beside the default ones
	value          bool     // the highest values first

	layer   string // with channel: the map that is drawn, or the channel that is explained
	channel int
	class   int    // the class that is explained
	at      string // the layer by whose places something is explained
}

func readProbe(q url.Values) (probeSelection, error) {
	s := probeSelection{
		model: q.Get("model"), dataset: q.Get("dataset"), image: q.Get("image"), upload: q.Get("upload"), saved: q.Get("saved"),
		layer: q.Get("layer"), at: q.Get("at"), channel: none, class: none,
	}
	for _, name := range q["show"] {
		if name != "" && !slices.Contains(s.layers, name) {
			s.layers = append(s.layers, name)
		}
	}
	var err error
	if text := q.Get("crop"); text != "" {
		if s.crop, err = imaging.ParseRegion(text); err != nil {
			return s, echo.NewHTTPError(http.StatusBadRequest, err.Error())
		}
	}
	sort, err := oneOf(q, "sort", "unusual", "value")
	if err != nil {
		return s, err
	}
	s.value = sort == "value"
	if s.class, err = readNumber(q, "class"); err != nil {
		return s, err
	}
	if s.channel, err = readNumber(q, "channel"); err != nil {
		return s, err
	}
	if s.layer == "" || s.class != none {
		s.layer, s.channel = "", none
	} else if s.channel == none {
		s.channel = 0
	}
	return s, nil
}

// readNumber reads a number from an address, none where it is not said.
func readNumber(q url.Values, name string) (int, error) {
	text := q.Get(name)
	if text == "" {
		return none, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return none, echo.NewHTTPError(http.StatusBadRequest, name+" must be a whole number, not "+strconv.Quote(text)+".")
	}
	return int(n), nil
}

// request is what is to be looked at.
func (s probeSelection) request(p probePicture) ProbeRequest {
	layers := s.layers
	if s.layer != "" {
		layers = append(slices.Clone(layers), s.layer)
	}
	return ProbeRequest{Model: s.model, Layers: layers, Value: s.value, Image: p.image, Dataset: s.dataset, Picture: p.data}
}

// own reports whether the picture is none of the file's datasets.
func (s probeSelection) own() bool { return s.upload != "" || s.saved != "" }

// pictured is the selection with another picture: an image of the dataset, or one that was sent.
func (s probeSelection) pictured(image, upload string) probeSelection {
	s.image, s.upload, s.saved, s.crop = image, upload, "", imaging.Region{}
	return s
}

// pictureNames are the parameters that say which picture is looked at.
var pictureNames = []string{"image", "upload", "saved", "crop"}

// mapping is the selection with the map of a channel drawn; with no layer it is the picture alone.
func (s probeSelection) mapping(layer string, channel int) probeSelection {
	s.layer, s.channel, s.class, s.at = layer, channel, none, ""
	return s
}

// explaining is the selection with a class explained, or with the channel of a layer.
func (s probeSelection) explaining(at string, class int) probeSelection {
	s.class, s.at = class, at
	if class != none {
		s.layer, s.channel = "", none
	}
	return s
}

func (s probeSelection) question() Question {
	if s.class != none {
		return Question{At: s.at, Channel: s.class}
	}
	return Question{At: s.at, Of: s.layer, Channel: s.channel}
}

// places are the layers by whose places what is shown can be explained: those with a map, before the channel's own.
func (s probeSelection) places(m manifest) []Choice {
	var all []Choice
	for _, name := range m.mapped(s.layers) {
		if name == s.layer {
			break
		}
		then := s.explaining(name, s.class)
		all = append(all, Choice{Label: name, URL: then.url(), Current: name == s.at})
	}
	return all
}

func (s probeSelection) values() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("model", s.model)
	set("dataset", s.dataset)
	set("image", s.image)
	set("upload", s.upload)
	set("saved", s.saved)
	if !s.crop.IsZero() {
		set("crop", s.crop.String())
	}
	if len(s.layers) > 0 {
		q["show"] = s.layers
	}
	if s.value {
		set("sort", "value")
	}
	set("layer", s.layer)
	if s.layer != "" {
		set("channel", strconv.Itoa(s.channel))
	}
	if s.class != none {
		set("class", strconv.Itoa(s.class))
	}
	set("at", s.at)
	return q
}

// searched are the parameters of a search with the same picture.
func (s probeSelection) searched() url.Values {
	q := url.Values{"model": {s.model}, "dataset": {s.dataset}}
	for _, name := range pictureNames {
		if value := s.values().Get(name); value != "" {
			q.Set(name, value)
		}
	}
	if s.own() {
		q.Del("image")
	}
	return q
}

func (s probeSelection) url() string {
	q := s.values()
	if len(q) == 0 {
		return "/probe"
	}
	return "/probe?" + q.Encode()
}

// fields is the selection for a form that asks for something else by itself.
func (s probeSelection) fields(without ...string) []Field {
	var fields []Field
	q := s.values()
	for _, name := range []string{"model", "dataset", "image", "upload", "saved", "crop", "show", "sort", "layer", "channel", "class", "at"} {
		if slices.Contains(without, name) {
			continue
		}
		for _, value := range q[name] {
			fields = append(fields, Field{name, value})
		}
	}
	return fields
}

// Sizes of drawings, in pixels of a side.
const (
	smallDrawing = 160
	largeDrawing = 448
)

// drawing is the address of a drawing: a map, the places that speak for something, or what is seen from a map's peak.
func (s probeSelection) drawing(kind string, side int) string {
	q := s.values()
	for _, name := range []string{"show", "sort"} {
		q.Del(name)
	}
	q.Set("side", strconv.Itoa(side))
	return "/probe/" + kind + ".jpg?" + q.Encode()
}

func hexOf(sum [32]byte) string { return hex.EncodeToString(sum[:]) }
