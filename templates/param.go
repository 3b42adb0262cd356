package templates

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
)

// PathParam is a name from the path, decoded. Echo routes by the encoded path where that differs from the usual
// encoding (a slash in a name), and by the decoded one otherwise, so the parameter is not always encoded.
func PathParam(c echo.Context, name string) (string, error) {
	value := c.Param(name)
	if c.Request().URL.RawPath == "" {
		return value, nil
	}
	decoded, err := url.PathUnescape(value)
	if err != nil {
		return "", echo.NewHTTPError(http.StatusBadRequest, fmt.Sprintf("%q in the address is not a name.", value))
	}
	return decoded, nil
}
