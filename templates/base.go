package templates

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// Site is what every page says about the server.
type Site struct {
	Version  string
	File     string // base name of the database
	ReadOnly bool
}

// Base is what the layout needs; every page struct embeds it, kept out of the JSON twin.
type Base struct {
	Heading string // the browser's title
	Section string // which entry of the navigation is current
	Site    Site
	Theme   string // light or dark; "" follows the system
	Return  string // this page's address, for forms that lead back to it
	Twin    string // address of the JSON twin; "" when there is none
	Curl    string // a command line that fetches the twin
}

const siteKey = "site"

// WithSite makes site known to the pages of all requests.
func WithSite(site Site) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(siteKey, site)
			return next(c)
		}
	}
}

// NewBase fills in what can be known from the request alone.
func NewBase(c echo.Context, section, heading string) Base {
	b := Base{Heading: heading, Section: section, Theme: Theme(c), Return: "/"}
	b.Site, _ = c.Get(siteKey).(Site)
	if r := c.Request(); r.Method == http.MethodGet || r.Method == http.MethodHead {
		b.Return = r.URL.RequestURI()
		query := r.URL.Query()
		query.Set("format", "json")
		b.Twin = r.URL.EscapedPath() + "?" + query.Encode()
		b.Curl = Curl(c, b.Twin)
	}
	return b
}

// ThemeCookie keeps the choice between light and dark.
const ThemeCookie = "theme"

// Theme is the visitor's choice: light, dark, or "" for what the system prefers.
func Theme(c echo.Context) string {
	cookie, err := c.Cookie(ThemeCookie)
	if err != nil || (cookie.Value != "light" && cookie.Value != "dark") {
		return ""
	}
	return cookie.Value
}
