package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/mattn/go-sqlite3"

	"github.com/convnet-playground/convnet/store/internal/vecscan"
)

// MaxK is the largest number of neighbors a query may ask for.
const MaxK = vecscan.MaxK

// Query asks for the nearest vectors of an embedding.
type Query struct {
	Vector  []float32
	Metric  Metric
	P       float64 // Minkowski's exponent, at least 1; 0 means DefaultP
	K       int     // how many neighbors, 1 to MaxK
	Exclude []int64 // image ids that are not to be compared, in any order
}

// Neighbor is one result.
type Neighbor struct {
	ImageID  int64
	Distance float64
}

// Result is the answer to a query.
type Result struct {
	Neighbors []Neighbor // by distance, then image id
	Farthest  float64    // the largest distance of any compared vector: similarity is 1 − distance/Farthest
	Compared  int        // how many vectors were compared
}

// Neighbors compares the query with every vector of the embedding and returns the K nearest. It is exact: distances are
// those of 64-bit arithmetic, equal distances are ordered by image id, and no distance is NaN.
func (db *DB) Neighbors(ctx context.Context, embeddingID int64, q Query) (Result, error) {
	e, err := embedding(ctx, db.read, embeddingID)
	if err == nil {
		err = q.check(e)
	}
	if err == nil {
		var r Result
		if r, err = scanNeighbors(ctx, db.read, e, q); err == nil {
			return r, nil
		}
	}
	return Result{}, fmt.Errorf("search embedding %d by %s: %w", embeddingID, q.Metric, err)
}

// check validates a query and fills in its defaults.
func (q *Query) check(e Embedding) (err error) {
	if q.Metric, err = ParseMetric(string(q.Metric)); err != nil {
		return err
	}
	if q.P, err = checkP(q.P); err != nil && q.Metric == Minkowski {
		return err
	}
	switch {
	case q.K < 1 || q.K > MaxK:
		return sentence(ErrInvalid, "k must be between 1 and %d, not %d", MaxK, q.K)
	case len(q.Vector) != e.Dimension:
		return sentence(ErrInvalid, "the query has %d dimensions, the embedding %d", len(q.Vector), e.Dimension)
	case !finite(q.Vector):
		return sentence(ErrInvalid, "the query holds a number that is not finite")
	}
	return nil
}

// scanNeighbors feeds vec0's chunks to the kernel. A chunk's rows are joined as vec0 joins them: by _rowid_.
func scanNeighbors(ctx context.Context, q querier, e Embedding, query Query) (Result, error) {
	var packed []byte
	err := q.QueryRowContext(ctx, fmt.Sprintf(`
		SELECT convnet_knn(?, ?, ?, ?, ?, c.validity, c.rowids, v.vectors)
		FROM %s c JOIN %s v ON v._rowid_ = c.chunk_id`, vecShadow(e.ID, "chunks"), vecShadow(e.ID, "vector_chunks00")),
		kernelMetric(query.Metric), query.P, query.K, packIDs(query.Exclude), blob(query.Vector)).Scan(&packed)
	if err != nil {
		return Result{}, scanError(err)
	}
	found, err := vecscan.Unpack(packed)
	if err != nil {
		return Result{}, sentence(ErrDamaged, "%w", err)
	}
	r := Result{Farthest: found.Farthest, Compared: found.Compared, Neighbors: make([]Neighbor, len(found.Neighbors))}
	for i, n := range found.Neighbors {
		r.Neighbors[i] = Neighbor{ImageID: n.Rowid, Distance: n.Distance}
	}
	return r, nil
}

// packIDs writes ids in ascending order as the kernel reads them.
func packIDs(ids []int64) []byte {
	var packed []byte
	for _, id := range slices.Sorted(slices.Values(ids)) {
		packed = binary.NativeEndian.AppendUint64(packed, uint64(id))
	}
	return packed
}

func kernelMetric(m Metric) vecscan.Metric {
	return map[Metric]vecscan.Metric{Cosine: vecscan.Cosine, Euclidean: vecscan.Euclidean,
		SqEuclidean: vecscan.SqEuclidean, Minkowski: vecscan.Minkowski}[m]
}

var _ querier = (*sql.DB)(nil)

// Kernel names the distance kernel in use: avx512, avx2, neon or portable.
func Kernel() string { return vecscan.Kernel() }

// scanError tells damage from other failures of a scan.
func scanError(err error) error {
	var code sqlite3.Error
	if errors.As(err, &code) && code.Code == sqlite3.ErrCorrupt {
		return sentence(ErrDamaged, "%w: run `convnet check`", err)
	}
	return err
}
