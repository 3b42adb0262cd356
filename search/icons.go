package search

import (
	"context"
	"errors"

	"github.com/convnet-playground/convnet/store"
)

// Icons finds, for everything that is to have an icon, a picture of a channel of the first of its layers that has one; nil
// where none has. It is handed in by whoever knows pictures of channels; without one there are none.
type Icons func(ctx context.Context, layers [][]int64) ([]*IconCell, error)

// IconCell is a picture's place on a sheet of small ones.
type IconCell struct {
	Sheet                   string // its address
	Column, Row             int
	SheetWidth, SheetHeight int // pixels
}

// Icon stands for a layer or a model: a channel's picture, else the query under a veil that is thin where the layer answers,
// else a plain mark.
type Icon struct {
	Cell *IconCell
	Veil []VeilSquare
}

// VeilSquare is a part of the query's picture, of which the whole is 100 wide.
type VeilSquare struct {
	X, Y, Size float64
	Level      int // 0: the layer answers most here; veilLevels − 1: least
}

const (
	veilLevels = 6
	// mostIconLayers bounds for how many layers of other models a picture is looked for.
	mostIconLayers = 64
)

// icons gives the strip's layers and the models theirs.
func (s *Service) icons(ctx context.Context, p *SearchPage, t target) error {
	wanted := make([][]int64, 0, len(p.Strip)+len(t.models))
	for _, l := range t.model.layers {
		wanted = append(wanted, []int64{l.LayerID})
	}
	if len(p.Strip) > namedLayers { // columns too thin for an icon
		wanted = wanted[:0]
	}
	strip := len(wanted)
	for _, m := range t.models {
		wanted = append(wanted, m.fromTheEnd())
	}
	cells := make([]*IconCell, len(wanted))
	if s.Icons != nil {
		var err error
		if cells, err = s.Icons(ctx, wanted); err != nil {
			return err
		}
	}
	for i := range p.Strip[:strip] {
		p.Strip[i].Icon.Cell = cells[i]
		if cells[i] == nil {
			var err error
			if p.Strip[i].Icon.Veil, err = s.veil(ctx, t.model.layers[i].Embedding, p.Query); err != nil {
				return err
			}
		}
	}
	for i := range p.Models {
		p.Models[i].Icon.Cell = cells[strip+i]
	}
	return nil
}

// fromTheEnd are the ids of a model's layers, the deepest first, as many as are looked through.
func (m modelLayers) fromTheEnd() []int64 {
	var list []int64
	for i := len(m.layers) - 1; i >= 0 && len(list) < mostIconLayers; i-- {
		list = append(list, m.layers[i].LayerID)
	}
	return list
}

// veil is drawn from the query's stored vector: what the layer's channels are at each part of the picture, all added up. It
// is nil for a picture that is not stored, and where a pooling keeps no places.
func (s *Service) veil(ctx context.Context, e store.Embedding, q Query) ([]VeilSquare, error) {
	if q.ImageID == 0 || e.Channels == 0 || e.Dimension == e.Channels {
		return nil, nil
	}
	v, err := s.db.Vector(ctx, e.ID, q.ImageID)
	if errors.Is(err, store.ErrNotFound) { // an interrupted ingest
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	answers := make([]float64, len(v))
	for i, x := range v {
		answers[i] = max(0, float64(x))
	}
	return veilOf(byCell(answers, e.Channels)), nil
}

func veilOf(grid int, sums []float64) []VeilSquare {
	least, most := sums[0], sums[0]
	for _, sum := range sums {
		least, most = min(least, sum), max(most, sum)
	}
	squares := make([]VeilSquare, len(sums))
	size := 100 / float64(grid)
	for i, sum := range sums {
		squares[i] = VeilSquare{X: float64(i%grid) * size, Y: float64(i/grid) * size, Size: size}
		if most > least {
			squares[i].Level = int((veilLevels - 1) * (most - sum) / (most - least))
		}
	}
	return squares
}
