package search

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/convnet-playground/convnet/store"
)

// mapped is the value of a part that was chosen on a map: corners in the steps of the map's layout, and the map.
type mapped struct{ lasso }

// escapes keep the separators out of names.
var (
	escapeMapped   = strings.NewReplacer("%", "%25", "!", "%21")
	unescapeMapped = strings.NewReplacer("%21", "!", "%25", "%")
)

// String is x-y~x-y~…!method!model!layer, with !pooling where a layer has several.
func (m mapped) String() string {
	fields := []string{m.polygonText(), m.method, m.model, m.layer}
	if m.pooling != "" {
		fields = append(fields, m.pooling)
	}
	for i, f := range fields {
		fields[i] = escapeMapped.Replace(f)
	}
	return strings.Join(fields, "!")
}

func parseMapped(kind Kind, text string) (mapped, error) {
	fields := strings.Split(text, "!")
	for i, f := range fields {
		fields[i] = unescapeMapped.Replace(f)
	}
	if len(fields) == 4 {
		fields = append(fields, "")
	}
	if len(fields) != 5 || fields[1] == "" || fields[2] == "" || fields[3] == "" {
		return mapped{}, badRequestf("A %s names its map behind its corners: x-y!method!model!layer; %q does not.", kind, text)
	}
	corners, err := parseCorners(fields[0])
	if err != nil {
		return mapped{}, err
	}
	if points := len(corners); kind == KindPoint && points != 1 || kind == KindLasso && (points < 3 || points > maxCorners) {
		return mapped{}, badRequestf("A point has one place and a lasso between 3 and %d corners, not %d.", maxCorners, points)
	}
	return mapped{lasso{corners: corners, method: fields[1], model: fields[2], layer: fields[3], pooling: fields[4]}}, nil
}

// part is the lasso as a query.
func (l lasso) part() Part { return Part{Kind: KindLasso, Value: mapped{l}.String(), Weight: 1} }

const (
	// pointMembers is how many images stand for a place on a map.
	pointMembers = 5
	// nearEnough, in steps of a layout, keeps an image that lies exactly there from being the only one that counts.
	nearEnough = farStep / 100
	// fewMembers are read one by one; of more, all vectors of the embedding are read in one pass.
	fewMembers = 64
)

// isMapped finds the images that a lasso or a point stands for: all that lie inside the one, the few nearest to the other,
// the nearer the heavier.
func (f *found) isMapped(ctx context.Context, s *Service, d store.Dataset) error {
	m, err := parseMapped(f.Kind, f.Value)
	if err != nil {
		return err
	}
	on := mapState{selection: selection{dataset: d.Name, model: m.model, layer: m.layer, pooling: m.pooling}, method: m.method}
	a, err := s.bareMap(ctx, on)
	if err != nil {
		return err
	}
	f.members = []member{}
	if f.Kind == KindLasso {
		for _, i := range m.within(a.layout) {
			f.members = append(f.members, member{a.layout.ids[i], 1})
		}
	} else {
		f.members = a.layout.around(m.corners[0], pointMembers)
	}
	if len(f.members) == 0 {
		return badRequestf("There is no image inside what was drawn on the map: draw around some.")
	}
	return nil
}

// around are the n points of a layout nearest to a place, weighted by their nearness.
func (l *layout) around(at corner, n int) []member {
	list := make([]member, len(l.ids))
	for i, id := range l.ids {
		d := math.Hypot(float64(l.x[i])-float64(at.x), float64(l.y[i])-float64(at.y))
		list[i] = member{id, 1 / (d + nearEnough)}
	}
	slices.SortStableFunc(list, func(a, b member) int { return cmp.Compare(b.weight, a.weight) })
	return list[:min(n, len(list))]
}

// memberVector is what the images of a lasso or around a point have in common: their weighted mean, each normalised.
func (s *Service) memberVector(ctx context.Context, e store.Embedding, f found) ([]float32, error) {
	var b blend
	if err := s.addMembers(ctx, e, f.members, &b); err != nil {
		return nil, err
	}
	v, ok := b.vector()
	if !ok {
		return nil, badRequestf("The images chosen on the map have no vectors at layer %s of %s that have anything in common.", e.Layer, e.Model)
	}
	return v, nil
}

// addMembers adds the vectors of images in the order of their ids, so that rounding is always the same.
func (s *Service) addMembers(ctx context.Context, e store.Embedding, members []member, b *blend) error {
	weights := make(map[int64]float64, len(members))
	for _, m := range members {
		weights[m.id] = m.weight
	}
	if len(members) > fewMembers {
		return s.db.Vectors(ctx, e.ID, func(id int64, v []float32) error {
			if w := weights[id]; w > 0 {
				b.add(v, w)
			}
			return nil
		})
	}
	for _, id := range slices.Sorted(maps.Keys(weights)) {
		v, err := s.db.Vector(ctx, e.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			continue // it has come after the vectors of this layer
		}
		if err != nil {
			return err
		}
		b.add(v, weights[id])
	}
	return nil
}
