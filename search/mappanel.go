package search

import (
	"context"
	"slices"
)

// MapPanel is the small map of the search page: the query among all images, with its neighbors.
type MapPanel struct {
	*MapFigure
	Legend []LegendEntry
	Full   string // address of the map page with the same selection
}

// panelEntries is how many categories a small map has room to name: those of the query and its neighbors come first.
const panelEntries = 12

// Shown are the categories that the panel names.
func (p *MapPanel) Shown() []LegendEntry { return p.Legend[:min(len(p.Legend), panelEntries)] }

// More is how many it does not.
func (p *MapPanel) More() int { return max(0, len(p.Legend)-panelEntries) }

// panel is nil when the layer has no map.
func (s *Service) panel(ctx context.Context, st selection, answer *Page, t target) (*MapPanel, error) {
	a := &mapAnswer{target: t, page: answer}
	if err := s.project(ctx, a, ""); err != nil || a.projection.Method == "" {
		return nil, err
	}
	var err error
	if a.layout, err = s.layoutOf(ctx, t.dataset, a.projection); err != nil {
		return nil, err
	}
	if err := s.placeQuery(ctx, a); err != nil {
		return nil, err
	}
	own := mapState{selection: st, method: a.projection.Method}
	own.category, own.page = nil, 0
	return &MapPanel{MapFigure: figure("panel", own, own, a, nil), Legend: foremost(legend(own, t.dataset), answer), Full: own.url("/map")}, nil
}

// foremost puts the categories of an answer before the others.
func foremost(entries []LegendEntry, answer *Page) []LegendEntry {
	there := map[string]bool{answer.Query.Category: true}
	for _, h := range answer.Results {
		there[h.Category] = true
	}
	slices.SortStableFunc(entries, func(a, b LegendEntry) int { return choose(there[a.Name], 0, 1) - choose(there[b.Name], 0, 1) })
	return entries
}
