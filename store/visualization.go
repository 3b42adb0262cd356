package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// Visualization is a picture made by optimisation for an objective on a layer, without its PNG.
type Visualization struct {
	ID, LayerID      int64
	Objective        string // canonical: channel:17, channel:-17 for its opposite, layer, class:3, …
	Channel          int    // of an objective that is about one channel, else NoChannel
	Number           int    // which picture of a set made to be diverse, from 0
	Parameters       []byte // JSON: all that decides the result
	ParametersSHA256 [32]byte
	Size             int     // pixels on a side
	Start, End       float64 // the objective's value before the first step and after the last
	Curve            []float32
	Dead             bool // nothing excites it
	Seconds          float64
	PNGBytes         int64    // 0: there is no picture, because it is dead
	PNGSHA256        [32]byte // zero when there is none
	CreatedAt        string
}

// NoChannel is the channel of an objective that is not about one.
const NoChannel = -1

// VisualizationFilter selects visualizations of a layer; zero fields select nothing away.
type VisualizationFilter struct {
	Objective string
	Channel   *int
	Newest    bool // of several of one objective and number, made with other parameters, only the newest
}

const visualizationColumns = `
	SELECT id, layer_id, objective, coalesce(channel, -1), number, parameters, parameters_sha256, size, objective_start,
	       objective_end, curve, dead, seconds, png_bytes, coalesce(png_sha256, zeroblob(32)), created_at
	FROM visualization `

func scanVisualization(rows *sql.Rows) (v Visualization, err error) {
	var curve sql.RawBytes
	err = rows.Scan(&v.ID, &v.LayerID, &v.Objective, &v.Channel, &v.Number, &v.Parameters, (*storedHash)(&v.ParametersSHA256),
		&v.Size, &v.Start, &v.End, &curve, &v.Dead, &v.Seconds, &v.PNGBytes, (*storedHash)(&v.PNGSHA256), &v.CreatedAt)
	if err == nil {
		v.Curve, err = floats(curve)
	}
	return v, err
}

// Visualizations returns the selected visualizations of a layer by channel, objective and number, the newest first.
// Those that are not about one channel come first.
func (db *DB) Visualizations(ctx context.Context, layerID int64, f VisualizationFilter) ([]Visualization, error) {
	terms, args := []string{"layer_id = ?"}, []any{layerID}
	if f.Objective != "" {
		terms, args = append(terms, "objective = ?"), append(args, f.Objective)
	}
	if f.Channel != nil {
		terms, args = append(terms, "channel = ?"), append(args, *f.Channel)
	}
	all, err := collect(ctx, db.read, scanVisualization, visualizationColumns+`WHERE `+strings.Join(terms, " AND ")+`
		ORDER BY channel, objective, number, created_at DESC, id DESC`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the visualizations of layer %d: %w", layerID, err)
	}
	if f.Newest {
		all = slices.CompactFunc(all, func(a, b Visualization) bool { return a.Objective == b.Objective && a.Number == b.Number })
	}
	return all, nil
}

// Visualization returns a visualization by its id.
func (db *DB) Visualization(ctx context.Context, id int64) (Visualization, error) {
	return db.oneVisualization(ctx, fmt.Sprintf("visualization %d", id), `WHERE id = ?`, id)
}

// VisualizationFor returns the newest visualization of an objective on a layer: picture number of its set, from 0.
func (db *DB) VisualizationFor(ctx context.Context, layerID int64, objective string, number int) (Visualization, error) {
	return db.oneVisualization(ctx, fmt.Sprintf("visualization %d of %s on layer %d", number, objective, layerID), `
		WHERE layer_id = ? AND objective = ? AND number = ? ORDER BY created_at DESC, id DESC LIMIT 1`, layerID, objective, number)
}

func (db *DB) oneVisualization(ctx context.Context, what, where string, args ...any) (Visualization, error) {
	all, err := collect(ctx, db.read, scanVisualization, visualizationColumns+where, args...)
	if err != nil {
		return Visualization{}, fmt.Errorf("read %s: %w", what, err)
	}
	if len(all) == 0 {
		return Visualization{}, sentence(ErrNotFound, "there is no %s", what)
	}
	return all[0], nil
}

// VisualizationPNG returns the picture itself; ErrNotFound also where there is none because nothing excites its objective.
func (db *DB) VisualizationPNG(ctx context.Context, id int64) ([]byte, error) {
	v, err := db.Visualization(ctx, id)
	if err != nil {
		return nil, err
	}
	if v.PNGBytes == 0 {
		return nil, sentence(ErrNotFound, "nothing excites %s: visualization %d has no picture", v.Objective, id)
	}
	data, err := readParts(ctx, db.read, "visualization_png", id)
	if err == nil && int64(len(data)) != v.PNGBytes {
		err = sentence(ErrDamaged, "it has %d of %d bytes: run `convnet check`", len(data), v.PNGBytes)
	}
	if err != nil {
		return nil, fmt.Errorf("read the picture of visualization %d: %w", id, err)
	}
	return data, nil
}

// VisualizationCount is how many visualizations there are, of all layers.
func (db *DB) VisualizationCount(ctx context.Context) (n int, err error) {
	if err := db.read.QueryRowContext(ctx, `SELECT count(*) FROM visualization`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the visualizations: %w", err)
	}
	return n, nil
}

// HasVisualization reports whether an objective's pictures have been made with exactly these parameters.
func (db *DB) HasVisualization(ctx context.Context, layerID int64, objective string, parametersSHA256 [32]byte) (has bool, err error) {
	err = db.read.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM visualization WHERE layer_id = ? AND objective = ? AND parameters_sha256 = ?)`,
		layerID, objective, parametersSHA256[:]).Scan(&has)
	if err != nil {
		return false, fmt.Errorf("look for a visualization of %s on layer %d: %w", objective, layerID, err)
	}
	return has, nil
}
