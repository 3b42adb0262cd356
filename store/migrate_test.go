package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/migrations"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// The lint of migrations: numbers without gaps, STRICT tables, a comment on every column, nothing that goes back.
func TestMigrationsLint(t *testing.T) {
	all := must[[]migrations.Migration](t)(migrations.All())
	if len(all) == 0 {
		t.Fatal("no migrations")
	}
	for i, m := range all {
		if m.Version != i+1 {
			t.Errorf("%s has version %d, want %d", m.Name, m.Version, i+1)
		}
		for _, problem := range lint(m.SQL) {
			t.Errorf("%s: %s", m.Name, problem)
		}
	}
}

var (
	createTable = regexp.MustCompile(`(?ms)^CREATE TABLE (\w+) \(\n(.*?)^\)([^;]*);`)
	columnLine  = regexp.MustCompile(`^\s+([a-z_0-9]+)\s+(INTEGER|TEXT|REAL|BLOB)\b`)
	forbidden   = regexp.MustCompile(`(?i)\b(PRAGMA|BEGIN TRANSACTION|COMMIT|ATTACH)\b`)
)

func lint(script string) (problems []string) {
	if words := forbidden.FindString(script); words != "" {
		problems = append(problems, words+" does not belong into a migration")
	}
	if n := strings.Count(script, "CREATE TABLE"); n != len(createTable.FindAllString(script, -1)) {
		problems = append(problems, "a table is not laid out one column per line")
	}
	for _, table := range createTable.FindAllStringSubmatch(script, -1) {
		if !strings.Contains(table[3], "STRICT") {
			problems = append(problems, "table "+table[1]+" is not STRICT")
		}
		for line := range strings.Lines(table[2]) {
			if column := columnLine.FindStringSubmatch(line); column != nil && !strings.Contains(line, "-- ") {
				problems = append(problems, "column "+table[1]+"."+column[1]+" has no comment")
			}
		}
	}
	return problems
}

func TestLintFinds(t *testing.T) {
	for script, want := range map[string]string{
		"CREATE TABLE a (\n    id INTEGER PRIMARY KEY -- x\n);\n":   "table a is not STRICT",
		"CREATE TABLE a (\n    id INTEGER PRIMARY KEY\n) STRICT;\n": "column a.id has no comment",
		"CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;\n":         "a table is not laid out one column per line",
		"PRAGMA user_version = 3;\n":                                "PRAGMA does not belong into a migration",
	} {
		if got := lint(script); len(got) != 1 || got[0] != want {
			t.Errorf("lint(%q) = %q, want %q", script, got, want)
		}
	}
}

// A file of an older schema is brought up to date when it may be written to.
func TestMigrateFromOlder(t *testing.T) {
	all := must[[]migrations.Migration](t)(migrations.All())
	for version := range all {
		path := filepath.Join(t.TempDir(), "old.db")
		var script strings.Builder
		for _, m := range all[:version] {
			script.WriteString(m.SQL)
		}
		raw(t, path, fmt.Sprintf("PRAGMA application_id = %d", migrations.ApplicationID), script.String()+";", fmt.Sprintf("PRAGMA user_version = %d", version))
		if _, err := store.Open(t.Context(), path, store.ReadOnly); !errors.Is(err, store.ErrOlder) {
			t.Errorf("version %d read-only: %v", version, err)
		}
		db := openFile(t, path, store.ReadWrite)
		storetest.Put(t, db, storetest.Spec{})
		sound(t, db)
		db.Close()
		if got := rawValue(t, path, `PRAGMA user_version`); got != fmt.Sprint(len(all)) {
			t.Errorf("version %d became %s", version, got)
		}
	}
}

// A migration that fails leaves the file without a half of it.
func TestMigrationIsAtomic(t *testing.T) {
	path := storetest.File(t)
	// An empty schema of ours in which the first migration must fail half-way.
	raw(t, path, `DROP TABLE snapshot`, `DROP TABLE run`, `PRAGMA user_version = 0`)
	if _, err := store.Open(t.Context(), path, store.ReadWrite); err == nil || !strings.Contains(err.Error(), "0001_initial.sql") {
		t.Fatalf("error %v", err)
	}
	if got := rawValue(t, path, `PRAGMA user_version`); got != "0" {
		t.Errorf("user_version = %s", got)
	}
	if got := rawValue(t, path, `SELECT count(*) FROM sqlite_schema WHERE name IN ('snapshot', 'run')`); got != "0" {
		t.Error("part of the migration was kept")
	}
}

// Every foreign key of the schema is one that Check looks at; PRAGMA foreign_key_check agrees on a sound file.
func TestForeignKeysAreKnown(t *testing.T) {
	path := storetest.File(t, storetest.Spec{})
	db := must[*sql.DB](t)(sql.Open("sqlite3", "file:"+path+"?mode=ro"))
	defer db.Close()
	rows := must[*sql.Rows](t)(db.Query(`
		SELECT m.name || '.' || f."from" || '>' || f."table" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`))
	defer rows.Close()
	known := store.References()
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			t.Fatal(err)
		}
		if !known[key] {
			t.Errorf("Check does not look at %s", key)
		}
		delete(known, key)
	}
	if len(known) > 0 {
		t.Errorf("Check looks at keys that are not there: %v", known)
	}
}

var checkRule = regexp.MustCompile(`CHECK \(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)`)

// Every CHECK constraint of the schema is one that Check looks at.
func TestConstraintsAreKnown(t *testing.T) {
	db := must[*sql.DB](t)(sql.Open("sqlite3", "file:"+storetest.File(t)+"?mode=ro"))
	defer db.Close()
	rows := must[*sql.Rows](t)(db.Query(`SELECT name, sql FROM sqlite_schema WHERE sql LIKE '%CHECK (%'`))
	defer rows.Close()
	known := store.Constraints()
	for rows.Next() {
		var table, declaration string
		if err := rows.Scan(&table, &declaration); err != nil {
			t.Fatal(err)
		}
		for _, rule := range checkRule.FindAllStringSubmatch(declaration, -1) {
			if !known[table+": "+rule[1]] {
				t.Errorf("Check does not look at %s: %s", table, rule[1])
			}
			delete(known, table+": "+rule[1])
		}
	}
	if len(known) > 0 {
		t.Errorf("Check looks at rules that are not there: %v", known)
	}
}
