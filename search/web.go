package search

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// WebOptions bounds what the pages accept.
type WebOptions struct {
	UploadBytes int64  // largest picture; default 32 MiB
	Turns       *Turns // of uploaded pictures, shared by all who look at any; default: two at once
}

// web serves the pages.
type web struct {
	service *Service
	options WebOptions
	uploads *uploads
}

var read = []string{http.MethodGet, http.MethodHead}

// Register adds home, search, datasets and about to the group.
func Register(g *echo.Group, service *Service, options WebOptions) {
	if options.UploadBytes <= 0 {
		options.UploadBytes = 32 << 20
	}
	if options.Turns == nil {
		options.Turns = NewTurns(2)
	}
	w := &web{service: service, options: options, uploads: newUploads()}
	g.Match(read, "/", w.serveHome)
	g.Match(read, "/search", w.serveSearch)
	g.POST("/search", w.serveUpload)
	g.Match(read, "/uploads/:token", w.serveUploaded)
	g.Match(read, "/datasets", w.serveDatasets)
	g.Match(read, "/datasets/:name", w.serveDataset)
	g.Match(read, "/about", serveAbout)
}
