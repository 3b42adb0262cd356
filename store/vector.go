package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Vector is what a network saw of one image at one layer.
type Vector struct {
	Embedding []float32
	Mean, Max []float32 // one number per channel, over the whole feature map
}

// Vector returns an image's vector in an embedding.
func (db *DB) Vector(ctx context.Context, embeddingID, imageID int64) ([]float32, error) {
	var blob []byte
	err := db.vecRow(ctx, embeddingID, imageID, "embedding", &blob)
	if err != nil {
		return nil, fmt.Errorf("read the vector of image %d in embedding %d: %w", imageID, embeddingID, err)
	}
	return floats(blob)
}

// ChannelStats returns the mean and the maximum of every channel of an image's feature map.
func (db *DB) ChannelStats(ctx context.Context, embeddingID, imageID int64) (mean, maximum []float32, err error) {
	var meanBlob, maxBlob []byte
	err = db.vecRow(ctx, embeddingID, imageID, "channel_mean, channel_max", &meanBlob, &maxBlob)
	if err == nil {
		mean, err = floats(meanBlob)
	}
	if err == nil {
		maximum, err = floats(maxBlob)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read the channels of image %d in embedding %d: %w", imageID, embeddingID, err)
	}
	return mean, maximum, nil
}

func (db *DB) vecRow(ctx context.Context, embeddingID, imageID int64, columns string, dst ...any) error {
	if _, err := embedding(ctx, db.read, embeddingID); err != nil {
		return err
	}
	err := db.read.QueryRowContext(ctx, `SELECT `+columns+` FROM `+vecTable(embeddingID)+` WHERE rowid = ?`, imageID).Scan(dst...)
	if errors.Is(err, sql.ErrNoRows) {
		return sentence(ErrNotFound, "the image has no vector there")
	}
	return err
}

// Vectors calls fn with every vector of an embedding, by image id. The slice is fn's to keep.
func (db *DB) Vectors(ctx context.Context, embeddingID int64, fn func(imageID int64, v []float32) error) error {
	if _, err := embedding(ctx, db.read, embeddingID); err != nil {
		return err
	}
	rows, err := db.read.QueryContext(ctx, `SELECT rowid, embedding FROM `+vecTable(embeddingID)+` ORDER BY rowid`)
	if err != nil {
		return fmt.Errorf("read the vectors of embedding %d: %w", embeddingID, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var blob sql.RawBytes
		if err := rows.Scan(&id, &blob); err != nil {
			return fmt.Errorf("read the vectors of embedding %d: %w", embeddingID, err)
		}
		v, err := floats(blob)
		if err == nil {
			err = fn(id, v)
		}
		if err != nil {
			return err
		}
	}
	return rows.Err()
}

// PutVector stores an image's vector, in place of an earlier one.
func (tx *Tx) PutVector(embeddingID, imageID int64, v Vector) error {
	err := tx.checkVector(embeddingID, imageID, v)
	if err == nil { // sqlite-vec's INSERT OR REPLACE does not replace
		_, err = tx.exec(`DELETE FROM `+vecTable(embeddingID)+` WHERE rowid = ?`, imageID)
	}
	if err == nil {
		_, err = tx.exec(`INSERT INTO `+vecTable(embeddingID)+` (rowid, embedding, channel_mean, channel_max) VALUES (?, ?, ?, ?)`,
			imageID, blob(v.Embedding), blob(v.Mean), blob(v.Max))
	}
	if err != nil {
		return fmt.Errorf("insert the vector of image %d into embedding %d: %w", imageID, embeddingID, err)
	}
	return nil
}

// vectorShape is what the vectors of an embedding must be like.
type vectorShape struct {
	dataset             int64
	dimension, channels int
}

// checkVector refuses what sqlite-vec would take: numbers that are not finite, and images of other datasets.
func (tx *Tx) checkVector(embeddingID, imageID int64, v Vector) error {
	want, err := tx.shapeOf(embeddingID)
	if err != nil {
		return err
	}
	dataset, err := tx.datasetOf(imageID)
	switch {
	case err != nil:
		return err
	case dataset != want.dataset:
		return sentence(ErrNotFound, "the image is not in the embedding's dataset")
	case len(v.Embedding) != want.dimension:
		return sentence(ErrInvalid, "the vector has %d dimensions, the embedding %d", len(v.Embedding), want.dimension)
	case len(v.Mean) != want.channels || len(v.Max) != want.channels:
		return sentence(ErrInvalid, "%d means and %d maxima for %d channels", len(v.Mean), len(v.Max), want.channels)
	case !finite(v.Embedding) || !finite(v.Mean) || !finite(v.Max):
		return sentence(ErrInvalid, "the vector holds a number that is not finite")
	}
	return nil
}

func (tx *Tx) shapeOf(embeddingID int64) (vectorShape, error) {
	if s, ok := tx.shapes[embeddingID]; ok {
		return s, nil
	}
	var s vectorShape
	err := tx.sql.QueryRowContext(tx.ctx, `
		SELECT embedding.dataset_id, embedding.dimension, layer.channels
		FROM embedding JOIN layer ON layer.id = embedding.layer_id
		WHERE embedding.id = ?`, embeddingID).Scan(&s.dataset, &s.dimension, &s.channels)
	if errors.Is(err, sql.ErrNoRows) {
		return s, sentence(ErrNotFound, "there is no such embedding")
	}
	if err != nil {
		return s, err
	}
	if tx.shapes == nil {
		tx.shapes = map[int64]vectorShape{}
	}
	tx.shapes[embeddingID] = s
	return s, nil
}

// datasetOf remembers the last image only: its vectors come one after the other.
func (tx *Tx) datasetOf(imageID int64) (dataset int64, err error) {
	if tx.located.image == imageID {
		return tx.located.dataset, nil
	}
	err = tx.sql.QueryRowContext(tx.ctx, `SELECT dataset_id FROM image WHERE id = ?`, imageID).Scan(&dataset)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, sentence(ErrNotFound, "there is no such image")
	}
	if err == nil {
		tx.located.image, tx.located.dataset = imageID, dataset
	}
	return dataset, err
}

// forget drops what PutVector remembers.
func (tx *Tx) forget() {
	clear(tx.shapes)
	tx.located.image = 0
}

// finite reports whether no number is NaN or infinite.
func finite(v []float32) bool {
	for _, x := range v {
		if math.Float32bits(x)&0x7f800000 == 0x7f800000 {
			return false
		}
	}
	return true
}

// blob writes numbers as sqlite-vec stores them: float32, little-endian.
func blob(v []float32) []byte {
	b := make([]byte, 4*len(v))
	for i, x := range v {
		binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(x))
	}
	return b
}

// floats reads what blob has written.
func floats(b []byte) ([]float32, error) {
	if len(b)%4 != 0 {
		return nil, sentence(ErrDamaged, "%d bytes are not a vector: run `convnet check`", len(b))
	}
	v := make([]float32, len(b)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return v, nil
}
