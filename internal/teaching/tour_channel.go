package teaching

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/store"
)

// telltale is a channel that tells something of the query.
type telltale struct {
	channel    int
	score      float64 // by how many standard deviations the query stirs it above what is usual
	statistics *explorer.LayerStatistics
	made       *store.Visualization // the picture that excites it most; nil: it is not made
}

func (t *telltale) of() explorer.ChannelStatistics { return t.statistics.Channels[t.channel] }

// telltale is the channel of the layer that the query stirs most unusually, one with a picture if any has; or the one that
// is asked for.
func (w *web) telltale(ctx context.Context, s *subject, asked int) (*telltale, error) {
	e := s.embedding
	statistics, err := w.channels.Statistics(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	stirred, err := w.channels.OfImage(ctx, e.ID, s.answer.Query.ImageID)
	if err != nil {
		return nil, err
	}
	made, err := w.made(ctx, e)
	if err != nil {
		return nil, err
	}
	if len(stirred) == 0 || asked >= len(statistics.Channels) {
		return nil, store.ErrNotFound
	}
	at := slices.IndexFunc(stirred, func(c explorer.ImageChannel) bool { return c.Channel == asked })
	if at < 0 {
		at = slices.IndexFunc(stirred, func(c explorer.ImageChannel) bool { return made[c.Channel] != nil && c.Score > 0 })
	}
	if at < 0 {
		at = slices.IndexFunc(stirred, func(c explorer.ImageChannel) bool { return c.Score > 0 })
	}
	c := stirred[max(0, at)]
	return &telltale{channel: c.Channel, score: c.Score, statistics: statistics, made: made[c.Channel]}, nil
}

// made are the pictures of a layer's channels, by channel.
func (w *web) made(ctx context.Context, e store.Embedding) (map[int]*store.Visualization, error) {
	all, err := w.db.Visualizations(ctx, e.LayerID, store.VisualizationFilter{Newest: true})
	byChannel := map[int]*store.Visualization{}
	for i, v := range all {
		if v.PNGBytes > 0 && v.Channel != store.NoChannel && v.Objective == "channel:"+strconv.Itoa(v.Channel) && v.Number == 0 {
			byChannel[v.Channel] = &all[i]
		}
	}
	return byChannel, err
}

// tellChannel tells of one channel: what it looks for, and which images have that.
func (w *web) tellChannel(ctx context.Context, s *subject, t *Tour) error {
	c, err := w.telltale(ctx, s, -1)
	if errors.Is(err, store.ErrNotFound) {
		t.Drawn = nil
		t.Says = append(t.Says, "Nothing is known of what the channels made of this image: run convnet ingest again, it goes on where it stopped.")
		return nil
	}
	if err != nil {
		return err
	}
	e, of := s.embedding, c.of()
	t.Says = append(t.Says, fmt.Sprintf("Channel %d is one of %d at %s.", c.channel, e.Channels, e.Layer))
	if c.score > 0 {
		t.Says = append(t.Says, fmt.Sprintf("%s stirs it unusually: its highest value is %.1f standard deviations above the mean of these images.", quoted(s.answer.Query.Name), c.score))
	}
	if of.Preferred != "" {
		t.Says = append(t.Says, fmt.Sprintf("Of all categories %s excites it most, with a selectivity of %.2f, where 0 is all alike and 1 this one only.", quoted(of.Preferred), of.Selectivity))
	}
	if c.made == nil {
		t.Says = append(t.Says, fmt.Sprintf("Its picture is not made yet: convnet visualize --db %s --model %s --layers %s --channels %d, makes it.", t.Site.File, e.Model, e.Layer, c.channel))
	}
	row, err := w.excitedRow(ctx, s, c)
	t.Rows = append(t.Rows, row)
	t.Try = []Link{{fmt.Sprintf("All about channel %d", c.channel), channelURL(e, c.channel)}, {"The other channels of " + e.Layer, layerURL(e)}}
	t.Steered = withChannel(t.Steered, c.channel)
	return err
}

func withChannel(query string, channel int) string {
	return query + "&channel=" + strconv.Itoa(channel)
}

// excitedRow is the images that excite a channel most, with its map over them where the network is at hand.
func (w *web) excitedRow(ctx context.Context, s *subject, c *telltale) (Row, error) {
	e := s.embedding
	row := Row{Title: "These images excite it most", URL: channelURL(e, c.channel), Note: "the highest value anywhere in its map"}
	probing, err := w.canProbe(ctx, e)
	if err != nil {
		return row, err
	}
	if probing {
		row.Note += ", which glows"
	}
	for _, v := range first(c.of().HighestMax, rowImages) {
		img, err := w.db.Image(ctx, v.ImageID)
		if errors.Is(err, store.ErrNotFound) { // removed a moment ago
			continue
		}
		if err != nil {
			return row, err
		}
		q := s.values(e)
		q.Set("image", img.Name)
		one := shownImage(img)
		one.URL, one.Value = "/search?"+q.Encode(), fmt.Sprintf("%.3g", v.Value)
		if probing {
			one.Picture = explorer.MapURL(e.Model, s.answer.Dataset, img.Name, e.Layer, c.channel)
		}
		row.Images = append(row.Images, one)
	}
	return row, nil
}
