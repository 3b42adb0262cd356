package api

import (
	"context"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// Model is a network with its weights and preprocessing.
type Model struct {
	ID              int64          `json:"id"`
	Name            string         `json:"name"`
	Title           string         `json:"title"`
	SHA256          string         `json:"sha256" doc:"Of graph, weights and preprocessing: the model's identity."`
	Parameters      int64          `json:"parameters"`
	Input           explorer.Input `json:"input"`
	LayerCount      int            `json:"layer_count"`
	Classes         int            `json:"classes" doc:"0 without a classifier."`
	NetworkIncluded bool           `json:"network_included" doc:"False where a snapshot was made without its networks."`
	Source          string         `json:"source"`
	License         string         `json:"license"`
	WeightsFile     string         `json:"weights_file"`
	WeightsSHA256   string         `json:"weights_sha256"`
	Links           Links          `json:"links"`
}

func newModel(d explorer.Described) Model {
	p := &d.Input.Preprocess
	p.Mean, p.Std = append([]float64{}, p.Mean...), append([]float64{}, p.Std...) // [] where a manifest says nothing, not null
	return Model{ID: d.Model.ID, Name: d.Model.Name, Title: d.Title, SHA256: hex.EncodeToString(d.Model.SHA256[:]), Parameters: d.Parameters,
		Input: d.Input, LayerCount: len(d.Layers), Classes: d.Classes, NetworkIncluded: d.Model.HasGraph, Source: d.Source, License: d.License,
		WeightsFile: d.WeightsFile, WeightsSHA256: d.WeightsSHA256,
		Links: Links{"self": address("models", d.Model.Name), "layers": address("models", d.Model.Name, "layers")}}
}

func (a *API) listModels(r *request) error {
	described, err := explorer.DescribeModels(r.Request().Context(), a.DB)
	if err != nil {
		return err
	}
	all := make([]Model, len(described))
	for i, d := range described {
		all[i] = newModel(d)
	}
	return respondAll(r, all, func(m Model) string { return numberKey(m.ID) })
}

func (a *API) getModel(r *request) error {
	d, err := a.model(r)
	if err != nil {
		return err
	}
	return r.json(newModel(d))
}

// model is the newest of the name in the address.
func (a *API) model(r *request) (explorer.Described, error) {
	name, err := templates.PathParam(r, "model")
	if err != nil {
		return explorer.Described{}, err
	}
	return explorer.DescribeModel(r.Request().Context(), a.DB, name)
}

// Layer is a named activation point of a model.
type Layer struct {
	Name           string          `json:"name"`
	Type           string          `json:"type"`
	Position       int             `json:"position" doc:"In the network, from the input."`
	Channels       int             `json:"channels"`
	Height         int             `json:"height" doc:"Of the feature map, at the model's input size."`
	Width          int             `json:"width"`
	Parameters     int64           `json:"parameters" doc:"Weights in this layer."`
	Share          float64         `json:"share" doc:"Of the model's parameters, 0 to 1."`
	Default        bool            `json:"default" doc:"Chosen when an ingest names no layers."`
	ReceptiveField *ReceptiveField `json:"receptive_field" doc:"Null where the network is not in the file, or the value is none of its graph that can be traced."`
	Visualizations int             `json:"visualizations" doc:"How many pictures have been made."`
	Links          Links           `json:"links"`
}

func (a *API) layers(ctx context.Context, d explorer.Described) ([]Layer, error) {
	seen, err := a.fields.of(ctx, d.Model)
	if err != nil {
		return nil, err
	}
	all := make([]Layer, len(d.Layers))
	for i, l := range d.Layers {
		self := func(part ...string) string {
			return address(append([]string{"models", d.Model.Name, "layers", l.Name}, part...)...)
		}
		all[i] = Layer{Name: l.Name, Type: l.Type, Position: l.Index, Channels: l.Channels, Height: l.Height, Width: l.Width,
			Parameters: l.Parameters, Share: l.Share, Default: l.Default, ReceptiveField: seen[l.Name], Visualizations: l.Visualizations,
			Links: Links{"self": self(), "channels": self("channels"), "visualizations": self("visualizations")}}
	}
	return all, nil
}

func (a *API) listLayers(r *request) error {
	d, err := a.model(r)
	if err != nil {
		return err
	}
	all, err := a.layers(r.Request().Context(), d)
	if err != nil {
		return err
	}
	return respondAll(r, all, func(l Layer) string { return numberKey(int64(max(0, l.Position))) + l.Name })
}

func (a *API) getLayer(r *request) error {
	d, l, err := a.layer(r)
	if err != nil {
		return err
	}
	all, err := a.layers(r.Request().Context(), d)
	if err != nil {
		return err
	}
	return r.json(all[slices.IndexFunc(all, func(other Layer) bool { return other.Name == l.Name })])
}

// layer is the one that the address names.
func (a *API) layer(r *request) (explorer.Described, store.Layer, error) {
	d, err := a.model(r)
	if err != nil {
		return d, store.Layer{}, err
	}
	name, err := templates.PathParam(r, "layer")
	if err != nil {
		return d, store.Layer{}, err
	}
	l, err := a.DB.Layer(r.Request().Context(), d.Model.ID, name)
	return d, l, orNotFound(err, "There is no layer %q in %s.", name, d.Model.Name)
}

// Channel is an index into a layer's depth.
type Channel struct {
	Channel    int                         `json:"channel"`
	Statistics *explorer.ChannelStatistics `json:"statistics" doc:"What it made of the dataset that the address names; null without."`
	Links      Links                       `json:"links"`
}

func newChannel(model, layer string, channel int, statistics *explorer.LayerStatistics) Channel {
	self := address("models", model, "layers", layer)
	n := strconv.Itoa(channel)
	c := Channel{Channel: channel, Links: Links{"self": self + "/channels/" + n, "visualizations": self + "/visualizations?channel=" + n}}
	if statistics != nil {
		c.Statistics = &statistics.Channels[channel]
	}
	return c
}

func (a *API) listChannels(r *request) error {
	d, l, err := a.layer(r)
	if err != nil {
		return err
	}
	statistics, err := a.statistics(r, l)
	if err != nil {
		return err
	}
	all := make([]Channel, l.Channels)
	for i := range all {
		all[i] = newChannel(d.Model.Name, l.Name, i, statistics)
	}
	return respondAll(r, all, func(c Channel) string { return numberKey(int64(c.Channel)) })
}

func (a *API) getChannel(r *request) error {
	d, l, err := a.layer(r)
	if err != nil {
		return err
	}
	channel, err := r.number("channel")
	if err == nil && channel >= int64(l.Channels) {
		err = problemf(http.StatusNotFound, "There is no channel %d in %s: it has %d, counted from 0.", channel, l.Name, l.Channels)
	}
	if err != nil {
		return err
	}
	statistics, err := a.statistics(r, l)
	if err != nil {
		return err
	}
	return r.json(newChannel(d.Model.Name, l.Name, int(channel), statistics))
}

// statistics are those of the dataset that the address names, nil where it names none.
func (a *API) statistics(r *request, l store.Layer) (*explorer.LayerStatistics, error) {
	name := r.query.Get("dataset")
	if name == "" {
		return nil, nil
	}
	d, err := a.datasetNamed(r, name)
	if err != nil {
		return nil, err
	}
	embeddings, err := a.DB.Embeddings(r.Request().Context(), store.EmbeddingFilter{DatasetID: d.ID, Layer: l.Name})
	if err != nil {
		return nil, err
	}
	for _, e := range embeddings {
		if e.LayerID == l.ID {
			return a.channels.Statistics(r.Request().Context(), e.ID)
		}
	}
	return nil, problemf(http.StatusNotFound, "Dataset %q has not been seen at layer %s.", name, l.Name)
}
