package server

import (
	"context"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

// icons gives the search pages the explorer's pictures of channels.
func icons(db *store.DB) search.Icons {
	return func(ctx context.Context, layers [][]int64) ([]*search.IconCell, error) {
		cells, err := explorer.Icons(ctx, db, layers)
		if err != nil {
			return nil, err
		}
		icons := make([]*search.IconCell, len(cells))
		for i, c := range cells {
			if c != nil {
				icons[i] = &search.IconCell{Sheet: c.Sheet, Column: c.Column, Row: c.Row, SheetWidth: c.SheetWidth(), SheetHeight: c.SheetHeight()}
			}
		}
		return icons, nil
	}
}
