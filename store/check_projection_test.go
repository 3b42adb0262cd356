package store_test

import (
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// mapped makes a file with a projection of each of two embeddings.
func mapped(t *testing.T) string {
	t.Helper()
	path := storetest.File(t, storetest.Spec{})
	db := openFile(t, path, store.ReadWrite)
	put(t, db, mapOf(1))
	put(t, db, mapOf(2))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// Each kind of damage is found and named, and Repair leaves a sound file without it.
func TestCheckFindsDamagedProjections(t *testing.T) {
	const first = "umap projection of embedding 1 (tiny early)"
	tests := []struct{ name, damage, kind, subject, detail string }{
		{"parameters", `UPDATE projection SET parameters = '{}' WHERE embedding_id = 1`, store.ProblemProjection, first, "parameters are not those"},
		{"not finite", `UPDATE projection SET coordinates = CAST(x'0000c07f' || zeroblob(44) AS BLOB) WHERE embedding_id = 1`, store.ProblemProjection, first, "not finite"},
		{"one image twice", `UPDATE projection SET image_ids = CAST(substr(image_ids, 1, 8) || substr(image_ids, 1, 40) AS BLOB) WHERE embedding_id = 1`,
			store.ProblemProjection, first, "two places"},
		{"no image", `UPDATE projection SET image_ids = zeroblob(48) WHERE embedding_id = 1`, store.ProblemProjection, first, "0 is no image"},
		{"other vectors", `UPDATE embedding SET runtime = 'another' WHERE id = 1`, store.ProblemProjection, first, "other vectors"},
		{"another image", `UPDATE projection SET image_ids = CAST(substr(image_ids, 9) || x'0700000000000000' AS BLOB) WHERE embedding_id = 1`,
			store.ProblemProjection, first, "other vectors"},
		{"image gone", `DELETE FROM vec_1 WHERE rowid = 3; DELETE FROM vec_2 WHERE rowid = 3; DELETE FROM file WHERE image_id = 3; DELETE FROM image WHERE id = 3`,
			store.ProblemProjection, first, "1 points belong to no image of the dataset (image 3)"},
		{"overlaps", `UPDATE projection SET overlaps = '7' WHERE embedding_id = 1`, store.ProblemProjection, first, "overlaps"},
		{"embedding gone", `UPDATE projection SET embedding_id = 77 WHERE embedding_id = 1`, store.ProblemForeignKey, "projection", "1 rows refer to a embedding that is gone"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := mapped(t)
			raw(t, path, test.damage)
			found(t, path, test.kind, test.subject, test.detail)
			db := openFile(t, path, store.ReadWrite)
			must[[]store.Problem](t)(db.Check(t.Context(), store.CheckOptions{Repair: true}))
			sound(t, db)
			if all := must[[]store.Projection](t)(db.Projections(t.Context(), store.ProjectionFilter{})); len(all) == 0 || all[len(all)-1].EmbeddingID != 2 {
				t.Errorf("left of two projections: %+v", all)
			}
		})
	}
}

// Lengths that contradict each other break a rule of the schema, which nothing but a copy can put right.
func TestCheckFindsCutPoints(t *testing.T) {
	path := mapped(t)
	raw(t, path, `PRAGMA ignore_check_constraints = ON; UPDATE projection SET coordinates = x'0000' WHERE embedding_id = 1`)
	found(t, path, store.ProblemIntegrity, "projection", "length(coordinates) = length(image_ids)")
	if _, err := openFile(t, path, store.ReadOnly).ProjectionPoints(t.Context(), 1, store.UMAP); err == nil {
		t.Error("the points were read")
	}
}

func TestSnapshotCarriesProjections(t *testing.T) {
	src := openFile(t, mapped(t), store.ReadOnly)
	path, m := take(t, src, store.SnapshotOptions{WithoutModels: true})
	if len(m.Projections) != 2 {
		t.Fatalf("manifest = %+v", m)
	}
	if p := m.Projections[0]; p.Dataset != "pets" || p.Model != "tiny" || p.Layer != "early" || p.Method != "umap" || p.Fitted != 6 || p.Extended != 0 || len(p.SHA256) != 64 {
		t.Errorf("projection = %+v", p)
	}
	shipped := openFile(t, path, store.ReadOnly)
	sound(t, shipped)
	got := must[store.ProjectionPoints](t)(shipped.ProjectionPoints(t.Context(), 2, store.UMAP))
	if want := must[store.ProjectionPoints](t)(src.ProjectionPoints(t.Context(), 2, store.UMAP)); !slices.Equal(got.X, want.X) || !slices.Equal(got.Y, want.Y) || len(got.X) != 6 {
		t.Errorf("points = %+v, want %+v", got, want)
	}
	for name, statement := range map[string]string{
		"place":           `UPDATE projection SET coordinates = zeroblob(48) WHERE embedding_id = 2`,
		"trustworthiness": `UPDATE projection SET trustworthiness = 1 WHERE embedding_id = 2`,
		"overlaps":        `UPDATE projection SET overlaps = '[]' WHERE embedding_id = 2`,
		"alignment":       `UPDATE projection SET alignment = 9 WHERE embedding_id = 2`,
		"missing":         `DELETE FROM projection WHERE embedding_id = 2`,
	} {
		path, _ := take(t, src, store.SnapshotOptions{})
		raw(t, path, statement)
		problems := must[[]store.Problem](t)(openFile(t, path, store.ReadOnly).Check(t.Context(), store.CheckOptions{}))
		if !slices.ContainsFunc(problems, func(p store.Problem) bool { return p.Kind == store.ProblemSnapshot }) {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}

// A file of before the projections keeps its content, and a snapshot its manifest, when it is brought up to date.
func TestMigrateToProjections(t *testing.T) {
	src := storetest.New(t, storetest.Spec{})
	path, _ := take(t, src, store.SnapshotOptions{})
	want := storetest.Dump(t, path)
	withoutSaved(t, path)
	withoutEdits(t, path)
	withoutRanks(t, path)
	raw(t, path, `DROP TABLE projection`, `UPDATE snapshot SET manifest = json_remove(manifest, '$.projections')`, `PRAGMA user_version = 2`)
	db := openFile(t, path, store.ReadWrite)
	sound(t, db)
	db.Close()
	if got := storetest.Dump(t, path); got != want {
		t.Errorf("content after the migration:\n%s\nwant\n%s", got, want)
	}
	if changed := rawValue(t, path, `SELECT changed_at FROM snapshot`); changed != "" {
		t.Errorf("the snapshot counts as changed at %s", changed)
	}
}
