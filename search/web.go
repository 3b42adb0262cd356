package search

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// WebOptions bounds what the pages accept.
type WebOptions struct {
	UploadBytes   int64 // largest picture; default 32 MiB
	UploadsAtOnce int   // how many are looked at together, the others wait; default 2
}

// web serves the pages.
type web struct {
	service *Service
	options WebOptions
	uploads *uploads
	slots   *slots
}

var read = []string{http.MethodGet, http.MethodHead}

// Register adds home, search, datasets and about to the group.
func Register(g *echo.Group, service *Service, options WebOptions) {
	if options.UploadBytes <= 0 {
		options.UploadBytes = 32 << 20
	}
	if options.UploadsAtOnce <= 0 {
		options.UploadsAtOnce = 2
	}
	w := &web{service: service, options: options, uploads: newUploads(), slots: newSlots(options.UploadsAtOnce)}
	g.Match(read, "/", w.serveHome)
	g.Match(read, "/search", w.serveSearch)
	g.POST("/search", w.serveUpload)
	g.Match(read, "/uploads/:token", w.serveUploaded)
	g.Match(read, "/datasets", w.serveDatasets)
	g.Match(read, "/datasets/:name", w.serveDataset)
	g.Match(read, "/about", serveAbout)
}
