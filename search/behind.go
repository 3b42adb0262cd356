package search

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// scorer makes evaluations of datasets that have changed, behind the pages: one of a dataset at a time, and layer by layer,
// so that each that is done is there at once.
type scorer struct {
	mu      sync.Mutex
	running map[int64]*Evaluating // by dataset
	failed  map[int64]string      // why the last ones ended before their end
}

// Evaluating is how far the evaluations of a dataset are that are being made.
type Evaluating struct {
	Layers int `json:"layers_done"`
	Of     int `json:"layers"`

	again bool // the dataset has changed meanwhile
}

func newScorer() *scorer {
	return &scorer{running: map[int64]*Evaluating{}, failed: map[int64]string{}}
}

// state is what is being made for a dataset, nil for nothing, and why it failed the last time.
func (m *scorer) state(datasetID int64) (now *Evaluating, failed string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if running := m.running[datasetID]; running != nil {
		copied := *running
		return &copied, ""
	}
	return nil, m.failed[datasetID]
}

// begin notes that a dataset is to be evaluated; false where that is being done, and will be done again.
func (m *scorer) begin(datasetID int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if running := m.running[datasetID]; running != nil {
		running.again = true
		return false
	}
	m.running[datasetID] = &Evaluating{}
	delete(m.failed, datasetID)
	return true
}

// end reports whether it is to be done again; otherwise nothing is running any more.
func (m *scorer) end(datasetID int64, err error) (again bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	running := m.running[datasetID]
	if again = running.again && !errors.Is(err, context.Canceled); again {
		running.again = false
		return true
	}
	delete(m.running, datasetID)
	if err != nil && !errors.Is(err, context.Canceled) {
		m.failed[datasetID] = err.Error()
	}
	return false
}

func (m *scorer) progress(datasetID int64) func(done, total int) {
	return func(done, total int) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.running[datasetID].Layers, m.running[datasetID].Of = done, total
	}
}

// evaluateBehind makes all evaluations that a dataset lacks, while whoever asked goes on.
func (s *Service) evaluateBehind(d store.Dataset) {
	if s.Behind == nil || !s.scorer.begin(d.ID) {
		return
	}
	s.Behind(func(ctx context.Context) {
		for again := true; again; {
			err := Evaluate(ctx, s.db, EvaluateOptions{Dataset: d.Name, Progress: s.scorer.progress(d.ID)})
			again = s.scorer.end(d.ID, err)
		}
	})
}

// lacking is how many evaluations of a dataset are missing or stale.
func (s *Service) lacking(ctx context.Context, d store.Dataset) (n int, err error) {
	l, err := readLabels(ctx, s.db, d.ID)
	if err != nil {
		return 0, err
	}
	work, err := missing(ctx, s.db, d.ID, l.hash, EvaluateOptions{Measures: AllMeasures()})
	for _, w := range work {
		n += len(w.measures)
	}
	return n, err
}

// Scoring is what a page says of evaluations that are missing.
type Scoring struct {
	Lacking int         `json:"lacking"`          // evaluations that are missing or stale
	Making  *Evaluating `json:"making"`           // null: nothing is being made
	Failed  string      `json:"failed,omitempty"` // why it ended before its end
	Off     string      `json:"-"`                // why they cannot be made here
	Command string      `json:"-"`                // makes them
	Dataset string      `json:"-"`
	Return  string      `json:"-"`
}

// scoring says how a dataset's evaluations stand. A page that says that they are being made is not to be kept.
func (w *web) scoring(c echo.Context, d store.Dataset, lacking int) Scoring {
	s := Scoring{Lacking: lacking, Off: w.service.EditsOff, Dataset: d.Name, Return: c.Request().URL.RequestURI(),
		Command: "convnet evaluate --db " + templates.ShellWord(w.service.fileName()) + " --dataset " + templates.ShellWord(d.Name)}
	if s.Making, s.Failed = w.service.scorer.state(d.ID); s.Making != nil {
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	}
	if s.Off == "" && w.service.Behind == nil {
		s.Off = "Nothing is evaluated by this server."
	}
	return s
}

// startEvaluation answers the button that has a dataset evaluated, and leads back to the page that has it.
func (w *web) startEvaluation(c echo.Context) error {
	if off := w.service.EditsOff; off != "" {
		return echo.NewHTTPError(http.StatusConflict, off)
	}
	d, err := w.service.dataset(c.Request().Context(), c.FormValue("dataset"))
	if err != nil {
		return err
	}
	w.service.evaluateBehind(d)
	if templates.WantsJSON(c) {
		lacking, err := w.service.lacking(c.Request().Context(), d)
		if err != nil {
			return err
		}
		return c.JSONPretty(http.StatusOK, w.scoring(c, d, lacking), "  ")
	}
	back := "/scorecard?" + encode("dataset", d.Name)
	if u, err := url.Parse(c.FormValue("return")); err == nil && u.Host == "" && u.Scheme == "" && (u.Path == "/scorecard" || u.Path == "/care") {
		back = u.RequestURI()
	}
	return c.Redirect(http.StatusSeeOther, back)
}
