package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// ProjectionPoints is the places of a projection's images, as parallel slices by image id.
type ProjectionPoints struct {
	ImageIDs []int64
	X, Y     []float32
	Placed   []bool // placed later, among points that did not move
}

// ProjectionPoints returns the points of an embedding's projection by a method, or ErrNotFound.
func (db *DB) ProjectionPoints(ctx context.Context, embeddingID int64, method string) (ProjectionPoints, error) {
	stored, err := readPoints(ctx, db.read, embeddingID, method)
	if err != nil {
		return ProjectionPoints{}, fmt.Errorf("read the points of the %s projection of embedding %d: %w", method, embeddingID, err)
	}
	return stored.byImage(), nil
}

// storedPoints is a projection's points as they are stored: the first so many were fitted, the others placed later.
type storedPoints struct {
	fitted int
	ids    []int64
	xy     []float32 // x and y of each
}

func readPoints(ctx context.Context, q querier, embeddingID int64, method string) (p storedPoints, err error) {
	var ids, xy sql.RawBytes
	rows, err := q.QueryContext(ctx, `SELECT fitted, image_ids, coordinates FROM projection WHERE embedding_id = ? AND method = ?`, embeddingID, method)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	if !rows.Next() {
		return p, errors.Join(rows.Err(), noProjection())
	}
	if err := rows.Scan(&p.fitted, &ids, &xy); err != nil {
		return p, err
	}
	if p.ids, err = int64s(ids); err == nil {
		p.xy, err = floats(xy)
	}
	if err == nil && (len(p.xy) != 2*len(p.ids) || p.fitted < 0 || p.fitted > len(p.ids)) {
		err = sentence(ErrDamaged, "%d images, %d of them fitted, and %d coordinates contradict each other: run `convnet check`", len(p.ids), p.fitted, len(p.xy))
	}
	return p, err
}

// byImage sorts the points.
func (p storedPoints) byImage() ProjectionPoints {
	order := make([]int, len(p.ids))
	for i := range order {
		order[i] = i
	}
	if !slices.IsSorted(p.ids) { // some were placed later
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p.ids[a], p.ids[b]) })
	}
	n := len(order)
	sorted := ProjectionPoints{ImageIDs: make([]int64, n), X: make([]float32, n), Y: make([]float32, n), Placed: make([]bool, n)}
	for i, from := range order {
		sorted.ImageIDs[i], sorted.X[i], sorted.Y[i], sorted.Placed[i] = p.ids[from], p.xy[2*from], p.xy[2*from+1], from >= p.fitted
	}
	return sorted
}

// join returns the points with others behind them.
func (p storedPoints) join(placed storedPoints) storedPoints {
	return storedPoints{fitted: p.fitted, ids: append(p.ids, placed.ids...), xy: append(p.xy, placed.xy...)}
}

// without returns the points that are not gone.
func (p storedPoints) without(gone func(imageID int64) bool) (kept storedPoints) {
	for i, id := range p.ids {
		if gone(id) {
			continue
		}
		if i < p.fitted {
			kept.fitted++
		}
		kept.ids, kept.xy = append(kept.ids, id), append(kept.xy, p.xy[2*i], p.xy[2*i+1])
	}
	return kept
}

// idsBlob writes image ids as they are stored.
func idsBlob(ids []int64) []byte {
	b := make([]byte, 0, 8*len(ids))
	for _, id := range ids {
		b = binary.LittleEndian.AppendUint64(b, uint64(id))
	}
	return b
}

// int64s reads what idsBlob has written.
func int64s(b []byte) ([]int64, error) {
	if len(b)%8 != 0 {
		return nil, sentence(ErrDamaged, "%d bytes are not a list of images: run `convnet check`", len(b))
	}
	ids := make([]int64, len(b)/8)
	for i := range ids {
		ids[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
		if ids[i] < 1 || ids[i] > math.MaxInt64/maxParts {
			return nil, sentence(ErrDamaged, "%d is no image: run `convnet check`", ids[i])
		}
	}
	return ids, nil
}
