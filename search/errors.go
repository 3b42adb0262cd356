package search

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// BadRequest is a request that cannot be answered as asked; Problem is a sentence for the person who asked.
type BadRequest struct{ Problem string }

func (e BadRequest) Error() string { return e.Problem }

func badRequestf(format string, args ...any) error {
	return BadRequest{Problem: fmt.Sprintf(format, args...)}
}

// ErrEmpty means that there is nothing to search yet: no images, or no vectors for them.
var ErrEmpty = errors.New("nothing to search yet")

// ErrUploadOff means that a new picture cannot be turned into a query here; the error that wraps it says why.
var ErrUploadOff = errors.New("a new picture cannot be a query here")

// ErrBusy means that too many uploaded pictures are being looked at; asking again in a moment helps.
var ErrBusy = errors.New("other uploaded pictures are being looked at, and the queue is full")

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
		return cmp.Compare(editDistance(wanted, strings.ToLower(a)), editDistance(wanted, strings.ToLower(b)))
	})
	return near[:min(len(near), maxSuggestions)]
}

// editDistance counts the insertions, deletions and replacements between two strings.
// Only the first 64 bytes count: the name comes from a request, and its length must not cost us time.
func editDistance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

func isBadRequest(err error) bool {
	var bad BadRequest
	return errors.As(err, &bad)
}
