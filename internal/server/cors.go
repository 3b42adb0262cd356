package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/internal/api"
)

// ParseOrigin checks an origin whose pages may use the API, and writes it as browsers do: https://pictures.example:8443.
// There is no origin for all: any page that somebody looks at could then read the images on their machine.
func ParseOrigin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%q is not an origin: give scheme, host and port, such as https://pictures.example or http://localhost:3000", text)
	}
	host := strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return u.Scheme + "://" + host, nil
}

// share lets pages of the listed origins use the API, and nothing else of the site (Fetch standard, CORS protocol). They
// get no cookies: there are none that the API looks at.
func (s *Server) share(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if len(s.config.Origins) == 0 || !api.Owns(c.Request()) {
			return next(c)
		}
		h := c.Response().Header()
		h.Add(echo.HeaderVary, echo.HeaderOrigin)
		if !s.shares(c.Request()) {
			return next(c)
		}
		h.Set(echo.HeaderAccessControlAllowOrigin, c.Request().Header.Get(echo.HeaderOrigin))
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		if c.Request().Method != http.MethodOptions || c.Request().Header.Get(echo.HeaderAccessControlRequestMethod) == "" {
			h.Set(echo.HeaderAccessControlExposeHeaders, "ETag, Link, Content-Disposition, Retry-After")
			return next(c)
		}
		h.Set(echo.HeaderAccessControlAllowMethods, "GET, HEAD, POST")
		h.Set(echo.HeaderAccessControlAllowHeaders, "Accept, Content-Type, If-None-Match")
		h.Set(echo.HeaderAccessControlMaxAge, "600")
		return c.NoContent(http.StatusNoContent)
	}
}

// shares reports whether a request for the API comes from a page of a listed origin.
func (s *Server) shares(r *http.Request) bool {
	return api.Owns(r) && slices.Contains(s.config.Origins, r.Header.Get(echo.HeaderOrigin))
}
