package explorer

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// Probes answers what a network makes of a picture, layer by layer. It is safe for concurrent use.
type Probes struct {
	db        *store.DB
	channels  *Channels
	anatomies *anatomies
	sights    *sights
	off       string // why there is no prober, as a sentence
}

// NewProbes returns a Probes over a database; without a prober it refuses everything, for the reason given.
func NewProbes(db *store.DB, prober Prober, off string) *Probes {
	p := &Probes{db: db, channels: NewChannels(db), anatomies: &anatomies{db: db}, off: off}
	if prober != nil {
		p.sights = &sights{prober: prober}
	}
	return p
}

// ProbeRequest says what is to be looked at, and how.
type ProbeRequest struct {
	Model  string   // "" is the newest that can look at pictures
	Layers []string // beside the model's default ones
	Top    int      // channels of each layer; 0 is 8
	Value  bool     // the channels with the highest values come first, not those with the most unusual ones

	Image   *store.Image // one of the file, of Dataset
	Dataset string       // with which the values are compared; "" is the first that the model has seen
	Picture []byte       // the bytes of the image, or of any other picture
}

// Probed is what a network makes of a picture.
type Probed struct {
	Model   string        `json:"model"`
	Title   string        `json:"title"` // the model's
	Dataset string        `json:"dataset,omitempty"`
	SHA256  string        `json:"sha256,omitempty"` // of an image of the file
	Input   Input         `json:"input"`
	Classes []Prediction  `json:"classes"` // the most likely ones; none for a network that sorts nothing
	Layers  []ProbedLayer `json:"layers"`

	model    store.Model
	manifest manifest
}

// Prediction is a class that a network finds likely.
type Prediction struct {
	Class       int     `json:"class"`
	Name        string  `json:"name"`
	Probability float64 `json:"probability"`

	URL     string `json:"-"`
	Current bool   `json:"-"`
}

// ProbedLayer is a layer with the channels that a picture stirs most.
type ProbedLayer struct {
	Layer    string          `json:"layer"`
	Type     string          `json:"type"`
	Height   int             `json:"height"`
	Width    int             `json:"width"`
	Channels int             `json:"channels"`
	Compared int             `json:"compared"` // images of the dataset that the values are compared with; 0: it was not seen there
	Top      []ProbedChannel `json:"top"`

	Count int    `json:"-"` // of channels above zero somewhere
	URL   string `json:"-"` // the layer's page
}

// ProbedChannel is what a channel makes of the picture.
type ProbedChannel struct {
	Channel int      `json:"channel"`
	Max     float64  `json:"max"`             // over its map
	Mean    float64  `json:"mean"`            // likewise
	Score   *float64 `json:"score,omitempty"` // by how many standard deviations Max is above the dataset's mean of it
	Below   *float64 `json:"below,omitempty"` // share of the dataset's images whose Max is lower: 0–1
	Peak    Peak     `json:"peak"`

	URL, Map, Page string `json:"-"` // the probe with it, its map as a picture, the channel's page
	Made           string `json:"-"` // its picture's address, "" when there is none
	Current        bool   `json:"-"`
}

// Peak is where a map is highest, and what is seen from there.
type Peak struct {
	Row    int   `json:"row"`
	Column int   `json:"column"`
	Sees   []int `json:"sees,omitempty"` // left, top, right, bottom in pixels of the network's input; right and bottom are outside
}

const (
	predictions    = 5
	probedChannels = 8
	probedLayers   = 8 // of a network without default layers
)

// Probe looks at a picture.
func (p *Probes) Probe(ctx context.Context, r ProbeRequest) (*Probed, error) {
	m, parsed, err := p.model(ctx, r.Model)
	if err != nil {
		return nil, err
	}
	layers, err := parsed.probed(r.Layers)
	if err != nil {
		return nil, err
	}
	sight, err := p.look(ctx, m, layers, r.Picture)
	if err != nil {
		return nil, err
	}
	out := &Probed{
		Model: m.Name, Title: title(m, parsed), Dataset: r.Dataset, Input: Input(parsed.Input),
		Classes: likely(parsed.Classes, sight.Classes), Layers: []ProbedLayer{}, model: m, manifest: parsed,
	}
	if r.Image != nil {
		out.SHA256 = hex.EncodeToString(r.Image.SHA256[:])
	}
	a, err := p.anatomies.of(ctx, m, parsed)
	if err != nil {
		return nil, err
	}
	for i, name := range layers {
		l, err := p.layer(ctx, m, r, parsed.row(name), sight.Maps[i])
		if err != nil {
			return nil, err
		}
		for j := range l.Top {
			l.Top[j].Peak = peakOf(a, name, sight.Maps[i], l.Top[j].Channel)
		}
		out.Layers = append(out.Layers, l)
	}
	return out, nil
}

// peakOf is where a channel's map is highest.
func peakOf(a *anatomy, layer string, m FeatureMap, channel int) Peak {
	row, column, _ := peak(m.Plane(channel), m.Width)
	at := Peak{Row: row, Column: column}
	if box := a.box(layer, row, column); !box.Empty() {
		at.Sees = []int{box.Min.X, box.Min.Y, box.Max.X, box.Max.Y}
	}
	return at
}

// Bounds is what is seen from the peak.
func (p Peak) Bounds() image.Rectangle {
	if len(p.Sees) != 4 {
		return image.Rectangle{}
	}
	return image.Rect(p.Sees[0], p.Sees[1], p.Sees[2], p.Sees[3])
}

// look asks the prober, if there is one.
func (p *Probes) look(ctx context.Context, m store.Model, layers []string, picture []byte) (*Sight, error) {
	if err := p.can(m); err != nil {
		return nil, err
	}
	return p.sights.look(ctx, m, layers, picture)
}

// can is why a model cannot look at pictures here, nil if it can.
func (p *Probes) can(m store.Model) error {
	switch {
	case !m.HasGraph:
		return Refuse(ErrProbeOff, "This file was shipped without its networks (snapshot --without-models), so %s cannot look at a picture.", m.Name)
	case p.sights == nil:
		return Refuse(ErrProbeOff, "%s", cmp.Or(p.off, "The server was started without an inference runtime, so it cannot look at a picture."))
	}
	return nil
}

// model is the newest model of a name, or of any.
func (p *Probes) model(ctx context.Context, name string) (store.Model, manifest, error) {
	models, err := p.db.Models(ctx)
	if err != nil {
		return store.Model{}, manifest{}, err
	}
	for _, m := range slices.Backward(models) {
		if name == m.Name || name == "" && m.HasGraph {
			parsed, err := readManifest(m)
			return m, parsed, err
		}
	}
	if name == "" {
		return store.Model{}, manifest{}, Refuse(ErrProbeOff, "There is no network in this file to look at a picture with. Run convnet ingest to bring one in.")
	}
	return store.Model{}, manifest{}, notFoundf("There is no model %q in this file.", name)
}

// probed are the default layers and those that are named, in the order of the network.
func (m manifest) probed(more []string) ([]string, error) {
	wanted := slices.Clone(m.DefaultLayers)
	if len(wanted) == 0 {
		for _, i := range evenly(probedLayers, len(m.Layers)) {
			wanted = append(wanted, m.Layers[i].Name)
		}
	}
	for _, name := range more {
		if m.row(name) == nil {
			return nil, notFoundf("There is no layer %q in this network.", name)
		}
		wanted = append(wanted, name)
	}
	var layers []string
	for _, l := range m.Layers {
		if slices.Contains(wanted, l.Name) {
			layers = append(layers, l.Name)
		}
	}
	return layers, nil
}

// row is what the manifest says of a layer, nil if there is none of that name.
func (m manifest) row(name string) *manifestLayer {
	i := slices.IndexFunc(m.Layers, func(l manifestLayer) bool { return l.Name == name })
	if i < 0 {
		return nil
	}
	return &m.Layers[i]
}

// likely are the most probable classes.
func likely(names []string, probabilities []float64) []Prediction {
	all := make([]Prediction, 0, len(probabilities))
	for i, p := range probabilities {
		name := fmt.Sprintf("class %d", i)
		if i < len(names) {
			name = names[i]
		}
		all = append(all, Prediction{Class: i, Name: name, Probability: p})
	}
	slices.SortStableFunc(all, func(a, b Prediction) int { return cmp.Compare(b.Probability, a.Probability) })
	return all[:min(predictions, len(all))]
}

// layer finds the channels of a layer that a picture stirs most.
func (p *Probes) layer(ctx context.Context, m store.Model, r ProbeRequest, row *manifestLayer, fm FeatureMap) (ProbedLayer, error) {
	l := ProbedLayer{
		Layer: row.Name, Type: row.Type, Height: fm.Height, Width: fm.Width, Channels: fm.Channels, Top: make([]ProbedChannel, fm.Channels),
		URL: layerURL(m.Name, row.Name),
	}
	for c := range l.Top {
		plane := fm.Plane(c)
		_, _, highest := peak(plane, fm.Width)
		l.Top[c] = ProbedChannel{Channel: c, Max: float64(highest), Mean: mean(plane)}
		l.Count += presence(highest > 0)
	}
	e, err := p.embedding(ctx, m, r.Dataset, row.Name)
	if err == nil {
		l.Compared, err = p.compare(ctx, e.ID, l.Top)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return l, err
	}
	sortProbed(l.Top, r.Value)
	l.Top = l.Top[:min(len(l.Top), cmp.Or(r.Top, probedChannels))]
	return l, nil
}

// sortProbed puts the channels first whose value is most above what is usual, or is highest where that is not known or not
// wanted.
func sortProbed(all []ProbedChannel, byValue bool) {
	slices.SortStableFunc(all, func(a, b ProbedChannel) int {
		if byValue || a.Score == nil || b.Score == nil {
			return cmp.Compare(b.Max, a.Max)
		}
		return cmp.Compare(*b.Score, *a.Score)
	})
}

// embedding is that of a dataset at a layer, store.ErrNotFound if there is none.
func (p *Probes) embedding(ctx context.Context, m store.Model, dataset, layer string) (store.Embedding, error) {
	d, err := p.db.Dataset(ctx, dataset)
	if err != nil {
		return store.Embedding{}, err
	}
	all, err := p.db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: d.ID, Model: m.Name, Layer: layer})
	if err != nil {
		return store.Embedding{}, err
	}
	for _, e := range all {
		if e.ModelID == m.ID && e.Vectors > 0 {
			return e, nil
		}
	}
	return store.Embedding{}, fmt.Errorf("vectors of %s at %s: %w", dataset, layer, store.ErrNotFound)
}

// compare holds the maxima of a picture against those of an embedding's images, and returns how many these are.
func (p *Probes) compare(ctx context.Context, embeddingID int64, all []ProbedChannel) (images int, err error) {
	s, err := p.channels.Statistics(ctx, embeddingID)
	if err != nil {
		return 0, err
	}
	maxima := make([]float32, len(all))
	for i, c := range all {
		maxima[i] = float32(c.Max)
	}
	below, err := p.channels.Below(ctx, embeddingID, maxima)
	if err != nil || len(s.Channels) != len(all) {
		return 0, err
	}
	for i := range all {
		score, share := s.Channels[i].Max.Score(all[i].Max), below[i]
		all[i].Score, all[i].Below = &score, &share
	}
	return s.Images, nil
}
