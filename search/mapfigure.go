package search

import (
	"encoding/json"
	"fmt"
	"strings"
)

// inlinePoints is up to how many points a page brings its drawing along. A larger one is an address: whoever has no
// script or no WebGL2 asks for it.
const inlinePoints = 500

// MapFigure is one map of a page.
type MapFigure struct {
	Slot            string          `json:"-"` // one, two or panel: a map keeps its slot while the page around it changes
	Model           string          `json:"model"`
	Layer           string          `json:"layer"`
	Pooling         string          `json:"pooling"`
	Method          string          `json:"method"`
	Parameters      json.RawMessage `json:"parameters"`
	Trustworthiness *float64        `json:"trustworthiness"` // null: too few points to say
	Images          int             `json:"points"`
	Placed          int             `json:"placed_later"` // of them; they were added to a map that stayed as it was
	Neighbors       []int64         `json:"neighbors"`    // image ids, nearest first
	Points          string          `json:"points_url"`   // the places, in bytes

	State   string      `json:"-"` // what the script needs, as JSON
	Drawing *mapDrawing `json:"-"` // nil when there are too many points
	Links   string      `json:"-"` // address of the page with a link at every point
	SVG     string      `json:"-"`
	Small   bool        `json:"-"`
	Missing int         `json:"without_place"` // images of the dataset that are not on the map
}

// figureState is what templates/map reads from a figure.
type figureState struct {
	Slot       string            `json:"slot"`
	Dataset    string            `json:"dataset"`
	Points     string            `json:"points"`
	Values     string            `json:"values"`
	ValueName  string            `json:"valueName"`
	Ramp       string            `json:"ramp"`
	Reverse    bool              `json:"reverse"`
	Query      int64             `json:"query"`
	Place      []float64         `json:"place"`
	Neighbors  []int64           `json:"neighbors"`
	Hidden     []int             `json:"hidden"`
	Selecting  bool              `json:"selecting"`
	Selected   string            `json:"selected"`
	Categories []string          `json:"categories"`
	Small      bool              `json:"small"`
	Address    string            `json:"address"`
	Lasso      map[string]string `json:"lasso"`
	Polygon    [][2]float64      `json:"polygon"` // of the lasso, where it was drawn
	File       string            `json:"file"`
	Drawing    string            `json:"drawing"`
	At         string            `json:"at"` // address that leads to the search at a place: at=x-y is to be added
}

// figure describes a map for a page. own is the map's own state: for a second map with its layer as the first.
func figure(slot string, page, own mapState, a *mapAnswer, selected []int64) *MapFigure {
	p := a.projection
	f := &MapFigure{
		Slot: slot, Model: p.Model, Layer: p.Layer, Pooling: p.Pooling, Method: p.Method, Parameters: p.Parameters,
		Trustworthiness: p.Trustworthiness, Images: len(a.layout.ids), Placed: p.Extended, Neighbors: a.neighborIDs(),
		Points: own.bare().url("/map/points"), SVG: own.url("/map.svg"), Small: slot == "panel",
		Missing: a.target.dataset.Images - len(a.layout.ids),
	}
	links := page
	links.links = true
	f.Links = links.url("/map")
	f.State = stateOf(f, page, own, a, selected)
	if len(a.layout.ids) <= inlinePoints || page.links {
		f.Drawing = drawingOf(own, a, selected, f.Small).draw()
	}
	return f
}

func stateOf(f *MapFigure, page, own mapState, a *mapAnswer, selected []int64) string {
	own.links = true
	s := figureState{
		Slot: f.Slot, Dataset: a.target.dataset.Name, Points: f.Points, Query: a.page.Query.ImageID, Place: a.place,
		Neighbors: f.Neighbors, Hidden: []int{}, Selecting: page.lasso != nil, Selected: ranges(selected), Small: f.Small,
		Address: page.url(choose(f.Small, "/search", "/map")), Lasso: own.lassoHere(), Polygon: own.lasso.polygon(own), File: fileStem(a), Drawing: own.url("/map.svg"),
		At: own.onlyMap().url("/map/at"),
	}
	if a.values != nil {
		s.Values, s.ValueName, s.Ramp, s.Reverse = own.valued().url("/map/values"), a.values.name, a.values.ramp, a.values.reverse
	}
	for i, c := range a.target.dataset.Categories {
		s.Categories = append(s.Categories, c.Name)
		if own.hidden(c.Name) {
			s.Hidden = append(s.Hidden, i)
		}
	}
	text, err := json.Marshal(s)
	if err != nil {
		return "{}" // strings and finite numbers: cannot fail
	}
	return string(text)
}

// drawingOf is the map as the server draws it, with a link at every point: to the map, or from a
// small one to the search.
func drawingOf(own mapState, a *mapAnswer, selected []int64, small bool) drawing {
	d := drawing{
		layout: a.layout, dataset: a.target.dataset, values: a.values, query: a.page.Query.ImageID, place: a.place,
		neighbors: a.neighborIDs(), hidden: own.hidden,
	}
	d.url = addresses(func(ask Ask) string {
		there := own
		there.ask, there.page = ask, 0
		return choose(small, there.selection.url(), there.url("/map"))
	})
	if own.lasso != nil {
		d.selected = []int{}
		for _, id := range selected {
			if i, ok := a.layout.find(id); ok {
				d.selected = append(d.selected, i)
			}
		}
	}
	return d
}

// bare is the state that the points depend on: their address stays the same whatever is marked.
func (s mapState) bare() mapState {
	return mapState{selection: selection{dataset: s.dataset, model: s.model, layer: s.layer, pooling: s.pooling}, method: s.method}
}

// valued is the state that the colours depend on.
func (s mapState) valued() mapState {
	v := s.bare()
	v.color, v.metric, v.p = s.color, s.metric, s.p
	if s.color.by == colorByDistance {
		v.ask = s.ask
	}
	return v
}

// lassoHere are the parts of an address that say on which map a lasso is drawn.
func (s mapState) lassoHere() map[string]string {
	return map[string]string{"select_model": s.model, "select_layer": s.layer, "select_pooling": s.pooling, "select_method": s.method}
}

// fileStem names files that are saved: dataset_model_layer_method.
func fileStem(a *mapAnswer) string {
	safe := strings.NewReplacer("/", "-", "\\", "-", ":", "-", " ", "-")
	return safe.Replace(fmt.Sprintf("%s_%s_%s_%s", a.target.dataset.Name, a.projection.Model, a.projection.Layer, a.projection.Method))
}
