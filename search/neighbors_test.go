package search_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store/storetest"
)

// An image's own vector, brought by the request, finds the image and after it what the image finds.
func TestNeighborsOfVector(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	service := search.NewService(db, nil)
	v, err := db.Vector(t.Context(), 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	byVector, err := service.Neighbors(t.Context(), search.Request{Layer: "late", Vector: v})
	if err != nil {
		t.Fatal(err)
	}
	byID, err := service.Neighbors(t.Context(), search.Request{Layer: "late", Ask: search.AskID(3)})
	if err != nil {
		t.Fatal(err)
	}
	if !byVector.Query.Vector || byVector.Score != nil || byVector.Layers != nil || byVector.Compared != 6 {
		t.Errorf("page %+v", byVector)
	}
	if first := byVector.Results[0]; first.ImageID != 3 || first.Distance > 1e-12 {
		t.Errorf("first result %+v", first)
	}
	ids := func(hits []search.Hit) (ids []int64) {
		for _, h := range hits {
			ids = append(ids, h.ImageID)
		}
		return ids
	}
	if got, want := ids(byVector.Results[1:]), ids(byID.Results); !slices.Equal(got, want) || byID.Query.ImageID != 3 {
		t.Errorf("by vector %v, by id %v", got, want)
	}
}

func TestNeighborsRefusals(t *testing.T) {
	service := search.NewService(storetest.New(t, storetest.Spec{}, storetest.Spec{Dataset: "birds", Images: storetest.Images(2)}), nil)
	with := func(x float64) []float32 { return []float32{0, 0, 0, float32(x), 0, 0, 0, 0} }
	tests := []struct {
		name    string
		request search.Request
		says    string
	}{
		{"short vector", search.Request{Layer: "late", Vector: []float32{1, 2}}, "has 2 numbers; those of layer late of tiny, pooled by avg/1x1, have 8"},
		{"empty vector", search.Request{Vector: []float32{}}, "has 0 numbers"},
		{"not a number", search.Request{Vector: with(math.NaN())}, "Number 3 of the vector, counted from 0, is NaN"},
		{"infinite", search.Request{Vector: with(math.Inf(-1))}, "is -Inf"},
		{"no such id", search.Request{Ask: search.AskID(99)}, `no image 99 in dataset "pets"`},
		{"id of another dataset", search.Request{Dataset: "pets", Ask: search.AskID(7)}, `no image 7 in dataset "pets"`},
	}
	for _, tt := range tests {
		_, err := service.Neighbors(t.Context(), tt.request)
		var bad search.BadRequest
		if !errors.As(err, &bad) || !strings.Contains(bad.Problem, tt.says) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
