package search

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func catalogueOf(t *testing.T, db *store.DB, v catalogueView) Catalogue {
	t.Helper()
	d, err := db.Dataset(t.Context(), "pets")
	if err != nil {
		t.Fatal(err)
	}
	v.categoryURL = func(category *string, page int) string { return datasetURL("pets", category, page) }
	v.imageURL = func(img store.Image) string { return img.Name }
	c, err := NewService(db, nil).catalogue(t.Context(), d, v)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCatalogueOfCategories(t *testing.T) {
	var categories []string
	for i := range 25 {
		categories = append(categories, fmt.Sprintf("c%02d", i))
	}
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(75, categories...), Layers: []string{}})
	for page, want := range map[int]struct{ page, groups int }{0: {1, 10}, 1: {1, 10}, 2: {2, 10}, 3: {3, 5}, 9: {3, 5}} {
		c := catalogueOf(t, db, catalogueView{page: page, perGroup: 2, groupsPerPage: 10, perPage: 4})
		if c.Page != want.page || c.Pages != 3 || len(c.Groups) != want.groups || len(c.Groups[0].Shown) != 2 || c.Groups[0].Images != 3 {
			t.Errorf("page %d: %d of %d with %d groups", page, c.Page, c.Pages, len(c.Groups))
		}
		if (c.Previous == "") != (c.Page == 1) || (c.Next == "") != (c.Page == 3) {
			t.Errorf("page %d: previous %q, next %q", page, c.Previous, c.Next)
		}
	}
}

func TestCatalogueOfOneCategory(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(21, "cat", "dog"), Layers: []string{}})
	cat, cow := "cat", "cow"
	c := catalogueOf(t, db, catalogueView{category: &cat, page: 3, perGroup: 2, groupsPerPage: 10, perPage: 4, current: 21})
	if c.Images != 11 || c.Pages != 3 || len(c.Groups) != 1 || len(c.Groups[0].Shown) != 3 {
		t.Fatalf("%d images on %d pages, groups %+v", c.Images, c.Pages, c.Groups)
	}
	if last := c.Groups[0].Shown[2]; !last.Current || last.Name != "cat/020.png" {
		t.Errorf("the last one is %+v", last)
	}
	d, err := db.Dataset(t.Context(), "pets")
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewService(db, nil).catalogue(t.Context(), d, catalogueView{category: &cow, categoryURL: func(*string, int) string { return "" }})
	if !isBadRequest(err) {
		t.Errorf("a category that does not exist: %v", err)
	}
}

// A dataset without categories needs no overview of one group.
func TestCatalogueWithoutCategories(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(9), Layers: []string{}})
	c := catalogueOf(t, db, catalogueView{perGroup: 2, groupsPerPage: 10, perPage: 4})
	if c.Pages != 3 || len(c.Groups) != 1 || len(c.Groups[0].Shown) != 4 || c.Groups[0].Swatch != "none" {
		t.Errorf("got %+v", c)
	}
}

func TestSwatches(t *testing.T) {
	d := store.Dataset{}
	for i := range 45 {
		d.Categories = append(d.Categories, store.CategoryCount{Name: fmt.Sprint(i)})
	}
	for name, want := range map[string]string{"0": "color-0 shape-0", "9": "color-9 shape-0", "10": "color-0 shape-1", "29": "color-9 shape-2", "30": "color-0 shape-0", "": "none", "x": "none"} {
		if got := swatch(d, name); got != want {
			t.Errorf("swatch(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestCatalogueShuffled(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(21, "cat", "dog"), Layers: []string{}})
	look := func(seed, page int) Catalogue {
		return catalogueOf(t, db, catalogueView{seed: seed, page: page, perPage: 8, current: 5, shuffledURL: func(seed, page int) string { return fmt.Sprint(seed, "/", page) }})
	}
	order := func(seed int) (names []string) {
		for page := 1; page <= 3; page++ {
			c := look(seed, page)
			if c.Page != page || c.Pages != 3 || c.Images != 21 || c.Seed != seed || len(c.Groups) != 1 {
				t.Fatalf("seed %d, page %d: %+v", seed, page, c)
			}
			for _, img := range c.Groups[0].Shown {
				names = append(names, img.Name)
			}
		}
		return names
	}
	first, second := order(1), order(2)
	if slices.Equal(first, second) || !slices.Equal(first, order(1)) {
		t.Error("an order belongs to its seed")
	}
	if slices.IsSorted(first) {
		t.Error("nothing was shuffled")
	}
	slices.Sort(first)
	slices.Sort(second)
	if !slices.Equal(first, second) || len(slices.Compact(first)) != 21 {
		t.Errorf("every image is there once, not %v", first)
	}
	if c := look(7, 2); c.Again != "8/1" || c.Previous != "7/1" || c.Next != "7/3" {
		t.Errorf("again %q, previous %q, next %q", c.Again, c.Previous, c.Next)
	}
	if c := look(math.MaxInt32, 1); c.Again != "1/1" {
		t.Errorf("after the largest seed comes %q", c.Again)
	}
}

// Images that come later do not change how the others follow each other.
func TestShuffleIsSteady(t *testing.T) {
	few, many := []int64{3, 5, 8, 13, 21}, []int64{1, 2, 3, 5, 8, 13, 21, 34}
	few = shuffle(few, 4)
	many = slices.DeleteFunc(shuffle(many, 4), func(id int64) bool { return !slices.Contains(few, id) })
	if !slices.Equal(few, many) {
		t.Errorf("%v, among more %v", few, many)
	}
}
