package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math"
)

// ChannelValues is what the channels of a layer made of one image.
type ChannelValues struct {
	ImageID   int64
	Category  string    // "" when the image has none
	Mean, Max []float32 // one number per channel, over the whole feature map
}

// ChannelValues calls fn with the channel values of every image of an embedding, by image id. One image is in memory at a
// time: the slices are fn's until it returns.
func (db *DB) ChannelValues(ctx context.Context, embeddingID int64, fn func(v ChannelValues) error) error {
	err := db.channelValues(ctx, embeddingID, fn)
	if err != nil {
		return fmt.Errorf("read the channels of embedding %d: %w", embeddingID, err)
	}
	return nil
}

// channelValues reads the table in which vec0 keeps the channels' values: through vec0 itself, each row is looked up by a
// statement of its own.
func (db *DB) channelValues(ctx context.Context, embeddingID int64, fn func(v ChannelValues) error) error {
	e, err := embedding(ctx, db.read, embeddingID)
	if err != nil {
		return err
	}
	rows, err := db.read.QueryContext(ctx, `
		SELECT values_of.rowid, image.category, values_of.value00, values_of.value01
		FROM `+vecShadow(e.ID, "auxiliary")+` values_of JOIN image ON image.id = values_of.rowid ORDER BY values_of.rowid`)
	if err != nil {
		return err
	}
	defer rows.Close()
	v := ChannelValues{Mean: make([]float32, e.Channels), Max: make([]float32, e.Channels)}
	for rows.Next() {
		var mean, maximum sql.RawBytes
		if err := rows.Scan(&v.ImageID, &v.Category, &mean, &maximum); err != nil {
			return err
		}
		if !readFinite(v.Mean, mean) || !readFinite(v.Max, maximum) {
			return sentence(ErrDamaged, "image %d has not %d finite values: run `convnet check`", v.ImageID, e.Channels)
		}
		if err := fn(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// readFinite reads numbers that blob has written into dst, and reports whether they are as many and all finite.
func readFinite(dst []float32, b []byte) bool {
	if len(b) != 4*len(dst) {
		return false
	}
	good := true
	for i := range dst {
		bits := binary.LittleEndian.Uint32(b[4*i:])
		good = good && bits&0x7f800000 != 0x7f800000
		dst[i] = math.Float32frombits(bits)
	}
	return good
}

// EmbeddingVersion returns a text that is another one once an ingest may have changed an embedding's vectors or the
// categories of its images: what has been computed from them is then to be computed again. It is made of how many
// vectors there are and of the state of the dataset's last run, and costs a tenth of a millisecond.
func (db *DB) EmbeddingVersion(ctx context.Context, embeddingID int64) (string, error) {
	version, err := db.embeddingVersion(ctx, embeddingID)
	if err != nil {
		return "", fmt.Errorf("look for changes of embedding %d: %w", embeddingID, err)
	}
	return version, nil
}

func (db *DB) embeddingVersion(ctx context.Context, embeddingID int64) (string, error) {
	e, err := embedding(ctx, db.read, embeddingID)
	if err != nil {
		return "", err
	}
	var vectors int
	var run string
	err = db.read.QueryRowContext(ctx, `
		SELECT count(*), coalesce((
			SELECT id || ' ' || started_at || ' ' || finished_at FROM run WHERE dataset_id = ? ORDER BY id DESC LIMIT 1), '')
		FROM `+vecShadow(e.ID, "rowids"), e.DatasetID).Scan(&vectors, &run)
	return fmt.Sprintf("dataset %d, layer %d, %d vectors, run %s", e.DatasetID, e.LayerID, vectors, run), err
}
