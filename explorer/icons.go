package explorer

import (
	"context"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// Icons finds a small picture of a channel for everything that is to have an icon: that of the first of its layers which has
// any, nil where none has. All lie on as few sheets as can be, each once.
func Icons(ctx context.Context, db *store.DB, wanted [][]int64) ([]*Cell, error) {
	pictures, err := db.LayerPictures(ctx, slices.Concat(wanted...))
	if err != nil {
		return nil, err
	}
	of := map[int64]store.Visualization{}
	for _, v := range pictures {
		of[v.LayerID] = v
	}
	chosen, shown := make([]int64, len(wanted)), []store.Visualization{}
	for i, layers := range wanted {
		at := slices.IndexFunc(layers, func(id int64) bool { return of[id].ID != 0 })
		if at < 0 {
			continue
		}
		v := of[layers[at]]
		chosen[i] = v.ID
		if !slices.ContainsFunc(shown, func(other store.Visualization) bool { return other.ID == v.ID }) {
			shown = append(shown, v)
		}
	}
	cells := arrange(shown, iconTile)
	icons := make([]*Cell, len(wanted))
	for i, id := range chosen {
		if at := slices.IndexFunc(shown, func(v store.Visualization) bool { return v.ID == id }); at >= 0 {
			icons[i] = &cells[at]
		}
	}
	return icons, nil
}
