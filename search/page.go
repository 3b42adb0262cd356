package search

import "github.com/convnet-playground/convnet/store"

// Page is the answer to a Request: what `convnet search --json` prints and what the search page shows.
type Page struct {
	Dataset  string       `json:"dataset"`
	Query    Query        `json:"query"`
	Model    string       `json:"model"`
	Layer    string       `json:"layer"`
	Pooling  string       `json:"pooling"`
	Metric   store.Metric `json:"metric"`
	P        float64      `json:"p,omitempty"` // minkowski's exponent; absent for the other metrics
	K        int          `json:"k"`
	Compared int          `json:"compared"` // images the query was compared with
	Farthest float64      `json:"farthest"` // the largest of their distances: similarity 0
	Scale    *Scale       `json:"scale"`    // what distances are worth in the dataset; null when it has no two images
	Score    *QueryScore  `json:"score"`    // null when the query has no category
	// NoGoodMatch says that even the nearest image is farther away than the scale's threshold.
	NoGoodMatch bool         `json:"no_good_match"`
	Results     []Hit        `json:"results"`
	Layers      []LayerScore `json:"layers"`
	Place       *Place       `json:"place"` // of the query on the layer's map; null when it has none
}

// Query is what was searched with.
type Query struct {
	Kind     string `json:"kind"`               // image, upload, saved, lasso, point, channel, vector, or several of them
	ImageID  int64  `json:"image_id,omitempty"` // of a whole image of the dataset
	Name     string `json:"name"`
	Category string `json:"category,omitempty"`
	SHA256   string `json:"sha256"`
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
	Crop     *Crop  `json:"crop,omitempty"` // of the one picture; width and height are the whole picture's
	Uploaded bool   `json:"uploaded,omitempty"`
	Channel  *int   `json:"channel,omitempty"` // images are ranked by how much they excite it
	Vector   bool   `json:"vector,omitempty"`  // no image at all: the request brought the vector

	Parts []QueryPart `json:"parts,omitempty"` // absent for a vector

	parts []found
	said  bool // who asks said which category it is of
}

// QueryPart is one of the things that were searched with.
type QueryPart struct {
	Part     string  `json:"part"` // as plus and minus take it
	Kind     Kind    `json:"kind"`
	Weight   float64 `json:"weight"` // negative: the results shall be unlike it
	Name     string  `json:"name"`
	Category string  `json:"category,omitempty"`
	ImageID  int64   `json:"image_id,omitempty"` // of an image of the dataset
	SHA256   string  `json:"sha256,omitempty"`   // of the whole picture's bytes
	Width    int     `json:"width,omitempty"`
	Height   int     `json:"height,omitempty"`
	Crop     *Crop   `json:"crop,omitempty"`
	Images   []int64 `json:"images,omitempty"` // that a lasso holds, or that are nearest to a point
}

// Hit is one neighbor of the query.
type Hit struct {
	Rank     int    `json:"rank"` // from 1
	ImageID  int64  `json:"image_id"`
	Name     string `json:"name"`
	Category string `json:"category"`
	SHA256   string `json:"sha256"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	// Distance is the metric's own number: smaller is nearer.
	Distance float64 `json:"distance"`
	// Activation is what the channel made of the image, where a channel is the query; its distance is how much less that is
	// than the highest of the dataset.
	Activation *float64 `json:"activation,omitempty"`
	// Similarity is 1 at distance 0 and 0 at the distance of the farthest image of the dataset from this query.
	Similarity float64 `json:"similarity"`
	// Percentile is how many of all pairs of the dataset's images lie closer than this distance, in percent; null when there
	// are none.
	Percentile *float64 `json:"percentile"`
	Match      bool     `json:"match"` // it is no farther away than the scale's threshold
	// SameCategory is null when the query has no category to compare with.
	SameCategory *bool `json:"same_category,omitempty"`
}

// LayerScore is one layer of the model: how well this query fares there, and how well all images do.
type LayerScore struct {
	Layer     string   `json:"layer"`
	Type      string   `json:"type"`
	Pooling   string   `json:"pooling"`
	Position  int      `json:"position"`   // index in the network, from the input
	Score     *float64 `json:"score"`      // weighted score of this query; null when it has none there
	MeanScore *float64 `json:"mean_score"` // stored mean over the dataset; null before `convnet evaluate`
	Current   bool     `json:"current"`
}

// similarity maps a distance into [0, 1]: 1 − distance / farthest, so that every metric's bar means the same thing,
// "how far along the way to the least similar image". When even the farthest image is at distance 0, all are equal.
func similarity(distance, farthest float64) float64 {
	if farthest <= 0 {
		return 1
	}
	return min(1, max(0, 1-distance/farthest))
}
