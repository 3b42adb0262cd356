package teaching

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// Tour is one of the tour's steps. What it says and shows is made from the data at hand.
type Tour struct {
	templates.Base `json:"-"`
	Step           int      `json:"step"` // from 1
	Steps          int      `json:"steps"`
	Title          string   `json:"title"`
	Dataset        string   `json:"dataset,omitempty"`
	Model          string   `json:"model,omitempty"`
	Layer          string   `json:"layer,omitempty"`
	Query          *Shown   `json:"query"`           // null while there is nothing to show
	Says           []string `json:"says"`            // what these data show
	Rows           []Row    `json:"rows"`            // images that show it
	Empty          string   `json:"empty,omitempty"` // why there is nothing to show

	Lead           string   `json:"-"` // what is true of any data
	Drawn          []string `json:"-"` // terms whose drawings belong here
	Terms          []string `json:"-"` // terms that the step explains
	Steered        string   `json:"-"` // the subject, as a query
	Contents       []Step   `json:"-"`
	Others         []Shown  `json:"-"` // to take the tour with instead
	Try            []Link   `json:"-"` // where to go on by oneself
	Previous, Next string   `json:"-"`
}

// Step is an entry of the tour's contents.
type Step struct {
	Number  int
	Title   string
	URL     string
	Current bool
}

// Link is a way to go on.
type Link struct{ Text, URL string }

// Row is images with something in common.
type Row struct {
	Title  string  `json:"title"`
	Note   string  `json:"note,omitempty"`
	URL    string  `json:"-"`
	Images []Shown `json:"images"`
}

// Shown is an image, or a picture of what a channel makes of it.
type Shown struct {
	Name     string `json:"name"`
	Category string `json:"category"`
	SHA256   string `json:"sha256,omitempty"`
	Value    string `json:"value,omitempty"` // what stands below it
	Moved    string `json:"moved,omitempty"` // up, down or new, compared with another answer
	Other    bool   `json:"other,omitempty"` // of another category than the query

	Width, Height int    `json:"-"`
	URL           string `json:"-"`
	Picture       string `json:"-"` // address of a picture in its place
	Current       bool   `json:"-"`
}

// step is what the tour tells at one of its places.
type step struct {
	title, lead string
	drawn       []string
	terms       []string
	tell        func(w *web, ctx context.Context, s *subject, t *Tour) error
}

var steps = []step{
	{
		"A picture becomes a list of numbers",
		"A convolutional network passes a picture from layer to layer. Each layer looks for its own patterns and hands on where it found them. Stop anywhere on the way, and you hold a description of the picture.",
		[]string{"embedding"}, []string{"network", "channel", "extraction", "embedding"}, (*web).tellPicture,
	},
	{
		"Every layer has its own idea of alike",
		"Images whose lists are alike look alike to the network. What that means changes on the way: early layers go by colours and edges, late ones by what is in the picture.",
		nil, []string{"layer", "neighbor", "score"}, (*web).tellLayers,
	},
	{
		"Near by which measure?",
		"How far two lists are apart can be measured in several ways. They agree on what is very near, and change places further out.",
		[]string{"metric"}, []string{"metric", "distance", "similarity"}, (*web).tellMetrics,
	},
	{
		"All images at once: the map",
		"Every image is laid out as a point, near those that the layer finds like it. Groups become visible without anybody asking for them; but a plane has not room enough for all neighborhoods.",
		[]string{"map"}, []string{"map", "umap", "trustworthiness"}, (*web).tellMap,
	},
	{
		"What one channel looks for",
		"A layer is many channels, each with a pattern of its own. Two things show it: the picture that excites the channel most, made from noise, and those of your images that do.",
		[]string{"visualization"}, []string{"channel", "visualization", "activation", "selectivity"}, (*web).tellChannel,
	},
}

func (w *web) serveTour(c echo.Context) error {
	number, err := strconv.Atoi(c.Param("step"))
	if err != nil || number < 1 || number > len(steps) || strconv.Itoa(number) != c.Param("step") {
		return echo.NewHTTPError(http.StatusNotFound, fmt.Sprintf("The tour has steps 1 to %d.", len(steps)))
	}
	at := steps[number-1]
	page := &Tour{
		Base: templates.NewBase(c, "about", at.title), Step: number, Steps: len(steps), Title: at.title, Lead: at.lead,
		Drawn: at.drawn, Terms: at.terms, Says: []string{}, Rows: []Row{},
	}
	if err := w.tell(c.Request().Context(), c.QueryParams(), page); err != nil {
		return err
	}
	page.link()
	return templates.Respond(c, "teaching/tour", page)
}

// tell fills in what the data show. A file with nothing to search in says what to do first.
func (w *web) tell(ctx context.Context, q url.Values, page *Tour) error {
	r, err := readRequest(q)
	if err != nil {
		return err
	}
	s, err := w.subject(ctx, r)
	if errors.Is(err, search.ErrEmpty) {
		page.Empty = err.Error()
		return nil
	}
	if err != nil {
		return err
	}
	if len(r.Ask) == 0 {
		image, err := w.telling(ctx, s)
		if err != nil {
			return err
		}
		s.request.Ask = search.AskID(image)
		if s, err = w.subject(ctx, s.request); err != nil {
			return err
		}
	}
	page.Dataset, page.Model, page.Layer = s.answer.Dataset, s.answer.Model, s.answer.Layer
	page.Steered = s.values(s.embedding).Encode()
	query := shownQuery(s)
	page.Query = &query
	if page.Others, err = w.others(ctx, s, page.Step); err != nil {
		return err
	}
	return steps[page.Step-1].tell(w, ctx, s, page)
}

func shownQuery(s *subject) Shown {
	q := s.answer.Query
	return Shown{Name: q.Name, Category: q.Category, SHA256: q.SHA256, Width: q.Width, Height: q.Height, URL: s.searchURL(s.embedding)}
}

// otherImages is how many images the tour offers to go on with.
const otherImages = 6

// others are images of other categories, with which the same step can be seen.
func (w *web) others(ctx context.Context, s *subject, number int) ([]Shown, error) {
	dataset, err := w.db.Dataset(ctx, s.answer.Dataset)
	if err != nil {
		return nil, err
	}
	var list []Shown
	step := max(1, len(dataset.Categories)/otherImages)
	for i := 0; i < len(dataset.Categories) && len(list) < otherImages; i += step {
		images, err := w.db.Images(ctx, store.ImageFilter{DatasetID: dataset.ID, Category: &dataset.Categories[i].Name, Limit: 1})
		if err != nil {
			return nil, err
		}
		for _, img := range images {
			q := s.values(s.embedding)
			q.Set("image", img.Name)
			one := shownImage(img)
			one.URL, one.Current = stepURL(number, q.Encode()), img.ID == s.answer.Query.ImageID
			list = append(list, one)
		}
	}
	return list, nil
}

func stepURL(number int, query string) string {
	address := "/tour/" + strconv.Itoa(number)
	if query != "" {
		address += "?" + query
	}
	return address
}

// link adds the ways to the other steps; they keep the subject.
func (t *Tour) link() {
	for i, s := range steps {
		t.Contents = append(t.Contents, Step{i + 1, s.title, stepURL(i+1, t.Steered), i+1 == t.Step})
	}
	if t.Step > 1 {
		t.Previous = t.Contents[t.Step-2].URL
	}
	if t.Step < len(steps) {
		t.Next = t.Contents[t.Step].URL
	}
	t.Drawn = slices.DeleteFunc(slices.Clone(t.Drawn), func(string) bool { return t.Empty != "" })
}
