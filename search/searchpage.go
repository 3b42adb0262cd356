package search

import (
	"fmt"
	"html/template"

	"github.com/convnet-playground/convnet/templates"
)

// SearchPage is the search page: an answer, what else could be asked, and the catalogue to ask with.
type SearchPage struct {
	templates.Base `json:"-"`
	*Page
	Catalogue Catalogue `json:"catalogue"`
	Upload    Upload    `json:"upload"`

	Datasets   []Choice    `json:"-"`
	Models     []Choice    `json:"-"`
	Metrics    []Choice    `json:"-"`
	Ks         []Choice    `json:"-"`
	Strip      []StripItem `json:"-"`
	Cards      []Card      `json:"-"`
	Hint       *Hint       `json:"hint"` // a next step worth trying
	Ranks      *RankBars   `json:"-"`
	Good       float64     `json:"-"` // where on a bar good matches begin
	Form       []Field     `json:"-"` // the selection, for forms; without what the form itself asks for
	PForm      []Field     `json:"-"` // the selection but for minkowski's exponent
	Dense      []Field     `json:"-"` // the same for choosing a layer from a list, when the strip has too many to name
	QueryURL   string      `json:"-"` // the query's picture; "" where it is not one
	Shown      string      `json:"-"` // the same, with no more pixels than a page shows
	Thumb      string      `json:"-"` // a small one; "" where it has none
	Swatch     string      `json:"-"`
	Address    string      `json:"-"` // of this page with everything said
	CompareURL string      `json:"-"` // the same query at every layer of every model; for a channel, the images that it finds
	HasMeans   bool        `json:"-"` // the strip shows the dataset's mean scores

	Basket  *Basket      `json:"-"` // the query's parts; nil where it is one picture or a channel
	Crop    *CropView    `json:"-"` // nil where nothing can be cropped
	Channel *ChannelView `json:"-"` // nil where the query is no channel
	Saving  Saving       `json:"-"`

	Map *MapPanel `json:"-"` // nil: the layer has none

	// What does not hang on the answer is written before that is there.
	Side  template.HTML `json:"-"` // the query and the controls
	Shelf template.HTML `json:"-"` // the catalogue

	Firing   []FiringChannel `json:"firing"` // channels of the layer that fire for the query
	ProbeURL string          `json:"-"`      // the query, layer by layer
	LayerURL string          `json:"-"`
}

// Upload says whether a new picture can be the query.
type Upload struct {
	Available bool   `json:"available"`
	Reason    string `json:"reason,omitempty"` // why not
}

// Choice is one of several things to choose from.
type Choice struct {
	Name, Note string
	URL        string
	Current    bool
	Score      *float64
	Icon       Icon
}

// StripItem is a layer in the strip.
type StripItem struct {
	LayerScore
	URL  string
	Icon Icon
}

// Card is a result with its links.
type Card struct {
	Hit
	URL    string
	Why    string // address of what makes it similar; "" where a channel is the query
	Plus   string // address of the search that is to be like it, too
	Minus  string // address of the search that is to be unlike it; "" where that cannot be
	Heat   string // address of a drawing of where the channel fires; "" where none is the query
	Swatch string
	Other  bool    // of another category than the query
	Top    string  // its percentile, as words: top 0.2 %
	Near   float64 // length of the bar: how many of all pairs are farther apart, in percent
}

// Field is a hidden form field.
type Field struct{ Name, Value string }

func title(p *Page) string {
	name := p.Query.Name
	if p.Query.Crop != nil {
		name = "a part of " + name
	}
	switch {
	case p.Query.Channel != nil:
		return fmt.Sprintf("What excites channel %d of %s", *p.Query.Channel, p.Layer)
	case p.NoGoodMatch:
		return "Nothing looks much like " + name
	}
	return "Looks like " + name
}
