// Package migrations holds the schema of a convnet file as numbered SQL scripts, oldest first.
//
// Scripts are forward-only and never change once released: a file written by an older program is brought up to date by
// the scripts it has not seen yet, and PRAGMA user_version is the number of the last one it has.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed *.sql
var files embed.FS

// ApplicationID is PRAGMA application_id of every convnet file: "CNVP" in ASCII.
const ApplicationID = 0x434E5650

// Migration is one step of the schema.
type Migration struct {
	Version int    // the schema's version once the script has run
	Name    string // file name, for messages
	SQL     string
}

// All returns every migration in the order in which they are to be run.
func All() ([]Migration, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	all := make([]Migration, 0, len(names))
	for i, name := range names { // fs.Glob sorts
		number, _, ok := strings.Cut(name, "_")
		version, err := strconv.Atoi(number)
		if !ok || err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s: want a name that begins with %04d_", name, i+1)
		}
		script, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", name, err)
		}
		all = append(all, Migration{Version: version, Name: name, SQL: string(script)})
	}
	return all, nil
}
