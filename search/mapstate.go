package search

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/store"
)

// mapState is the state of the map page. All of it is in the address; the search's part has the same names there.
type mapState struct {
	selection
	method string
	color  coloring
	hide   []string // categories
	show   []string // the only categories, when not empty
	second secondMap
	lasso  *lasso
	links  bool // a link at every point, however many there are
}

// secondMap is another layer to stand beside the first; without a layer there is none.
type secondMap struct{ model, layer, pooling string }

// coloring says what the points' colours mean.
type coloring struct {
	by      string // category, distance, score or channel
	channel int
}

func (c coloring) String() string {
	if c.by == colorByChannel {
		return colorByChannel + ":" + strconv.Itoa(c.channel)
	}
	return c.by
}

const (
	colorByCategory, colorByDistance = "category", "distance"
	colorByScore, colorByChannel     = "score", "channel"
)

func readMapState(q url.Values) (mapState, error) {
	s := mapState{
		method: q.Get("method"), hide: q["hide"], show: q["show"], links: q.Get("view") == "links",
		second: secondMap{model: q.Get("model2"), layer: q.Get("layer2"), pooling: q.Get("pooling2")},
	}
	var err error
	if s.selection, err = readSelection(q); err != nil {
		return s, err
	}
	s.category = nil // of the catalogue, which a map does not have
	if s.method != "" && s.method != store.UMAP && s.method != store.PCA {
		return s, badRequestf("There is no method %q: choose umap or pca.", s.method)
	}
	if beside := q.Get("beside"); beside != "" { // a choice from the page's list
		model, layer, _ := strings.Cut(beside, "/") // "none" has no layer
		s.second = secondMap{model: model, layer: layer}
	}
	if s.color, err = readColoring(q); err != nil {
		return s, err
	}
	s.lasso, err = readLasso(q)
	return s, err
}

func readColoring(q url.Values) (coloring, error) {
	by, channel, numbered := strings.Cut(cmp.Or(q.Get("color"), colorByCategory), ":")
	if by == colorByChannel && !numbered {
		channel = cmp.Or(q.Get("channel"), "0") // from the form
	}
	c := coloring{by: by}
	switch by {
	case colorByCategory, colorByDistance, colorByScore:
		return c, nil
	case colorByChannel:
		n, err := strconv.Atoi(channel)
		if err != nil || n < 0 {
			return c, badRequestf("color=channel:N takes the number of a channel from 0 on, not %q.", channel)
		}
		c.channel = n
		return c, nil
	}
	return c, badRequestf("There is no colour by %q: choose category, distance, score or channel:N.", by)
}

// values is the whole state as an address holds it.
func (s mapState) values() url.Values {
	q := s.selection.values()
	setAll(q, "method", s.method, "model2", s.second.model, "layer2", s.second.layer, "pooling2", s.second.pooling)
	if s.color.by != colorByCategory && s.color.by != "" {
		q.Set("color", s.color.String())
	}
	for _, name := range s.hide {
		q.Add("hide", name)
	}
	for _, name := range s.show {
		q.Add("show", name)
	}
	if s.links {
		q.Set("view", "links")
	}
	s.lasso.values(q)
	return q
}

// url is the address of the page, or of another form of it: /map.svg, /map/points, …
func (s mapState) url(path string) string { return path + "?" + s.values().Encode() }

// with is the page's address after a change.
func (s mapState) with(change func(*mapState)) string {
	change(&s)
	return s.url("/map")
}

func (s mapState) hidden(category string) bool {
	return slices.Contains(s.hide, category) || len(s.show) > 0 && !slices.Contains(s.show, category)
}

// toggled is the state with a category hidden that was to be seen, or the other way round.
func (s mapState) toggled(category string, all []store.CategoryCount) mapState {
	var hide, show []string
	for _, c := range all {
		if s.hidden(c.Name) != (c.Name == category) {
			hide = append(hide, c.Name)
		} else {
			show = append(show, c.Name)
		}
	}
	s.hide, s.show = hide, nil
	if len(show) > 0 && len(show) < len(hide) {
		s.hide, s.show = nil, show
	}
	return s
}

// only is the state with all other categories hidden.
func (s mapState) only(category string) mapState {
	s.hide, s.show = nil, []string{category}
	return s
}
