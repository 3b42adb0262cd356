package templates

import (
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"
)

// Term is an entry of the glossary. Each is a file of teaching/terms: lines of "key: value", an empty line, paragraphs with
// empty lines between, and after a line of three dashes more paragraphs. Whatever page explains the term shows that file.
type Term struct {
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	Text    []template.HTML `json:"text"`           // the paragraphs that a page shows where the term stands
	More    []template.HTML `json:"more,omitempty"` // what only the glossary adds
	Picture string          `json:"-"`              // the drawing that explains it, "" for none
	Alt     string          `json:"-"`              // what the drawing shows
}

// Chapter is terms that belong together.
type Chapter struct {
	Title string `json:"title"`
	Terms []Term `json:"terms"`
}

// order is that of the glossary; every term's file is in it once.
var order = []struct {
	title string
	terms string
}{
	{"Your images", "dataset image category query upload"},
	{"The network", "network model layer channel activation field class"},
	{"From pictures to numbers", "extraction pooling embedding"},
	{"What is near", "metric cosine distance similarity percentile match neighbor rank k"},
	{"Measures", "score scorecard precision recall map-at-k r-precision ndcg interval"},
	{"Maps", "map projection umap pca trustworthiness"},
	{"What channels look for", "visualization objective param transform dead selectivity heat gradcam"},
	{"The file", "run quarantine snapshot"},
	{"Inside a network’s file", "graph node value-info initializer opset"},
}

var chapters, terms = loadTerms()

// Glossary is all terms, in the order in which they are told.
func Glossary() []Chapter { return slices.Clone(chapters) }

// FindTerm looks a term up by its id.
func FindTerm(id string) (Term, bool) {
	t, ok := terms[id]
	return t, ok
}

// loadTerms reads the embedded files; a mistake in one is a mistake in this program, so it panics.
func loadTerms() ([]Chapter, map[string]Term) {
	var all []Chapter
	byID := map[string]Term{}
	for _, o := range order {
		c := Chapter{Title: o.title}
		for id := range strings.FieldsSeq(o.terms) {
			text, err := files.ReadFile(path.Join("teaching/terms", id+".html"))
			if err != nil {
				panic(err)
			}
			t, err := parseTerm(id, string(text))
			if err != nil {
				panic(err)
			}
			c.Terms, byID[id] = append(c.Terms, t), t
		}
		all = append(all, c)
	}
	return all, byID
}

func parseTerm(id, text string) (Term, error) {
	t := Term{ID: id}
	head, body, _ := strings.Cut(text, "\n\n")
	for line := range strings.SplitSeq(head, "\n") {
		key, value, _ := strings.Cut(line, ": ")
		field, known := map[string]*string{"name": &t.Name, "picture": &t.Picture, "alt": &t.Alt}[key]
		if !known || value == "" {
			return t, fmt.Errorf("read the term %s: %q is no line of its head", id, line)
		}
		*field = value
	}
	body, more, _ := strings.Cut(body, "\n---\n")
	if t.Text, t.More = paragraphs(body), paragraphs(more); t.Name == "" || len(t.Text) == 0 {
		return t, fmt.Errorf("read the term %s: a name or an explanation is missing", id)
	}
	return t, nil
}

func paragraphs(text string) []template.HTML {
	var all []template.HTML
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			all = append(all, template.HTML(p)) // ours, embedded with this program
		}
	}
	return all
}

// explanation is a term on a page that has something to show for it.
type explanation struct {
	Term
	Query string // of the drawing's address: what the page is about
}

// explain finds a term for the partial "explain". The address is the page's, of which the drawing takes the query.
func explain(id, address string) (explanation, error) {
	t, ok := FindTerm(id)
	if !ok {
		return explanation{}, fmt.Errorf("there is no term %q in the glossary", id)
	}
	_, query, _ := strings.Cut(address, "?")
	return explanation{t, query}, nil
}

// Drawing is the address of the term's drawing in the colours of a theme.
func (e explanation) Drawing(theme string) template.URL {
	query := "?theme=" + theme
	if e.Query != "" {
		query = "?" + e.Query + "&theme=" + theme
	}
	return template.URL("/glossary/" + e.ID + ".svg" + query) // a query that this server wrote
}
