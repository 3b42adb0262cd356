package search

import (
	"context"
	"encoding/hex"
	"path/filepath"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// montage is how many pictures stand for a dataset.
const montage = 10

// HomePage lists what the file holds.
type HomePage struct {
	templates.Base `json:"-"`
	Datasets       []DatasetCard `json:"datasets"`
	Models         []ModelCard   `json:"models"`
	File           string        `json:"-"` // base name of the database, for commands to copy
}

// DatasetCard is a dataset at a glance.
type DatasetCard struct {
	Name       string         `json:"name"`
	License    string         `json:"license"`
	Source     string         `json:"source"`
	Images     int            `json:"images"`
	Categories []CategoryLink `json:"categories"`
	Models     []SeenBy       `json:"models"`

	Montage []CatalogueImage `json:"-"`
	URL     string           `json:"-"`
	Search  string           `json:"-"`
}

// SeenBy is a model that has vectors for a dataset.
type SeenBy struct {
	Name      string   `json:"name"`
	Layers    []string `json:"layers"`
	BestLayer string   `json:"best_layer"` // by stored score; the last one while there is none
	BestScore *float64 `json:"best_score"` // weighted search score by cosine; null before `convnet evaluate`
	Search    string   `json:"-"`
}

// ModelCard is a model at a glance.
type ModelCard struct {
	Name            string   `json:"name"`
	SHA256          string   `json:"sha256"`
	NetworkIncluded bool     `json:"network_included"` // false: only its vectors are in the file
	Datasets        []string `json:"datasets"`
	Layers          []string `json:"layers"` // with vectors, in network order
}

func (w *web) serveHome(c echo.Context) error {
	return w.overview(c, "home", "ConvNet Playground", "search/home")
}

func (w *web) serveDatasets(c echo.Context) error {
	return w.overview(c, "datasets", "Datasets", "search/datasets")
}

func (w *web) overview(c echo.Context, section, title, template string) error {
	ctx := c.Request().Context()
	page := &HomePage{Base: templates.NewBase(c, section, title), File: filepath.Base(w.service.db.Path()), Datasets: []DatasetCard{}}
	datasets, err := w.service.datasets(ctx)
	if err != nil {
		return err
	}
	for _, d := range datasets {
		card, err := w.service.datasetCard(ctx, d)
		if err != nil {
			return err
		}
		page.Datasets = append(page.Datasets, card)
	}
	if page.Models, err = w.service.modelCards(ctx, page.Datasets); err != nil {
		return err
	}
	return templates.Respond(c, template, page)
}

func (s *Service) datasetCard(ctx context.Context, d store.Dataset) (DatasetCard, error) {
	card := DatasetCard{
		Name: d.Name, License: d.License, Source: d.Source, Images: d.Images, Categories: []CategoryLink{}, Models: []SeenBy{},
		URL: datasetURL(d.Name, nil, 1), Search: selection{dataset: d.Name}.url(),
	}
	for _, c := range d.Categories {
		card.Categories = append(card.Categories, CategoryLink{
			Name: c.Name, Images: c.Images, Swatch: swatch(d, c.Name), URL: datasetURL(d.Name, &c.Name, 1),
		})
	}
	models, err := s.modelsOf(ctx, d.ID, MetricKey(store.Cosine, 0))
	if err != nil {
		return card, err
	}
	for _, m := range models {
		best := m.best()
		card.Models = append(card.Models, SeenBy{
			Name: m.name, Layers: names(m.layers, func(l layerChoice) string { return l.Layer }),
			BestLayer: best.Layer, BestScore: best.mean,
			Search: selection{dataset: d.Name, model: m.name, layer: best.Layer}.url(),
		})
	}
	card.Montage, err = s.montage(ctx, d)
	return card, err
}

// montage takes images of as many categories as there is room for, the same ones every time.
func (s *Service) montage(ctx context.Context, d store.Dataset) ([]CatalogueImage, error) {
	var list []CatalogueImage
	if len(d.Categories) == 0 {
		return list, nil
	}
	each := (montage + len(d.Categories) - 1) / len(d.Categories)
	for _, category := range d.Categories {
		images, err := s.db.Images(ctx, store.ImageFilter{DatasetID: d.ID, Category: &category.Name, Limit: each})
		if err != nil {
			return nil, err
		}
		for _, img := range images {
			list = append(list, CatalogueImage{
				ImageID: img.ID, Name: img.Name, Category: img.Category, SHA256: hex.EncodeToString(img.SHA256[:]),
				Width: img.Width, Height: img.Height, URL: selection{dataset: d.Name, ask: AskFor(img.Name)}.url(),
			})
		}
		if len(list) >= montage {
			break
		}
	}
	return list[:min(len(list), montage)], nil
}

func (s *Service) modelCards(ctx context.Context, datasets []DatasetCard) ([]ModelCard, error) {
	models, err := s.db.Models(ctx)
	if err != nil {
		return nil, err
	}
	cards := []ModelCard{}
	for _, m := range models {
		card := ModelCard{
			Name: m.Name, SHA256: hex.EncodeToString(m.SHA256[:]), NetworkIncluded: m.HasGraph,
			Datasets: []string{}, Layers: []string{},
		}
		for _, d := range datasets {
			for _, seen := range d.Models {
				if seen.Name == m.Name {
					card.Datasets = append(card.Datasets, d.Name)
					card.Layers = seen.Layers
				}
			}
		}
		cards = append(cards, card)
	}
	return cards, nil
}
