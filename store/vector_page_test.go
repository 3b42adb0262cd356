package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestImageVectors(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(50, "cat", "dog"), Dimension: 24})
	var want [][]float32
	var ids []int64
	if err := db.Vectors(t.Context(), 2, func(id int64, v []float32) error {
		ids, want = append(ids, id), append(want, v)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		page store.VectorPage
		from int
		n    int
	}{
		{"all", store.VectorPage{}, 0, 50},
		{"first", store.VectorPage{Limit: 7}, 0, 7},
		{"middle", store.VectorPage{After: ids[6], Limit: 20}, 7, 20},
		{"rest", store.VectorPage{After: ids[39], Limit: 20}, 40, 10},
		{"none", store.VectorPage{After: ids[49]}, 50, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			err := db.ImageVectors(t.Context(), 2, tt.page, func(v store.ImageVector, total int) error {
				image, err := db.Image(t.Context(), ids[tt.from+n])
				if err != nil || v.Image.ID != image.ID || v.Image.Name != image.Name || v.Image.SHA256 != image.SHA256 || v.Image.Category != image.Category {
					t.Errorf("row %d is image %v, want %v, %v", n, v.Image, image, err)
				}
				if !slices.Equal(v.Vector, want[tt.from+n]) || total != 50 {
					t.Errorf("row %d of %d: %v", n, total, v.Vector)
				}
				n++
				return nil
			})
			if err != nil || n != tt.n {
				t.Errorf("%d rows, want %d, error %v", n, tt.n, err)
			}
		})
	}
}

func TestImageVectorsEnd(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	none := func(store.ImageVector, int) error { return nil }
	if err := db.ImageVectors(t.Context(), 99, store.VectorPage{}, none); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no embedding: %v", err)
	}
	enough := errors.New("enough")
	if err := db.ImageVectors(t.Context(), 1, store.VectorPage{}, func(store.ImageVector, int) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("the function's error became %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	rows := 0
	err := db.ImageVectors(ctx, 1, store.VectorPage{}, func(store.ImageVector, int) error { cancel(); rows++; return nil })
	if !errors.Is(err, context.Canceled) || rows > 2 {
		t.Errorf("cancelled: %d rows more, %v", rows, err)
	}
}

func TestImageFilter(t *testing.T) {
	images := storetest.Images(6, "cat", "dog")
	images[1].Name, images[2].Name, images[3].Name = "Dog/100%.png", `a\b.png`, "cat/one_two.png"
	images[5].Data = storetest.PNG(40, 40, 5)
	db := storetest.New(t, storetest.Spec{Images: images})
	tests := []struct {
		name   string
		filter store.ImageFilter
		want   []int64
	}{
		{"part of a name", store.ImageFilter{Name: "cat/"}, []int64{1, 4, 5}},
		{"in either case", store.ImageFilter{Name: "DOG"}, []int64{2, 6}},
		{"a percent sign", store.ImageFilter{Name: "0%"}, []int64{2}},
		{"an underscore", store.ImageFilter{Name: "e_t"}, []int64{4}},
		{"a backslash", store.ImageFilter{Name: `\b`}, []int64{3}},
		{"after", store.ImageFilter{After: 4}, []int64{5, 6}},
		{"after, of a dataset", store.ImageFilter{After: 1, DatasetID: 1, Limit: 2}, []int64{2, 3}},
		{"width", store.ImageFilter{Width: store.Range{Min: 9}}, nil},
		{"height", store.ImageFilter{Height: store.Range{Min: 8, Max: 8}}, []int64{1, 2, 3, 4, 5, 6}},
		{"bytes", store.ImageFilter{Size: store.Range{Min: 1000}}, []int64{6}},
		{"fewer bytes", store.ImageFilter{Size: store.Range{Max: 1000}, Name: "cat"}, []int64{1, 4, 5}},
	}
	for _, tt := range tests {
		found, err := db.Images(t.Context(), tt.filter)
		var ids []int64
		for _, image := range found {
			ids = append(ids, image.ID)
		}
		if err != nil || !slices.Equal(ids, tt.want) {
			t.Errorf("%s: %v, want %v, error %v", tt.name, ids, tt.want, err)
		}
	}
}
