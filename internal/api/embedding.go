package api

import (
	"strconv"

	"github.com/convnet-playground/convnet/store"
)

// Embedding is the vectors of a dataset's images at one layer under one pooling.
type Embedding struct {
	ID        int64  `json:"id"`
	Dataset   string `json:"dataset"`
	Model     string `json:"model"`
	Layer     string `json:"layer"`
	LayerType string `json:"layer_type"`
	Position  int    `json:"position" doc:"Of the layer in the network, from the input."`
	Pooling   string `json:"pooling" doc:"How a feature map becomes a vector."`
	Channels  int    `json:"channels" doc:"Of the layer."`
	Dimension int    `json:"dimension" doc:"How many numbers a vector has."`
	Vectors   int    `json:"vectors" doc:"How many images have one."`
	Runtime   string `json:"runtime" doc:"What computed them: only vectors of one runtime are comparable."`
	Links     Links  `json:"links"`
}

func newEmbedding(dataset string, e store.Embedding) Embedding {
	id := strconv.FormatInt(e.ID, 10)
	return Embedding{ID: e.ID, Dataset: dataset, Model: e.Model, Layer: e.Layer, LayerType: e.LayerType, Position: e.LayerPosition,
		Pooling: e.Pooling, Channels: e.Channels, Dimension: e.Dimension, Vectors: e.Vectors, Runtime: e.Runtime, Links: Links{
			"self": address("embeddings", id), "vectors": address("embeddings", id, "vectors"), "dataset": address("datasets", dataset),
			"model": address("models", e.Model), "layer": address("models", e.Model, "layers", e.Layer),
		}}
}

// embeddingsOf are the dataset's embeddings that the address asks for.
func (a *API) embeddingsOf(r *request, d store.Dataset) ([]store.Embedding, error) {
	return a.DB.Embeddings(r.Request().Context(), store.EmbeddingFilter{
		DatasetID: d.ID, Model: r.query.Get("model"), Layer: r.query.Get("layer"), Pooling: r.query.Get("pooling"),
	})
}

func (a *API) listEmbeddings(r *request) error {
	d, err := a.dataset(r)
	if err != nil {
		return err
	}
	stored, err := a.embeddingsOf(r, d)
	if err != nil {
		return err
	}
	all := make([]Embedding, len(stored))
	for i, e := range stored {
		all[i] = newEmbedding(d.Name, e)
	}
	return respondAll(r, all, func(e Embedding) string { return numberKey(e.ID) })
}

func (a *API) getEmbedding(r *request) error {
	e, dataset, err := a.embedding(r)
	if err != nil {
		return err
	}
	return r.json(newEmbedding(dataset, e))
}

// embedding is the one that the address names, and the name of its dataset.
func (a *API) embedding(r *request) (store.Embedding, string, error) {
	id, err := r.number("embedding")
	if err != nil {
		return store.Embedding{}, "", err
	}
	ctx := r.Request().Context()
	e, err := a.DB.Embedding(ctx, id)
	if err != nil {
		return e, "", orNotFound(err, "There is no embedding %d in this file.", id)
	}
	datasets, err := a.DB.Datasets(ctx)
	for _, d := range datasets {
		if d.ID == e.DatasetID {
			return e, d.Name, nil
		}
	}
	return e, "", err
}

// getVector answers with the vector of an image, in the form in which a query is sent.
func (a *API) getVector(r *request) error {
	e, _, err := a.embedding(r)
	if err != nil {
		return err
	}
	id, err := r.number("image")
	if err != nil {
		return err
	}
	v, err := a.DB.Vector(r.Request().Context(), e.ID, id)
	if err != nil {
		return orNotFound(err, "Embedding %d has no vector of an image %d.", e.ID, id)
	}
	return r.json(Query{Model: e.Model, Layer: e.Layer, Pooling: e.Pooling, Vector: v})
}
