package search

import (
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/store"
)

// CareFilter selects images; zero fields select nothing away.
type CareFilter struct {
	Category      *string     // "" is the category of images that have none
	Name          string      // part of the file's name, or a pattern with * and ?; letters match in either case
	Width, Height store.Range // pixels
	Size          store.Range // bytes of the original
}

func (f CareFilter) matches(img store.Image) bool {
	return (f.Category == nil || *f.Category == img.Category) && nameMatches(f.Name, img.Name) &&
		within(f.Width, int64(img.Width)) && within(f.Height, int64(img.Height)) && within(f.Size, img.Size)
}

// within reports whether a number is in a range; a Max of 0 is no limit.
func within(r store.Range, n int64) bool { return n >= r.Min && (r.Max == 0 || n <= r.Max) }

// nameMatches compares a whole name with a pattern in which * is any text and ? any letter; a pattern without these is any
// part of the name.
func nameMatches(pattern, name string) bool {
	pattern, name = strings.ToLower(pattern), strings.ToLower(name)
	if !strings.ContainsAny(pattern, "*?") {
		return strings.Contains(name, pattern)
	}
	p, n := []rune(pattern), []rune(name)
	at, star, from := 0, -1, 0 // place in the pattern; last *, and where in the name what follows it was tried last
	for i := 0; i < len(n); {
		switch {
		case at < len(p) && p[at] == '*':
			star, from = at, i
			at++
		case at < len(p) && (p[at] == '?' || p[at] == n[i]):
			at++
			i++
		case star >= 0:
			from++
			at, i = star+1, from
		default:
			return false
		}
	}
	for at < len(p) && p[at] == '*' {
		at++
	}
	return at == len(p)
}

// ReadCareFilter reads a filter from an address: category, name, and min_ and max_ of width, height and size. What cannot be read is
// a [BadRequest].
func ReadCareFilter(q url.Values) (CareFilter, error) {
	f := CareFilter{Name: q.Get("name")}
	if q.Has("category") {
		category := q.Get("category")
		f.Category = &category
	}
	var err error
	for name, to := range map[string]*store.Range{"width": &f.Width, "height": &f.Height, "size": &f.Size} {
		if *to, err = readRange(q, name); err != nil {
			return f, err
		}
	}
	return f, nil
}

// readRange reads min_NAME and max_NAME.
func readRange(q url.Values, name string) (r store.Range, err error) {
	for end, to := range map[string]*int64{"min_": &r.Min, "max_": &r.Max} {
		text := q.Get(end + name)
		if text == "" {
			continue
		}
		n, ok := parseSize(text)
		if !ok {
			return r, badRequestf("%s must be a number such as 640, 200k or 1.5M, not %q.", end+name, text)
		}
		*to = n
	}
	if r.Max > 0 && r.Min > r.Max {
		return r, badRequestf("min_%s is larger than max_%s: nothing is between them.", name, name)
	}
	return r, nil
}

// parseSize reads a number of bytes or pixels: digits, perhaps with a decimal point, and k, M or G for powers of 1024,
// with or without B or iB behind.
func parseSize(text string) (int64, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	unit := 1.0
	text = strings.TrimSuffix(strings.TrimSuffix(text, "b"), "i")
	for i, letter := range []string{"k", "m", "g"} {
		if number, ok := strings.CutSuffix(text, letter); ok {
			text, unit = number, math.Pow(1024, float64(i+1))
		}
	}
	if strings.Trim(strings.TrimSpace(text), "0123456789.") != "" {
		return 0, false // signs, exponents, infinities
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || x*unit > math.MaxInt64/2 {
		return 0, false
	}
	return int64(math.Round(x * unit)), true
}

// values adds the filter to an address.
func (f CareFilter) values(q url.Values) {
	if f.Category != nil {
		q.Set("category", *f.Category)
	}
	setAll(q, "name", f.Name)
	for name, r := range map[string]store.Range{"width": f.Width, "height": f.Height, "size": f.Size} {
		if r.Min > 0 {
			q.Set("min_"+name, strconv.FormatInt(r.Min, 10))
		}
		if r.Max > 0 {
			q.Set("max_"+name, strconv.FormatInt(r.Max, 10))
		}
	}
}

// any reports whether it selects something away.
func (f CareFilter) any() bool { return f != CareFilter{} }
