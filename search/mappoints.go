package search

import (
	"html"
	"html/template"
	"net/url"
	"strings"
)

// drawnGroup is points of one colour and shape. They are written here and not by a template, which would take several times as
// long: most of what a page with a map consists of is its points.
type drawnGroup struct {
	Class, Fill string
	text        strings.Builder
}

// Points is the group's points, as SVG.
func (g *drawnGroup) Points() template.HTML { return template.HTML(g.text.String()) }

// drawnPoint is a point; without an address it is no link.
type drawnPoint struct {
	path, url, title string
	faint            bool // outside the selection
}

func (g *drawnGroup) add(p drawnPoint) {
	b := &g.text
	if p.url != "" {
		b.WriteString(`<a href="`)
		b.WriteString(html.EscapeString(p.url))
		b.WriteString(`" tabindex="-1">`)
	}
	b.WriteString(`<path d="`)
	b.WriteString(p.path)
	if b.WriteByte('"'); p.faint {
		b.WriteString(` opacity="0.16"`)
	}
	b.WriteString(`><title>`)
	b.WriteString(html.EscapeString(p.title))
	if b.WriteString(`</title></path>`); p.url != "" {
		b.WriteString(`</a>`)
	}
}

// addresses tells the address of an image by its name, where only the name differs from the address of any other image.
func addresses(of func(ask Ask) string) func(name string) string {
	const name = "\x00" // an image cannot have it
	before, after, _ := strings.Cut(of(AskFor(name)), url.QueryEscape(name))
	return func(name string) string { return before + url.QueryEscape(name) + after }
}
