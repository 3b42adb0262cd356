package api

import (
	"bufio"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/convnet-playground/convnet/internal/npy"
	"github.com/convnet-playground/convnet/store"
)

// bufferBytes is what is gathered before it is sent.
const bufferBytes = 64 << 10

// jsonVectors writes a page; of limit + 1 vectors that it is given the last one only says that there is another page.
type jsonVectors struct {
	w     *bufio.Writer
	limit int
	next  func(key string) string

	rows int
	last int64
	more bool
}

func newJSONVectors(w io.Writer, limit int, next func(string) string) *jsonVectors {
	return &jsonVectors{w: bufio.NewWriterSize(w, bufferBytes), limit: limit, next: next}
}

func (j *jsonVectors) begin(int) error {
	_, err := j.w.WriteString(`{"items": [`)
	return err
}

func (j *jsonVectors) write(v store.ImageVector) error {
	if j.rows == j.limit {
		j.more = true
		return nil
	}
	row, err := json.Marshal(ImageVector{v.Image.ID, hex.EncodeToString(v.Image.SHA256[:]), v.Image.Name, v.Image.Category, v.Vector})
	if err != nil {
		return err
	}
	separator := ",\n"
	if j.rows == 0 {
		separator = "\n"
	}
	j.rows, j.last = j.rows+1, v.Image.ID
	j.w.WriteString(separator) // a buffered writer keeps its error
	_, err = j.w.Write(row)
	return err
}

func (j *jsonVectors) end() error {
	next := []byte("null")
	if j.more {
		var err error
		if next, err = json.Marshal(j.next(strconv.FormatInt(j.last, 10))); err != nil {
			return err
		}
	}
	fmt.Fprintf(j.w, "\n], \"next\": %s}\n", next)
	return j.w.Flush()
}

type csvVectors struct {
	w   *csv.Writer
	row []string
}

func newCSVVectors(w io.Writer, dimension int) *csvVectors {
	return &csvVectors{csv.NewWriter(bufio.NewWriterSize(w, bufferBytes)), make([]string, 4+dimension)}
}

func (c *csvVectors) begin(int) error {
	copy(c.row, []string{"image_id", "sha256", "name", "category"})
	for i := range c.row[4:] {
		c.row[4+i] = "v" + strconv.Itoa(i)
	}
	return c.w.Write(c.row)
}

func (c *csvVectors) write(v store.ImageVector) error {
	copy(c.row, []string{strconv.FormatInt(v.Image.ID, 10), hex.EncodeToString(v.Image.SHA256[:]), v.Image.Name, v.Image.Category})
	for i, x := range v.Vector {
		c.row[4+i] = strconv.FormatFloat(float64(x), 'g', -1, 32)
	}
	return c.w.Write(c.row)
}

func (c *csvVectors) end() error {
	c.w.Flush()
	return c.w.Error()
}

// npyVectors writes a float32 array of images × dimension.
type npyVectors struct {
	w         *bufio.Writer
	dimension int
	row       []byte
}

func newNPYVectors(w io.Writer, dimension int) *npyVectors {
	return &npyVectors{bufio.NewWriterSize(w, bufferBytes), dimension, make([]byte, 4*dimension)}
}

func (n *npyVectors) begin(total int) error { return npy.WriteHeader(n.w, total, n.dimension) }

func (n *npyVectors) write(v store.ImageVector) error {
	for i, x := range v.Vector {
		binary.LittleEndian.PutUint32(n.row[4*i:], math.Float32bits(x))
	}
	_, err := n.w.Write(n.row)
	return err
}

func (n *npyVectors) end() error { return n.w.Flush() }
