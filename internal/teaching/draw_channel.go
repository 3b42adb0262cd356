package teaching

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// telltale is the channel that the address names, or the one that the query stirs most unusually.
func (d *drawn) telltale(ctx context.Context) (*telltale, error) {
	asked := -1
	if text := d.query.Get("channel"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, search.BadRequest{Problem: fmt.Sprintf("channel must be the number of a channel, not %q.", text)}
		}
		asked = n
	}
	return d.web.telltale(ctx, d.subject, asked)
}

// drawVisualization shows a channel's picture, the course of its objective, and the images that stir it most.
func drawVisualization(ctx context.Context, d *drawn) error {
	c, err := d.telltale(ctx)
	if err != nil {
		return err
	}
	if c.made == nil {
		return drawChannel(ctx, d)
	}
	png, err := d.web.db.VisualizationPNG(ctx, c.made.ID)
	if err != nil {
		return err
	}
	d.title(12, 22, fmt.Sprintf("Channel %d of %s", c.channel, d.subject.embedding.Layer))
	d.course(c.made.Curve, box{12, 64, 150, 96})
	d.text(12, 180, start, d.Muted, fmt.Sprintf("from noise, %.3g,", c.made.Start))
	d.text(12, 196, start, d.Muted, fmt.Sprintf("to %.3g%s", c.made.End, stepsOf(c.made)))
	d.text(177, 116, middle, d.Muted, "→")
	d.picture(192, 36, 150, png, "png")
	d.text(192, 204, start, d.Text, "what excites it most")
	if err := d.excited(ctx, c, box{366, 36, 182, 150}, 3); err != nil {
		return err
	}
	d.text(366, 204, start, d.Text, "images that do")
	if preferred := c.of().Preferred; preferred != "" {
		d.text(12, 230, start, d.Muted, fmt.Sprintf("It prefers %s, with a selectivity of %.2f.", quoted(preferred), c.of().Selectivity))
	}
	return nil
}

// stepsOf says in how many steps a picture was made, where its parameters tell.
func stepsOf(v *store.Visualization) string {
	var made struct{ Steps int }
	if json.Unmarshal(v.Parameters, &made) != nil || made.Steps == 0 {
		return ""
	}
	return " in " + templates.PlainPlural(made.Steps, "step", "steps")
}

// course draws how an objective rose.
func (d *drawn) course(curve []float32, in box) {
	d.rect(in.x, in.y, in.width, in.height, d.Sunken)
	if len(curve) < 2 {
		return
	}
	low, high := float64(slices.Min(curve)), float64(slices.Max(curve))
	var points [][2]float64
	step := max(1, len(curve)/int(in.width))
	for i := 0; i < len(curve); i += step {
		points = append(points, [2]float64{
			in.x + in.width*float64(i)/float64(len(curve)-1), in.y + in.height - 4 - (in.height-8)*part(float64(curve[i])-low, high-low),
		})
	}
	d.curve(points, d.Accent)
}

// excited draws the images that excite a channel most, so many side by side.
func (d *drawn) excited(ctx context.Context, c *telltale, in box, across int) error {
	const gap = 4
	side := (in.width - gap*float64(across-1)) / float64(across)
	for i, v := range c.of().HighestMax {
		x, y := in.x+float64(i%across)*(side+gap), in.y+float64(i/across)*(side+gap)
		if y+side > in.y+in.height+gap {
			return nil
		}
		err := d.thumbnail(ctx, v.ImageID, x, y, side)
		if err != nil && !errors.Is(err, store.ErrNotFound) { // removed a moment ago
			return err
		}
	}
	return nil
}

// drawChannel shows the images that stir a channel most, and the categories it answers to.
func drawChannel(ctx context.Context, d *drawn) error {
	c, err := d.telltale(ctx)
	if err != nil {
		return err
	}
	d.title(12, 22, fmt.Sprintf("Channel %d of %s: the images that stir it most", c.channel, short(d.subject.embedding.Layer, 30)))
	if err := d.excited(ctx, c, box{12, 36, 240, 170}, 4); err != nil {
		return err
	}
	d.categoryMeans(c, box{290, 40, 258, 150})
	words := fmt.Sprintf("Its highest value is above zero in %.0f %% of %s.", 100*c.of().ActiveShare, templates.PlainPlural(c.statistics.Images, "image", "images"))
	if c.of().Dead {
		words = "It has the same value everywhere in all images: it is dead."
	}
	d.text(12, 230, start, d.Muted, words)
	return nil
}

// categoryMeans draws what a channel made of some categories on the mean, the highest first.
func (d *drawn) categoryMeans(c *telltale, in box) {
	order := make([]int, len(c.statistics.Categories))
	for i := range order {
		order[i] = i
	}
	means := c.of().CategoryMeans
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case means[a] > means[b]:
			return -1
		case means[a] < means[b]:
			return 1
		}
		return 0
	})
	if len(order) == 0 {
		return
	}
	floor, top := min(0, means[order[len(order)-1]]), means[order[0]]
	for i, at := range first(order, 7) {
		y := in.y + float64(i)*22
		d.text(in.x+100, y+10, end, d.Text, short(c.statistics.Categories[at].Name, 15))
		d.rect(in.x+110, y+1, 148, 10, d.Sunken)
		d.rect(in.x+110, y+1, 148*part(means[at]-floor, top-floor), 10, d.Accent)
	}
}

// drawActivation shows where the query stands among all images by how strongly it stirs a channel.
func drawActivation(ctx context.Context, d *drawn) error {
	c, err := d.telltale(ctx)
	if err != nil {
		return err
	}
	values, own, err := d.maxima(ctx, c)
	if err != nil {
		return err
	}
	const left, right, floor, high = 130.0, drawingWidth - 24.0, 172.0, 112.0
	low, top := slices.Min(values), slices.Max(values)
	const columns = 36
	counts := make([]int, columns)
	at := func(v float32) int { return min(columns-1, int(columns*part(float64(v-low), float64(top-low)))) }
	for _, v := range values {
		counts[at(v)]++
	}
	step := (right - left) / columns
	for i, n := range counts {
		fill := d.Soft
		if i == at(own) {
			fill = d.Accent
		}
		height := high * part(float64(n), float64(slices.Max(counts)))
		d.rect(left+float64(i)*step, floor-height, step-1, height, fill)
	}
	d.line(left, floor, right, floor, d.Muted)
	d.text(left, floor+18, start, d.Muted, fmt.Sprintf("%.3g", low))
	d.text(right, floor+18, end, d.Muted, fmt.Sprintf("%.3g", top))
	d.title(12, 22, fmt.Sprintf("How strongly %s stir channel %d of %s", templates.PlainPlural(len(values), "image", "images"), c.channel, short(d.subject.embedding.Layer, 24)))
	if err := d.thumbnail(ctx, d.subject.answer.Query.ImageID, 12, 48, 96); err != nil {
		return err
	}
	d.text(12, 162, start, d.Text, fmt.Sprintf("highest: %.3g", own))
	d.text(left, 212, start, d.Muted, "Columns: how many images have their map’s highest value there.")
	d.text(left, 230, start, d.Accent, "The marked one holds the query.")
	return nil
}

// maxima are the highest values of a channel in every image, and in the query.
func (d *drawn) maxima(ctx context.Context, c *telltale) (values []float32, own float32, err error) {
	err = d.web.db.ChannelValues(ctx, d.subject.embedding.ID, func(v store.ChannelValues) error {
		if c.channel >= len(v.Max) {
			return store.ErrNotFound
		}
		values = append(values, v.Max[c.channel])
		if v.ImageID == d.subject.answer.Query.ImageID {
			own = v.Max[c.channel]
		}
		return nil
	})
	if err == nil && len(values) == 0 {
		err = store.ErrNotFound
	}
	return values, own, err
}
