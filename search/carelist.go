package search

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
)

// CareList is images that somebody has selected.
type CareList struct {
	Dataset string      `json:"dataset"`
	Images  []CareImage `json:"images"`
}

// serveCareList answers with the selected images as CSV, as JSON, or as their names, one on a line.
func (w *web) serveCareList(c echo.Context) error {
	ctx := c.Request().Context()
	d, err := w.service.dataset(ctx, c.QueryParam("dataset"))
	if err != nil {
		return err
	}
	form := c.QueryParams()
	if err := w.service.spellOut(ctx, form); err != nil {
		return err
	}
	var ids []int64
	for _, text := range form["image"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || len(ids) == maxEdited {
			return badRequestf("image must be the ids of at most %d images, not %q.", maxEdited, text)
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return badRequestf("No image is selected: tick some first.")
	}
	images, err := w.service.db.Images(ctx, store.ImageFilter{DatasetID: d.ID, IDs: ids})
	if err != nil {
		return err
	}
	list := CareList{Dataset: d.Name, Images: make([]CareImage, len(images))}
	for i, img := range images {
		list.Images[i] = careImage(img)
	}
	return list.send(c)
}

func (l CareList) send(c echo.Context) error {
	switch format := c.QueryParam("format"); format {
	case "json":
		c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="images.json"`)
		return c.JSONPretty(http.StatusOK, l, "  ")
	case "txt":
		var names strings.Builder
		for _, img := range l.Images {
			names.WriteString(img.Name + "\n")
		}
		c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="images.txt"`)
		return c.String(http.StatusOK, names.String())
	case "", "csv":
		rows := [][]string{{"image_id", "name", "category", "sha256", "width", "height", "size"}}
		for _, img := range l.Images {
			rows = append(rows, []string{itoa64(img.ImageID), img.Name, img.Category, img.SHA256, strconv.Itoa(img.Width), strconv.Itoa(img.Height), itoa64(img.Size)})
		}
		return sendTable(c, "images.csv", rows)
	default:
		return badRequestf("There is no format %q: choose csv, json or txt.", format)
	}
}

// CareFinding is an image of a finding, as a table lists it.
type CareFinding struct {
	Finding   string  `json:"finding"` // near-duplicate, same-bytes, outlier, suspect or cluster
	Group     int     `json:"group"`   // images of one group belong together; from 1
	ImageID   int64   `json:"image_id"`
	Name      string  `json:"name"`
	Category  string  `json:"category"`
	Suggested string  `json:"suggested"` // category, of suspects and clusters
	Value     float64 `json:"value"`     // distance, number of files, factor, share or silhouette
}

// CareFindings lists the findings of a report, one for an image of each.
func CareFindings(r *CareReport) []CareFinding {
	list := []CareFinding{}
	add := func(finding string, group int, img CareImage, suggested string, value float64) {
		list = append(list, CareFinding{finding, group + 1, img.ImageID, img.Name, img.Category, suggested, value})
	}
	for i, g := range r.NearDuplicates.Groups {
		for _, img := range g.Images {
			add("near-duplicate", i, img.CareImage, "", img.Distance)
		}
	}
	for i, s := range r.SameBytes {
		add("same-bytes", i, s.CareImage, "", float64(len(s.Files)))
	}
	for i, img := range r.Outliers.Images {
		add("outlier", i, img.CareImage, "", img.Factor)
	}
	for i, s := range r.Suspects {
		add("suspect", i, s.CareImage, s.Suggested, s.Share)
	}
	for i, c := range r.Clusters.Clusters {
		for _, img := range c.members {
			add("cluster", i, img, c.Category, c.Silhouette)
		}
	}
	return list
}

func findingRows(list []CareFinding) [][]string {
	rows := [][]string{{"finding", "group", "image_id", "name", "category", "suggested", "value"}}
	for _, f := range list {
		rows = append(rows, []string{f.Finding, strconv.Itoa(f.Group), itoa64(f.ImageID), f.Name, f.Category, f.Suggested, strconv.FormatFloat(f.Value, 'g', 6, 64)})
	}
	return rows
}

func encodeCSV(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write a table: %w", err)
	}
	return b.Bytes(), nil
}

// parseSHA256 reads 64 hexadecimal digits.
func parseSHA256(text string) (sha [32]byte, err error) {
	data, err := hex.DecodeString(text)
	if err != nil || len(data) != len(sha) {
		return sha, badRequestf("%q is no SHA-256: it has 64 hexadecimal digits.", text)
	}
	return [32]byte(data), nil
}
