package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/templates"
)

// json answers with a value. Its tag is the hash of what is written: the database is read again for every request, but
// what has not changed is not sent again.
func (r *request) json(value any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		return fmt.Errorf("write %s as JSON: %w", r.route.name, err)
	}
	return r.tagged("application/json", b.Bytes())
}

// tagged answers with bytes and their weak tag, weak because they may be compressed on the way.
func (r *request) tagged(mediaType string, data []byte) error {
	sum := sha256.Sum256(data)
	if r.unchanged(`W/"` + hex.EncodeToString(sum[:12]) + `"`) {
		return r.NoContent(http.StatusNotModified)
	}
	return r.Blob(http.StatusOK, mediaType, data)
}

// unchanged sets the answer's tag and reports whether the caller has what it stands for.
func (r *request) unchanged(tag string) bool {
	read := r.Request().Method == http.MethodGet || r.Request().Method == http.MethodHead
	return templates.Unchanged(r, tag) && read
}

// csv answers with a slice of structs as a table: a column for each field that is one value, under its JSON name.
func (r *request) csv(rows any) error {
	slice := reflect.ValueOf(rows)
	columns := columnsOf(slice.Type().Elem())
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	header := make([]string, len(columns))
	for i, c := range columns {
		header[i] = c.name
	}
	w.Write(header) // a buffer takes everything
	for i := range slice.Len() {
		cells := make([]string, len(columns))
		for k, c := range columns {
			cells[k] = cell(slice.Index(i).FieldByIndex(c.index))
		}
		w.Write(cells)
	}
	w.Flush()
	r.Response().Header().Set(echo.HeaderContentDisposition, attachment(path.Base(r.route.path)+".csv"))
	return r.tagged("text/csv; charset=utf-8", b.Bytes())
}

type column struct {
	name  string
	index []int
}

func columnsOf(t reflect.Type) (list []column) {
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		kind := f.Type
		if kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		switch kind.Kind() {
		case reflect.String, reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
			if name != "" && name != "-" {
				list = append(list, column{name, f.Index})
			}
		}
	}
	return list
}

// cell writes a value; nothing stands for null.
func cell(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}
	return fmt.Sprint(v.Interface())
}

// attachment names the file that an answer is saved as.
func attachment(name string) string { return "attachment; filename=" + quoted(name) }

// saved names the file too, for whoever saves what a browser shows.
func saved(name string) string { return "inline; filename=" + quoted(name) }

// quoted writes _ for what is special in a header or a file's path.
func quoted(name string) string {
	return `"` + strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\/:*?<>|`, r) {
			return '_'
		}
		return r
	}, name) + `"`
}
