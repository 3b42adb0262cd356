package search

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/convnet-playground/convnet/internal/editdistance"
)

// BadRequest is a request that cannot be answered as asked; Problem is a sentence for the person who asked.
type BadRequest struct{ Problem string }

func (e BadRequest) Error() string { return e.Problem }

func badRequestf(format string, args ...any) error {
	return BadRequest{Problem: fmt.Sprintf(format, args...)}
}

// Kinds of answer that are not a page; the error that carries one reads as a sentence for the person who asked.
var (
	ErrEmpty     = errors.New("nothing to search yet") // no images, or no vectors for them
	ErrSaveOff   = errors.New("nothing can be saved here")
	ErrUploadOff = errors.New("a new picture cannot be a query here") // no network in the file, or no runtime
)

// kindError is a sentence that belongs to a kind.
type kindError struct {
	kind     error
	sentence string
}

func (e *kindError) Error() string { return e.sentence }
func (e *kindError) Unwrap() error { return e.kind }

func say(kind error, format string, args ...any) error {
	return &kindError{kind: kind, sentence: fmt.Sprintf(format, args...)}
}

// UploadOff is an [ErrUploadOff] whose sentence says why.
func UploadOff(why string) error { return say(ErrUploadOff, "%s", why) }

const maxSuggestions = 3

// unknown says that a name does not exist and which ones were perhaps meant.
func unknown(what, name, where string, known []string) error {
	near := nearNames(name, known)
	if len(near) == 0 {
		return badRequestf("There is no %s %q %s.", what, name, where)
	}
	return badRequestf("There is no %s %q %s. Near it: %s.", what, name, where, strings.Join(near, ", "))
}

// nearNames orders the known names by edit distance and keeps the few nearest.
func nearNames(name string, known []string) []string {
	near := slices.Clone(known)
	wanted := strings.ToLower(name)
	slices.SortStableFunc(near, func(a, b string) int {
		return cmp.Compare(distance(wanted, strings.ToLower(a)), distance(wanted, strings.ToLower(b)))
	})
	return near[:min(len(near), maxSuggestions)]
}

// distance looks at the first 64 bytes only: the name comes from a request, and its length must not cost us time.
func distance(a, b string) int {
	return editdistance.Bytes(a[:min(len(a), 64)], b[:min(len(b), 64)])
}

func isBadRequest(err error) bool {
	var bad BadRequest
	return errors.As(err, &bad)
}
