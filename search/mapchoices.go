package search

import (
	"slices"
	"strings"

	"github.com/convnet-playground/convnet/store"
)

// datasetMap turns an address of the search page into that of the map with the same selection.
func datasetMap(search string) string { return "/map" + strings.TrimPrefix(search, "/search") }

func (s mapState) modelChoices(t target) []Choice {
	list := modelChoices(s.selection, t)
	for i, m := range t.models {
		best := m.best()
		list[i].URL = s.with(func(s *mapState) { s.model, s.layer, s.pooling, s.page = m.name, best.Layer, "", 0 })
	}
	return list
}

func (s mapState) layerChoices(layers []LayerScore, t target) []Choice {
	var list []Choice
	for i, l := range layers {
		pooling := ""
		if t.model.ambiguous(l.Layer) {
			pooling = t.model.layers[i].Pooling
		}
		score := l.Score
		if score == nil {
			score = l.MeanScore
		}
		list = append(list, Choice{
			Name: l.Layer, Note: pooling, Current: l.Current, Score: score,
			URL: s.with(func(s *mapState) { s.layer, s.pooling = l.Layer, pooling }),
		})
	}
	return list
}

var methodNotes = map[string]string{
	store.UMAP: "keeps neighbors together; distances between far groups mean little",
	store.PCA:  "the two directions in which the vectors differ most",
}

func (s mapState) methodChoices(methods []string) []Choice {
	var list []Choice
	for _, m := range methods {
		list = append(list, Choice{
			Name: strings.ToUpper(m), Note: methodNotes[m], Current: m == s.method, URL: s.with(func(s *mapState) { s.method = m }),
		})
	}
	return list
}

func (s mapState) colorChoices() []Choice {
	notes := []struct{ by, note string }{
		{colorByCategory, "the images’ categories"}, {colorByDistance, "how far every image is from the query"},
		{colorByScore, "every image’s own weighted search score: where does this layer fail?"},
	}
	var list []Choice
	for _, n := range notes {
		list = append(list, Choice{
			Name: n.by, Note: n.note, Current: s.color.by == n.by, URL: s.with(func(s *mapState) { s.color = coloring{by: n.by} }),
		})
	}
	return list
}

func (s mapState) channelForm(channels int) ChannelForm {
	return ChannelForm{
		Number: min(s.color.channel, channels-1), Last: channels - 1, Current: s.color.by == colorByChannel,
		Fields: append(s.fieldsWithout("color"), Field{"color", colorByChannel}),
	}
}

// besideChoices are all layers of all models but the one that is shown.
func (s mapState) besideChoices(t target) []BesideGroup {
	var groups []BesideGroup
	for _, m := range t.models {
		g := BesideGroup{Model: m.name}
		for _, l := range m.layers {
			if l.ID == t.embedding.ID {
				continue
			}
			g.Layers = append(g.Layers, BesideLayer{
				Value: m.name + "/" + l.Layer, Layer: l.Layer, Current: s.second.layer == l.Layer && (s.second.model == m.name || s.second.model == "" && m.name == s.model),
			})
		}
		if len(g.Layers) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// fieldsWithout is the state as hidden fields of a form, without those that the form asks for.
func (s mapState) fieldsWithout(names ...string) []Field {
	var list []Field
	for name, values := range s.values() {
		for _, value := range values {
			if !slices.Contains(names, name) {
				list = append(list, Field{name, value})
			}
		}
	}
	slices.SortFunc(list, func(a, b Field) int { return strings.Compare(a.Name+"\x00"+a.Value, b.Name+"\x00"+b.Value) })
	return list
}
