package search

import (
	"encoding/hex"
	"math"

	"github.com/convnet-playground/convnet/store"
)

// tableRows is how many points a page of the table has; gridTiles how many images of a selection are shown at once.
const tableRows, gridTiles = 50, 60

// MapTable is a page of the points as numbers: those selected, or all that are not hidden.
type MapTable struct {
	Rows     []MapRow `json:"rows"`
	Points   int      `json:"points"` // on all pages
	Page     int      `json:"page"`
	Pages    int      `json:"pages"`
	Previous string   `json:"-"`
	Next     string   `json:"-"`
	Value    string   `json:"value,omitempty"` // what the colours mean; "" for categories
}

// MapRow is a point of the table.
type MapRow struct {
	CatalogueImage
	X      float64  `json:"x"`
	Y      float64  `json:"y"`
	Value  *float64 `json:"value,omitempty"`
	Swatch string   `json:"-"`
}

// MapSelection is what a lasso holds.
type MapSelection struct {
	Images     []CatalogueImage `json:"images"`
	Categories []CategoryLink   `json:"categories"` // of those images, the most frequent first

	Shown []CatalogueImage `json:"-"` // the first of them
	Clear string           `json:"-"`
	CSV   string           `json:"-"`
	JSON  string           `json:"-"`

	Search string `json:"search"` // address of the search with all of them
}

// chosen are the points that a table or a file lists: those inside the lasso, or all; never what is hidden.
func chosen(s mapState, a *mapAnswer, selected []int64) []int {
	list := []int{}
	if s.lasso != nil {
		for _, id := range selected {
			if i, ok := a.layout.find(id); ok && !s.hidden(a.layout.images[i].Category) {
				list = append(list, i)
			}
		}
		return list
	}
	for i, img := range a.layout.images {
		if !s.hidden(img.Category) {
			list = append(list, i)
		}
	}
	return list
}

func tableOf(s mapState, a *mapAnswer, selected []int64) MapTable {
	all := chosen(s, a, selected)
	t := MapTable{Rows: []MapRow{}, Points: len(all), Pages: max(1, (len(all)+tableRows-1)/tableRows)}
	t.Page = min(max(1, s.page), t.Pages)
	turn := func(page int) string { return s.with(func(s *mapState) { s.page = page }) + "#table" }
	if t.Page > 1 {
		t.Previous = turn(t.Page - 1)
	}
	if t.Page < t.Pages {
		t.Next = turn(t.Page + 1)
	}
	if a.values != nil {
		t.Value = a.values.name
	}
	for _, i := range all[(t.Page-1)*tableRows : min(len(all), t.Page*tableRows)] {
		t.Rows = append(t.Rows, s.row(a, i))
	}
	return t
}

func (s mapState) row(a *mapAnswer, i int) MapRow {
	img := a.layout.images[i]
	r := MapRow{CatalogueImage: s.tile(a, img), Swatch: swatch(a.target.dataset, img.Category)}
	r.X, r.Y = a.layout.at(i)
	if a.values != nil && !math.IsNaN(a.values.values[i]) {
		r.Value = &a.values.values[i]
	}
	return r
}

func (s mapState) tile(a *mapAnswer, img store.Image) CatalogueImage {
	return CatalogueImage{
		ImageID: img.ID, Name: img.Name, Category: img.Category, SHA256: hex.EncodeToString(img.SHA256[:]),
		Width: img.Width, Height: img.Height, Current: img.ID == a.page.Query.ImageID,
		URL: s.with(func(s *mapState) { s.ask, s.page = AskFor(img.Name), 0 }),
	}
}

func selectionOf(s mapState, a *mapAnswer, selected []int64) *MapSelection {
	d := a.target.dataset
	m := &MapSelection{
		Images: []CatalogueImage{}, Categories: []CategoryLink{}, CSV: s.url("/map.csv"), JSON: s.url("/map") + "&format=json",
		Clear: s.with(func(s *mapState) { s.lasso, s.page = nil, 0 }), Search: s.searchLike(),
	}
	counts := map[string]int{}
	for _, i := range chosen(s, a, selected) {
		m.Images = append(m.Images, s.tile(a, a.layout.images[i]))
		counts[a.layout.images[i].Category]++
	}
	m.Shown = m.Images[:min(len(m.Images), gridTiles)]
	for _, c := range d.Categories {
		if counts[c.Name] > 0 {
			m.Categories = append(m.Categories, CategoryLink{Name: c.Name, Images: counts[c.Name], Swatch: swatch(d, c.Name), URL: datasetURL(d.Name, &c.Name, 1)})
		}
	}
	sortByImages(m.Categories)
	return m
}
