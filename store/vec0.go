package store

import (
	"fmt"
	"math"
)

const (
	maxChunkSize  = 4096    // sqlite-vec's limit, in rows
	maxChunkBytes = 2 << 20 // one chunk is in memory at a time; small enough for a second-level cache
)

// vecTable returns the name of an embedding's vec0 table. It derives from a number, never from text.
func vecTable(embeddingID int64) string { return fmt.Sprintf(`"vec_%d"`, embeddingID) }

// vecShadow returns the name of a table in which vec0 keeps its rows: chunks, vector_chunks00, rowids or auxiliary.
func vecShadow(embeddingID int64, part string) string {
	return fmt.Sprintf(`"vec_%d_%s"`, embeddingID, part)
}

func (tx *Tx) createVecTable(id int64, dimension, rows int) error {
	_, err := tx.exec(fmt.Sprintf(`
		CREATE VIRTUAL TABLE %s USING vec0(
			embedding float[%d], +channel_mean blob, +channel_max blob, chunk_size=%d
		)`, vecTable(id), dimension, chunkSize(dimension, rows)))
	if err != nil {
		return fmt.Errorf("create vector table: %w", err)
	}
	return nil
}

// chunkSize chooses how many rows share a chunk. vec0 allocates whole chunks and SQLite whole pages, so the size that makes
// the file smallest is taken, and of equally good ones the largest.
func chunkSize(dimension, rows int) int {
	limit := min(maxChunkSize, max(8, maxChunkBytes/(4*dimension)/8*8))
	if rows <= 0 {
		rows = limit // unknown: most of a chunk may stay empty, so it must not be the largest
		limit = max(8, limit/8/8*8)
	}
	best, bestCost := 8, int64(math.MaxInt64)
	for size := limit; size >= 8; size -= 8 {
		if cost := tableBytes(dimension, rows, size); cost < bestCost {
			best, bestCost = size, cost
		}
	}
	return best
}

// tableBytes estimates what the chunks of a table take in the file. A blob that does not fit a page has overflow pages of
// its own, and what does not fill one of those shares a page with other rows (https://sqlite.org/fileformat2.html#b_tree_pages).
func tableBytes(dimension, rows, size int) int64 {
	const usable, maxLocal, minLocal, overhead = pageSize, pageSize - 35, (pageSize-12)*32/255 - 23, 16
	chunks := (rows + size - 1) / size
	payload := 4*dimension*size + overhead
	local, overflow := payload, 0
	if payload > maxLocal {
		local = minLocal + (payload-minLocal)%(usable-4)
		if local > maxLocal {
			local = minLocal
		}
		overflow = (payload - local + usable - 5) / (usable - 4)
	}
	perPage := max(1, (usable-8)/(local+overhead))
	pages := chunks*overflow + (chunks+perPage-1)/perPage
	return int64(pages)*pageSize + int64(chunks*(size*9+overhead)) // and rowids and validity
}
