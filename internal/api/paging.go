package api

import (
	"slices"
	"strconv"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
)

// List is a page of a list.
type List[T any] struct {
	Items []T     `json:"items" doc:"The items of this page, in the list's order."`
	Next  *string `json:"next" doc:"Address of the next page; null on the last one. It is in the header Link as well."`
}

// paging is which page of a list is asked for.
type paging struct {
	limit int
	after string // key of the last item sent, "" at the front
}

func (r *request) paging() (paging, error) {
	p := paging{limit: defaultLimit}
	n, err := r.query.integer("limit", 1, maxLimit)
	if err != nil {
		return p, err
	}
	if n > 0 {
		p.limit = int(n)
	}
	if text := r.query.Get("cursor"); text != "" {
		p.after, err = decodeCursor(text, r.list())
	}
	return p, err
}

// next is the address of the page behind the item with this key.
func (r *request) next(key string) string {
	q := r.QueryParams()
	q.Set("cursor", encodeCursor(r.list(), key))
	return r.Request().URL.EscapedPath() + "?" + q.Encode()
}

// respondList answers with one item more than a page has, or fewer: the one too many says that there is a next page.
func respondList[T any](r *request, items []T, p paging, key func(T) string) error {
	page := List[T]{Items: items}
	if len(items) > p.limit {
		page.Items = items[:p.limit]
		next := r.next(key(page.Items[p.limit-1]))
		page.Next = &next
		r.Response().Header().Set("Link", "<"+next+`>; rel="next"`)
	}
	if r.format == formatCSV {
		return r.csv(page.Items)
	}
	return r.json(page)
}

// respondAll answers with a page of a list that is in memory. The keys put it in order.
func respondAll[T any](r *request, all []T, key func(T) string) error {
	p, err := r.paging()
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b T) int { return compare(key(a), key(b)) })
	from := 0
	if p.after != "" {
		from, _ = slices.BinarySearchFunc(all, p.after, func(item T, after string) int {
			if compare(key(item), after) <= 0 {
				return -1
			}
			return 1
		})
	}
	return respondList(r, all[from:min(len(all), from+p.limit+1)], p, key)
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// numberKey writes numbers of at least 0 so that texts sort as they do.
func numberKey(numbers ...int64) string {
	key := make([]byte, 0, 20*len(numbers))
	for _, n := range numbers {
		digits := strconv.AppendInt(nil, n, 10)
		key = append(key, byte('a'+len(digits)))
		key = append(key, digits...)
	}
	return string(key)
}
