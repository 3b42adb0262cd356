package store_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// damagedSpec has images with thumbnails, and enough rows for two chunks.
func damagedSpec() storetest.Spec {
	images := storetest.Images(9, "cat", "dog")
	for i := range images {
		images[i].Thumbnail = storetest.PNG(4, 4, i)
	}
	return storetest.Spec{Images: images}
}

// floatHex writes a float as an SQL blob literal.
func floatHex(x float64) string {
	return fmt.Sprintf("x'%x'", binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(x))))
}

// withVector writes a vector of eight equal numbers and four channels into a row, around the store's checks.
func withVector(rowid int, x float64, channels int) string {
	eight := "x'" + strings.Repeat(strings.Trim(floatHex(x), "x'"), 8) + "'"
	return fmt.Sprintf(`INSERT INTO vec_1 (rowid, embedding, channel_mean, channel_max) VALUES (%d, %s, zeroblob(%d), zeroblob(16))`, rowid, eight, 4*channels)
}

var damages = []struct {
	name    string
	damage  []string
	kind    string // of the first problem
	subject string
	detail  string
	stays   bool // Repair can do nothing
	ingest  bool // after Repair, the next ingest has something to do
}{
	{"flipped byte in an original", []string{`UPDATE original SET bytes = CAST(x'00' || substr(bytes, 2) AS BLOB) WHERE id = 3 * 1048576`},
		store.ProblemOriginal, "image 3 (cat/002.png)", "not those of its hash", false, true},
	{"original cut short", []string{`UPDATE original SET bytes = substr(bytes, 1, 9) WHERE id = 4 * 1048576`},
		store.ProblemOriginal, "image 4", "not those of its hash", false, true},
	{"original gone", []string{`DELETE FROM original WHERE id = 5 * 1048576`},
		store.ProblemOriginal, "image 5", "bytes are missing", false, true},
	{"original with a part too many", []string{`INSERT INTO original VALUES (5 * 1048576 + 7, x'00')`},
		store.ProblemOriginal, "image 5", "not those of its hash", false, true},
	{"hash of another image", []string{`UPDATE image SET sha256 = zeroblob(32) WHERE id = 2`},
		store.ProblemOriginal, "image 2", "not those of its hash", false, true},
	{"original of no image", []string{`INSERT INTO original VALUES (77 * 1048576, x'00')`},
		store.ProblemOrphanPicture, "original of image 77", "no such image", false, false},
	{"thumbnail of no image", []string{`INSERT INTO thumbnail VALUES (77 * 1048576, x'00')`},
		store.ProblemOrphanPicture, "thumbnail of image 77", "no such image", false, false},
	{"thumbnail is no picture", []string{`UPDATE thumbnail SET bytes = x'00112233' WHERE id = 3 * 1048576`},
		store.ProblemThumbnail, "image 3", "no picture", false, true},
	{"thumbnail gone", []string{`DELETE FROM thumbnail WHERE id = 3 * 1048576`},
		store.ProblemThumbnail, "image 3", "is missing", false, true},
	{"thumbnail of another format", []string{`UPDATE image SET thumbnail_format = 'jpeg' WHERE id = 3`},
		store.ProblemThumbnail, "image 3", `is png, not "jpeg"`, false, true},
	{"image without vector", []string{`DELETE FROM vec_1 WHERE rowid IN (2, 7)`},
		store.ProblemVectorMissing, "embedding 1 (tiny early avg/1x1)", "2 of 9 images have no vector (image 2, image 7)", false, true},
	{"vector without image", []string{withVector(77, 1, 4)},
		store.ProblemVectorOrphan, "embedding 1", "(image 77)", false, false},
	{"vector with NaN", []string{`DELETE FROM vec_1 WHERE rowid = 4`, withVector(4, math.NaN(), 4)},
		store.ProblemVector, "embedding 1", "not finite (image 4)", false, true},
	{"infinite vector", []string{`DELETE FROM vec_1 WHERE rowid = 4`, withVector(4, math.Inf(-1), 4)},
		store.ProblemVector, "embedding 1", "not finite (image 4)", false, true},
	{"channels too few", []string{`DELETE FROM vec_1 WHERE rowid = 4`, withVector(4, 1, 3)},
		store.ProblemChannels, "embedding 1", "(image 4)", false, true},
	{"channels not finite", []string{`UPDATE vec_1_auxiliary SET value00 = x'0000c07f0000c07f0000c07f0000c07f' WHERE rowid = 4`},
		store.ProblemChannels, "embedding 1", "(image 4)", false, true},
	{"channels gone", []string{`DELETE FROM vec_1_auxiliary WHERE rowid = 4`},
		store.ProblemChannels, "embedding 1", "(image 4)", false, true},
	{"channels of no vector", []string{`INSERT INTO vec_1_auxiliary VALUES (77, zeroblob(16), zeroblob(16))`},
		store.ProblemChannels, "embedding 1", "belong to no vector (image 77)", false, false},
	{"another dimension", []string{`UPDATE embedding SET dimension = 7 WHERE id = 1`},
		store.ProblemVectorTable, "embedding 1", "dimension 8, not 7", false, false},
	{"vector table gone", []string{`DROP TABLE vec_1`},
		store.ProblemVectorTable, "embedding 1", "is missing", false, true},
	{"vector table of another kind", []string{`DROP TABLE vec_1`, `CREATE TABLE vec_1 (x)`},
		store.ProblemVectorTable, "embedding 1", "not one of sqlite-vec", false, true},
	{"chunk cut short", []string{`UPDATE vec_1_vector_chunks00 SET vectors = substr(vectors, 1, 40)`},
		store.ProblemVectorTable, "embedding 1", "contradicting lengths", false, true},
	{"chunk gone", []string{`DELETE FROM vec_1_vector_chunks00 WHERE _rowid_ = 1`},
		store.ProblemVectorTable, "embedding 1", "contradicting lengths", false, true},
	{"row in no chunk", []string{`INSERT INTO vec_1_rowids VALUES (77, NULL, 1, 5)`},
		store.ProblemVectorTable, "embedding 1", "10 rows, 9 of them", false, true},
	{"row elsewhere", []string{`UPDATE vec_1_rowids SET chunk_offset = 6 WHERE rowid = 2`},
		store.ProblemVectorTable, "embedding 1", "row 2 is not where it must be", false, true},
	{"part of the vector table gone", []string{`DROP TABLE vec_1_rowids`},
		store.ProblemVectorTable, "embedding 1", "cannot be read", false, true},
	{"vectors of no embedding", []string{`CREATE VIRTUAL TABLE vec_77 USING vec0(embedding float[4])`},
		store.ProblemVectorTable, "table vec_77", "no embedding", false, false},
	{"leftovers of a vector table", []string{`CREATE TABLE vec_77_chunks (x)`},
		store.ProblemVectorTable, "table vec_77", "no embedding", false, false},
	{"embedding without dataset", []string{`PRAGMA foreign_keys = OFF`, `UPDATE embedding SET dataset_id = 77 WHERE id = 1`},
		store.ProblemForeignKey, "embedding", "1 rows refer to a dataset", false, false},
	{"file without image", []string{`PRAGMA foreign_keys = OFF`, `UPDATE file SET image_id = 77 WHERE name = 'cat/000.png'`},
		store.ProblemForeignKey, "file", "1 rows refer to a image", false, true},
	{"score without embedding", []string{`INSERT INTO score (embedding_id, metric, category, weighted, queries) VALUES (77, 'cosine', '', 1, 1)`},
		store.ProblemForeignKey, "score", "embedding that is gone", false, false},
	{"network with a flipped byte", []string{`UPDATE model_graph SET onnx = CAST(x'00' || substr(onnx, 2) AS BLOB)`},
		store.ProblemGraph, "network", "not those of its hash", false, true},
	{"network gone", []string{`DELETE FROM model_graph`},
		store.ProblemGraph, "model 1 (tiny)", "is missing", false, true},
	{"network of no model", []string{`INSERT INTO model_graph VALUES (x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', x'')`},
		store.ProblemGraph, "network e3b0c442…", "no model", false, false},
	{"manifest of another model", []string{`UPDATE model SET name = 'other'`},
		store.ProblemManifest, "model 1 (other)", `that of "tiny"`, true, false},
	{"manifest is no object", []string{`UPDATE model SET manifest = '[]'`},
		store.ProblemManifest, "model 1 (tiny)", "cannot be read", true, false},
	{"trigger added", []string{`CREATE TRIGGER evil AFTER INSERT ON image BEGIN DELETE FROM score; END`},
		store.ProblemSchema, "trigger evil", "does not belong", true, false},
	{"index gone", []string{`DROP INDEX image_by_name`},
		store.ProblemSchema, "index image_by_name", "is missing", true, false},
	{"constraint loosened", []string{`PRAGMA writable_schema = ON`, `UPDATE sqlite_schema SET sql = replace(sql, 'size > 0', 'size > -1') WHERE name = 'image'`},
		store.ProblemSchema, "table image", "not declared as", true, false},
	{"check constraint broken", []string{`PRAGMA ignore_check_constraints = ON`, `UPDATE image SET width = 0 WHERE id = 1`},
		store.ProblemIntegrity, "image", "1 rows break the rule width > 0", true, false},
	{"wrong type", []string{`PRAGMA writable_schema = ON`, `UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'run'`, `PRAGMA writable_schema = RESET`,
		`PRAGMA ignore_check_constraints = ON`, `INSERT INTO run VALUES (1, 1, 'x', x'00', 'v', 'done', '{}', '', '')`,
		`PRAGMA writable_schema = ON`, `UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE name = 'run'`, `PRAGMA writable_schema = RESET`},
		store.ProblemIntegrity, "database", "run", true, false},
	{"index out of step", []string{`PRAGMA writable_schema = ON`, `UPDATE sqlite_schema SET sql = replace(sql, 'category, id)', 'category, id) WHERE id > 4') WHERE name = 'image_by_category'`,
		`PRAGMA writable_schema = RESET`, `REINDEX`, `PRAGMA writable_schema = ON`,
		`UPDATE sqlite_schema SET sql = replace(sql, ' WHERE id > 4', '') WHERE name = 'image_by_category'`, `PRAGMA writable_schema = RESET`},
		store.ProblemIntegrity, "database", "index", false, false},
}

// Each kind of damage is found and named, and Repair leaves a file that an ingest makes whole again.
func TestCheckFindsDamage(t *testing.T) {
	want := storetest.Dump(t, storetest.File(t, damagedSpec()))
	for _, test := range damages {
		t.Run(test.name, func(t *testing.T) {
			path := storetest.File(t, damagedSpec())
			raw(t, path, test.damage...)
			found(t, path, test.kind, test.subject, test.detail)
			db := openFile(t, path, store.ReadWrite)
			problems := must[[]store.Problem](t)(db.Check(t.Context(), store.CheckOptions{Repair: true}))
			for _, p := range problems {
				if p.Repaired == test.stays {
					t.Errorf("repaired = %v: %+v", p.Repaired, p)
				}
			}
			if test.stays {
				return
			}
			again(t, db, test.ingest)
			if !test.ingest && test.name != "another dimension" && test.name != "embedding without dataset" {
				db.Close()
				if got := storetest.Dump(t, path); got != want {
					t.Errorf("content after repair:\n%s\nwant\n%s", got, want)
				}
			}
		})
	}
}

// found checks a file read-only: the problem is there, first, and nothing is written.
func found(t *testing.T, path, kind, subject, detail string) {
	t.Helper()
	before := must[[]byte](t)(os.ReadFile(path))
	db := openFile(t, path, store.ReadOnly)
	problems := must[[]store.Problem](t)(db.Check(t.Context(), store.CheckOptions{}))
	db.Close()
	if len(problems) == 0 {
		t.Fatal("nothing found")
	}
	p := problems[0]
	if p.Kind != kind || !strings.Contains(p.Subject, subject) || !strings.Contains(p.Detail, detail) || p.Repaired {
		t.Errorf("found %+v, want kind %s, subject %q, detail %q", problems, kind, subject, detail)
	}
	if !bytes.Equal(before, must[[]byte](t)(os.ReadFile(path))) {
		t.Error("a check without repair has written to the file")
	}
}

// again does what an ingest of the same images does, and the file must be sound afterwards. Before it, only what the
// ingest is to make again may be wrong.
func again(t *testing.T, db *store.DB, expectWork bool) {
	t.Helper()
	left := must[[]store.Problem](t)(db.Check(t.Context(), store.CheckOptions{}))
	for _, p := range left {
		if !slices.Contains([]string{store.ProblemVectorMissing, store.ProblemOriginal, store.ProblemThumbnail, store.ProblemGraph}, p.Kind) {
			t.Errorf("left after repair: %+v", p)
		}
	}
	if !expectWork {
		if len(left) > 0 && left[0].Kind != store.ProblemVectorMissing {
			t.Errorf("left after repair: %+v", left)
		}
		return
	}
	spec := damagedSpec()
	update(t, db, func(tx *store.Tx) error { // an ingest deletes what is wrong about an image's identity or format
		if i, err := db.Image(t.Context(), 2); err == nil && i.SHA256 == ([32]byte{}) {
			return tx.DeleteImage(2)
		}
		return nil
	})
	storetest.Put(t, db, spec)
	problems := must[[]store.Problem](t)(db.Check(t.Context(), store.CheckOptions{}))
	if len(problems) > 0 && !strings.Contains(problems[0].Detail, `is png, not "jpeg"`) {
		t.Errorf("after another ingest: %+v", problems)
	}
}

func TestCheckSound(t *testing.T) {
	for name, specs := range map[string][]storetest.Spec{
		"empty": nil, "images only": {{Layers: []string{}}}, "two datasets": {{}, {Dataset: "b", Model: "m"}}, "thumbnails": {damagedSpec()},
	} {
		t.Run(name, func(t *testing.T) { sound(t, storetest.New(t, specs...)) })
	}
}

// Pages that cannot be read are reported, and what can be read is still checked.
func TestCheckOfBrokenPages(t *testing.T) {
	path := storetest.File(t, damagedSpec())
	data := must[[]byte](t)(os.ReadFile(path))
	page := 0
	must[int](t)(fmt.Sscan(rawValue(t, path, `SELECT rootpage FROM sqlite_schema WHERE name = 'original'`), &page))
	for i := (page - 1) * 65536; i < page*65536; i++ {
		data[i] = 0xA5
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	db := openFile(t, path, store.ReadWrite)
	problems := must[[]store.Problem](t)(db.Check(t.Context(), store.CheckOptions{Repair: true}))
	if len(problems) < 2 {
		t.Fatalf("problems = %+v", problems)
	}
	for _, p := range problems {
		if p.Kind != store.ProblemIntegrity || p.Repaired {
			t.Errorf("%+v", p)
		}
	}
}

func TestRepairNeedsAWriter(t *testing.T) {
	db := openFile(t, storetest.File(t), store.ReadOnly)
	if _, err := db.Check(t.Context(), store.CheckOptions{Repair: true}); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("repair of a read-only file: %v", err)
	}
}
