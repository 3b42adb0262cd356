package upload

import (
	"bufio"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strings"
)

const (
	// formValueBytes bounds each text field of the upload form.
	formValueBytes = 4096
	maxFormFields  = 32
)

// uploadFormats are the pictures that are shown back to their sender; others are refused before they are looked at.
var uploadFormats = map[string]bool{"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true}

// Read reads a form with a file field named image, and returns its other fields, those of the address among them. The form
// stays in memory: the standard library's own form parser would write large files to disk.
func (d *Desk) Read(r *http.Request) (url.Values, Picture, error) {
	form, err := reader(r)
	if err != nil {
		return nil, Picture{}, err
	}
	fields, p := r.URL.Query(), Picture{}
	for range maxFormFields {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, p, p.check()
		}
		if err != nil {
			return nil, p, readError(err)
		}
		if err := d.readPart(part, fields, &p); err != nil {
			return nil, p, err
		}
	}
	return nil, p, refuse(ErrForm, "The form has more than %d fields.", maxFormFields)
}

// reader is the form's, if it begins as its type says: one that does not would look like a form without fields.
func reader(r *http.Request) (*multipart.Reader, error) {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if boundary := parameters["boundary"]; err == nil && kind == "multipart/form-data" && boundary != "" {
		body := bufio.NewReader(r.Body)
		head, err := body.Peek(len("\r\n--") + len(boundary)) // fewer at the end of a short body
		if strings.HasPrefix(strings.TrimPrefix(string(head), "\r\n"), "--"+boundary) {
			return multipart.NewReader(body, boundary), nil
		}
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, err
		}
		return nil, refuse(ErrForm, "The form broke off: it does not begin with the boundary that its Content-Type names.")
	}
	return nil, refuse(ErrForm, "Send the picture as a form (multipart/form-data) with a file field named image.")
}

func (d *Desk) readPart(part *multipart.Part, fields url.Values, p *Picture) error {
	if part.FormName() != "image" {
		value, err := io.ReadAll(io.LimitReader(part, formValueBytes))
		fields.Set(part.FormName(), string(value))
		return readError(err)
	}
	var err error
	*p, err = d.read(part, fileName(part.FileName()))
	return err
}

// ReadPicture reads a picture that comes by itself.
func (d *Desk) ReadPicture(in io.Reader, name string) (Picture, error) {
	p, err := d.read(in, name)
	if err != nil {
		return p, err
	}
	return p, p.check()
}

func (d *Desk) read(in io.Reader, name string) (Picture, error) {
	data, err := io.ReadAll(io.LimitReader(in, d.bytes+1))
	if err != nil {
		return Picture{}, readError(err)
	}
	if int64(len(data)) > d.bytes {
		return Picture{}, &http.MaxBytesError{Limit: d.bytes}
	}
	return Picture{Name: name, Data: data, Format: http.DetectContentType(data)}, nil
}

// readError keeps the error of a body that is too large and calls anything else what it is: a connection or a form
// that broke off.
func readError(err error) error {
	var tooLarge *http.MaxBytesError
	if err == nil || errors.As(err, &tooLarge) {
		return err
	}
	return refuse(ErrForm, "The form broke off: %v.", err)
}

func (p Picture) check() error {
	switch {
	case len(p.Data) == 0:
		return refuse(ErrBad, "Choose a picture first: a JPEG, PNG, GIF or WebP file.")
	case !uploadFormats[p.Format]:
		kind, _, _ := strings.Cut(p.Format, ";")
		return refuse(ErrBad, "%q is not a picture I can read: it looks like %s. Send a JPEG, PNG, GIF or WebP file.", p.Name, kind)
	}
	return nil
}

// fileName is the last part of whatever the browser sent; some send whole paths.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" {
		return "your picture"
	}
	return name
}
