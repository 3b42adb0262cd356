package umap

import (
	"slices"
	"strings"
	"testing"
)

// rows are every step-th row from first on, or all others.
func rows(x Matrix, labels []int, chosen func(i int) bool) (Matrix, []int) {
	part, of := Matrix{Cols: x.Cols}, []int(nil)
	for i := range x.Rows {
		if chosen(i) {
			part.Rows++
			part.Data, of = append(part.Data, x.Row(i)...), append(of, labels[i])
		}
	}
	return part, of
}

// New points land among the points of their own kind: with five seeds, umap-learn 0.5.3 puts 172 to 181 of these there.
func TestTransform(t *testing.T) {
	all, labels := mixture{1000, 64, 10, 8, 1.5, 11}.make()
	train, trainLabels := rows(all, labels, func(i int) bool { return i < 800 })
	fresh, freshLabels := rows(all, labels, func(i int) bool { return i >= 800 })
	m := must(Fit(ctx, train, DefaultOptions()))(t)
	before := slices.Clone(m.Coordinates)
	placed := must(m.Transform(ctx, fresh))(t)
	if !slices.Equal(before, m.Coordinates) {
		t.Error("points of the map moved")
	}
	flat := Matrix{1000, 2, slices.Concat(m.Coordinates, placed)}
	n := must(NearestNeighbors(ctx, flat, 2, Euclidean))(t)
	right := 0
	for i, label := range freshLabels {
		if j := n.Index[(800+i)*2+1]; int(j) < 800 && trainLabels[j] == label || int(j) >= 800 && freshLabels[j-800] == label {
			right++
		}
	}
	if right < 170 {
		t.Errorf("%d of 200 new points lie beside one of their kind", right)
	}
	one := must(m.Transform(ctx, Matrix{1, fresh.Cols, fresh.Row(3)}))(t)
	if !slices.Equal(one, placed[6:8]) {
		t.Errorf("a point alone goes to %v, with others to %v", one, placed[6:8])
	}
	if same := must(m.Transform(ctx, train))(t); !slices.Equal(same, m.Coordinates) {
		t.Error("points that are on the map do not get their own places")
	}
	stored := must(NewMap(ctx, train, m.Coordinates, DefaultOptions()))(t)
	if again := must(stored.Transform(ctx, fresh))(t); !slices.Equal(again, placed) {
		t.Error("a map from its stored parts puts new points elsewhere")
	}
	if _, err := m.Transform(ctx, Matrix{1, 2, []float32{1, 2}}); err == nil || !strings.Contains(err.Error(), "2 numbers each, those of the map 64") {
		t.Errorf("got %v", err)
	}
	if _, err := NewMap(ctx, train, m.Coordinates[1:], DefaultOptions()); err == nil {
		t.Error("a map with a coordinate missing was made")
	}
}
