package server

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// policy lets a page load from this server and nowhere else, and run no script or style that is written into a page.
// blob: is for showing a chosen picture before it is sent.
const policy = "default-src 'none'; img-src 'self' blob:; style-src 'self'; script-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// picturePolicy is for bytes that came from outside, should a browser ever take them for a page.
const picturePolicy = "default-src 'none'; sandbox"

const headerPolicy = "Content-Security-Policy"

func secure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set(headerPolicy, policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		return next(c)
	}
}

// sameOrigin refuses forms that another site's page sends, and queries to the API of one that it is not shared with.
func (s *Server) sameOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	protection := http.NewCrossOriginProtection()
	return func(c echo.Context) error {
		if err := protection.Check(c.Request()); err != nil && !s.shares(c.Request()) {
			return echo.NewHTTPError(http.StatusForbidden, "This was sent by a page of another site, so it was not accepted.")
		}
		return next(c)
	}
}
