package server

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/templates"
)

const themeSeconds = 365 * 24 * 60 * 60

// serveTheme keeps the choice of light or dark in a cookie and leads back to where it was made.
func serveTheme(c echo.Context) error {
	cookie := &http.Cookie{
		Name: templates.ThemeCookie, Value: c.FormValue("theme"), Path: "/", MaxAge: themeSeconds,
		SameSite: http.SameSiteLaxMode,
	}
	switch cookie.Value {
	case "light", "dark":
	case "system":
		cookie.Value, cookie.MaxAge = "", -1
	default:
		return echo.NewHTTPError(http.StatusBadRequest, "The theme is light, dark or system.")
	}
	c.SetCookie(cookie)
	return c.Redirect(http.StatusSeeOther, localAddress(c.FormValue("return")))
}

// localAddress is the address if it stays on this site, and home if not.
func localAddress(address string) string {
	if !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.ContainsAny(address, "\\\r\n\t") {
		return "/"
	}
	return address
}
