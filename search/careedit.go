package search

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// What the buttons of the care page do with the selected images, or with those named behind a colon.
const (
	doMove, doSuggested, doDelete = "move", "suggested", "delete"
)

// maxEdited is how many images one form can be about.
const maxEdited = 10_000

// careOrder is what a form of the care page asks for.
type careOrder struct {
	action string
	images []int64
	to     map[int64]string // categories to move to
}

// readCareOrder reads a form: do, the selected images, the category in to, and the suggestions, each as ID:CATEGORY.
func readCareOrder(form url.Values) (o careOrder, err error) {
	action, named, some := strings.Cut(form.Get("do"), ":")
	if o.action = action; action != doMove && action != doSuggested && action != doDelete {
		return o, badRequestf("There is no action %q: choose move, suggested or delete.", action)
	}
	ids := form["image"]
	if some {
		ids = strings.Split(named, ",")
	}
	if len(ids) == 0 {
		return o, badRequestf("No image is selected: tick some first.")
	}
	if len(ids) > maxEdited {
		return o, badRequestf("%d images are selected; at most %d can be changed at once.", len(ids), maxEdited)
	}
	for _, text := range ids {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id < 1 {
			return o, badRequestf("%q is no image id.", text)
		}
		o.images = append(o.images, id)
	}
	slices.Sort(o.images)
	o.images = slices.Compact(o.images)
	return o, o.targets(form)
}

// targets says where each image is to move.
func (o *careOrder) targets(form url.Values) error {
	o.to = map[int64]string{}
	switch o.action {
	case doMove:
		to := strings.TrimSpace(form.Get("to"))
		if len(to) > 200 || strings.ContainsFunc(to, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) {
			return badRequestf("A category's name has at most 200 bytes and no control characters.")
		}
		if to == "" && form.Get("none") == "" {
			return badRequestf("Say which category to move to.")
		}
		for _, id := range o.images {
			o.to[id] = to
		}
	case doSuggested:
		for _, one := range form["suggestion"] {
			text, category, ok := strings.Cut(one, ":")
			id, err := strconv.ParseInt(text, 10, 64)
			if !ok || err != nil {
				return badRequestf("%q is no suggestion: it is an image id, a colon and a category.", one)
			}
			o.to[id] = category
		}
		o.images = slices.DeleteFunc(o.images, func(id int64) bool { _, ok := o.to[id]; return !ok })
		if len(o.images) == 0 {
			return badRequestf("There is no suggestion for the selected images.")
		}
	}
	return nil
}

// stage notes the order in the database.
func (o careOrder) stage(tx *store.Tx, datasetID int64) error {
	if o.action == doDelete {
		_, err := tx.StageEdits(datasetID, o.images, store.EditDelete, "")
		return err
	}
	for _, id := range o.images {
		if _, err := tx.StageEdits(datasetID, []int64{id}, store.EditMove, o.to[id]); err != nil {
			return err
		}
	}
	return nil
}

// registerCare adds the care page, its lists, and what its forms ask for.
func (w *web) registerCare(g *echo.Group) {
	g.Match(read, "/care", w.serveCare)
	g.Match(read, "/care/list", w.serveCareList)
	g.POST("/care/edits", w.stageEdits)
	g.POST("/care/undo", w.undoEdits)
	g.POST("/care/commit", w.commitEdits)
	g.POST("/care/forget", w.forgetEdit)
}

// edit is what all forms of the care page have in common: a dataset that may be changed, and a way back.
func (w *web) edit(c echo.Context, do func(form url.Values, d store.Dataset) error) error {
	if w.service.EditsOff != "" {
		return echo.NewHTTPError(http.StatusConflict, w.service.EditsOff)
	}
	form, err := c.FormParams()
	if err != nil {
		return badRequestf("This form cannot be read.")
	}
	d, err := w.service.dataset(c.Request().Context(), form.Get("dataset"))
	if err != nil {
		return err
	}
	if err := do(form, d); err != nil {
		return err
	}
	if templates.WantsJSON(c) {
		page := &CarePage{}
		if err := page.edits(c.Request().Context(), w.service.db, d); err != nil {
			return err
		}
		return c.JSONPretty(http.StatusOK, map[string]any{"dataset": d.Name, "staged": page.Staged, "committed": page.Committed}, "  ")
	}
	return c.Redirect(http.StatusSeeOther, careReturn(form.Get("return"), d.Name))
}

// careReturn leads back to the care page that the form was on.
func careReturn(address, dataset string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path != "/care" || u.Host != "" || u.Scheme != "" {
		return careState{dataset: dataset}.url()
	}
	return "/care?" + u.RawQuery + "#staged"
}

func (w *web) stageEdits(c echo.Context) error {
	return w.edit(c, func(form url.Values, d store.Dataset) error {
		if err := w.service.spellOut(c.Request().Context(), form); err != nil {
			return err
		}
		order, err := readCareOrder(form)
		if err != nil {
			return err
		}
		return w.service.db.Update(c.Request().Context(), func(tx *store.Tx) error { return order.stage(tx, d.ID) })
	})
}

// undoEdits takes back what is staged for the images of the form, or all where it names none.
func (w *web) undoEdits(c echo.Context) error {
	return w.edit(c, func(form url.Values, d store.Dataset) error {
		var ids []int64
		for _, text := range form["image"] {
			id, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return badRequestf("%q is no image id.", text)
			}
			ids = append(ids, id)
		}
		return w.service.db.Update(c.Request().Context(), func(tx *store.Tx) (err error) {
			if len(ids) == 0 {
				_, err = tx.UndoAllEdits(d.ID)
			} else {
				_, err = tx.UndoEdits(d.ID, ids)
			}
			return err
		})
	})
}

func (w *web) commitEdits(c echo.Context) error {
	return w.edit(c, func(_ url.Values, d store.Dataset) error {
		ctx := c.Request().Context()
		if _, err := w.service.db.CommitEdits(ctx, d.ID); err != nil {
			return err
		}
		return w.service.scoreAgain(ctx, d)
	})
}

// scoredBehind is up to how many images a dataset is evaluated again by itself when it has changed: beyond, comparing each
// with each would be felt, and the pages say how it is asked for. scoredAtOnceIn is how long whoever has changed it waits
// for the scores by cosine distance, by which pages choose the best layer.
const (
	scoredBehind   = 2000
	scoredAtOnceIn = 3 * time.Second
)

func (s *Service) scoreAgain(ctx context.Context, d store.Dataset) error {
	if d.Images > scoredBehind {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, scoredAtOnceIn)
	defer cancel()
	err := Evaluate(ctx, s.db, EvaluateOptions{Dataset: d.Name, Measures: []store.Measure{{Metric: store.Cosine, P: store.DefaultP}}})
	if ctx.Err() != nil {
		err = nil // the change itself is made
	}
	if err == nil {
		s.evaluateBehind(d)
	}
	return err
}

func (w *web) forgetEdit(c echo.Context) error {
	return w.edit(c, func(form url.Values, d store.Dataset) error {
		sha, err := parseSHA256(form.Get("sha256"))
		if err != nil {
			return err
		}
		return w.service.db.Update(c.Request().Context(), func(tx *store.Tx) error { return tx.ForgetEdit(d.ID, sha) })
	})
}
