package search

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/internal/upload"
)

// web serves the pages.
type web struct {
	service *Service
	uploads *upload.Desk
}

var read = []string{http.MethodGet, http.MethodHead}

// Register adds home, search and datasets to the group. Pictures that visitors send lie on the desk.
func Register(g *echo.Group, service *Service, uploads *upload.Desk) {
	w := &web{service: service, uploads: uploads}
	g.Match(read, "/", w.serveHome)
	g.Match(read, "/search", w.serveSearch)
	g.POST("/search", w.serveUpload)
	g.Match(read, "/why", w.serveWhy)
	g.Match(read, "/why/heat.png", w.serveHeat)
	g.Match(read, "/scorecard", w.serveScorecard)
	g.POST("/scorecard/evaluate", w.startEvaluation)
	g.Match(read, "/compare", w.serveCompare)
	w.registerCare(g)
	g.Match(read, "/datasets", w.serveDatasets)
	g.Match(read, "/datasets/:name", w.serveDataset)
	w.registerSaved(g)
	w.registerMap(g)
	g.Match(read, "/map/at", w.serveMapAt)
}
