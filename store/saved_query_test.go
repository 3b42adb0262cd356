package store_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func savePicture(t *testing.T, db *store.DB, name string, picture []byte) int64 {
	t.Helper()
	return must[int64](t)(db.SaveQuery(t.Context(), store.NewSavedQuery{Name: name, Format: "png", Width: 8, Height: 8, Picture: picture,
		Thumbnail: []byte("small"), ThumbnailFormat: "jpeg"}))
}

func TestSavedQueries(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	mine, other := storetest.PNG(8, 8, 100), storetest.PNG(8, 8, 101)
	first := savePicture(t, db, "mine.png", mine)
	second := savePicture(t, db, "other.png", other)
	if again := savePicture(t, db, "renamed.png", mine); again != first {
		t.Errorf("the same bytes are saved as %d and %d", first, again)
	}
	all := must[[]store.SavedQuery](t)(db.SavedQueries(t.Context()))
	slices.SortFunc(all, func(a, b store.SavedQuery) int { return strings.Compare(a.Name, b.Name) })
	if len(all) != 2 || all[1].ID != second || all[0].Name != "mine.png" || all[0].Size != int64(len(mine)) || all[0].CreatedAt == "" {
		t.Fatalf("saved: %+v", all)
	}
	path, _ := take(t, db, store.SnapshotOptions{})
	shipped := openFile(t, path, store.ReadOnly)
	sound(t, shipped)
	for _, file := range []*store.DB{db, shipped} {
		picture, format, err := file.SavedPicture(t.Context(), first)
		small, smallFormat, errSmall := file.SavedThumbnail(t.Context(), first)
		if err = errors.Join(err, errSmall); err != nil || !bytes.Equal(picture, mine) || format != "png" || string(small) != "small" || smallFormat != "jpeg" {
			t.Errorf("picture of %d bytes, %s; thumbnail %q, %s; %v", len(picture), format, small, smallFormat, err)
		}
	}
	if err := shipped.RemoveSavedQuery(t.Context(), first); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("removed from a file that is read-only: %v", err)
	}
	if err := db.RemoveSavedQuery(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if _, err := db.SavedQuery(t.Context(), first); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("after it was removed: %v", err)
	}
	if err := db.RemoveSavedQuery(t.Context(), first); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	if images := must[[]store.Image](t)(db.Images(t.Context(), store.ImageFilter{})); len(images) != 6 {
		t.Errorf("a saved query has become an image: %d", len(images))
	}
	if _, err := db.SaveQuery(t.Context(), store.NewSavedQuery{Name: "empty"}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("an empty picture: %v", err)
	}
}

func TestCheckSavedQueries(t *testing.T) {
	path := storetest.File(t, storetest.Spec{})
	db := openFile(t, path, store.ReadWrite)
	savePicture(t, db, "mine.png", storetest.PNG(8, 8, 100))
	sound(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw(t, path, `UPDATE saved_query SET picture = x'00'`)
	problems := must[[]store.Problem](t)(openFile(t, path, store.ReadOnly).Check(t.Context(), store.CheckOptions{}))
	if len(problems) != 1 || problems[0].Kind != store.ProblemSavedQuery {
		t.Errorf("problems: %+v", problems)
	}
}
