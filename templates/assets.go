package templates

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"

	"github.com/labstack/echo/v4"
)

//go:embed static
var static embed.FS

type asset struct {
	data    []byte
	version string
}

var assets = loadAssets()

func loadAssets() map[string]asset {
	all := map[string]asset{}
	entries, err := fs.ReadDir(static, "static")
	if err != nil {
		panic(err) // embedded: cannot fail in a program that was built
	}
	for _, entry := range entries {
		data, err := static.ReadFile(path.Join("static", entry.Name()))
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(data)
		all[entry.Name()] = asset{data: data, version: hex.EncodeToString(sum[:6])}
	}
	return all
}

// assetURL is a static file's address; it changes with the content.
func assetURL(name string) (string, error) {
	a, ok := assets[name]
	if !ok {
		return "", fmt.Errorf("there is no static file %q", name)
	}
	return "/static/" + name + "?v=" + a.version, nil
}

// ServeAsset answers /static/:name. Under its versioned address a file never changes; under any other it may.
func ServeAsset(c echo.Context) error {
	name := c.Param("name")
	a, ok := assets[name]
	if !ok {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	keep := "no-cache"
	if c.QueryParam("v") == a.version {
		keep = "public, max-age=31536000, immutable"
	}
	c.Response().Header().Set(echo.HeaderCacheControl, keep)
	return c.Blob(http.StatusOK, mime.TypeByExtension(path.Ext(name)), a.data)
}
