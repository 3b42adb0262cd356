package teaching

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// Every drawing has one size, so that pages can keep room for it.
const (
	drawingWidth  = 560
	drawingHeight = 240
)

// colours are those of templates/static/app.css, which a drawing that is an image of its own does not see.
type colours struct {
	Text, Muted, Line, Sunken, Surface, Accent, Soft, Other string
	Categories                                              []string
}

var themes = map[string]colours{
	"light": {"#191e2b", "#596275", "#dde2ea", "#eceff4", "#ffffff", "#3f55c9", "#c5cffb", "#b4440d", categoryColours},
	"dark":  {"#e8ebf2", "#9aa4b8", "#2d3240", "#232733", "#191c25", "#93a5ff", "#39447c", "#ff9f6b", categoryColours},
}

var categoryColours = []string{"#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1", "#ff9da7", "#9c755f", "#a8a39d"}

// canvas writes a drawing as SVG. Attributes only, no styles: the policy of these pages allows none that are written into
// a document, should somebody open a drawing by itself.
type canvas struct {
	colours
	b bytes.Buffer
}

func newCanvas(c colours) *canvas {
	v := &canvas{colours: c}
	fmt.Fprintf(&v.b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif" font-size="12">`,
		drawingWidth, drawingHeight, drawingWidth, drawingHeight)
	return v
}

// finish closes the drawing and returns it.
func (v *canvas) finish() []byte {
	v.b.WriteString("</svg>\n")
	return v.b.Bytes()
}

func num(x float64) string { return strconv.FormatFloat(math.Round(10*x)/10, 'f', -1, 64) }

func (v *canvas) rect(x, y, width, height float64, fill string) {
	fmt.Fprintf(&v.b, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>`, num(x), num(y), num(width), num(height), fill)
}

// outline is a rectangle that is not filled; what is missing is dashed.
func (v *canvas) outline(x, y, width, height float64, stroke string, dashed bool) {
	dash := ""
	if dashed {
		dash = ` stroke-dasharray="3 2"`
	}
	fmt.Fprintf(&v.b, `<rect x="%s" y="%s" width="%s" height="%s" fill="none" stroke="%s"%s/>`, num(x), num(y), num(width), num(height), stroke, dash)
}

func (v *canvas) line(x1, y1, x2, y2 float64, stroke string) {
	fmt.Fprintf(&v.b, `<line x1="%s" y1="%s" x2="%s" y2="%s" stroke="%s"/>`, num(x1), num(y1), num(x2), num(y2), stroke)
}

func (v *canvas) disc(x, y, r float64, fill string) {
	fmt.Fprintf(&v.b, `<circle cx="%s" cy="%s" r="%s" fill="%s"/>`, num(x), num(y), num(r), fill)
}

func (v *canvas) ring(x, y, r float64, stroke string) {
	fmt.Fprintf(&v.b, `<circle cx="%s" cy="%s" r="%s" fill="none" stroke="%s" stroke-width="1.5"/>`, num(x), num(y), num(r), stroke)
}

// curve joins points by a line.
func (v *canvas) curve(points [][2]float64, stroke string) {
	v.b.WriteString(`<polyline fill="none" stroke-width="2" stroke-linejoin="round" stroke="` + stroke + `" points="`)
	for _, p := range points {
		v.b.WriteString(num(p[0]) + "," + num(p[1]) + " ")
	}
	v.b.WriteString(`"/>`)
}

// Where a text stands at its place.
const (
	start  = "start"
	middle = "middle"
	end    = "end"
)

func (v *canvas) text(x, y float64, anchor, fill, text string) {
	fmt.Fprintf(&v.b, `<text x="%s" y="%s" text-anchor="%s" fill="%s">`, num(x), num(y), anchor, fill)
	_ = xml.EscapeText(&v.b, []byte(text)) // a buffer takes everything
	v.b.WriteString("</text>")
}

// title is text that says what is seen.
func (v *canvas) title(x, y float64, text string) {
	v.b.WriteString(`<g font-weight="600">`)
	v.text(x, y, start, v.Text, text)
	v.b.WriteString("</g>")
}

// picture shows a JPEG or PNG, cut to a square.
func (v *canvas) picture(x, y, side float64, data []byte, kind string) {
	fmt.Fprintf(&v.b, `<rect x="%[1]s" y="%[2]s" width="%[3]s" height="%[3]s" fill="%[4]s"/><svg x="%[1]s" y="%[2]s" width="%[3]s" height="%[3]s"><image width="%[3]s" height="%[3]s" preserveAspectRatio="xMidYMid slice" href="data:image/%[5]s;base64,`,
		num(x), num(y), num(side), v.Sunken, kind)
	v.b.WriteString(base64.StdEncoding.EncodeToString(data))
	v.b.WriteString(`"/></svg>`)
}

// short cuts a name to a number of letters; its end tells more than its beginning.
func short(name string, letters int) string {
	n := utf8.RuneCountInString(name)
	if n <= letters {
		return name
	}
	return "…" + string([]rune(name)[n-letters+1:])
}
