package store_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func noise(n int) []byte {
	data := make([]byte, n)
	rng := rand.New(rand.NewPCG(uint64(n), 0))
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	return data
}

func newImage(dataset int64, name string, data []byte) store.NewImage {
	return store.NewImage{DatasetID: dataset, SHA256: sha256.Sum256(data), Name: name, Category: "c", Format: "png", Width: 3, Height: 2, Original: data}
}

// Bytes come back as they went in, whatever their number says about parts.
func TestPicturesRoundTrip(t *testing.T) {
	db := storetest.New(t)
	sizes := []int{1, 4079, 4080, 4081, 8160, 100_000, 3_000_000}
	update(t, db, func(tx *store.Tx) error {
		dataset, err := tx.EnsureDataset("d")
		for _, n := range sizes {
			image := newImage(dataset, "x", noise(n))
			if n > 8000 {
				image.Thumbnail, image.ThumbnailFormat = noise(n/2), "jpeg"
			}
			if err == nil {
				_, err = tx.PutImage(image)
			}
		}
		return err
	})
	for i, n := range sizes {
		data, format, err := db.Original(t.Context(), int64(i+1))
		if err != nil || format != "png" || !bytes.Equal(data, noise(n)) {
			t.Errorf("original of %d bytes: %d bytes of %q, %v", n, len(data), format, err)
		}
		want, wantFormat := noise(n), "png"
		if n > 8000 {
			want, wantFormat = noise(n/2), "jpeg"
		}
		data, format, err = db.Thumbnail(t.Context(), int64(i+1))
		if err != nil || format != wantFormat || !bytes.Equal(data, want) {
			t.Errorf("thumbnail of %d bytes: %d bytes of %q, %v", n, len(data), format, err)
		}
	}
	for _, read := range []func() error{
		func() error { _, _, err := db.Original(t.Context(), 99); return err },
		func() error { _, _, err := db.Thumbnail(t.Context(), 99); return err },
		func() error { _, err := db.Image(t.Context(), 99); return err },
		func() error { _, err := db.ImageByName(t.Context(), 1, "none"); return err },
		func() error { _, err := db.ImageBySHA256(t.Context(), [32]byte{}); return err },
	} {
		if err := read(); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("missing image: %v", err)
		}
	}
}

func TestImages(t *testing.T) {
	images := storetest.Images(7, "cat", "dog", "")
	db := storetest.New(t, storetest.Spec{Images: images}, storetest.Spec{Dataset: "other"})
	text := func(s string) *string { return &s }
	tests := []struct {
		name   string
		filter store.ImageFilter
		want   []int64
	}{
		{"all", store.ImageFilter{}, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}},
		{"dataset", store.ImageFilter{DatasetID: 1}, []int64{1, 2, 3, 4, 5, 6, 7}},
		{"category", store.ImageFilter{DatasetID: 1, Category: text("dog")}, []int64{2, 5}},
		{"no category", store.ImageFilter{Category: text("")}, []int64{3, 6}},
		{"ids", store.ImageFilter{DatasetID: 1, IDs: []int64{5, 1, 99, 9}}, []int64{1, 5}},
		{"no ids", store.ImageFilter{IDs: []int64{}}, []int64{}},
		{"page", store.ImageFilter{DatasetID: 1, Limit: 2, Offset: 3}, []int64{4, 5}},
		{"rest", store.ImageFilter{DatasetID: 1, Offset: 5}, []int64{6, 7}},
		{"negative offset", store.ImageFilter{DatasetID: 1, Limit: 1, Offset: -4}, []int64{1}},
		{"quoted", store.ImageFilter{Category: text("x' OR 1=1 --")}, []int64{}},
	}
	for _, test := range tests {
		got := []int64{}
		for _, i := range must[[]store.Image](t)(db.Images(t.Context(), test.filter)) {
			got = append(got, i.ID)
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	want := store.Image{ID: 2, DatasetID: 1, SHA256: sha256.Sum256(images[1].Data), Name: images[1].Name, Category: "dog",
		Format: "png", Width: 8, Height: 8, Size: int64(len(images[1].Data))}
	for name, got := range map[string]store.Image{
		"by id":    must[store.Image](t)(db.Image(t.Context(), 2)),
		"by name":  must[store.Image](t)(db.ImageByName(t.Context(), 1, want.Name)),
		"by bytes": must[store.Image](t)(db.ImageBySHA256(t.Context(), want.SHA256)),
	} {
		if got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

func TestPutImageIsIdempotent(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	before := storetest.Dump(t, db.Path())
	update(t, db, func(tx *store.Tx) error {
		id, err := tx.PutImage(newImage(1, "another name", storetest.PNG(8, 8, 2)))
		if id != 3 {
			t.Errorf("id %d, want that of the same bytes, 3", id)
		}
		return err
	})
	if after := storetest.Dump(t, db.Path()); after != before {
		t.Error("storing the same bytes again has changed something")
	}
}

func TestPutImageRefuses(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	good := newImage(1, "x", []byte("bytes"))
	tests := map[string]func(n *store.NewImage){
		"other bytes":       func(n *store.NewImage) { n.Original = []byte("other") },
		"no bytes":          func(n *store.NewImage) { n.Original, n.SHA256 = nil, sha256.Sum256(nil) },
		"no dataset":        func(n *store.NewImage) { n.DatasetID = 9 },
		"no width":          func(n *store.NewImage) { n.Width = 0 },
		"half a thumbnail":  func(n *store.NewImage) { n.Thumbnail = []byte("t") },
		"other half of one": func(n *store.NewImage) { n.ThumbnailFormat = "jpeg" },
	}
	for name, spoil := range tests {
		bad := good
		spoil(&bad)
		err := db.Update(t.Context(), func(tx *store.Tx) error { _, err := tx.PutImage(bad); return err })
		if err == nil || !strings.Contains(err.Error(), `insert image "x"`) {
			t.Errorf("%s: %v", name, err)
		}
	}
	sound(t, db)
}

func TestUpdateAndDeleteImage(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	update(t, db, func(tx *store.Tx) error { return tx.UpdateImage(2, "renamed \xff\n", "bird") })
	if i := must[store.Image](t)(db.Image(t.Context(), 2)); i.Name != "renamed \xff\n" || i.Category != "bird" {
		t.Errorf("%+v", i)
	}
	update(t, db, func(tx *store.Tx) error { return tx.DeleteImage(2) })
	if _, err := db.Image(t.Context(), 2); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("deleted image: %v", err)
	}
	for _, e := range must[[]store.Embedding](t)(db.Embeddings(t.Context(), store.EmbeddingFilter{})) {
		if e.Vectors != 5 {
			t.Errorf("embedding %d has %d vectors", e.ID, e.Vectors)
		}
	}
	if files := must[[]store.File](t)(db.Files(t.Context(), 1)); len(files) != 5 {
		t.Errorf("%d files", len(files))
	}
	sound(t, db)
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.UpdateImage(2, "", "") }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("update of a deleted image: %v", err)
	}
}

func TestFiles(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(1)})
	bad := []store.File{
		{Name: "a b\n'\"\xff.jpg", Size: 0, MtimeNS: -5, Reason: "zero bytes"},
		{Name: "z.txt", Size: 9, MtimeNS: 1 << 60, Reason: "not an image: plain text"},
	}
	update(t, db, func(tx *store.Tx) error {
		for _, f := range bad {
			if err := tx.PutFile(1, f); err != nil {
				return err
			}
		}
		return tx.PutFile(1, bad[0])
	})
	want := []store.File{{Name: "/000.png", Size: int64(len(storetest.PNG(8, 8, 0))), MtimeNS: 1, ImageID: 1}, bad[0], bad[1]}
	if got := must[[]store.File](t)(db.Files(t.Context(), 1)); !reflect.DeepEqual(got, want) {
		t.Errorf("files = %+v, want %+v", got, want)
	}
	quarantine := []store.QuarantinedFile{{Dataset: "pets", Name: bad[0].Name, Reason: bad[0].Reason}, {Dataset: "pets", Name: bad[1].Name, Reason: bad[1].Reason}}
	if got := must[[]store.QuarantinedFile](t)(db.Quarantine(t.Context())); !reflect.DeepEqual(got, quarantine) {
		t.Errorf("quarantine = %+v", got)
	}
	update(t, db, func(tx *store.Tx) error { // a repaired file leaves the quarantine
		if err := tx.PutFile(1, store.File{Name: bad[0].Name, Size: 5, ImageID: 1}); err != nil {
			return err
		}
		return tx.DeleteFile(1, bad[1].Name)
	})
	if got := must[[]store.QuarantinedFile](t)(db.Quarantine(t.Context())); len(got) != 0 {
		t.Errorf("quarantine = %+v", got)
	}
	for _, f := range []store.File{{Name: "neither"}, {Name: "both", ImageID: 1, Reason: "r"}, {Name: "no such image", ImageID: 77}} {
		if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.PutFile(1, f) }); err == nil {
			t.Errorf("%s: no error", f.Name)
		}
	}
}
