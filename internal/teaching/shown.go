package teaching

import (
	"encoding/hex"
	"errors"
	"net/url"
	"strings"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

func shownImage(img store.Image) Shown {
	return Shown{Name: img.Name, Category: img.Category, SHA256: hex.EncodeToString(img.SHA256[:]), Width: img.Width, Height: img.Height}
}

// shownHits are results at a layer, each leading to why it is one.
func (s *subject) shownHits(e store.Embedding, hits []search.Hit) []Shown {
	list := make([]Shown, len(hits))
	for i, h := range hits {
		q := s.values(e)
		q.Set("with", h.Name)
		list[i] = Shown{
			Name: h.Name, Category: h.Category, SHA256: h.SHA256, Width: h.Width, Height: h.Height, URL: "/why?" + q.Encode(),
		}
		list[i].Other = h.SameCategory != nil && !*h.SameCategory
	}
	return list
}

// first is up to n of a list.
func first[T any](list []T, n int) []T { return list[:min(len(list), n)] }

func isBadRequest(err error) bool {
	var bad search.BadRequest
	return errors.As(err, &bad)
}

// quoted is a name within a sentence.
func quoted(name string) string { return "“" + name + "”" }

// joined is "a", "a and b", "a, b and c".
func joined(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

func layerURL(e store.Embedding) string {
	return "/models/" + url.PathEscape(e.Model) + "/layers/" + url.PathEscape(e.Layer)
}
