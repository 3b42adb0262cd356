package search

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// shuffled fills the catalogue with a page of all images in the order of a seed.
func (s *Service) shuffled(ctx context.Context, c Catalogue, d store.Dataset, v catalogueView) (Catalogue, error) {
	c.Seed, c.Chosen, v.category = v.seed, nil, nil
	c.Again = v.shuffledURL(v.seed%math.MaxInt32+1, 1)
	for i := range c.Categories {
		c.Categories[i].Current = false
	}
	ids, err := s.db.ImageIDs(ctx, store.ImageFilter{DatasetID: d.ID})
	if err != nil {
		return c, err
	}
	from, to := c.turn(v, len(ids), v.perPage)
	shown := shuffle(ids, v.seed)[from:to]
	group := CatalogueGroup{Images: d.Images, Shown: make([]CatalogueImage, 0, len(shown))}
	if len(shown) > 0 { // an empty list of ids would ask for every image
		images, err := s.db.Images(ctx, store.ImageFilter{IDs: shown})
		if err != nil {
			return c, err
		}
		slices.SortFunc(images, func(a, b store.Image) int { return cmp.Compare(slices.Index(shown, a.ID), slices.Index(shown, b.ID)) })
		for _, img := range images {
			group.Shown = append(group.Shown, v.tile(img))
		}
	}
	c.Groups = append(c.Groups, group)
	return c, nil
}

// shuffle orders ids by a hash of seed and id: images that come later find their places among the others, which keep theirs.
func shuffle(ids []int64, seed int) []int64 {
	place := func(id int64) uint64 { return mix(mix(uint64(seed)) + uint64(id)) }
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b)) })
	return ids
}

// mix is the finisher of SplitMix64 (Steele, Lea and Flood, 2014): every bit of the result hangs on every bit of x.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
