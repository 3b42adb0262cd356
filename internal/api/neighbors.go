package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

// Query is what a search by vector sends, and what an embedding answers with for an image's vector.
type Query struct {
	Model   string    `json:"model,omitempty"`
	Layer   string    `json:"layer,omitempty"`
	Pooling string    `json:"pooling,omitempty"`
	Metric  string    `json:"metric,omitempty" doc:"cosine, euclidean, sqeuclidean or minkowski."`
	P       float64   `json:"p,omitempty" doc:"Minkowski's exponent."`
	K       int       `json:"k,omitempty" doc:"How many neighbors."`
	Vector  []float32 `json:"vector" doc:"As many finite numbers as the embedding's dimension."`
}

// Neighbors is the answer to a query.
type Neighbors struct {
	Dataset  string     `json:"dataset"`
	Model    string     `json:"model"`
	Layer    string     `json:"layer"`
	Pooling  string     `json:"pooling"`
	Metric   string     `json:"metric"`
	P        *float64   `json:"p" doc:"Minkowski's exponent; null for the other metrics."`
	K        int        `json:"k"`
	Query    Asked      `json:"query"`
	Compared int        `json:"compared" doc:"How many images the query was compared with; itself is not one of them."`
	Farthest float64    `json:"farthest" doc:"The largest of their distances: similarity 0."`
	Scale    *Scale     `json:"scale" doc:"What a distance is worth in the dataset at this layer; null when it has no two images."`
	NoMatch  bool       `json:"no_good_match" doc:"Even the nearest image is farther away than the scale's match_threshold."`
	Score    *Weighted  `json:"score" doc:"Null when the query has no category."`
	Results  []Neighbor `json:"results" doc:"Nearest first; equal distances by image id."`
}

// Scale says what a distance is worth: how it compares with those of pairs of the dataset's images.
type Scale struct {
	Pairs           int     `json:"pairs" doc:"How many pairs of images were measured."`
	AllPairs        bool    `json:"all_pairs" doc:"They are all there are. Of more than 256 images 32,640 pairs are drawn, always the same ones."`
	MatchThreshold  float64 `json:"match_threshold" doc:"The distance that divides pairs of one category from pairs of different ones: as large a share of the former is farther apart as of the latter is as near. With fewer than 30 of either, the median distance."`
	MatchPercentile float64 `json:"match_percentile" doc:"Its percentile."`
}

// Asked is the query that was answered.
type Asked struct {
	Kind     string      `json:"kind" doc:"image, upload, saved, lasso, point, channel, vector, or several."`
	ImageID  *int64      `json:"image_id" doc:"Null but for a whole image of the dataset."`
	Name     string      `json:"name"`
	Category string      `json:"category" doc:"That all images have which the results shall be like; empty where they differ, or for other queries."`
	SHA256   string      `json:"sha256" doc:"Of the one picture's bytes; empty for other queries."`
	Parts    []AskedPart `json:"parts" doc:"What the query is made of; empty for a vector."`
}

// Crop is a part of a picture, in pixels of the upright original counted from its upper left corner.
type Crop struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// AskedPart is one of the things that the query is made of.
type AskedPart struct {
	Part     string  `json:"part" doc:"As plus and minus take it."`
	Kind     string  `json:"kind"`
	Weight   float64 `json:"weight" doc:"Negative: the results shall be unlike it."`
	ImageID  *int64  `json:"image_id" doc:"Null but for an image of the dataset."`
	Name     string  `json:"name"`
	Category string  `json:"category"`
	SHA256   string  `json:"sha256" doc:"Of the whole picture's bytes; empty for what is no picture."`
	Crop     *Crop   `json:"crop" doc:"Null: all of it."`
	Images   []int64 `json:"images" doc:"Ids that a lasso holds, or that are nearest to a point of the map."`
}

// Weighted is the weighted search score of a query.
type Weighted struct {
	Weighted float64 `json:"weighted" doc:"0 to 100: the share of the largest sum of weights, of which rank 1 has 15 and rank 15 has 1."`
	Hits     int     `json:"hits" doc:"How many of the nearest are of the query's category."`
	Of       int     `json:"of" doc:"How many of the nearest were looked at, at most 15."`
}

// Neighbor is one result.
type Neighbor struct {
	Rank         int      `json:"rank" doc:"From 1."`
	ImageID      int64    `json:"image_id"`
	Name         string   `json:"name"`
	Category     string   `json:"category"`
	SHA256       string   `json:"sha256"`
	Width        int      `json:"width"`
	Height       int      `json:"height"`
	Distance     float64  `json:"distance" doc:"The metric's own number: smaller is nearer."`
	Similarity   float64  `json:"similarity" doc:"1 − distance ÷ farthest, in [0, 1]: larger is nearer."`
	SameCategory *bool    `json:"same_category" doc:"Null when the query has no category."`
	Percentile   *float64 `json:"percentile" doc:"How many of all pairs of the dataset's images lie closer than this distance, in percent: smaller is nearer, and means the same under every metric. Null when the dataset has no two images."`
	Match        bool     `json:"match" doc:"It is no farther away than the scale's match_threshold."`
	Activation   *float64 `json:"activation" doc:"What the channel made of the image, where a channel is the query; null otherwise. Distance is how much less that is than the highest."`
}

// listNeighbors answers a query that the address holds.
func (a *API) listNeighbors(r *request) error {
	d, ask, err := a.asked(r)
	if err != nil {
		return err
	}
	if len(ask.Ask) == 0 {
		return problemf(http.StatusBadRequest, "Say which image to search with: image=ID, its SHA-256 or its file name, saved=ID, or plus=PART. A picture or a vector of your own is sent with POST.")
	}
	return a.neighbors(r, d, ask)
}

// asked reads which dataset the address asks, and what.
func (a *API) asked(r *request) (d store.Dataset, ask search.Request, err error) {
	if d, err = a.dataset(r); err == nil {
		ask, err = r.searchRequest(d.Name)
	}
	return d, ask, err
}

// identify lets images be named by their id or their SHA-256 as well.
func (a *API) identify(ctx context.Context, d store.Dataset, ask search.Ask) error {
	for i, p := range ask {
		if p.Kind != search.KindImage {
			continue
		}
		img, err := a.imageOf(ctx, d, p.Value)
		if err == nil {
			ask[i].Kind, ask[i].Value = search.KindID, strconv.FormatInt(img.ID, 10)
		} else if !errors.Is(err, store.ErrNotFound) { // otherwise it is a name, and the search says so if there is none
			return err
		}
	}
	return nil
}

// searchRequest reads what the address asks for.
func (r *request) searchRequest(dataset string) (search.Request, error) {
	ask := search.Request{Dataset: dataset, Model: r.query.Get("model"), Layer: r.query.Get("layer"), Pooling: r.query.Get("pooling")}
	var err error
	if ask.Metric, err = r.query.metric(); err != nil {
		return ask, err
	}
	if ask.P, err = r.query.number("p"); err != nil {
		return ask, err
	}
	k, err := r.query.integer("k", 1, 1000)
	if ask.K = int(k); err != nil {
		return ask, err
	}
	ask.Ask, err = search.ReadAsk(r.query.Values)
	return ask, err
}

func (a *API) neighbors(r *request, d store.Dataset, ask search.Request) error {
	if err := a.identify(r.Request().Context(), d, ask.Ask); err != nil {
		return err
	}
	page, err := a.Service.Neighbors(r.Request().Context(), ask)
	if err != nil {
		return err
	}
	answer := newNeighbors(page)
	if r.format == formatCSV {
		return r.csv(answer.Results)
	}
	return r.json(answer)
}

func newNeighbors(page *search.Page) Neighbors {
	n := Neighbors{Dataset: page.Dataset, Model: page.Model, Layer: page.Layer, Pooling: page.Pooling, Metric: string(page.Metric), K: page.K,
		Query: newAsked(page.Query), Compared: page.Compared, Farthest: page.Farthest, NoMatch: page.NoGoodMatch, Results: make([]Neighbor, len(page.Results))}
	if page.Metric == store.Minkowski {
		n.P = &page.P
	}
	if s := page.Score; s != nil {
		n.Score = &Weighted{s.Weighted, s.Hits, s.Of}
	}
	if s := page.Scale; s != nil {
		n.Scale = &Scale{s.Pairs, s.AllPairs, s.MatchThreshold, s.MatchPercentile}
	}
	for i, h := range page.Results {
		n.Results[i] = Neighbor{h.Rank, h.ImageID, h.Name, h.Category, h.SHA256, h.Width, h.Height, h.Distance, h.Similarity, h.SameCategory, h.Percentile, h.Match, h.Activation}
	}
	return n
}

func newAsked(q search.Query) Asked {
	asked := Asked{Kind: q.Kind, Name: q.Name, Category: q.Category, SHA256: q.SHA256, Parts: []AskedPart{}}
	if q.ImageID != 0 {
		asked.ImageID = &q.ImageID
	}
	for _, p := range q.Parts {
		part := AskedPart{Part: p.Part, Kind: string(p.Kind), Weight: p.Weight, Name: p.Name, Category: p.Category, SHA256: p.SHA256, Images: append([]int64{}, p.Images...)}
		if p.ImageID != 0 {
			part.ImageID = &p.ImageID
		}
		if p.Crop != nil {
			part.Crop = (*Crop)(p.Crop)
		}
		asked.Parts = append(asked.Parts, part)
	}
	return asked
}

// Score is how well an embedding finds images of the query's category.
type Score struct {
	EmbeddingID   int64   `json:"embedding_id"`
	Model         string  `json:"model"`
	Layer         string  `json:"layer"`
	Pooling       string  `json:"pooling"`
	Metric        string  `json:"metric" doc:"minkowski:3 names its exponent."`
	Category      string  `json:"category" doc:"Empty: the mean over all queries."`
	WeightedScore float64 `json:"weighted_score" doc:"Mean weighted search score, 0 to 100."`
	Queries       int     `json:"queries" doc:"How many queries the mean is over."`
}

func (a *API) listScores(r *request) error {
	d, err := a.dataset(r)
	if err != nil {
		return err
	}
	ctx := r.Request().Context()
	embeddings, err := a.embeddingsOf(r, d)
	if err != nil {
		return err
	}
	byID := make(map[int64]store.Embedding, len(embeddings))
	for _, e := range embeddings {
		byID[e.ID] = e
	}
	stored, err := a.DB.Scores(ctx, d.ID)
	if err != nil {
		return err
	}
	metric, category := r.query.text("metric"), r.query.text("category")
	all := []Score{}
	for _, s := range stored {
		e, chosen := byID[s.EmbeddingID]
		if chosen && is(metric, s.Metric) && is(category, s.Category) {
			all = append(all, Score{s.EmbeddingID, e.Model, e.Layer, e.Pooling, s.Metric, s.Category, s.Weighted, s.Queries})
		}
	}
	return respondAll(r, all, func(s Score) string { return numberKey(s.EmbeddingID) + s.Metric + "\x00" + s.Category })
}

// is reports whether a filter lets a value through.
func is(filter *string, value string) bool { return filter == nil || *filter == value }
