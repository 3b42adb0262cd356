package cnn

import (
	"slices"
	"strings"

	"github.com/convnet-playground/convnet/internal/editdistance"
)

// maxSuggestions keeps an error message to one line.
const maxSuggestions = 3

// DidYouMean returns "; did you mean a, b or c?" with the candidates nearest to a mistyped name, or nothing when none
// is near.
func DidYouMean(name string, candidates []string) string {
	near := Suggest(name, candidates)
	switch n := len(near); n {
	case 0:
		return ""
	case 1:
		return "; did you mean " + near[0] + "?"
	default:
		return "; did you mean " + strings.Join(near[:n-1], ", ") + " or " + near[n-1] + "?"
	}
}

// Suggest returns up to three candidates that a mistyped name may have meant, the nearest first. Near is an edit
// distance, case ignored, of at most a third of the name's length, or sharing its beginning.
func Suggest(name string, candidates []string) []string {
	type scored struct {
		name     string
		distance int
	}
	var near []scored
	lower := strings.ToLower(name)
	for _, c := range candidates {
		d, other := 0, strings.ToLower(c)
		switch {
		case lower != "" && strings.HasPrefix(other, lower):
			d = 1 // a name cut short is the commonest slip, however much is missing
		case tooLong(lower, other):
			continue
		default:
			d = editdistance.Bytes(lower, other)
		}
		if d <= max(1, len(name)/3) {
			near = append(near, scored{c, d})
		}
	}
	slices.SortStableFunc(near, func(a, b scored) int { return a.distance - b.distance })
	var names []string
	for _, s := range near[:min(len(near), maxSuggestions)] {
		names = append(names, s.name)
	}
	return names
}

// tooLong spares the quadratic comparison of strings whose lengths alone keep them apart.
func tooLong(a, b string) bool {
	return len(a) > 4*len(b)+8 || len(b) > 4*len(a)+8 || len(a) > 256
}
