package api

import (
	"encoding/json"
	"strconv"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// Projection is a map of an embedding: a place in the plane for every image.
type Projection struct {
	EmbeddingID     int64           `json:"embedding_id"`
	Model           string          `json:"model"`
	Layer           string          `json:"layer"`
	Pooling         string          `json:"pooling"`
	Method          string          `json:"method" doc:"umap or pca."`
	Parameters      json.RawMessage `json:"parameters" doc:"All that decides the result but the seed."`
	Seed            int64           `json:"seed"`
	Trustworthiness *float64        `json:"trustworthiness" doc:"How far the neighbors on the map are neighbors in the embedding, in [0, 1]; null where there are too few images."`
	Fitted          int             `json:"fitted" doc:"Points whose places were found together."`
	Extended        int             `json:"extended" doc:"Points that were placed later, among those."`
	CreatedAt       string          `json:"created_at"`
	Links           Links           `json:"links"`
}

func newProjection(p store.Projection) Projection {
	embedding := address("embeddings", strconv.FormatInt(p.EmbeddingID, 10))
	self := embedding + "/projections/" + p.Method
	return Projection{EmbeddingID: p.EmbeddingID, Model: p.Model, Layer: p.Layer, Pooling: p.Pooling, Method: p.Method, Parameters: p.Parameters,
		Seed: p.Seed, Trustworthiness: p.Trustworthiness, Fitted: p.Fitted, Extended: p.Extended, CreatedAt: p.CreatedAt,
		Links: Links{"self": self, "points": self + "/points", "embedding": embedding}}
}

func (a *API) listProjections(r *request) error {
	d, err := a.dataset(r)
	if err != nil {
		return err
	}
	stored, err := a.DB.Projections(r.Request().Context(), store.ProjectionFilter{
		DatasetID: d.ID, Model: r.query.Get("model"), Layer: r.query.Get("layer"), Pooling: r.query.Get("pooling"), Method: r.query.Get("method"),
	})
	if err != nil {
		return err
	}
	all := make([]Projection, len(stored))
	for i, p := range stored {
		all[i] = newProjection(p)
	}
	return respondAll(r, all, func(p Projection) string { return numberKey(p.EmbeddingID) + p.Method })
}

func (a *API) getProjection(r *request) error {
	p, err := a.projection(r)
	if err != nil {
		return err
	}
	return r.json(newProjection(p))
}

// projection is the one that the address names.
func (a *API) projection(r *request) (store.Projection, error) {
	id, err := r.number("embedding")
	if err != nil {
		return store.Projection{}, err
	}
	method, err := templates.PathParam(r, "method")
	if err != nil {
		return store.Projection{}, err
	}
	p, err := a.DB.ProjectionOf(r.Request().Context(), id, method)
	return p, orNotFound(err, "Embedding %d has no projection by the method %q.", id, method)
}

// Point is the place of an image on a map.
type Point struct {
	ImageID int64   `json:"image_id"`
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
	Placed  bool    `json:"placed" doc:"Later than the others, which did not move."`
}

func (a *API) listPoints(r *request) error {
	p, err := a.projection(r)
	if err != nil {
		return err
	}
	points, err := a.DB.ProjectionPoints(r.Request().Context(), p.EmbeddingID, p.Method)
	if err != nil {
		return err
	}
	all := make([]Point, len(points.ImageIDs))
	for i, id := range points.ImageIDs {
		all[i] = Point{id, float64(points.X[i]), float64(points.Y[i]), points.Placed[i]}
	}
	return respondAll(r, all, func(p Point) string { return numberKey(p.ImageID) })
}
