package search

import (
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// registerMap adds the map and its other forms: a drawing, a table, bytes for the script, and names on demand.
func (w *web) registerMap(g *echo.Group) {
	g.Match(read, "/map", w.serveMap)
	g.Match(read, "/map.svg", w.serveMapSVG)
	g.Match(read, "/map.csv", w.serveMapCSV)
	g.Match(read, "/map/points", w.serveMapPoints)
	g.Match(read, "/map/values", w.serveMapValues)
	g.Match(read, "/map/images", w.serveMapImages)
}

func (s *Service) fileName() string { return filepath.Base(s.db.Path()) }

func sortByImages(list []CategoryLink) {
	slices.SortStableFunc(list, func(a, b CategoryLink) int { return cmp.Compare(b.Images, a.Images) })
}

// sendBytes answers with bytes that a browser keeps and asks about again: their tag is their hash.
func sendBytes(c echo.Context, data []byte) error {
	sum := sha256.Sum256(data)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	c.Response().Header().Set(echo.HeaderCacheControl, "private, no-cache")
	if templates.Unchanged(c, tag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, echo.MIMEOctetStream, data)
}

// addressed is the map that a request's address names, without a query.
func (w *web) addressed(c echo.Context) (mapState, *mapAnswer, error) {
	s, err := readMapState(c.QueryParams())
	if err != nil {
		return s, nil, err
	}
	a, err := w.service.bareMap(c.Request().Context(), s)
	return s, a, err
}

func (w *web) serveMapPoints(c echo.Context) error {
	_, a, err := w.addressed(c)
	if err != nil {
		return err
	}
	data, err := a.layout.encode()
	if err != nil {
		return err
	}
	return sendBytes(c, data)
}

func (w *web) serveMapValues(c echo.Context) error {
	s, err := readMapState(c.QueryParams())
	if err != nil {
		return err
	}
	if s.color.by == colorByCategory {
		return badRequestf("Say what the values are: color=distance, color=score or color=channel:N.")
	}
	return w.withPicture(c, s.selection, func(r Request) error {
		ctx := c.Request().Context()
		a, err := w.service.bareMap(ctx, s)
		if err != nil {
			return err
		}
		if s.color.by == colorByDistance {
			if a.page.Query, err = w.service.resolveQuery(ctx, r, a.target.dataset); err != nil {
				return err
			}
		}
		if err := w.service.color(ctx, s.color, a); err != nil {
			return err
		}
		return sendBytes(c, a.values.encode())
	})
}

// mapImages is what /map/images answers.
type mapImages struct {
	Images []mapImage `json:"images"`
}

type mapImage struct {
	ImageID  int64  `json:"image_id"`
	Name     string `json:"name"`
	Category string `json:"category"`
	SHA256   string `json:"sha256"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
}

// maxNames is how many images can be asked for at once.
const maxNames = 100

func (w *web) serveMapImages(c echo.Context) error {
	ctx := c.Request().Context()
	d, err := w.service.dataset(ctx, c.QueryParam("dataset"))
	if err != nil {
		return err
	}
	ids, err := readIDs(c.QueryParam("ids"))
	if err != nil {
		return err
	}
	images, err := w.service.db.Images(ctx, store.ImageFilter{DatasetID: d.ID, IDs: ids})
	if err != nil {
		return err
	}
	answer := mapImages{Images: make([]mapImage, len(images))}
	for i, img := range images {
		answer.Images[i] = mapImage{img.ID, img.Name, img.Category, hex.EncodeToString(img.SHA256[:]), img.Width, img.Height}
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-cache")
	return c.JSON(http.StatusOK, answer)
}

func readIDs(text string) ([]int64, error) {
	parts := strings.Split(text, ",")
	if text == "" || len(parts) > maxNames {
		return nil, badRequestf("ids must be 1 to %d image ids with commas between.", maxNames)
	}
	ids := make([]int64, len(parts))
	for i, part := range parts {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil || id < 1 {
			return nil, badRequestf("%q is no image id.", part)
		}
		ids[i] = id
	}
	return ids, nil
}

// marked is the map with all that the address says, for the forms that are not the page.
func (w *web) marked(c echo.Context, answer func(s mapState, a *mapAnswer, selected []int64) error) error {
	s, err := readMapState(c.QueryParams())
	if err != nil {
		return err
	}
	return w.withPicture(c, s.selection, func(r Request) error {
		ctx := c.Request().Context()
		a, err := w.service.mapOf(ctx, r, s.method)
		if err != nil {
			return err
		}
		if a.layout == nil {
			return say(store.ErrNotFound, "There is no map of layer %q of %s yet. Run convnet project on the dataset.", a.target.embedding.Layer, a.target.model.name)
		}
		s.selection, s.method = s.selection.resolved(a.page, a.target), a.projection.Method
		if err := w.service.color(ctx, s.color, a); err != nil {
			return err
		}
		selected, err := w.service.selected(ctx, s.lasso, a)
		if err != nil {
			return err
		}
		return answer(s, a, selected)
	})
}

// serveMapSVG draws the map as a file that stands alone; with view=links, as it stands in a page.
func (w *web) serveMapSVG(c echo.Context) error {
	return w.marked(c, func(s mapState, a *mapAnswer, selected []int64) error {
		inPage := s.links
		s.links = false
		d := drawingOf(s, a, selected, false)
		d.dark = c.QueryParam("theme") == "dark"
		if !inPage {
			d.url = nil
		}
		m := d.draw()
		if !inPage {
			m.alone(standing(s, a), fmt.Sprintf("%s · %s of %s · %s · colour: %s", s.dataset, a.projection.Layer, a.projection.Model, strings.ToUpper(s.method), s.color))
			c.Response().Header().Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", fileStem(a)+".svg"))
		}
		c.Response().Header().Set(echo.HeaderContentType, "image/svg+xml")
		return c.Render(http.StatusOK, "search/mapsvg", m)
	})
}

// standing are the legend's entries that a drawing shows.
func standing(s mapState, a *mapAnswer) []LegendEntry {
	if a.values != nil {
		return nil
	}
	return slices.DeleteFunc(legend(s, a.target.dataset), func(e LegendEntry) bool { return e.Hidden })
}

// serveMapCSV lists the selected points, or all that are not hidden.
func (w *web) serveMapCSV(c echo.Context) error {
	return w.marked(c, func(s mapState, a *mapAnswer, selected []int64) error {
		h := c.Response().Header()
		h.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
		h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", fileStem(a)+choose(s.lasso != nil, "_selection.csv", ".csv")))
		out := csv.NewWriter(c.Response())
		head := []string{"image_id", "name", "category", "sha256", "x", "y"}
		if a.values != nil {
			head = append(head, strings.ReplaceAll(a.values.name, " ", "_"))
		}
		err := out.Write(head)
		for _, i := range chosen(s, a, selected) {
			if err == nil {
				err = out.Write(record(s.row(a, i), a.values != nil))
			}
		}
		out.Flush()
		if err == nil {
			err = out.Error()
		}
		return err
	})
}

func record(r MapRow, valued bool) []string {
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', 7, 64) }
	list := []string{itoa64(r.ImageID), r.Name, r.Category, r.SHA256, number(r.X), number(r.Y)}
	if valued && r.Value != nil {
		list = append(list, number(*r.Value))
	} else if valued {
		list = append(list, "")
	}
	return list
}
