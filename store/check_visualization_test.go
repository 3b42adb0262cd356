package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/migrations"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// illustrated makes a file with two visualizations, the second of a dead channel.
func illustrated(t *testing.T) string {
	t.Helper()
	path := storetest.File(t, storetest.Spec{})
	db := openFile(t, path, store.ReadWrite)
	must[int64](t)(db.PutVisualization(t.Context(), channelPicture("channel:0", 1)))
	dead := channelPicture("channel:1", 1)
	dead.PNG, dead.Dead = nil, true
	must[int64](t)(db.PutVisualization(t.Context(), dead))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// Each kind of damage is found and named, and Repair leaves a sound file without it.
func TestCheckFindsDamagedVisualizations(t *testing.T) {
	tests := []struct{ name, damage, kind, subject, detail string }{
		{"flipped byte", `UPDATE visualization_png SET bytes = CAST(substr(bytes, 1, 999) || x'00' || substr(bytes, 1001) AS BLOB) WHERE id = 1048576`,
			store.ProblemVisualization, "visualization 1 (channel:0)", "not those of their hash"},
		{"cut short", `DELETE FROM visualization_png WHERE id = 1048577`,
			store.ProblemVisualization, "visualization 1", "not those of their hash"},
		{"picture gone", `DELETE FROM visualization_png`,
			store.ProblemVisualization, "visualization 1", "is missing"},
		{"another size", `UPDATE visualization SET size = 41 WHERE id = 1`,
			store.ProblemVisualization, "visualization 1", "40 × 40 pixels, not 41 × 41"},
		{"picture of a dead channel", `INSERT INTO visualization_png VALUES (2 * 1048576, x'00')`,
			store.ProblemVisualization, "picture of visualization 2", "no such visualization"},
		{"picture of nothing", `INSERT INTO visualization_png VALUES (77 * 1048576, x'00')`,
			store.ProblemVisualization, "picture of visualization 77", "no such visualization"},
		{"other parameters", `UPDATE visualization SET parameters = '{}' WHERE id = 1`,
			store.ProblemVisualization, "visualization 1", "parameters are not those"},
		{"another channel", `UPDATE visualization SET channel = NULL WHERE id = 1`,
			store.ProblemVisualization, "visualization 1", "under channel -1"},
		{"curve of no numbers", `UPDATE visualization SET curve = x'0000c07f' WHERE id = 1`,
			store.ProblemVisualization, "visualization 1", "not finite"},
		{"layer gone", `UPDATE visualization SET layer_id = 77 WHERE id = 1`,
			store.ProblemForeignKey, "visualization", "1 rows refer to a layer that is gone"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := illustrated(t)
			raw(t, path, test.damage)
			found(t, path, test.kind, test.subject, test.detail)
			db := openFile(t, path, store.ReadWrite)
			must[[]store.Problem](t)(db.Check(t.Context(), store.CheckOptions{Repair: true}))
			sound(t, db)
		})
	}
}

// A curve cut in the middle of a number breaks a rule of the schema, which nothing but a copy can put right.
func TestCheckFindsACutCurve(t *testing.T) {
	path := illustrated(t)
	raw(t, path, `PRAGMA ignore_check_constraints = ON; UPDATE visualization SET curve = x'0000' WHERE id = 1`)
	found(t, path, store.ProblemIntegrity, "visualization", "length(curve) % 4 = 0")
}

func TestSnapshotCarriesVisualizations(t *testing.T) {
	src := openFile(t, illustrated(t), store.ReadOnly)
	path, m := take(t, src, store.SnapshotOptions{WithoutModels: true})
	if len(m.Visualizations) != 1 {
		t.Fatalf("manifest = %+v", m)
	}
	if v := m.Visualizations[0]; v.Model != "tiny" || v.Layer != "early" || v.Count != 2 || len(v.SHA256) != 64 || len(v.ModelSHA256) != 64 {
		t.Errorf("visualizations = %+v", v)
	}
	shipped := openFile(t, path, store.ReadOnly)
	must[[]byte](t)(shipped.VisualizationPNG(t.Context(), 1))
	sound(t, shipped)
	for name, statement := range map[string]string{
		"value":   `UPDATE visualization SET objective_end = 9 WHERE id = 1`,
		"curve":   `UPDATE visualization SET curve = zeroblob(4) WHERE id = 2`,
		"picture": `UPDATE visualization_png SET bytes = zeroblob(100)`,
		"number":  `UPDATE visualization SET number = 1 WHERE id = 1`,
		"missing": `DELETE FROM visualization WHERE id = 2`,
		"all":     `DELETE FROM visualization`,
	} {
		path, _ := take(t, src, store.SnapshotOptions{})
		raw(t, path, statement)
		problems := must[[]store.Problem](t)(openFile(t, path, store.ReadOnly).Check(t.Context(), store.CheckOptions{}))
		if !slices.ContainsFunc(problems, func(p store.Problem) bool { return p.Kind == store.ProblemSnapshot }) {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}

// A file of before the visualizations keeps its content, and a snapshot its manifest, when it is brought up to date.
func TestMigrateToVisualizations(t *testing.T) {
	src := storetest.New(t, storetest.Spec{})
	path, _ := take(t, src, store.SnapshotOptions{})
	want := storetest.Dump(t, path)
	withoutSaved(t, path)
	withoutEdits(t, path)
	withoutRanks(t, path)
	raw(t, path, `DROP TABLE projection`, `DROP TABLE visualization`, `DROP TABLE visualization_png`, `DROP TABLE visualization_request`,
		`UPDATE snapshot SET manifest = json_remove(manifest, '$.visualizations', '$.projections')`, `PRAGMA user_version = 1`)
	db := openFile(t, path, store.ReadWrite)
	sound(t, db)
	if info := must[store.Info](t)(db.Info(t.Context())); info.SchemaVersion != len(must[[]migrations.Migration](t)(migrations.All())) {
		t.Errorf("schema %d", info.SchemaVersion)
	}
	db.Close()
	if got := storetest.Dump(t, path); got != want {
		t.Errorf("content after the migration:\n%s\nwant\n%s", got, want)
	}
	if changed := rawValue(t, path, `SELECT changed_at FROM snapshot`); changed != "" {
		t.Error(fmt.Sprint("the snapshot counts as changed at ", changed))
	}
}
