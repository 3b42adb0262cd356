package store_test

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestModels(t *testing.T) {
	db := storetest.New(t, storetest.Spec{}, storetest.Spec{Dataset: "two", Model: "other"})
	spec := storetest.Spec{}
	want := spec.NewModel()
	all := must[[]store.Model](t)(db.Models(t.Context()))
	if len(all) != 2 || all[0].Name != "tiny" || all[0].SHA256 != want.SHA256 || all[0].GraphSHA256 != want.GraphSHA256 ||
		string(all[0].Manifest) != string(want.Manifest) || !all[0].HasGraph {
		t.Fatalf("models = %+v", all)
	}
	if graph := must[[]byte](t)(db.ModelGraph(t.Context(), all[0].ID)); string(graph) != string(want.ONNX) {
		t.Errorf("graph = %q", graph)
	}
	if seen := must[[]store.Model](t)(db.DatasetModels(t.Context(), 2)); len(seen) != 1 || seen[0].Name != "other" {
		t.Errorf("models of dataset 2 = %+v", seen)
	}
	if m := must[store.Model](t)(db.DatasetModel(t.Context(), 2, "other")); m.ID != all[1].ID {
		t.Errorf("model of dataset 2 = %+v", m)
	}
	if _, err := db.DatasetModel(t.Context(), 2, "tiny"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a model that has not seen the dataset: %v", err)
	}
	if _, err := db.ModelGraph(t.Context(), 9); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("graph of no model: %v", err)
	}
	raw(t, db.Path(), `DELETE FROM model_graph`)
	if _, err := db.ModelGraph(t.Context(), 1); !errors.Is(err, store.ErrNoGraph) {
		t.Errorf("graph left out: %v", err)
	}
}

// Two versions of a model may live side by side, share a graph, and the newest is the one a name means.
func TestModelVersions(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	spec := storetest.Spec{}
	next := spec.NewModel()
	next.Manifest = append(next.Manifest, ' ')
	next.SHA256 = sha256.Sum256([]byte("next"))
	update(t, db, func(tx *store.Tx) error {
		again, err := tx.EnsureModel(spec.NewModel())
		if err != nil || again != 1 {
			t.Errorf("the same model again: id %d, %v", again, err)
		}
		id, err := tx.EnsureModel(next)
		if err != nil {
			return err
		}
		_, err = tx.EnsureEmbedding(store.NewEmbedding{DatasetID: 1, ModelID: id, Layer: "late", Pooling: "avg/1x1", Dimension: 8})
		return err
	})
	if m := must[store.Model](t)(db.DatasetModel(t.Context(), 1, "tiny")); m.SHA256 != next.SHA256 {
		t.Errorf("newest = %+v", m)
	}
	if got := rawValue(t, db.Path(), `SELECT count(*) FROM model_graph`); got != "1" {
		t.Errorf("%s graphs", got)
	}
	update(t, db, func(tx *store.Tx) error { return tx.DeleteDatasetModel(1, 1) })
	if all := must[[]store.Model](t)(db.Models(t.Context())); len(all) != 1 || !all[0].HasGraph {
		t.Errorf("models = %+v", all)
	}
	update(t, db, func(tx *store.Tx) error { return tx.DeleteDatasetModel(1, 2) })
	for _, table := range []string{"model", "model_graph", "layer", "embedding"} {
		if got := rawValue(t, db.Path(), `SELECT count(*) FROM `+table); got != "0" {
			t.Errorf("%s rows in %s", got, table)
		}
	}
	sound(t, db)
}

func TestEnsureModelRefuses(t *testing.T) {
	db := storetest.New(t)
	for name, spoil := range map[string]func(m *store.NewModel){
		"other graph":    func(m *store.NewModel) { m.ONNX = []byte("other") },
		"no JSON":        func(m *store.NewModel) { m.Manifest = []byte("{") },
		"no name":        func(m *store.NewModel) { m.Name = "" },
		"a layer twice":  func(m *store.NewModel) { m.Layers = append(m.Layers, m.Layers[0]) },
		"empty channels": func(m *store.NewModel) { m.Layers[0].Channels = 0 },
	} {
		spec := storetest.Spec{}
		m := spec.NewModel()
		spoil(&m)
		err := db.Update(t.Context(), func(tx *store.Tx) error { _, err := tx.EnsureModel(m); return err })
		if err == nil || !strings.Contains(err.Error(), "store model") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
