package templates

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// Respond sends a page, or its JSON twin when the request asks for that.
func Respond(c echo.Context, name string, page any) error {
	return RespondStatus(c, http.StatusOK, name, page)
}

// RespondStatus is Respond with a status of its own.
func RespondStatus(c echo.Context, status int, name string, page any) error {
	// Pages show the database as it is now; a browser may keep one only for going back. Handlers of pages that depend on
	// more than the address and the database have said "no-store".
	if h := c.Response().Header(); h.Get(echo.HeaderCacheControl) == "" {
		h.Set(echo.HeaderCacheControl, "no-cache")
	}
	if WantsJSON(c) {
		return c.JSONPretty(status, page, "  ")
	}
	return c.Render(status, name, page)
}

// WantsJSON reports whether the request asks for a page's JSON twin.
func WantsJSON(c echo.Context) bool { return c.QueryParam("format") == "json" }

// Unchanged sets an answer's tag, and reports whether If-None-Match names it: then who asks has the answer already.
func Unchanged(c echo.Context, tag string) bool {
	c.Response().Header().Set("ETag", tag)
	return matches(c.Request().Header.Get("If-None-Match"), tag)
}

// matches compares tags as If-None-Match does, weakly.
func matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}
