package store

// References returns the foreign keys that Check looks at, as table.column>parent.
func References() map[string]bool {
	known := map[string]bool{}
	for _, r := range references {
		known[r.table+"."+r.column+">"+r.parent] = true
	}
	return known
}

// Constraints returns the CHECK constraints that Check looks at, as table: rule.
func Constraints() map[string]bool {
	known := map[string]bool{}
	for _, c := range constraints {
		known[c.table+": "+c.rule] = true
	}
	return known
}

// ChunkSize is chunkSize, for tests.
var ChunkSize = chunkSize

// ParseHeader judges the first bytes of a file.
func ParseHeader(path string, buf []byte) error {
	_, err := parseHeader(path, buf)
	return err
}
