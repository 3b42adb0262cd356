package api

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// format is a way to write an answer.
type format struct{ name, mediaType string }

// The formats, by the names that ?format= knows them by.
var (
	formatJSON    = format{"json", "application/json"}
	formatCSV     = format{"csv", "text/csv"}
	formatNPY     = format{"npy", "application/x-npy"}
	formatParquet = format{"parquet", "application/vnd.apache.parquet"}
)

// negotiate finds the format to answer in: what format= says, or else what Accept likes best; of equals the one that the
// route lists first. A route without formats answers with pictures, and has nothing to choose from.
func (r *route) negotiate(c echo.Context, q query) (format, error) {
	if len(r.formats) == 0 {
		return format{}, nil
	}
	if len(r.formats) > 1 {
		c.Response().Header().Add(echo.HeaderVary, echo.HeaderAccept)
	}
	if name := q.Get("format"); name != "" {
		for _, f := range r.formats {
			if f.name == name {
				return f, nil
			}
		}
		return format{}, problemf(http.StatusNotAcceptable, "format=%s is not to be had here: choose %s.", name, r.formatNames())
	}
	accept := strings.Join(c.Request().Header.Values(echo.HeaderAccept), ",")
	best, most := format{}, 0.0
	for _, f := range r.formats {
		if q := quality(accept, f.mediaType); q > most {
			best, most = f, q
		}
	}
	if most == 0 {
		return format{}, problemf(http.StatusNotAcceptable, "Accept: %s leaves nothing that can be written here: ask for %s.", accept, r.mediaTypes())
	}
	return best, nil
}

func (r *route) formatNames() string {
	names := make([]string, len(r.formats))
	for i, f := range r.formats {
		names[i] = f.name
	}
	return strings.Join(names, ", ")
}

func (r *route) mediaTypes() string {
	types := make([]string, len(r.formats))
	for i, f := range r.formats {
		types[i] = f.mediaType
	}
	return strings.Join(types, ", ")
}

// quality is how much an Accept header likes a media type, 0 to 1: the most specific range that matches it decides
// (RFC 9110, 12.5.1). Without the header everything is liked.
func quality(accept, mediaType string) float64 {
	if strings.TrimSpace(accept) == "" {
		return 1
	}
	family, _, _ := strings.Cut(mediaType, "/")
	found, specific := 0.0, -1
	for one := range strings.SplitSeq(accept, ",") {
		pattern, parameters, err := mime.ParseMediaType(one)
		if err != nil {
			continue // a range that cannot be read asks for nothing
		}
		how := map[string]int{"*/*": 0, family + "/*": 1, mediaType: 2}
		if rank, matches := how[pattern]; matches && rank > specific {
			found, specific = weight(parameters), rank
		}
	}
	return found
}

func weight(parameters map[string]string) float64 {
	text, given := parameters["q"]
	if !given {
		return 1
	}
	q, err := strconv.ParseFloat(text, 64)
	if err != nil || !(q >= 0 && q <= 1) {
		return 0
	}
	return q
}
