package store

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/convnet-playground/convnet/store/internal/vecscan"
)

// Pair is the ids of two images.
type Pair [2]int64

// PairDistances measures the distance of each pair under a metric: exact, the same that Neighbors reports. Every image needs
// a vector in the embedding, or the answer is ErrNotFound. The vectors of all images of the pairs are in memory meanwhile.
func (db *DB) PairDistances(ctx context.Context, embeddingID int64, m Measure, pairs []Pair) ([]float64, error) {
	list, err := db.pairDistances(ctx, embeddingID, m, pairs)
	if err != nil {
		return nil, fmt.Errorf("measure pairs of embedding %d by %s: %w", embeddingID, m.Metric, err)
	}
	return list, nil
}

func (db *DB) pairDistances(ctx context.Context, embeddingID int64, m Measure, pairs []Pair) ([]float64, error) {
	if _, err := ParseMetric(string(m.Metric)); err != nil {
		return nil, err
	}
	p, err := checkP(m.P)
	if err != nil && m.Metric == Minkowski {
		return nil, err
	}
	vectors, err := db.vectorsOf(ctx, embeddingID, pairs)
	if err != nil {
		return nil, err
	}
	measure, list := vecscan.Measure{Metric: kernelMetric(m.Metric), P: p}, make([]float64, len(pairs))
	return list, inChunks(ctx, len(pairs), func(i int) error {
		a, b := vectors[pairs[i][0]], vectors[pairs[i][1]]
		if a == nil || b == nil {
			return sentence(ErrNotFound, "one of images %d and %d has no vector there", pairs[i][0], pairs[i][1])
		}
		list[i] = vecscan.Distance(measure, a, b)
		return nil
	})
}

// inChunks calls fn with 0 to n−1, on all cores.
func inChunks(ctx context.Context, n int, fn func(i int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	const chunk = 1024
	for from := 0; from < n; from += chunk {
		g.Go(func() error {
			for i := from; i < min(from+chunk, n); i++ {
				if err := fn(i); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

// vectorsOf reads the vector of every image that is in a pair.
func (db *DB) vectorsOf(ctx context.Context, embeddingID int64, pairs []Pair) (map[int64][]float32, error) {
	e, err := embedding(ctx, db.read, embeddingID)
	if err != nil {
		return nil, err
	}
	vectors := make(map[int64][]float32)
	for _, p := range pairs {
		vectors[p[0]], vectors[p[1]] = nil, nil
	}
	wanted := make([]int64, 0, len(vectors))
	for id := range vectors {
		wanted = append(wanted, id)
	}
	rows, err := db.read.QueryContext(ctx, fmt.Sprintf(`
		SELECT known.rowid, vector.embedding
		FROM %s known CROSS JOIN %s vector ON vector.rowid = known.rowid
		WHERE known.rowid IN (%s)`, vecShadow(e.ID, "rowids"), vecTable(e.ID), joinIDs(wanted)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var blob sql.RawBytes
		if err := rows.Scan(&id, &blob); err != nil {
			return nil, err
		}
		v := make([]float32, e.Dimension)
		if !readFinite(v, blob) {
			return nil, sentence(ErrDamaged, "image %d has not %d finite numbers: run `convnet check`", id, e.Dimension)
		}
		vectors[id] = v
	}
	return vectors, rows.Err()
}
