package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/api"
	"github.com/convnet-playground/convnet/internal/server"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// follow reads all pages of a list.
func follow[T any](t *testing.T, s *site, address string) (all []T, pages int) {
	t.Helper()
	for address != "" {
		w := s.get(strings.TrimPrefix(address, api.Root))
		page := decode[api.List[T]](t, w)
		all, pages, address = append(all, page.Items...), pages+1, ""
		if page.Next != nil {
			address = *page.Next
			link := w.Header().Get("Link") // a page of vectors has begun when it learns that there is another
			if want := "<" + address + `>; rel="next"`; link != want && !strings.Contains(address, "/vectors?") {
				t.Errorf("Link is %q, want %q", link, want)
			}
		}
	}
	return all, pages
}

func TestPages(t *testing.T) {
	s := demoSite(t)
	for _, limit := range []int{1, 7, 39, 40, 41, 1000} {
		images, pages := follow[api.Image](t, s, fmt.Sprintf("/datasets/pets/images?limit=%d", limit))
		var ids []int64
		for _, i := range images {
			ids = append(ids, i.ID)
		}
		if len(ids) != 40 || !slices.IsSorted(ids) || pages != (40+limit-1)/limit {
			t.Errorf("limit %d: %d pages, ids %v", limit, pages, ids)
		}
		vectors, again := follow[api.ImageVector](t, s, fmt.Sprintf("/embeddings/2/vectors?limit=%d", limit))
		if len(vectors) != 40 || again != pages || vectors[39].ImageID != 40 || len(vectors[39].Vector) != 8 {
			t.Errorf("limit %d: %d vectors in %d pages", limit, len(vectors), again)
		}
	}
	points, pages := follow[api.Point](t, s, "/embeddings/2/projections/pca/points?limit=12")
	if len(points) != 40 || pages != 4 || points[9].Y != -9 || points[9].ImageID != 10 {
		t.Errorf("%d points in %d pages: %+v", len(points), pages, points[9])
	}
	runs, _ := follow[store.Run](t, s, "/datasets/pets/runs?limit=2")
	if len(runs) != 3 || runs[0].ID != 3 || runs[2].ID != 1 || runs[0].Status != store.RunDone {
		t.Errorf("runs %+v", runs)
	}
	refused, _ := follow[api.Quarantined](t, s, "/datasets/pets/quarantine?limit=1")
	if len(refused) != 2 || refused[0].Name != "a/empty.png" {
		t.Errorf("quarantine %v", refused)
	}
	scores, _ := follow[api.Score](t, s, "/datasets/pets/scores?limit=3")
	if len(scores) != 4 || scores[0].WeightedScore != 60.5 || scores[1].Category != "cat" || scores[3].Metric != "minkowski:3" {
		t.Errorf("scores %+v", scores)
	}
}

// An ingest between two pages neither repeats an image nor hides one that was there.
func TestPagesStayWhole(t *testing.T) {
	db := file(t)
	s := newSite(t, server.Config{DB: db})
	first := decode[api.List[api.Image]](t, s.get("/datasets/pets/images?category=cat&limit=5"))
	more := append(storetest.Images(40, "cat", "dog"), storetest.Image{Name: "cat/new.png", Category: "cat", Data: storetest.PNG(8, 8, 99)})
	storetest.Put(t, db, storetest.Spec{Images: more, Layers: []string{}})
	must(t, db.Update(t.Context(), func(tx *store.Tx) error { return tx.DeleteImage(first.Items[1].ID) }))
	rest, _ := follow[api.Image](t, s, *first.Next)
	var ids []int64
	for _, i := range append(first.Items, rest...) {
		ids = append(ids, i.ID)
	}
	want := []int64{}
	for id := int64(1); id <= 41; id += 2 {
		want = append(want, id)
	}
	if !slices.Equal(ids, want) {
		t.Errorf("ids %v", ids)
	}
}

func TestCursorsAreBoundToTheirList(t *testing.T) {
	s := demoSite(t)
	next := *decode[api.List[api.Image]](t, s.get("/datasets/pets/images?category=cat&limit=5")).Next
	_, query, _ := strings.Cut(next, "?")
	for _, address := range []string{
		"/datasets/pets/images?" + strings.ReplaceAll(query, "category=cat", "category=dog"), "/datasets/pets/images?" + strings.ReplaceAll(query, "category=cat&", ""),
		"/datasets/pets/embeddings?" + strings.ReplaceAll(query, "category=cat&", ""), "/datasets/pets/images?cursor=nonsense", "/datasets/pets/images?cursor=AAAA",
	} {
		if w := s.get(address); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "cursor") {
			t.Errorf("%s: status %d: %s", address, w.Code, w.Body)
		}
	}
	if w := s.get("/datasets/pets/images?limit=2&" + strings.ReplaceAll(query, "limit=5", "format=csv")); w.Code != http.StatusOK {
		t.Errorf("another limit and format: %s", w.Body)
	}
}

func TestImageFilters(t *testing.T) {
	s := demoSite(t)
	for query, want := range map[string]int{
		"": 40, "category=cat": 20, "category=": 0, "name=DOG": 20, "name=%2F00": 10, "min_width=8&max_width=8": 40, "min_width=9": 0,
		"max_height=7": 0, "min_size=1": 40, "max_size=1": 0, "category=dog&name=9.png": 4,
	} {
		if got := len(decode[api.List[api.Image]](t, s.get("/datasets/pets/images?"+query)).Items); got != want {
			t.Errorf("%q: %d images, want %d", query, got, want)
		}
	}
	for _, query := range []string{"min_width=-1", "max_width=0", "min_size=much", "min_width=9&max_width=8", "limit=0", "limit=1001", "limit=5&limit=6", "categry=cat"} {
		if w := s.get("/datasets/pets/images?" + query); w.Code != http.StatusBadRequest {
			t.Errorf("%q: status %d", query, w.Code)
		}
	}
}
