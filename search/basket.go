package search

import (
	"context"
	"math"
	"strconv"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// Basket is what is searched with, part by part, to change it: every link leads to the search after the change.
type Basket struct {
	Parts []BasketPart
	Clear string // the search with the first liked part alone
}

// BasketPart is one part with what can be done to it.
type BasketPart struct {
	QueryPart
	Sign      string // + or −
	Size      string // of its weight
	Picture   string // address of a small picture; "" for what has none
	Members   []store.Image
	More      int    // images that a lasso or a point stands for beside those shown
	URL       string // the search with it alone; "" for what is disliked
	Less      string // address with a smaller weight; "" at the least
	Greater   string
	Flip      string // address with the other sign
	Remove    string
	Removable bool
}

// weightStep is by how much the links change a weight; leastStep is the smallest that they lead to.
const weightStep, leastStep, mostStep = 0.5, 0.5, 5

// shownMembers is how many images of a lasso or around a point a basket shows.
const shownMembers = 6

// basket lists the parts of a query that is more than one whole picture; nil otherwise.
func (s *Service) basket(ctx context.Context, st selection, q Query) (*Basket, error) {
	if len(q.parts) == 1 && (q.parts[0].bytes != nil || q.Channel != nil) || len(q.parts) == 0 {
		return nil, nil
	}
	b := &Basket{}
	for i, f := range q.parts {
		p := BasketPart{QueryPart: q.Parts[i], Sign: "+", Size: strconv.FormatFloat(math.Abs(f.Weight), 'g', 3, 64), Removable: len(q.parts) > 1}
		if f.bytes != nil {
			p.Picture = f.url("/thumbnails/")
		}
		if f.Weight < 0 {
			p.Sign = "−"
		}
		p.Name = f.title()
		if err := s.showMembers(ctx, &p, f); err != nil {
			return nil, err
		}
		p.links(st, i)
		b.Parts = append(b.Parts, p)
	}
	for _, p := range b.Parts {
		if b.Clear == "" {
			b.Clear = p.URL
		}
	}
	return b, nil
}

func (s *Service) showMembers(ctx context.Context, p *BasketPart, f found) error {
	if len(f.members) == 0 {
		return nil
	}
	var ids []int64
	for _, m := range f.members[:min(len(f.members), shownMembers)] {
		ids = append(ids, m.id)
	}
	p.More = len(f.members) - len(ids)
	var err error
	p.Members, err = s.db.Images(ctx, store.ImageFilter{IDs: ids})
	return err
}

// links fills in what can be done to the part i of a selection's query.
func (p *BasketPart) links(st selection, i int) {
	part := st.ask[i]
	sign := math.Copysign(1, part.Weight)
	weighing := func(weight float64) string {
		changed := part
		changed.Weight = sign * weight
		return st.asking(st.ask.replaced(i, changed))
	}
	if w := math.Abs(part.Weight); w > leastStep {
		p.Less = weighing(max(leastStep, w-weightStep))
	}
	if w := math.Abs(part.Weight); w < mostStep {
		p.Greater = weighing(min(mostStep, w+weightStep))
	}
	flipped := part
	flipped.Weight = -part.Weight
	if ask := st.ask.replaced(i, flipped); ask.check() == nil {
		p.Flip = st.asking(ask)
	}
	if ask := st.ask.without(i); len(ask) > 0 && ask.check() == nil {
		p.Remove = st.asking(ask)
	}
	if part.Weight > 0 {
		part.Weight = 1
		p.URL = st.asking(Ask{part})
	}
}

// asking is the address of the selection with another query.
func (s selection) asking(a Ask) string {
	return s.with(func(s *selection) { s.ask = a })
}

// dislike is the weight of what is marked as unlike: half of what counts for it, as is usual in relevance feedback, since
// what is wrong about an image says less than what is right about one.
const dislike = -0.5

// steering are the addresses that add an image to the query: more like it, and less like it. A channel's images cannot be
// taken away from it.
func (s selection) steering(name string) (plus, minus string) {
	part := Part{Kind: KindImage, Value: name, Weight: 1}
	plus = s.asking(s.ask.with(part))
	part.Weight = dislike
	if ask := s.ask.with(part); ask.check() == nil {
		minus = s.asking(ask)
	}
	return plus, minus
}

// CropView is the picture of the query with the part of it that is searched with.
type CropView struct {
	Width, Height int
	Crop          // all of the picture when nothing is cut off
	Chosen        bool
	Whole         string  // address of the search with all of it
	Picture       string  // address of all of the picture
	Shown         string  // the same, with no more pixels than a page shows
	Fields        []Field // the selection without the crop
}

// cropView is nil for a query that is not one picture whose size is known, or where no network can look at a part of it.
func (s selection) cropView(q Query, possible bool) *CropView {
	f, ok := q.picture()
	if !ok || f.width == 0 || !possible && f.Crop.IsZero() {
		return nil
	}
	v := &CropView{Width: f.width, Height: f.height, Crop: f.Crop, Chosen: !f.Crop.IsZero()}
	if !v.Chosen {
		v.Crop = Crop{X: 0, Y: 0, Width: f.width, Height: f.height}
	}
	f.Crop = Crop{}
	v.Picture, v.Shown = f.url("/images/"), f.shownURL()
	whole := s.ask[0]
	whole.Crop, whole.Weight = Crop{}, 1
	v.Whole = s.asking(Ask{whole})
	s.ask = Ask{whole}
	v.Fields = s.fields("crop")
	return v
}

// ChannelView is the channel that is the query.
type ChannelView struct {
	Number      int
	Mean        bool
	URL         string // its page
	Picture     string // what excites it most; "" while no picture of that has been made
	Max, Means  string // the search by the maximum, and by the mean
	Prev, Next  string
	LastChannel int
}

func (s *Service) channelView(ctx context.Context, st selection, q Query, e store.Embedding) (*ChannelView, error) {
	if q.Channel == nil {
		return nil, nil
	}
	c := q.parts[0].channel
	at := func(c channelPart) string {
		return st.asking(Ask{{Kind: KindChannel, Value: c.String(), Weight: 1}})
	}
	v := &ChannelView{
		Number: c.number, Mean: c.mean, URL: templates.ChannelURL(e.Model, e.Layer, c.number),
		Max: at(channelPart{c.number, false}), Means: at(channelPart{c.number, true}), LastChannel: e.Channels - 1,
	}
	if c.number > 0 {
		v.Prev = at(channelPart{c.number - 1, c.mean})
	}
	if c.number < e.Channels-1 {
		v.Next = at(channelPart{c.number + 1, c.mean})
	}
	var err error
	v.Picture, err = s.channelPicture(ctx, e.LayerID, c.number)
	return v, err
}

// clamped is the query at a layer of so many channels: a channel of that number, or the last one.
func (a Ask) clamped(channels int) Ask {
	p, ok := a.alone()
	if !ok || p.Kind != KindChannel {
		return a
	}
	c, err := parseChannel(p.Value)
	if err != nil || c.number < channels {
		return a
	}
	c.number = channels - 1
	p.Value = c.String()
	return Ask{p}
}
