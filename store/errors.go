package store

import (
	"errors"
	"fmt"
)

// Kinds of failure; test for them with errors.Is. The error that carries a kind is a sentence for the user.
var (
	ErrNotFound    = errors.New("not found")               // no such dataset, image, model or embedding
	ErrNotSQLite   = errors.New("not a SQLite file")       // text, an image, an empty file, a directory …
	ErrForeign     = errors.New("another program's file")  // SQLite, but not written by convnet
	ErrNewer       = errors.New("newer schema")            // written by a newer convnet
	ErrOlder       = errors.New("older schema")            // needs a migration but was opened read-only
	ErrTruncated   = errors.New("truncated file")          // shorter than its own header says
	ErrReadOnlyDir = errors.New("directory not writable")  // SQLite needs to put its journal there
	ErrUnfinished  = errors.New("unfinished transaction")  // a killed writer's journal must be rolled back first
	ErrReadOnly    = errors.New("opened read-only")        // Update on a read-only DB
	ErrNoGraph     = errors.New("network not in the file") // snapshot made without models
	ErrDamaged     = errors.New("damaged database")        // stored bytes contradict each other
	ErrInvalid     = errors.New("invalid value")           // refused before it was written or run
	ErrExists      = errors.New("already exists")          // a snapshot would overwrite something
)

// kindError is a sentence that belongs to a kind.
type kindError struct {
	kind, cause error
	sentence    string
}

func (e *kindError) Error() string   { return e.sentence }
func (e *kindError) Unwrap() []error { return []error{e.kind, e.cause} }

// sentence returns an error of the kind that reads as formatted; an operand of %w is kept as its cause.
func sentence(kind error, format string, args ...any) error {
	formatted := fmt.Errorf(format, args...)
	return &kindError{kind: kind, cause: errors.Unwrap(formatted), sentence: formatted.Error()}
}
