package search

import (
	"cmp"
	"maps"
	"slices"

	"github.com/convnet-playground/convnet/internal/care"
	"github.com/convnet-playground/convnet/store"
)

// careBook puts findings, which number points, together with the images that these are. Images that came after the
// findings were made have none, and points whose images have gone since are passed over.
type careBook struct {
	*examined
	image    map[int64]store.Image
	matching []store.Image // that the filter lets through, by id
	matches  map[int64]bool
}

func newCareBook(images []store.Image, e *examined, f CareFilter) *careBook {
	b := &careBook{examined: e, image: make(map[int64]store.Image, len(images)), matches: map[int64]bool{}}
	for _, img := range images {
		b.image[img.ID] = img
		if f.matches(img) {
			b.matching = append(b.matching, img)
			b.matches[img.ID] = true
		}
	}
	return b
}

// at is the image of a point; ok is false when it has gone.
func (b *careBook) at(point int) (CareImage, bool) {
	img, ok := b.image[b.ids[point]]
	return careImage(img), ok
}

func (b *careBook) duplicates() NearDuplicates {
	d := NearDuplicates{Threshold: b.found.Duplicates.Threshold, Groups: []DuplicateGroup{}}
	for _, g := range b.found.Duplicates.Groups {
		group := DuplicateGroup{Nearest: g.Nearest}
		wanted := false
		for _, c := range g.Points {
			img, ok := b.at(c.Point)
			if !ok {
				continue
			}
			group.Images = append(group.Images, DuplicateImage{img, b.ids[c.Other], c.Distance, c.Mirrored})
			group.Disagree = group.Disagree || img.Category != group.Images[0].Category
			wanted = wanted || b.matches[img.ImageID]
		}
		if len(group.Images) < 2 || !wanted {
			continue
		}
		slices.SortStableFunc(group.Images, func(a, b DuplicateImage) int {
			return cmp.Or(cmp.Compare(b.Width*b.Height, a.Width*a.Height), cmp.Compare(b.Size, a.Size))
		})
		group.Best = group.Images[0].ImageID
		d.Groups = append(d.Groups, group)
	}
	return d
}

func (b *careBook) sameBytes(all []store.SameBytes) []SameBytes {
	list := []SameBytes{}
	for _, s := range all {
		if b.matches[s.ImageID] {
			list = append(list, SameBytes{careImage(b.image[s.ImageID]), s.Files, s.Datasets})
		}
	}
	return list
}

func (b *careBook) outliers() Outliers {
	o := Outliers{Fence: b.found.Outliers.Fence, Images: []OutlierImage{}}
	for _, point := range b.found.Outliers.Points {
		if img, ok := b.at(point); ok && b.matches[img.ImageID] {
			o.Images = append(o.Images, OutlierImage{img, b.found.Outliers.Factor[point]})
		}
	}
	return o
}

func (b *careBook) suspects() []Suspect {
	labels, names := b.labels()
	list := []Suspect{}
	if len(b.ids) < 2 {
		return list
	}
	for _, found := range care.Suspects(b.found.Neighbors, labels) {
		img, ok := b.at(found.Point)
		if !ok || !b.matches[img.ImageID] {
			continue
		}
		s := Suspect{CareImage: img, Suggested: names[found.Suggested], Given: found.Given, Share: found.Share, Neighbors: []CareImage{}}
		for _, point := range found.Neighbors {
			if neighbor, ok := b.at(point); ok {
				s.Neighbors = append(s.Neighbors, neighbor)
			}
		}
		list = append(list, s)
	}
	return list
}

// labels number the points' categories; -1 is none.
func (b *careBook) labels() (labels []int, names []string) {
	number := map[string]int{}
	labels = make([]int, len(b.ids))
	for i, id := range b.ids {
		labels[i] = -1
		name := b.image[id].Category
		if name == "" {
			continue
		}
		if _, known := number[name]; !known {
			number[name] = len(names)
			names = append(names, name)
		}
		labels[i] = number[name]
	}
	return labels, names
}

func (b *careBook) clusters() Clusters {
	all := Clusters{Silhouette: b.found.Clusters.Silhouette, Clusters: []Cluster{}}
	for _, found := range b.found.Clusters.Clusters {
		c := Cluster{Silhouette: found.Silhouette, ImageIDs: []int64{}}
		sizes := map[string]int{}
		for _, point := range found.Points {
			img, ok := b.at(point)
			if !ok {
				continue
			}
			if c.Images == 0 {
				c.Medoid = img
			}
			c.Images++
			sizes[img.Category]++
			if b.matches[img.ImageID] {
				c.ImageIDs, c.members = append(c.ImageIDs, img.ImageID), append(c.members, img)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(sizes)) {
			if share := float64(sizes[name]) / float64(c.Images); share > c.Purity {
				c.Category, c.Purity = name, share
			}
		}
		if len(c.ImageIDs) > 0 {
			all.Clusters = append(all.Clusters, c)
		}
	}
	return all
}

func (b *careBook) balance() Balance {
	sizes := map[string]int{}
	for _, img := range b.matching {
		sizes[img.Category]++
	}
	categories := []store.CategoryCount{}
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		categories = append(categories, store.CategoryCount{Name: name, Images: sizes[name]})
	}
	return balanceOf(categories)
}
