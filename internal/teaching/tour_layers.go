package teaching

import (
	"context"
	"fmt"
	"strings"

	"github.com/convnet-playground/convnet/search"
)

// rowImages is how many results a row of the tour shows.
const rowImages = 8

// tellLayers asks the same at an early, a middle and a late layer.
func (w *web) tellLayers(ctx context.Context, s *subject, t *Tour) error {
	var answers []*search.Page
	for _, e := range s.depths() {
		answer, err := w.service.Neighbors(ctx, s.at(e))
		if isBadRequest(err) { // an interrupted ingest must not hide the layers that are there
			continue
		}
		if err != nil {
			return err
		}
		answers = append(answers, answer)
		row := Row{Title: e.Layer, URL: s.searchURL(e), Images: s.shownHits(e, first(answer.Results, rowImages))}
		if answer.Score != nil {
			row.Note = fmt.Sprintf("weighted score %.0f: %s", answer.Score.Weighted, answer.Score.Explanation)
		}
		t.Rows = append(t.Rows, row)
	}
	t.Says = append(t.Says, tellScores(answers)...)
	t.Try = []Link{{"Compare every layer, model and metric", "/compare?" + compareQuery(s)}, {"Which layer is best for all images?", "/scorecard?dataset=" + queryEscape(s.answer.Dataset)}}
	return nil
}

// tellScores says what the layers make of the query's category, and how much of an answer stays.
func tellScores(answers []*search.Page) []string {
	if len(answers) < 2 {
		return []string{"Only one layer has been asked for its vectors here. convnet ingest --layers all takes every one."}
	}
	if answers[0].Compared == 0 {
		return []string{"There is no other image to find yet: bring in more."}
	}
	var says []string
	early, late := answers[0], answers[len(answers)-1]
	if early.Score != nil && late.Score != nil {
		var words []string
		for _, a := range answers {
			words = append(words, fmt.Sprintf("%d of %d at %s", a.Score.Hits, a.Score.Of, a.Layer))
		}
		says = append(says, fmt.Sprintf("Of the images nearest to it, so many are of its own category, %s: %s.", quoted(early.Score.Category), strings.Join(words, ", ")))
	}
	shared, of := 0, min(len(early.Results), len(late.Results))
	for _, h := range late.Results {
		if rankOf(early.Results, h.ImageID) > 0 {
			shared++
		}
	}
	if of > 0 && early.Compared > of {
		says = append(says, fmt.Sprintf("%d of the %d nearest at %s are still among them at %s.", shared, of, early.Layer, late.Layer))
	}
	return says
}

// rankOf is an image's place in an answer, 0 when it is not there.
func rankOf(hits []search.Hit, imageID int64) int {
	for _, h := range hits {
		if h.ImageID == imageID {
			return h.Rank
		}
	}
	return 0
}

func compareQuery(s *subject) string {
	return "dataset=" + queryEscape(s.answer.Dataset) + "&image=" + queryEscape(s.answer.Query.Name)
}
