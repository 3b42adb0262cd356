package explorer

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"
	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

const (
	contactColumns = 10
	contactTile    = 128
	contactGap     = 8
	contactLabel   = 16 // height of a line of text
	mostContacts   = 512
)

// serveContact answers /models/:name/layers/:layer/sheet.png: the pictures of a layer's grid on one sheet, to be saved, with
// their channels' numbers below them.
func (w *web) serveContact(c echo.Context) error {
	p, _, page, err := w.gridOf(c)
	if err != nil {
		return err
	}
	var shown []Tile
	for _, t := range page.Grid {
		if t.Picture.Shown() && len(shown) < mostContacts {
			shown = append(shown, t)
		}
	}
	if len(shown) == 0 {
		return notFoundf("There are no pictures of %s to put on a sheet: %s makes them.", p.layer().Name, command("visualize"))
	}
	sheet, err := w.contact(c.Request().Context(), fmt.Sprintf("%s  %s", p.model.Name, p.layer().Name), shown)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "no-cache")
	h.Set(echo.HeaderContentDisposition, mime.FormatMediaType("inline", map[string]string{"filename": p.model.Name + "_" + p.layer().Name + ".png"}))
	return c.Blob(http.StatusOK, "image/png", sheet)
}

// contact draws a sheet.
func (w *web) contact(ctx context.Context, heading string, shown []Tile) ([]byte, error) {
	columns := min(contactColumns, len(shown))
	rows := (len(shown) + columns - 1) / columns
	pitch := contactTile + contactGap
	sheet := image.NewRGBA(image.Rect(0, 0, max(columns*pitch+contactGap, 320), contactLabel+2*contactGap+rows*(pitch+contactLabel)))
	draw.Draw(sheet, sheet.Rect, image.White, image.Point{}, draw.Src)
	write(sheet, contactGap, contactGap+12, heading)
	for i, t := range shown {
		data, err := w.db.VisualizationPNG(ctx, t.Picture.ID)
		if err != nil {
			return nil, err
		}
		x, y := contactGap+i%columns*pitch, contactLabel+2*contactGap+i/columns*(pitch+contactLabel)
		if err := drawTile(sheet, image.Rect(x, y, x+contactTile, y+contactTile), data); err != nil {
			return nil, fmt.Errorf("draw visualization %d: %w", t.Picture.ID, err)
		}
		write(sheet, x, y+contactTile+12, fmt.Sprint(t.Channel))
	}
	var file bytes.Buffer
	if err := png.Encode(&file, sheet); err != nil {
		return nil, fmt.Errorf("write a contact sheet: %w", err)
	}
	return file.Bytes(), nil
}

// write puts a line of text on a sheet; y is its baseline.
func write(sheet *image.RGBA, x, y int, text string) {
	d := font.Drawer{Dst: sheet, Src: image.NewUniform(color.Gray{Y: 40}), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(text)
}
