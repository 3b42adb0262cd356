package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// resolveQuery finds what is searched with. The vector comes later: it differs from layer to layer.
func (s *Service) resolveQuery(ctx context.Context, r Request, d store.Dataset) (Query, error) {
	if r.Vector != nil {
		return Query{Kind: "vector", Vector: true}, nil
	}
	if err := r.Ask.check(); err != nil {
		return Query{}, err
	}
	ask := r.Ask
	if len(ask) == 0 {
		first, err := s.firstImage(ctx, d)
		if err != nil {
			return Query{}, err
		}
		ask = AskFor(first.Name)
	}
	parts := make([]found, len(ask))
	for i, p := range ask {
		var err error
		if parts[i], err = s.lookUp(ctx, p, d); err != nil {
			return Query{}, err
		}
	}
	q := newQuery(parts)
	return q, q.say(r.Category, d)
}

// say lets who asks say what the query shows, whatever the categories of its images are.
func (q *Query) say(category string, d store.Dataset) error {
	if category == "" {
		return nil
	}
	known := namedCategories(d)
	if !slices.Contains(known, category) {
		return unknown("category", category, "in dataset "+d.Name, known)
	}
	q.Category, q.said = category, true
	return nil
}

// namedCategories are the names of a dataset's categories; images without one have none.
func namedCategories(d store.Dataset) []string {
	all := names(d.Categories, func(c store.CategoryCount) string { return c.Name })
	return slices.DeleteFunc(all, func(name string) bool { return name == "" })
}

// newQuery describes what the parts are together.
func newQuery(parts []found) Query {
	q := Query{Kind: "several", parts: parts}
	for _, f := range parts {
		q.Parts = append(q.Parts, f.partOf())
	}
	q.Category = commonCategory(parts)
	if len(parts) > 1 {
		q.Name = nameOf(parts)
		return q
	}
	f := parts[0]
	q.Kind, q.Name, q.Width, q.Height, q.SHA256 = string(f.Kind), f.title(), f.width, f.height, q.Parts[0].SHA256
	q.Uploaded = f.Kind == KindUpload
	switch f.Kind {
	case KindID:
		q.Kind = string(KindImage)
	case KindChannel:
		q.Channel = &f.channel.number
	}
	q.Crop = q.Parts[0].Crop
	if f.image.ID != 0 && f.Crop.IsZero() {
		q.ImageID = f.image.ID
	}
	return q
}

// nameOf names several parts: the first two, and how many there are beside them.
func nameOf(parts []found) string {
	name := ""
	for i, f := range parts[:min(2, len(parts))] {
		switch {
		case f.Weight < 0:
			name += " − "
		case i > 0:
			name += " + "
		}
		name += f.title()
	}
	if more := len(parts) - 2; more > 0 {
		name += fmt.Sprintf(" and %d more", more)
	}
	return name
}

// title is a part's name among others.
func (f found) title() string {
	switch f.Kind {
	case KindLasso:
		return fmt.Sprintf("%d images of the map", len(f.members))
	case KindPoint:
		return "a place on the map"
	}
	return f.name
}

// commonCategory is the category that all images have that the results shall be like; "" when they differ, or when
// something else is asked for beside images: then nothing can be judged.
func commonCategory(parts []found) string {
	category := ""
	for _, f := range parts {
		switch {
		case f.Weight < 0:
		case f.image.ID == 0 || category != "" && f.image.Category != category:
			return ""
		default:
			category = f.image.Category
		}
	}
	return category
}

// ask is the query as an address says it: images by their names, which last longer than their ids.
func (q Query) ask() Ask {
	ask := make(Ask, len(q.parts))
	for i, f := range q.parts {
		ask[i] = f.Part
		if f.image.ID != 0 {
			ask[i].Kind, ask[i].Value = KindImage, f.image.Name
		}
	}
	return ask
}

// excluded are the images that are not compared: those that the query is made of. It goes by identity, not by rank: a copy
// of the query may rank first.
func (q Query) excluded() []int64 {
	var ids []int64
	for _, f := range q.parts {
		ids = append(ids, f.images()...)
	}
	return ids
}

// stored reports whether the query's vectors are in the file at every layer.
func (q Query) stored() bool {
	for _, f := range q.parts {
		if !f.stored() {
			return false
		}
	}
	return len(q.parts) > 0
}

// picture is the one picture that the query is, if it is one.
func (q Query) picture() (found, bool) {
	if len(q.parts) == 1 && q.parts[0].bytes != nil {
		return q.parts[0], true
	}
	return found{}, false
}

// queryVector is the vector to search with: the request's own, or that of its query.
func (s *Service) queryVector(ctx context.Context, e store.Embedding, q Query, r Request) ([]float32, error) {
	if !q.Vector {
		return s.vector(ctx, e, q)
	}
	return r.Vector, checkVector(e, r.Vector)
}

// checkVector refuses a vector that cannot be compared with those of the embedding.
func checkVector(e store.Embedding, v []float32) error {
	if len(v) != e.Dimension {
		return badRequestf("The vector has %d numbers; those of layer %s of %s, pooled by %s, have %d.", len(v), e.Layer, e.Model, e.Pooling, e.Dimension)
	}
	for i, x := range v {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return badRequestf("Number %d of the vector, counted from 0, is %v: all of them must be finite.", i, x)
		}
	}
	return nil
}

// vector is the query's vector in an embedding.
func (s *Service) vector(ctx context.Context, e store.Embedding, q Query) ([]float32, error) {
	if len(q.parts) == 1 {
		return s.partVector(ctx, e, q.parts[0])
	}
	var b blend
	for _, f := range q.parts {
		v, err := s.partVector(ctx, e, f)
		if err != nil {
			return nil, err
		}
		b.add(v, f.Weight)
	}
	v, ok := b.vector()
	if !ok {
		return nil, badRequestf("What the results shall be like and what they shall not be like cancel out at layer %s of %s: change a weight.", e.Layer, e.Model)
	}
	return v, nil
}

// partVector is the vector of one part: stored for an image of the dataset, made of stored ones for a place on a map,
// computed for any other picture.
func (s *Service) partVector(ctx context.Context, e store.Embedding, f found) ([]float32, error) {
	switch {
	case f.Kind == KindChannel:
		return nil, badRequestf("A channel is not a picture and has no vector: its images are ranked by how much they excite it.")
	case f.members != nil:
		return s.memberVector(ctx, e, f)
	case f.stored():
		v, err := s.db.Vector(ctx, e.ID, f.image.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil, badRequestf("Image %q has no vector at layer %s of %s yet. Run convnet ingest again: it goes on where it stopped.",
				f.name, e.Layer, e.Model)
		}
		return v, err
	}
	return s.pictureVector(ctx, e, f)
}
