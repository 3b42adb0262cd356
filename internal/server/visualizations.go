package server

import (
	"context"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/templates"
)

// serveVisualization answers with a picture that an optimisation has made: /visualizations/17.png.
func (s *Server) serveVisualization(c echo.Context) error {
	digits, isPNG := strings.CutSuffix(c.Param("file"), ".png")
	id, err := strconv.ParseUint(digits, 10, 62)
	if err != nil || !isPNG {
		return echo.NewHTTPError(http.StatusNotFound, "There is no such picture: its address is a number and .png.")
	}
	v, err := s.config.DB.Visualization(c.Request().Context(), int64(id))
	if err != nil {
		return err
	}
	if v.PNGBytes == 0 { // nothing to keep either
		_, err := s.config.DB.VisualizationPNG(c.Request().Context(), v.ID)
		return err
	}
	return serveMade(c, made{
		tag: hex.EncodeToString(v.PNGSHA256[:]), version: templates.VisualizationVersion(v.PNGSHA256), contentType: "image/png",
		read: func(ctx context.Context) ([]byte, error) { return s.config.DB.VisualizationPNG(ctx, v.ID) },
	})
}

// serveSheet answers with many such pictures as one.
func (s *Server) serveSheet(c echo.Context) error {
	sheet, err := explorer.FindSheet(c.Request().Context(), s.config.DB, c.QueryParam("ids"), c.QueryParam("icons") != "")
	if err != nil {
		return err
	}
	return serveMade(c, made{
		tag: sheet.Tag, version: sheet.Version, contentType: "image/jpeg",
		read: func(ctx context.Context) ([]byte, error) { return sheet.JPEG(ctx, s.config.DB) },
	})
}

// made is a picture that may be made again under its id; its tag and its version change then.
type made struct {
	tag, version, contentType string
	read                      func(ctx context.Context) ([]byte, error)
}

// serveMade lets a browser keep the picture for ever under the address with its version, and under any other ask again.
func serveMade(c echo.Context, m made) error {
	tag, kept := `"`+m.tag+`"`, "no-cache"
	if c.QueryParam("v") == m.version {
		kept = "private, max-age=31536000, immutable"
	}
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, kept)
	h.Set(headerPolicy, picturePolicy)
	if templates.Unchanged(c, tag) {
		return c.NoContent(http.StatusNotModified)
	}
	data, err := m.read(c.Request().Context())
	if err != nil {
		h.Del(echo.HeaderCacheControl)
		return err
	}
	return c.Blob(http.StatusOK, m.contentType, data)
}
