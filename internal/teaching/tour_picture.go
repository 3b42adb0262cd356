package teaching

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// channelsShown is how many channels of a layer the tour shows.
const channelsShown = 5

// tellPicture tells what the network makes of the query: channels on the way, and the list at the end of it.
func (w *web) tellPicture(ctx context.Context, s *subject, t *Tour) error {
	t.Says = append(t.Says, fmt.Sprintf("%s is one of %s of %s. To the network %s it is only a grid of coloured dots, until its layers have answered.",
		quoted(s.answer.Query.Name), templates.PlainPlural(s.answer.Compared+1, "image", "images"), s.answer.Dataset, s.answer.Model))
	probing, err := w.canProbe(ctx, s.embedding)
	if err != nil {
		return err
	}
	var answers []string
	for _, e := range s.depths() {
		row, err := w.channelRow(ctx, s, e, probing)
		if errors.Is(err, store.ErrNotFound) { // an interrupted ingest
			continue
		}
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, row)
		answers = append(answers, templates.PlainPlural(e.Channels, "channel", "channels")+" at "+e.Layer)
	}
	if len(answers) > 0 {
		t.Says = append(t.Says, "There are "+joined(answers)+". Below are those that it stirs most, measured by what is usual in these images.")
	}
	if err := w.tellList(ctx, s, t); err != nil {
		return err
	}
	t.Try = []Link{{"Search with this picture", s.searchURL(s.embedding)}, {"See it layer by layer", "/probe?" + s.values(s.embedding).Encode()}}
	if !probing {
		t.Try = t.Try[:1]
	}
	return nil
}

// channelRow is the channels of a layer that the query stirs most: their maps over it, where the network is at hand.
func (w *web) channelRow(ctx context.Context, s *subject, e store.Embedding, probing bool) (Row, error) {
	row := Row{Title: e.Layer, URL: layerURL(e), Note: fmt.Sprintf("%s of the network’s layers from the input", ordinal(e.LayerPosition+1))}
	fired, err := w.channels.Firing(ctx, e, s.answer.Query.ImageID, channelsShown)
	for _, f := range fired {
		one := Shown{Name: "channel " + strconv.Itoa(f.Channel), URL: f.URL, Picture: f.Picture, Value: "channel " + strconv.Itoa(f.Channel)}
		if probing {
			one.Picture = explorer.MapURL(e.Model, s.answer.Dataset, s.answer.Query.Name, e.Layer, f.Channel)
		}
		row.Images = append(row.Images, one)
	}
	return row, err
}

// tellList tells of the list of numbers that the query ends as.
func (w *web) tellList(ctx context.Context, s *subject, t *Tour) error {
	v, err := w.db.Vector(ctx, s.embedding.ID, s.answer.Query.ImageID)
	if err != nil {
		return err
	}
	zeros := 0
	for _, x := range v {
		if x == 0 {
			zeros++
		}
	}
	says := fmt.Sprintf("At %s it has become a list of %d numbers", s.answer.Layer, len(v))
	if zeros > 0 {
		says += fmt.Sprintf(", %.0f %% of them zero: patterns that are not in it", 100*float64(zeros)/float64(len(v)))
	}
	t.Says = append(t.Says, says+".")
	if len(s.answer.Results) > 0 {
		nearest := s.answer.Results[0]
		t.Says = append(t.Says, fmt.Sprintf("Of all other images %s has the list most like it (similarity %.2f).", quoted(nearest.Name), nearest.Similarity))
	} else {
		t.Says = append(t.Says, "There is no other image to compare it with yet: bring in more, and the tour has more to show.")
		t.Drawn = []string{"extraction"}
	}
	return nil
}

// canProbe says whether the embedding's network can look at pictures here.
func (w *web) canProbe(ctx context.Context, e store.Embedding) (bool, error) {
	if !w.probing {
		return false, nil
	}
	models, err := w.db.Models(ctx)
	for _, m := range models {
		if m.ID == e.ModelID {
			return m.HasGraph, err
		}
	}
	return false, err
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

// channelURL is the address of a channel's page.
func channelURL(e store.Embedding, channel int) string {
	return templates.ChannelURL(e.Model, e.Layer, channel)
}
