package search

import (
	"context"
	"encoding/hex"

	"github.com/convnet-playground/convnet/internal/care"
	"github.com/convnet-playground/convnet/store"
)

// CareRequest says which images to look through, with the vectors of which layer. Names that are empty have the defaults of
// a search. The whole dataset is looked through; the filter says which findings are told.
type CareRequest struct {
	Dataset, Model, Layer, Pooling string
	Filter                         CareFilter
}

// CareReport is what a curator wants to know of a dataset: what `convnet care --json` prints. Distances are cosine
// distances. Package care says how each finding is made.
type CareReport struct {
	Dataset  string `json:"dataset"`
	Model    string `json:"model"`
	Layer    string `json:"layer"`
	Pooling  string `json:"pooling"`
	Images   int    `json:"images"`   // of the dataset
	Compared int    `json:"compared"` // of those, with a vector at this layer
	Matching int    `json:"matching"` // of the dataset's images, those that the filter lets through

	NearDuplicates NearDuplicates `json:"near_duplicates"`
	SameBytes      []SameBytes    `json:"same_bytes"` // files of the same bytes are one image
	Outliers       Outliers       `json:"outliers"`
	Suspects       []Suspect      `json:"suspects"` // the surest first
	Clusters       Clusters       `json:"clusters"`
	Balance        Balance        `json:"balance"`

	matching []int64 // ids of the images that the filter lets through
}

// CareImage is an image that a finding is about.
type CareImage struct {
	ImageID  int64  `json:"image_id"`
	Name     string `json:"name"`
	Category string `json:"category"`
	SHA256   string `json:"sha256"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Size     int64  `json:"size"` // bytes of the original
}

// NearDuplicates are groups of images that are nearly the same.
type NearDuplicates struct {
	Threshold float64          `json:"threshold"` // how far two may be from each other, over what is usual among their neighbors; found from the data
	Groups    []DuplicateGroup `json:"groups"`    // the nearest first
}

// DuplicateGroup is images of which each is nearly the same as another one of the group.
type DuplicateGroup struct {
	Nearest  float64          `json:"nearest"`  // distance of its nearest pair
	Disagree bool             `json:"disagree"` // they are of several categories
	Best     int64            `json:"best"`     // id of the one with the most pixels, then bytes: the one to keep
	Images   []DuplicateImage `json:"images"`   // the best first
}

// DuplicateImage is an image of a group.
type DuplicateImage struct {
	CareImage
	Other    int64   `json:"other"`    // id of the nearest image of the group
	Distance float64 `json:"distance"` // from it
	Mirrored bool    `json:"mirrored"` // it is the other's mirror image
}

// SameBytes is an image that stands for several files, or that other datasets have as well.
type SameBytes struct {
	CareImage
	Files    []string `json:"files"`
	Datasets []string `json:"datasets"`
}

// Outliers are images that are unlike all others.
type Outliers struct {
	Fence  float64        `json:"fence"`  // images with a larger factor are outliers, found from the data
	Images []OutlierImage `json:"images"` // the largest factor first
}

// OutlierImage is an image with its local outlier factor: about 1 amid others, larger the more it stands alone.
type OutlierImage struct {
	CareImage
	Factor float64 `json:"factor"`
}

// Suspect is an image whose neighbors are of another category.
type Suspect struct {
	CareImage
	Suggested string      `json:"suggested"` // the neighbors' category
	Given     float64     `json:"given"`     // share of its ten nearest that are of its own category
	Share     float64     `json:"share"`     // and of the suggested one
	Neighbors []CareImage `json:"neighbors"` // of the suggested category, nearest first
}

// Clusters are suggestions how to group the images, whatever their categories.
type Clusters struct {
	Silhouette float64   `json:"silhouette"` // how well they are told apart, in [-1, 1]
	Clusters   []Cluster `json:"clusters"`   // the largest first
}

// Cluster is a suggested group.
type Cluster struct {
	Medoid     CareImage `json:"medoid"`     // the image in its middle
	Images     int       `json:"images"`     // all of them, also those that the filter leaves out
	Category   string    `json:"category"`   // that most of them have
	Purity     float64   `json:"purity"`     // share of its images that are of that category
	Silhouette float64   `json:"silhouette"` // mean over its images
	ImageIDs   []int64   `json:"image_ids"`  // that the filter lets through, those in the middle first

	members []CareImage // as ImageIDs
}

// Balance says how evenly the images that the filter lets through are spread over categories.
type Balance struct {
	Categories []store.CategoryCount `json:"categories"` // by name
	Evenness   float64               `json:"evenness"`   // entropy ÷ largest possible entropy: 1 is even
	Effective  float64               `json:"effective"`  // as many categories of equal size would be as diverse
	Ratio      float64               `json:"ratio"`      // largest category ÷ smallest
}

// Care looks through a dataset. Errors are as those of Search.
func (s *Service) Care(ctx context.Context, r CareRequest) (*CareReport, error) {
	report, _, err := s.care(ctx, r)
	return report, err
}

func (s *Service) care(ctx context.Context, r CareRequest) (*CareReport, target, error) {
	t, err := s.resolve(ctx, Request{Dataset: r.Dataset, Model: r.Model, Layer: r.Layer, Pooling: r.Pooling, Metric: store.Cosine})
	if err != nil {
		return nil, t, err
	}
	examined, err := s.examined(ctx, t.embedding)
	if err != nil {
		return nil, t, err
	}
	images, err := s.db.Images(ctx, store.ImageFilter{DatasetID: t.dataset.ID})
	if err != nil {
		return nil, t, err
	}
	same, err := s.db.SameBytes(ctx, t.dataset.ID)
	if err != nil {
		return nil, t, err
	}
	b := newCareBook(images, examined, r.Filter)
	report := &CareReport{
		Dataset: t.dataset.Name, Model: t.model.name, Layer: t.embedding.Layer, Pooling: t.embedding.Pooling,
		Images: len(images), Compared: len(examined.ids), Matching: len(b.matching),
		NearDuplicates: b.duplicates(), SameBytes: b.sameBytes(same), Outliers: b.outliers(), Suspects: b.suspects(),
		Clusters: b.clusters(), Balance: b.balance(),
	}
	for _, img := range b.matching {
		report.matching = append(report.matching, img.ID)
	}
	return report, t, nil
}

func careImage(img store.Image) CareImage {
	return CareImage{img.ID, img.Name, img.Category, hex.EncodeToString(img.SHA256[:]), img.Width, img.Height, img.Size}
}

// balanceOf takes the sizes of categories.
func balanceOf(categories []store.CategoryCount) Balance {
	sizes := make([]int, len(categories))
	for i, c := range categories {
		sizes[i] = c.Images
	}
	b := care.BalanceOf(sizes)
	return Balance{Categories: categories, Evenness: b.Evenness, Effective: b.Effective, Ratio: b.Ratio}
}
