package search

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// Catalogue is a dataset's images to choose from, page by page: a few of every category, all of one category, or all
// images in an order that a seed has shuffled.
type Catalogue struct {
	Images int              `json:"images"`         // in what is listed: the category, or the dataset
	Seed   int              `json:"seed,omitempty"` // of the shuffled order; absent where images are by category
	Page   int              `json:"page"`
	Pages  int              `json:"pages"`
	Groups []CatalogueGroup `json:"groups"`

	Chosen     *string        `json:"-"` // the category that is listed alone; nil when all are
	Categories []CategoryLink `json:"-"`
	All        string         `json:"-"` // address that lists all categories
	Shuffled   string         `json:"-"` // address that lists all images, shuffled
	Again      string         `json:"-"` // the same with another seed
	Previous   string         `json:"-"` // address of the page before; "" on the first
	Next       string         `json:"-"`
}

// CatalogueGroup is a category and those of its images that are shown.
type CatalogueGroup struct {
	Category string           `json:"category"` // "" where all are listed, shuffled
	Images   int              `json:"images"`
	Shown    []CatalogueImage `json:"shown"`

	Swatch string `json:"-"`
	URL    string `json:"-"` // address that lists this category alone
}

// CatalogueImage is one image of the catalogue.
type CatalogueImage struct {
	ImageID  int64  `json:"image_id"`
	Name     string `json:"name"`
	Category string `json:"category"`
	SHA256   string `json:"sha256"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`

	Current bool   `json:"-"` // it is the query
	URL     string `json:"-"` // address that makes it the query
	Plus    string `json:"-"` // address that adds it to the query
	Minus   string `json:"-"` // address that adds it as unlike
}

// CategoryLink is a category to choose.
type CategoryLink struct {
	Name    string `json:"name"`
	Images  int    `json:"images"`
	Swatch  string `json:"-"`
	URL     string `json:"-"`
	Current bool   `json:"-"`
}

// catalogueView says what of a catalogue to show, how much of it, and where its links lead.
type catalogueView struct {
	category *string
	seed     int // 0: by category
	page     int // from 1; beyond the last, the last is shown

	perGroup, groupsPerPage int // while all categories are shown
	perPage                 int // of one category, or of all when shuffled

	categoryURL func(category *string, page int) string
	shuffledURL func(seed, page int) string // nil: there is no such list
	imageURL    func(img store.Image) string
	steering    func(name string) (plus, minus string) // nil: nothing is steered
	current     int64                                  // image id of the query
}

func (s *Service) catalogue(ctx context.Context, d store.Dataset, v catalogueView) (Catalogue, error) {
	if len(d.Categories) == 1 && v.category == nil && v.seed == 0 {
		v.category = &d.Categories[0].Name // one category: no overview is needed
	}
	c := Catalogue{Chosen: v.category, All: v.categoryURL(nil, 1), Images: d.Images}
	for _, category := range d.Categories {
		c.Categories = append(c.Categories, CategoryLink{
			Name: category.Name, Images: category.Images, Swatch: swatch(d, category.Name),
			URL: v.categoryURL(&category.Name, 1), Current: v.category != nil && *v.category == category.Name,
		})
	}
	if v.shuffledURL != nil {
		c.Shuffled = v.shuffledURL(max(v.seed, 1), 1)
	}
	if v.seed > 0 {
		return s.shuffled(ctx, c, d, v)
	}
	groups, limit, offset, err := c.paginate(d, v)
	if err != nil {
		return c, err
	}
	images, err := s.shown(ctx, d, groups, limit, offset)
	if err != nil {
		return c, err
	}
	for i, g := range groups {
		c.Groups = append(c.Groups, v.group(d, g, images[i]))
	}
	return c, nil
}

// keepShown is of how many pages of catalogues the images are kept, some sixty of each.
const keepShown = 64

// shown reads some of the images of each of the groups, once for each state of the file: a catalogue is the same beside most queries.
func (s *Service) shown(ctx context.Context, d store.Dataset, groups []store.CategoryCount, limit, offset int) ([][]store.Image, error) {
	version, err := s.db.Version(ctx)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("%d %d %d %d %q", version, d.ID, limit, offset, names(groups, func(g store.CategoryCount) string { return g.Name }))
	return s.tiles.get(ctx, key, func(ctx context.Context) ([][]store.Image, error) {
		images := make([][]store.Image, len(groups))
		for i, g := range groups {
			var err error
			if images[i], err = s.db.Images(ctx, store.ImageFilter{DatasetID: d.ID, Category: &g.Name, Limit: limit, Offset: offset}); err != nil {
				return nil, err
			}
		}
		return images, nil
	})
}

// paginate sets the page numbers and returns the categories to show and which of their images.
func (c *Catalogue) paginate(d store.Dataset, v catalogueView) (groups []store.CategoryCount, limit, offset int, err error) {
	if v.category == nil {
		from, to := c.turn(v, len(d.Categories), v.groupsPerPage)
		return d.Categories[from:to], v.perGroup, 0, nil
	}
	i := slices.IndexFunc(d.Categories, func(g store.CategoryCount) bool { return g.Name == *v.category })
	if i < 0 {
		known := names(d.Categories, func(g store.CategoryCount) string { return g.Name })
		return nil, 0, 0, unknown("category", *v.category, "in this dataset", known)
	}
	c.Images = d.Categories[i].Images
	from, _ := c.turn(v, c.Images, v.perPage)
	return d.Categories[i : i+1], v.perPage, from, nil
}

// turn sets the page numbers for n things and returns which of them are on the page.
func (c *Catalogue) turn(v catalogueView, n, perPage int) (from, to int) {
	c.Pages = max(1, (n+perPage-1)/perPage)
	c.Page = min(max(v.page, 1), c.Pages)
	turned := func(page int) string { return v.categoryURL(v.category, page) }
	if v.seed > 0 {
		turned = func(page int) string { return v.shuffledURL(v.seed, page) }
	}
	if c.Page > 1 {
		c.Previous = turned(c.Page - 1)
	}
	if c.Page < c.Pages {
		c.Next = turned(c.Page + 1)
	}
	from = (c.Page - 1) * perPage
	return from, min(from+perPage, n)
}

func (v catalogueView) group(d store.Dataset, g store.CategoryCount, images []store.Image) CatalogueGroup {
	group := CatalogueGroup{Category: g.Name, Images: g.Images, Swatch: swatch(d, g.Name), URL: v.categoryURL(&g.Name, 1)}
	for _, img := range images {
		group.Shown = append(group.Shown, v.tile(img))
	}
	return group
}

func (v catalogueView) tile(img store.Image) CatalogueImage {
	tile := CatalogueImage{
		ImageID: img.ID, Name: img.Name, Category: img.Category, SHA256: hex.EncodeToString(img.SHA256[:]),
		Width: img.Width, Height: img.Height, Current: img.ID == v.current, URL: v.imageURL(img),
	}
	if v.steering != nil {
		tile.Plus, tile.Minus = v.steering(img.Name)
	}
	return tile
}
