package teaching

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// AboutPage says what the file holds, what the program is made of, and where the idea is from.
type AboutPage struct {
	templates.Base `json:"-"`
	File           string         `json:"file"`
	Bytes          int64          `json:"bytes"`
	ReadOnly       bool           `json:"read_only"`
	Images         int            `json:"images"`
	Embeddings     int            `json:"embeddings"`
	Vectors        int            `json:"vectors"`
	Projections    int            `json:"projections"`
	Visualizations int            `json:"visualizations"`
	Datasets       []AboutDataset `json:"datasets"`
	Models         []AboutModel   `json:"models"`
	Snapshot       *AboutSnapshot `json:"snapshot"` // null: the file is none
	Versions       Versions       `json:"versions"`
}

// AboutDataset is a dataset and where it is from.
type AboutDataset struct {
	Name       string `json:"name"`
	Images     int    `json:"images"`
	Categories int    `json:"categories"`
	License    string `json:"license"`
	Source     string `json:"source"`
	URL        string `json:"-"`
}

// AboutModel is a model and where it is from.
type AboutModel struct {
	Name            string `json:"name"`
	Source          string `json:"source"`
	License         string `json:"license"`
	SHA256          string `json:"sha256"`
	NetworkIncluded bool   `json:"network_included"`
	URL             string `json:"-"`
}

// AboutSnapshot says when a shipped file was made.
type AboutSnapshot struct {
	Created  string `json:"created_at"`
	Program  string `json:"program"`
	Networks bool   `json:"networks_included"`
}

// Versions are those of the program and of what the file was written with.
type Versions struct {
	Convnet   string   `json:"convnet"`
	Schema    int      `json:"schema"`
	SQLite    string   `json:"sqlite"`
	SQLiteVec string   `json:"sqlite_vec"`
	Kernel    string   `json:"kernel"`
	Runtimes  []string `json:"runtimes"` // that computed the vectors
}

func (w *web) serveAbout(c echo.Context) error {
	ctx := c.Request().Context()
	page := &AboutPage{
		Base: templates.NewBase(c, "about", "About"), File: filepath.Base(w.db.Path()),
		Datasets: []AboutDataset{}, Models: []AboutModel{},
	}
	page.ReadOnly, page.Versions.Convnet = page.Site.ReadOnly, page.Site.Version
	for _, fill := range []func(context.Context, *AboutPage) error{w.aboutFile, w.aboutDatasets, w.aboutModels, w.aboutVectors} {
		if err := fill(ctx, page); err != nil {
			return err
		}
	}
	return templates.Respond(c, "teaching/about", page)
}

func (w *web) aboutFile(ctx context.Context, page *AboutPage) error {
	info, err := w.db.Info(ctx)
	if err != nil {
		return err
	}
	page.Bytes, page.Projections, page.Visualizations = info.FileBytes, info.Projections, info.Visualizations
	page.Versions.Schema, page.Versions.Kernel = info.SchemaVersion, store.Kernel()
	if s := info.Snapshot; s != nil {
		without := slices.ContainsFunc(s.Models, func(m store.ManifestModel) bool { return !m.Included })
		page.Snapshot = &AboutSnapshot{Created: s.CreatedAt, Program: s.Program, Networks: !without}
	}
	page.Versions.SQLite, page.Versions.SQLiteVec, err = store.LibraryVersions(ctx)
	return err
}

func (w *web) aboutDatasets(ctx context.Context, page *AboutPage) error {
	all, err := w.db.Datasets(ctx)
	for _, d := range all {
		page.Images += d.Images
		page.Datasets = append(page.Datasets, AboutDataset{
			Name: d.Name, Images: d.Images, Categories: len(d.Categories), License: d.License, Source: d.Source, URL: "/datasets/" + url.PathEscape(d.Name),
		})
	}
	return err
}

func (w *web) aboutModels(ctx context.Context, page *AboutPage) error {
	all, err := w.db.Models(ctx)
	for _, m := range all {
		var manifest struct {
			Provenance struct{ Source, License string }
		}
		if err := json.Unmarshal(m.Manifest, &manifest); err != nil {
			return fmt.Errorf("read the manifest of model %s: %w", m.Name, err)
		}
		page.Models = append(page.Models, AboutModel{
			Name: m.Name, Source: manifest.Provenance.Source, License: manifest.Provenance.License,
			SHA256: hex.EncodeToString(m.SHA256[:]), NetworkIncluded: m.HasGraph, URL: "/models/" + url.PathEscape(m.Name),
		})
	}
	return err
}

func (w *web) aboutVectors(ctx context.Context, page *AboutPage) error {
	all, err := w.db.Embeddings(ctx, store.EmbeddingFilter{})
	page.Embeddings, page.Versions.Runtimes = len(all), []string{}
	for _, e := range all {
		page.Vectors += e.Vectors
		if !slices.Contains(page.Versions.Runtimes, e.Runtime) {
			page.Versions.Runtimes = append(page.Versions.Runtimes, e.Runtime)
		}
	}
	return err
}
