package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"math"
	"strconv"
	"strings"
)

// NewVisualization is a visualization to be stored.
type NewVisualization struct {
	LayerID    int64
	Objective  string // canonical: the same objective must always be the same text
	Number     int    // which picture of a set made to be diverse, from 0
	Parameters []byte // JSON: all that decides the result; other bytes are other parameters
	Size       int    // pixels on a side
	Start, End float64
	Curve      []float32 // the objective's value at each step
	Dead       bool      // nothing excites it
	Seconds    float64
	PNG        []byte // may be nil when Dead
}

// PutVisualization stores a visualization and returns its id, in a transaction of its own. Pictures that belong together
// are stored together with Tx.PutVisualization.
func (db *DB) PutVisualization(ctx context.Context, n NewVisualization) (id int64, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		id, err = tx.PutVisualization(n)
		return err
	})
	return id, err
}

// PutVisualization stores a visualization and returns its id. One of the same layer, objective, parameters and number is
// replaced and keeps its id.
func (tx *Tx) PutVisualization(n NewVisualization) (int64, error) {
	id, err := tx.putVisualization(n)
	if err != nil {
		return 0, fmt.Errorf("store visualization %d of %s on layer %d: %w", n.Number, n.Objective, n.LayerID, err)
	}
	return id, nil
}

func (tx *Tx) putVisualization(n NewVisualization) (int64, error) {
	if err := n.check(); err != nil {
		return 0, err
	}
	channel, err := tx.channelOf(n.LayerID, n.Objective)
	if err != nil {
		return 0, err
	}
	id, err := tx.upsertVisualization(n, channel)
	if err != nil {
		return 0, err
	}
	if err := tx.deleteParts("visualization_png", id); err != nil {
		return 0, err
	}
	return id, tx.putParts("visualization_png", id, n.PNG)
}

// upsertVisualization writes all but the picture; channel is nil for an objective that is not about one.
func (tx *Tx) upsertVisualization(n NewVisualization, channel any) (int64, error) {
	parametersSum := sha256.Sum256(n.Parameters)
	var pngSum []byte // NULL
	if len(n.PNG) > 0 {
		sum := sha256.Sum256(n.PNG)
		pngSum = sum[:]
	}
	id, _, err := tx.id(`
		INSERT INTO visualization (layer_id, objective, channel, number, parameters, parameters_sha256, size, objective_start,
			objective_end, curve, dead, seconds, png_bytes, png_sha256, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (layer_id, objective, parameters_sha256, number) DO UPDATE
		SET size = excluded.size, objective_start = excluded.objective_start, objective_end = excluded.objective_end,
			curve = excluded.curve, dead = excluded.dead, seconds = excluded.seconds, png_bytes = excluded.png_bytes,
			png_sha256 = excluded.png_sha256, created_at = excluded.created_at
		RETURNING id`,
		n.LayerID, n.Objective, channel, n.Number, string(n.Parameters), parametersSum[:], n.Size, n.Start, n.End, blob(n.Curve), n.Dead,
		n.Seconds, len(n.PNG), pngSum, tx.timestamp())
	return id, err
}

// check refuses what Check would report later.
func (n *NewVisualization) check() error {
	switch {
	case n.Objective == "":
		return sentence(ErrInvalid, "it has no objective")
	case n.Number < 0:
		return sentence(ErrInvalid, "pictures of a set are numbered from 0")
	case !json.Valid(n.Parameters):
		return sentence(ErrInvalid, "the parameters are not JSON")
	case !finite(n.Curve) || !finite64(n.Start, n.End, n.Seconds):
		return sentence(ErrInvalid, "the objective's values hold a number that is not finite")
	case len(n.PNG) == 0 && !n.Dead:
		return sentence(ErrInvalid, "there is no picture, though something excites it")
	case len(n.PNG) == 0 && n.Size > 0:
		return nil
	}
	if detail := pngContradiction(n.PNG, n.Size); detail != "" {
		return sentence(ErrInvalid, "%s", detail)
	}
	return nil
}

// pngContradiction says why bytes are not a picture of that size, "" if they are. It reads the header only.
func pngContradiction(data []byte, size int) string {
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Sprintf("its bytes are no PNG (%v)", err)
	}
	if config.Width != size || config.Height != size {
		return fmt.Sprintf("its picture has %d × %d pixels, not %d × %d", config.Width, config.Height, size, size)
	}
	return ""
}

func finite64(all ...float64) bool {
	for _, x := range all {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// channelOf returns the channel that an objective is about, nil when it is not about one, and refuses channels and layers
// that there are not.
func (tx *Tx) channelOf(layerID int64, objective string) (any, error) {
	var channels int
	err := tx.sql.QueryRowContext(tx.ctx, `SELECT channels FROM layer WHERE id = ?`, layerID).Scan(&channels)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, sentence(ErrNotFound, "there is no such layer")
	}
	if err != nil {
		return nil, err
	}
	channel := objectiveChannel(objective)
	if channel >= channels {
		return nil, sentence(ErrInvalid, "the layer has %d channels", channels)
	}
	if channel == NoChannel {
		return nil, nil
	}
	return channel, nil
}

// objectiveChannel reads channel:17 and channel:-17.
func objectiveChannel(objective string) int {
	digits, ok := strings.CutPrefix(objective, "channel:")
	channel, err := strconv.ParseUint(strings.TrimPrefix(digits, "-"), 10, 31)
	if !ok || err != nil {
		return NoChannel
	}
	return int(channel)
}

// DeleteVisualizations deletes the visualizations of a layer.
func (db *DB) DeleteVisualizations(ctx context.Context, layerID int64) error {
	return db.Update(ctx, func(tx *Tx) error {
		if _, err := tx.exec(`DELETE FROM visualization WHERE layer_id = ?`, layerID); err != nil {
			return fmt.Errorf("delete the visualizations of layer %d: %w", layerID, err)
		}
		return nil
	})
}
