package api

import (
	"encoding/base64"
	"errors"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Whatever comes as a cursor is refused with a sentence, or is one that was given.
func FuzzCursor(f *testing.F) {
	f.Add(encodeCursor("/list", "17"), "/list")
	f.Add(encodeCursor("/list", ""), "/other")
	f.Add("AQ", "")
	f.Add("====", "/list")
	f.Add(strings.Repeat("A", 9000), "/list")
	f.Fuzz(func(t *testing.T, text, list string) {
		key, err := decodeCursor(text, list)
		if err == nil && encodeCursor(list, key) != text {
			t.Errorf("%q is the cursor of %q too", text, key)
		}
		var p *Problem
		if err != nil && (!errors.As(err, &p) || p.Status != http.StatusBadRequest || p.Detail == "") {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// Every key comes back, for its own list alone.
func FuzzCursorKeys(f *testing.F) {
	f.Add("/list", "a/b.png", "/other")
	f.Add("", "", "x")
	f.Fuzz(func(t *testing.T, list, key, other string) {
		cursor := encodeCursor(list, key)
		if len(cursor) > maxCursor {
			return
		}
		if got, err := decodeCursor(cursor, list); err != nil || got != key {
			t.Errorf("%q became %q, error %v", key, got, err)
		}
		if _, err := decodeCursor(cursor, other); err == nil && other != list {
			t.Errorf("a cursor of %q is taken for one of %q", list, other)
		}
		if _, err := base64.RawURLEncoding.DecodeString(cursor); err != nil {
			t.Error(err)
		}
	})
}

// Whatever is sent as a query is refused with a sentence and a status of the caller's, or has only finite numbers.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		`{"vector": [1, 2.5, -3e-7], "k": 5, "metric": "minkowski", "p": 3}`, `{"vector": []}`, `{"vector": null}`, `{}`, `[]`, `NaN`, ``, `{"vector": [NaN]}`,
		`{"vector": [1, -Infinity]}`, `{"vector": [1e999]}`, `{"vector": [1e39]}`, `{"vector": "1"}`, `{"vector": [1], "k": 1.5}`, `{"vector": [1], "kk": 1}`,
		`{"vector": [1]} {"vector": [2]}`, `{"vector": [[1]]}`, `{"model": 5, "vector": [1]}`, "\x00", `{"vector":[`, `{"p":1e400,"vector":[1]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		q, err := parseQuery(data)
		var p *Problem
		if err != nil {
			if !errors.As(err, &p) || p.Status != http.StatusBadRequest && p.Status != http.StatusUnprocessableEntity || len(p.Detail) < 10 {
				t.Errorf("%q: %v", data, err)
			}
			return
		}
		if q.Vector == nil || slices.ContainsFunc(q.Vector, func(x float32) bool { return math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) }) {
			t.Errorf("%q was taken: %v", data, q)
		}
	})
}

// Numbers of an address are in their bounds or refused.
func FuzzParameters(f *testing.F) {
	f.Add("k=5&p=2.5&min_width=1&max_width=9")
	f.Add("k=-1&p=NaN&min_width=9&max_width=1")
	f.Add("k=99999999999999999999&p=1e999&min_width=0x10")
	f.Fuzz(func(t *testing.T, text string) {
		values, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		q := query{values}
		if n, err := q.integer("k", 1, 1000); err == nil && n != 0 && (n < 1 || n > 1000) {
			t.Errorf("k is %d", n)
		}
		if x, err := q.number("p"); err == nil && (math.IsNaN(x) || math.IsInf(x, 0)) {
			t.Errorf("p is %v", x)
		}
		if b, err := q.bounds("width"); err == nil && b.Max != 0 && b.Min > b.Max {
			t.Errorf("bounds %v", b)
		}
	})
}

func TestQueryRefusals(t *testing.T) {
	tests := []struct {
		body   string
		status int
		says   string
	}{
		{`{"vector": [1, NaN]}`, 422, "NaN or Infinity"},
		{`{"vector": [Infinity]}`, 422, "NaN or Infinity"},
		{`{"vector": [1, -Infinity]}`, 422, "NaN or Infinity"},
		{`{"vector": [1e39]}`, 422, "fits 32 bits"},
		{`{"vector": "1"}`, 422, "vector cannot be string: it must be an array of numbers"},
		{`{"vector": ["1"]}`, 422, "it must be"},
		{`{"k": 1.5, "vector": [1]}`, 422, "k cannot be number 1.5: it must be a whole number"},
		{`{"vektor": [1]}`, 422, `no field "vektor"`},
		{`{"model": "tiny"}`, 422, "vector is missing"},
		{`[1, 2]`, 422, "must be an object"},
		{`{"vector": [1]} 2`, 400, "more"},
		{`{"vector": [1`, 400, "not JSON"},
		{`hello`, 400, "not JSON"},
	}
	for _, tt := range tests {
		_, err := parseQuery([]byte(tt.body))
		var p *Problem
		if !errors.As(err, &p) || p.Status != tt.status || !strings.Contains(p.Detail, tt.says) {
			t.Errorf("%s: %+v", tt.body, err)
		}
	}
}

func TestQuality(t *testing.T) {
	tests := []struct {
		accept, mediaType string
		want              float64
	}{
		{"", "text/csv", 1}, {"*/*", "text/csv", 1}, {"text/*", "text/csv", 1}, {"text/*", "application/json", 0}, {"text/csv;q=0.5", "text/csv", 0.5},
		{"text/*;q=0.3, text/csv;q=0.7, */*;q=0.5", "text/csv", 0.7}, {"text/*;q=0.3, */*;q=0.5", "text/csv", 0.3}, {"*/*, text/csv;q=0", "text/csv", 0},
		{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json", 0.8}, {"TEXT/CSV", "text/csv", 1},
		{"text/csv;q=2", "text/csv", 0}, {"text/csv;q=NaN", "text/csv", 0}, {";;;", "text/csv", 0},
	}
	for _, tt := range tests {
		if got := quality(tt.accept, tt.mediaType); got != tt.want {
			t.Errorf("quality(%q, %s) = %v, want %v", tt.accept, tt.mediaType, got, tt.want)
		}
	}
}

func TestNumberKeysSortAsNumbers(t *testing.T) {
	numbers := []int64{0, 1, 9, 10, 99, 100, 1 << 40, math.MaxInt64 - 1, math.MaxInt64}
	for i := range numbers[1:] {
		if a, b := numberKey(numbers[i], 7), numberKey(numbers[i+1], 0); a >= b {
			t.Errorf("%d has the key %q, %d %q", numbers[i], a, numbers[i+1], b)
		}
	}
}
