package api

import (
	"encoding/hex"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"github.com/convnet-playground/convnet/store"
)

// groupBytes is how much of the vectors a row group holds: the writer keeps one group in memory.
const groupBytes = 2 << 20

// vectorRow is a row of the table.
type vectorRow struct {
	ImageID  int64     `parquet:"image_id"`
	SHA256   string    `parquet:"sha256"`
	Name     string    `parquet:"name"`
	Category string    `parquet:"category,dict"`
	Vector   []float32 `parquet:"vector,list"`
}

// parquetVectors writes a table with a row for each image, compressed with Zstandard. What the embedding is stands in the
// file's metadata.
type parquetVectors struct {
	w     *parquet.GenericWriter[vectorRow]
	bytes int // of vectors in the row group
}

func newParquetVectors(w io.Writer, about map[string]string) *parquetVectors {
	options := []parquet.WriterOption{parquet.CreatedBy("convnet", "", ""), parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}),
		parquet.PageBufferSize(bufferBytes)}
	for key, value := range about {
		options = append(options, parquet.KeyValueMetadata(key, value))
	}
	return &parquetVectors{w: parquet.NewGenericWriter[vectorRow](w, options...)}
}

func (p *parquetVectors) begin(int) error { return nil }

func (p *parquetVectors) write(v store.ImageVector) error {
	row := vectorRow{v.Image.ID, hex.EncodeToString(v.Image.SHA256[:]), v.Image.Name, v.Image.Category, v.Vector}
	if _, err := p.w.Write([]vectorRow{row}); err != nil {
		return err
	}
	if p.bytes += 4 * len(v.Vector); p.bytes < groupBytes {
		return nil
	}
	p.bytes = 0
	return p.w.Flush()
}

func (p *parquetVectors) end() error { return p.w.Close() }
