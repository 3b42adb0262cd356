package store

import "fmt"

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

// chunkSize chooses how many rows share a chunk: vec0 allocates whole chunks and SQLite whole pages, so the size that
// makes the file smallest is taken, and of equally good ones the largest.
func chunkSize(dimension, rows int) int {
	limit := min(maxChunkSize, max(8, maxChunkBytes/(4*dimension)/8*8))
	best, bestCost := limit, int64(-1)
	if rows <= 0 {
		return min(limit, 256)
	}
	for size := limit; size >= 8; size -= 8 {
		chunks := int64((rows + size - 1) / size)
		cost := chunks * chunkCost(dimension, size)
		if bestCost < 0 || cost < bestCost {
			best, bestCost = size, cost
		}
	}
	return best
}

// chunkCost estimates the bytes of a chunk in the file: blobs longer than a page take whole pages.
func chunkCost(dimension, size int) int64 {
	bytes := int64(size) * int64(dimension) * 4
	if bytes > pageSize-35 {
		bytes = (bytes + pageSize - 5) / (pageSize - 4) * pageSize
	}
	return bytes + int64(size)*9 + 64 // rowids, validity and the rows around them
}
