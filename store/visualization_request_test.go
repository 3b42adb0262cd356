package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestRequests(t *testing.T) {
	db := modelOnly(t)
	ask := func(objective string) int64 {
		return must[int64](t)(db.AddRequest(t.Context(), 1, objective, []byte(`{"steps": 5}`)))
	}
	first, next := ask("channel:3"), ask("channel:1")
	if again := ask("channel:3"); again != first {
		t.Errorf("asked twice: request %d and %d", first, again)
	}
	r := must[store.Request](t)(db.NextRequest(t.Context()))
	if r.ID != first || r.LayerID != 1 || r.Objective != "channel:3" || string(r.Parameters) != `{"steps": 5}` || r.State != store.RequestRunning || r.CreatedAt == "" {
		t.Errorf("request = %+v", r)
	}
	if r = must[store.Request](t)(db.NextRequest(t.Context())); r.ID != next {
		t.Errorf("request = %+v", r)
	}
	if _, err := db.NextRequest(t.Context()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("all are taken: %v", err)
	}
	if err := db.FinishRequest(t.Context(), first, ""); err != nil {
		t.Fatal(err)
	}
	if err := db.FinishRequest(t.Context(), next, "the layer cannot be derived"); err != nil {
		t.Fatal(err)
	}
	all := must[[]store.Request](t)(db.Requests(t.Context()))
	if len(all) != 1 || all[0].State != store.RequestFailed || all[0].Message != "the layer cannot be derived" {
		t.Errorf("requests = %+v", all)
	}
	if info := must[store.Info](t)(db.Info(t.Context())); info.Requests != 1 {
		t.Errorf("info = %+v", info)
	}
	if again := ask("channel:1"); again != next {
		t.Errorf("asked again after a failure: request %d and %d", next, again)
	}
	if r = must[store.Request](t)(db.NextRequest(t.Context())); r.ID != next || r.Message != "" {
		t.Errorf("request = %+v", r)
	}
	sound(t, db)
}

// Several workers never get the same request.
func TestRequestsAreTakenOnce(t *testing.T) {
	db := modelOnly(t)
	const requests = 20
	for i := range requests {
		must[int64](t)(db.AddRequest(t.Context(), 1, "layer", fmt.Appendf(nil, `{"seed": %d}`, i)))
	}
	taken := make(chan int64, 2*requests)
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for r, err := db.NextRequest(background); err == nil; r, err = db.NextRequest(background) {
				taken <- r.ID
			}
		})
	}
	workers.Wait()
	close(taken)
	seen := map[int64]bool{}
	for id := range taken {
		if seen[id] {
			t.Errorf("request %d was taken twice", id)
		}
		seen[id] = true
	}
	if len(seen) != requests {
		t.Errorf("%d of %d requests were taken", len(seen), requests)
	}
}

// What a killed program was working on waits again once it has started anew.
func TestRequestsSurvive(t *testing.T) {
	path := storetest.File(t, storetest.Spec{})
	db := openFile(t, path, store.ReadWrite)
	id := must[int64](t)(db.AddRequest(t.Context(), 1, "layer", []byte(`{}`)))
	must[store.Request](t)(db.NextRequest(t.Context()))
	db.Close()
	db = openFile(t, path, store.ReadWrite)
	if err := db.ResetRequests(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := must[store.Request](t)(db.NextRequest(t.Context())); r.ID != id {
		t.Errorf("request = %+v", r)
	}
}

func TestRequestsRefuse(t *testing.T) {
	db := modelOnly(t)
	for words, ask := range map[string]struct {
		layer                 int64
		objective, parameters string
	}{
		"no such layer":      {77, "layer", `{}`},
		"has 4 channels":     {1, "channel:-4", `{}`},
		"needs an objective": {1, "", `{}`},
		"in JSON":            {1, "layer", `{`},
	} {
		if _, err := db.AddRequest(t.Context(), ask.layer, ask.objective, []byte(ask.parameters)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("want %q, got %v", words, err)
		}
	}
}

// Looking for work that is not there leaves a shipped snapshot as it was shipped.
func TestRequestsOfASnapshot(t *testing.T) {
	src := storetest.New(t, storetest.Spec{})
	must[int64](t)(src.AddRequest(t.Context(), 1, "layer", []byte(`{}`)))
	path, _ := take(t, src, store.SnapshotOptions{})
	db := openFile(t, path, store.ReadWrite)
	if err := db.ResetRequests(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.NextRequest(t.Context()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a snapshot carries a request: %v", err)
	}
	if got := rawValue(t, path, `SELECT changed_at FROM snapshot`); got != "" {
		t.Errorf("changed at %s", got)
	}
}
