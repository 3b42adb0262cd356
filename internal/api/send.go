package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/convnet-playground/convnet/internal/upload"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

// sent stands for the picture of the body among the parts of a query.
const sent = "sent"

// findNeighbors answers a query that is sent: a picture, a form with one, or a vector.
func (a *API) findNeighbors(r *request) error {
	r.query.Set(string(search.KindUpload), sent)
	d, ask, err := a.asked(r)
	if err != nil {
		return err
	}
	kind, _, err := mime.ParseMediaType(r.Request().Header.Get("Content-Type"))
	known := slices.ContainsFunc(r.route.body, func(b body) bool { return b.mediaType == kind })
	if err != nil || !known {
		return problemf(http.StatusUnsupportedMediaType, "Content-Type %q cannot be a query: send image/jpeg, image/png, image/gif, image/webp, "+
			"multipart/form-data with the picture in the field image, or application/json with a vector.", r.Request().Header.Get("Content-Type"))
	}
	if kind == "application/json" {
		return a.byVector(r, d, ask)
	}
	release, err := a.Uploads.Take(r.Request().Context())
	if err != nil {
		return err
	}
	defer release()
	var picture upload.Picture
	if kind == "multipart/form-data" {
		ask, picture, err = a.readForm(r, d.Name)
	} else {
		picture, err = a.Uploads.ReadPicture(r.Request().Body, "picture")
	}
	if err != nil {
		return unprocessable(err)
	}
	for i, p := range ask.Ask {
		if p.Kind == search.KindUpload && p.Value == sent {
			ask.Ask[i].Picture = &search.Picture{Name: picture.Name, Data: picture.Data}
		}
	}
	return unprocessable(a.neighbors(r, d, ask))
}

// unprocessable is the status of a body that is well-formed and refused for what is in it; a form that breaks off is not.
func unprocessable(err error) error {
	var bad search.BadRequest
	if errors.As(err, &bad) || errors.Is(err, upload.ErrBad) {
		return problemf(http.StatusUnprocessableEntity, "%v", err)
	}
	return err
}

func (a *API) byVector(r *request, d store.Dataset, ask search.Request) error {
	data, err := io.ReadAll(r.Request().Body)
	if err != nil {
		return broken(err)
	}
	q, err := parseQuery(data)
	if err != nil {
		return err
	}
	if err := q.into(&ask); err != nil {
		return err
	}
	return unprocessable(a.neighbors(r, d, ask))
}

// parseQuery reads JSON strictly: a field that is mistyped would be passed over in silence.
func parseQuery(data []byte) (Query, error) {
	var q Query
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(&q)
	if err == nil && len(bytes.TrimSpace(data[dec.InputOffset():])) > 0 {
		return q, problemf(http.StatusBadRequest, "Behind the JSON object there is more: send one query.")
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax) && notFinite(data, syntax.Offset):
		return q, problemf(http.StatusUnprocessableEntity, "The vector holds NaN or Infinity: all of its numbers must be finite.")
	case errors.As(err, &kind):
		return q, problemf(http.StatusUnprocessableEntity, "%s cannot be %s: it must be %s.", fieldName(kind.Field), kind.Value, wanted(kind))
	case err != nil && strings.HasPrefix(err.Error(), "json: unknown field "):
		return q, problemf(http.StatusUnprocessableEntity, "There is no field %s; there are model, layer, pooling, metric, p, k and vector.", strings.TrimPrefix(err.Error(), "json: unknown field "))
	case err != nil:
		return q, problemf(http.StatusBadRequest, "The body is not JSON: %v.", err)
	case q.Vector == nil:
		return q, problemf(http.StatusUnprocessableEntity, `The vector is missing: send {"vector": [...]} with as many numbers as the embedding's dimension.`)
	}
	return q, nil
}

// notFinite reports whether what broke the JSON is how other programs write numbers that are none.
func notFinite(data []byte, offset int64) bool {
	rest := strings.ToLower(strings.TrimLeft(string(data[max(0, offset-2):min(int64(len(data)), offset+8)]), "[,- \n\t"))
	return strings.HasPrefix(rest, "nan") || strings.HasPrefix(rest, "inf")
}

func fieldName(field string) string {
	if field == "" {
		return "The body"
	}
	return field
}

func wanted(kind *json.UnmarshalTypeError) string {
	switch {
	case kind.Field == "":
		return "an object"
	case kind.Field == "k":
		return "a whole number"
	case kind.Type.Kind().String() == "string":
		return "a string"
	case strings.HasPrefix(kind.Value, "number"):
		return "a number that fits 32 bits"
	case kind.Type.Kind().String() == "slice":
		return "an array of numbers"
	}
	return "a number"
}

// into puts what the body says over what the address says.
func (q Query) into(ask *search.Request) (err error) {
	ask.Model, ask.Layer, ask.Pooling = cmp.Or(q.Model, ask.Model), cmp.Or(q.Layer, ask.Layer), cmp.Or(q.Pooling, ask.Pooling)
	if q.Metric != "" {
		if ask.Metric, err = parseMetric(q.Metric); err != nil {
			return err
		}
	}
	ask.P, ask.K, ask.Vector = cmp.Or(q.P, ask.P), cmp.Or(q.K, ask.K), q.Vector
	return nil
}

// readForm reads a picture, and what the form says over what the address says.
func (a *API) readForm(r *request, dataset string) (search.Request, upload.Picture, error) {
	fields, picture, err := a.Uploads.Read(r.Request())
	if err != nil {
		return search.Request{}, picture, err
	}
	said := *r
	said.query = query{fields}
	if err := said.query.allow(r.route.parameters()); err != nil {
		return search.Request{}, picture, err
	}
	said.query.Set(string(search.KindUpload), sent)
	ask, err := said.searchRequest(dataset)
	return ask, picture, err
}

// broken keeps the error of a body that is too large and calls anything else what it is: a connection that broke off.
func broken(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return problemf(http.StatusBadRequest, "The body broke off: %v.", err)
}
