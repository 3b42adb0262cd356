package server

import (
	"context"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/internal/upload"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/templates"
)

// contentTypes are those of the formats that the store keeps.
var contentTypes = map[string]string{"jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}

func (s *Server) serveOriginal(c echo.Context) error {
	return s.servePicture(c, "", s.config.DB.Original)
}

// serveThumbnail answers /thumbnails/:sha256; small=1 asks for a smaller one.
func (s *Server) serveThumbnail(c echo.Context) error {
	if c.QueryParam("small") == "" {
		return s.servePicture(c, "-thumbnail", s.config.DB.Thumbnail)
	}
	return s.servePicture(c, "-small", func(ctx context.Context, imageID int64) ([]byte, string, error) {
		data, format, err := s.config.DB.Thumbnail(ctx, imageID)
		if err != nil {
			return nil, "", err
		}
		return search.SmallThumbnail(data, format)
	})
}

// serveUploaded answers /uploads/:token: it shows a picture, or a crop of it, back to its sender.
func serveUploaded(c echo.Context, uploads *upload.Desk) error {
	p, err := uploads.Find(c, c.Param("token")) // which says that nothing of it is to be kept
	if err != nil {
		return err
	}
	return search.SendPicture(c, p.Format, p.Data)
}

type readPicture func(ctx context.Context, imageID int64) (data []byte, format string, err error)

// servePicture answers with bytes whose address is their hash: once a browser has them it need not ask again.
func (s *Server) servePicture(c echo.Context, variant string, read readPicture) error {
	var sha [32]byte
	text := c.Param("sha256")
	if n, err := hex.Decode(sha[:], []byte(text[:min(len(text), 64)])); err != nil || n != len(sha) || len(text) != 64 {
		return echo.NewHTTPError(http.StatusNotFound, "There is no such image: its address is the SHA-256 of its bytes, 64 hexadecimal digits.")
	}
	ctx := c.Request().Context()
	img, err := s.config.DB.ImageBySHA256(ctx, sha)
	if err != nil {
		return err
	}
	tag := `"` + strings.ToLower(text) + variant + c.QueryParam("crop") + `"`
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "private, max-age=31536000, immutable")
	if templates.Unchanged(c, tag) {
		return c.NoContent(http.StatusNotModified)
	}
	data, format, err := read(ctx, img.ID)
	if err != nil {
		h.Del(echo.HeaderCacheControl)
		return err
	}
	contentType, known := contentTypes[format]
	if !known {
		contentType = echo.MIMEOctetStream
	}
	return search.SendPicture(c, contentType, data)
}
