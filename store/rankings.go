package store

import (
	"context"
	"fmt"

	"github.com/convnet-playground/convnet/store/internal/vecscan"
)

// Measure is a metric, with its exponent for Minkowski; 0 means DefaultP.
type Measure struct {
	Metric Metric
	P      float64
}

// RankingQuery says how the images of an embedding are to be ranked.
type RankingQuery struct {
	Measures []Measure
	Depth    int // how many places must be those of the exact distances
	// Visit is called once for every measure (an index into Measures) and image (an index into the ids that Rankings
	// returns), with the indices of all other images, nearest first. Calls come from several goroutines, in any order,
	// and must not keep the slice.
	Visit func(measure, image int, nearest []int32)
}

// Rankings ranks all images of an embedding by their distance from each of them, and returns the images' ids in ascending
// order. The first places, Depth of them, are those that Neighbors gives: exact, ties by image id. Places further down are
// ordered by 32-bit sums, so images whose distances differ by less than about 1e-6 of themselves may be the wrong way
// round there; equal vectors still tie by id. Metrics that share a pass over all pairs are best asked for together.
//
// The vectors are in memory twice meanwhile.
func (db *DB) Rankings(ctx context.Context, embeddingID int64, q RankingQuery) ([]int64, error) {
	ids, err := db.rankings(ctx, embeddingID, q)
	if err != nil {
		return nil, fmt.Errorf("rank the images of embedding %d: %w", embeddingID, err)
	}
	return ids, nil
}

func (db *DB) rankings(ctx context.Context, embeddingID int64, q RankingQuery) ([]int64, error) {
	measures := make([]vecscan.Measure, len(q.Measures))
	for i, m := range q.Measures {
		p, err := checkP(m.P)
		if err != nil && m.Metric == Minkowski {
			return nil, err
		}
		if _, err := ParseMetric(string(m.Metric)); err != nil {
			return nil, err
		}
		measures[i] = vecscan.Measure{Metric: kernelMetric(m.Metric), P: p}
	}
	pairs, ids, err := db.pairs(ctx, embeddingID)
	if err != nil {
		return nil, err
	}
	defer pairs.Close()
	return ids, pairs.Order(ctx, measures, q.Depth, q.Visit)
}

// VectorIDs returns the ids of the images that have a vector in the embedding, in ascending order.
func (db *DB) VectorIDs(ctx context.Context, embeddingID int64) ([]int64, error) {
	if _, err := embedding(ctx, db.read, embeddingID); err != nil {
		return nil, err
	}
	known, err := ids(ctx, db.read, `SELECT rowid FROM `+vecShadow(embeddingID, "rowids")+` ORDER BY rowid`)
	if err != nil {
		return nil, fmt.Errorf("read the images of embedding %d: %w", embeddingID, err)
	}
	return known, nil
}

// pairs reads all vectors of an embedding, by image id.
func (db *DB) pairs(ctx context.Context, embeddingID int64) (*vecscan.Pairs, []int64, error) {
	e, err := embedding(ctx, db.read, embeddingID)
	if err != nil {
		return nil, nil, err
	}
	known, err := db.VectorIDs(ctx, e.ID)
	if err != nil {
		return nil, nil, err
	}
	pairs, err := vecscan.NewPairs(len(known), e.Dimension)
	if err != nil {
		return nil, nil, err
	}
	i := 0
	err = db.Vectors(ctx, e.ID, func(imageID int64, v []float32) error {
		if i == len(known) || known[i] != imageID {
			return sentence(ErrInvalid, "the dataset changed meanwhile: run the command again")
		}
		pairs.Set(i, v)
		i++
		return nil
	})
	if err == nil && i < len(known) {
		err = sentence(ErrInvalid, "the dataset changed meanwhile: run the command again")
	}
	if err != nil {
		pairs.Close()
		return nil, nil, err
	}
	return pairs, known, nil
}
