package search

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/convnet-playground/convnet/store"
)

const (
	maxConfusion = 24 // categories of the confusion's table; a page can show no more
	hardest      = 12 // queries
)

// Confusion says which category's neighbors are whose, among the 15 nearest, at one layer under one metric.
type Confusion struct {
	Categories []string       `json:"categories"` // the columns; "" is images without a category
	Rows       []ConfusionRow `json:"rows"`
	Left       int            `json:"left_out"` // categories that are least confused with others, and not shown
}

// ConfusionRow is the queries of one category.
type ConfusionRow struct {
	Category string           `json:"category"`
	Shares   []ConfusionShare `json:"shares"` // by column
	Swatch   string           `json:"-"`
}

// ConfusionShare is how large a share of a category's neighbors is of another.
type ConfusionShare struct {
	Share float64 `json:"share"`
	Own   bool    `json:"own"`
	Heat  int     `json:"-"`
	Label string  `json:"-"`
}

// HardQuery is an image whose category is found worst.
type HardQuery struct {
	CatalogueImage
	Value float64 `json:"value"`
	Found string  `json:"found"` // the category that is found most instead
	Times int     `json:"times"` // how often among the 15 nearest

	Swatch string `json:"-"`
}

func (c *card) confusion(e evaluated) *Confusion {
	category := make(map[int64]string, len(c.images))
	for _, img := range c.images {
		category[img.ID] = img.Category
	}
	counts, total := map[[2]string]float64{}, map[string]float64{}
	for _, q := range e.found.Queries {
		own := category[q.ImageID]
		for _, n := range q.Nearest {
			counts[[2]string{own, e.found.Categories[n]}]++
			total[own]++
		}
	}
	share := func(a, b string) float64 { return counts[[2]string{a, b}] / max(1, total[a]) }
	f := &Confusion{Categories: slices.Clone(e.found.Categories)}
	f.shorten(share)
	for _, own := range f.Categories {
		if total[own] == 0 {
			continue // nobody asked
		}
		row := ConfusionRow{Category: own, Swatch: swatch(c.dataset, own)}
		for _, other := range f.Categories {
			x := share(own, other)
			row.Shares = append(row.Shares, ConfusionShare{Share: x, Own: own == other, Heat: heat(x, 0, 1), Label: other})
		}
		f.Rows = append(f.Rows, row)
	}
	return f
}

// shorten keeps the categories that are confused with others most, in their order.
func (f *Confusion) shorten(share func(a, b string) float64) {
	if len(f.Categories) <= maxConfusion {
		return
	}
	worst := slices.Clone(f.Categories)
	slices.SortStableFunc(worst, func(a, b string) int {
		switch x, y := share(a, a), share(b, b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return strings.Compare(a, b)
	})
	f.Left = len(f.Categories) - maxConfusion
	kept := worst[:maxConfusion]
	f.Categories = slices.DeleteFunc(f.Categories, func(name string) bool { return !slices.Contains(kept, name) })
}

// hard lists the queries for which the judgement is worst, equal ones by image id.
func (c *card) hard(i int) []HardQuery {
	list, e := c.lists[i], c.all[i]
	var order []int
	for n, x := range list {
		if x == x { // not NaN: it asked
			order = append(order, n)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case list[a] < list[b]:
			return -1
		case list[a] > list[b]:
			return 1
		}
		return a - b
	})
	queries := []HardQuery{}
	for _, n := range order[:min(len(order), hardest)] {
		queries = append(queries, c.hardQuery(e, c.images[n], list[n]))
	}
	return queries
}

func (c *card) hardQuery(e evaluated, img store.Image, value float64) HardQuery {
	h := HardQuery{Value: value, Swatch: swatch(c.dataset, img.Category), CatalogueImage: CatalogueImage{
		ImageID: img.ID, Name: img.Name, Category: img.Category, SHA256: hex.EncodeToString(img.SHA256[:]),
		Width: img.Width, Height: img.Height, URL: e.search(c.dataset.Name, img.Name),
	}}
	times := map[string]int{}
	for _, q := range e.found.Queries {
		if q.ImageID != img.ID {
			continue
		}
		for _, n := range q.Nearest {
			if name := e.found.Categories[n]; name != img.Category {
				if times[name]++; times[name] > h.Times {
					h.Found, h.Times = name, times[name]
				}
			}
		}
	}
	return h
}
