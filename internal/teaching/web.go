package teaching

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// Options are what the pages work with.
type Options struct {
	DB       *store.DB
	Service  *search.Service
	Channels *explorer.Channels
	Probing  bool // a network can look at pictures here
}

type web struct {
	db       *store.DB
	service  *search.Service
	channels *explorer.Channels
	probing  bool
}

// Register adds the tour, the glossary with its drawings, questions and about to the group.
func Register(g *echo.Group, o Options) {
	w := &web{db: o.DB, service: o.Service, channels: o.Channels, probing: o.Probing}
	read := []string{http.MethodGet, http.MethodHead}
	g.Match(read, "/tour", func(c echo.Context) error { return c.Redirect(http.StatusSeeOther, "/tour/1") })
	g.Match(read, "/tour/:step", w.serveTour)
	g.Match(read, "/glossary", w.serveGlossary)
	g.Match(read, "/glossary/:drawing", w.serveDrawing)
	g.Match(read, "/faq", serveQuestions)
	g.Match(read, "/about", w.serveAbout)
}

// GlossaryPage is all terms.
type GlossaryPage struct {
	templates.Base `json:"-"`
	Chapters       []templates.Chapter `json:"chapters"`
	Drawn          bool                `json:"-"` // there are images to draw from
}

func (w *web) serveGlossary(c echo.Context) error {
	datasets, err := w.db.Datasets(c.Request().Context())
	if err != nil {
		return err
	}
	page := &GlossaryPage{Base: templates.NewBase(c, "about", "Glossary"), Chapters: templates.Glossary(), Drawn: len(datasets) > 0}
	return templates.Respond(c, "teaching/glossary", page)
}

// QuestionsPage is what people ask.
type QuestionsPage struct {
	templates.Base `json:"-"`
	Questions      []templates.Question `json:"questions"`
}

func serveQuestions(c echo.Context) error {
	page := &QuestionsPage{Base: templates.NewBase(c, "about", "Questions"), Questions: templates.Questions()}
	return templates.Respond(c, "teaching/faq", page)
}
