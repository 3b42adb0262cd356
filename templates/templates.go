package templates

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
)

//go:embed layout search explorer server api teaching
var files embed.FS

// Renderer renders pages by name: "search/home" is search/home.tmpl inside the layout. It is echo's renderer.
type Renderer struct {
	pages map[string]*template.Template
}

// New parses all pages.
func New() (*Renderer, error) {
	layout, err := template.New("base").Funcs(funcs).ParseFS(files, "layout/*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("parse the layout: %w", err)
	}
	r := &Renderer{pages: map[string]*template.Template{}}
	names, err := fs.Glob(files, "*/*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("list the pages: %w", err)
	}
	for _, file := range names {
		if path.Dir(file) == "layout" {
			continue
		}
		if err := r.parse(layout, file); err != nil {
			return nil, fmt.Errorf("parse page %s: %w", file, err)
		}
	}
	return r, nil
}

// parse adds a page; what it is made of may lie in files of its own, in a folder of its name.
func (r *Renderer) parse(layout *template.Template, file string) error {
	name := strings.TrimSuffix(file, ".tmpl")
	pieces, err := fs.Glob(files, name+"/*.tmpl")
	if err != nil {
		return err
	}
	r.pages[name], err = template.Must(layout.Clone()).ParseFS(files, append(pieces, file)...)
	return err
}

// Names lists the pages.
func (r *Renderer) Names() []string {
	names := make([]string, 0, len(r.pages))
	for name := range r.pages {
		names = append(names, name)
	}
	return names
}

// Render implements echo.Renderer; echo renders into a buffer, so a page that fails half-way is never sent.
func (r *Renderer) Render(w io.Writer, name string, data any, _ echo.Context) error {
	page, ok := r.pages[name]
	if !ok {
		return fmt.Errorf("there is no page %q", name)
	}
	if err := page.ExecuteTemplate(w, "base", data); err != nil {
		return fmt.Errorf("render page %s: %w", name, err)
	}
	return nil
}

// Piece renders a template that a page is made of, by itself: what is known early need not wait for the rest of the page.
func Piece(c echo.Context, page, piece string, data any) (template.HTML, error) {
	r, ok := c.Echo().Renderer.(*Renderer)
	if !ok || r.pages[page] == nil {
		return "", fmt.Errorf("there is no page %q", page)
	}
	var text strings.Builder
	if err := r.pages[page].ExecuteTemplate(&text, piece, data); err != nil {
		return "", fmt.Errorf("render %s of page %s: %w", piece, page, err)
	}
	return template.HTML(text.String()), nil
}
