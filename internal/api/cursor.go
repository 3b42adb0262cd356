package api

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// A cursor says where in a list the next page begins: behind the item with this key. It is bound to its list, the address
// with its filters, so that it cannot be taken for a place in another one.
//
// Written, it is base64 of a version, a hash of the list and the key. Callers are not to look into it.

const (
	cursorVersion = 1
	listHashBytes = 6
	maxCursor     = 8192
)

func encodeCursor(list, key string) string {
	data := append([]byte{cursorVersion}, listHash(list)...)
	return base64.RawURLEncoding.EncodeToString(append(data, key...))
}

func decodeCursor(text, list string) (key string, err error) {
	const head = 1 + listHashBytes
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	switch {
	case err != nil || len(text) > maxCursor || len(data) < head || data[0] != cursorVersion:
		return "", problemf(http.StatusBadRequest, "This is not a cursor: take it from the next of a page, or leave it out to begin at the front.")
	case !slices.Equal(data[1:head], listHash(list)):
		return "", problemf(http.StatusBadRequest, "This cursor belongs to another list: the address and its filters must stay as they were when it was given.")
	}
	return string(data[head:]), nil
}

func listHash(list string) []byte {
	sum := sha256.Sum256([]byte(list))
	return sum[:listHashBytes]
}

// list names the list that a request reads: its path, and of its parameters those that choose what is in it.
func (r *request) list() string {
	var b strings.Builder
	b.WriteString(r.Request().URL.EscapedPath())
	for _, p := range r.route.parameters() {
		if p.name != "limit" && p.name != "cursor" && p.name != "format" && r.query.Has(p.name) {
			b.WriteString("\x00" + p.name + "\x00" + r.query.Get(p.name))
		}
	}
	return b.String()
}
