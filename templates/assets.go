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
	bundled bool // with libraries of others in it
}

var assets = loadAssets()

// loadAssets reads the static files, and in static/dist what make setup has bundled. They are addressed by their last name.
func loadAssets() map[string]asset {
	all := map[string]asset{}
	err := fs.WalkDir(static, "static", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := static.ReadFile(file)
		sum := sha256.Sum256(data)
		all[path.Base(file)] = asset{data: data, version: hex.EncodeToString(sum[:6]), bundled: path.Dir(file) != "static"}
		return err
	})
	if err != nil {
		panic(err) // embedded: cannot fail in a program that was built
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

// bundleURL is the address of a bundle, or "" in a program that was built without: pages then do without.
func bundleURL(name string) string {
	address, err := assetURL(name)
	if err != nil {
		return ""
	}
	return address
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
