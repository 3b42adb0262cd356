package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/npy"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/store"
)

type embeddingsFlags struct{ db, dataset, model, layer, pool, format string }

func newEmbeddings(a *app) *cobra.Command {
	var f embeddingsFlags
	cmd := &cobra.Command{
		Use:   "embeddings --db FILE --dataset NAME --model NAME --layer NAME",
		Short: "Write a layer's vectors, as stored, to stdout",
		Long: `Embeddings writes the vectors of a dataset at one layer, in the order of the images' ids:
  json  [{"image_id":…,"name":…,"category":…,"vector":[…]}]
  csv   image_id,name,category,v0,v1,…
  npy   a float32 NumPy array of shape (images, dimension)

Whatever the pooling of the vectors, the mean and the maximum of every channel over the whole
map are kept beside them: --pool avg and --pool max write those.`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return withDB(ctx, f.db, func(db *store.DB) error { return a.embeddings(ctx, db, f) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.db, "db", "", "database file (required)")
	flags.StringVar(&f.dataset, "dataset", "", "dataset (required)")
	flags.StringVar(&f.model, "model", "", "model (required)")
	flags.StringVar(&f.layer, "layer", "", "layer (required)")
	flags.StringVar(&f.pool, "pool", "", "pooling, where a layer has several, e.g. gem:3/2x2; avg or max for the channels' means or maxima")
	flags.StringVar(&f.format, "format", "json", "npy, json or csv")
	require(cmd, "db", "dataset", "model", "layer")
	return cmd
}

func (a *app) embeddings(ctx context.Context, db *store.DB, f embeddingsFlags) error {
	embedding, err := findEmbedding(ctx, db, f)
	if err != nil {
		return err
	}
	images, err := db.Images(ctx, store.ImageFilter{DatasetID: embedding.DatasetID})
	if err != nil {
		return err
	}
	byID := make(map[int64]store.Image, len(images))
	for _, image := range images {
		byID[image.ID] = image
	}
	out := bufio.NewWriterSize(a.stdout, 1<<20)
	w, err := newVectorWriter(f.format, out)
	if err != nil {
		return err
	}
	dimension, vectors := vectorsOf(ctx, db, embedding, f.pool)
	if err := w.begin(embedding.Vectors, dimension); err != nil {
		return err
	}
	if err := vectors(images, func(imageID int64, v []float32) error { return w.write(byID[imageID], v) }); err != nil {
		return err
	}
	if err := w.end(); err != nil {
		return err
	}
	return out.Flush()
}

// vectorsOf is what to write for an embedding: its vectors, or the channel statistics that were kept beside them.
func vectorsOf(ctx context.Context, db *store.DB, e store.Embedding, pool string) (dimension int, each func([]store.Image, func(int64, []float32) error) error) {
	if e.Pooling == pool || pool != pooling.Average && pool != pooling.Max {
		return e.Dimension, func(_ []store.Image, write func(int64, []float32) error) error { return db.Vectors(ctx, e.ID, write) }
	}
	return e.Channels, func(images []store.Image, write func(int64, []float32) error) error {
		for _, image := range images {
			mean, maximum, err := db.ChannelStats(ctx, e.ID, image.ID)
			if errors.Is(err, store.ErrNotFound) { // an ingest has not come to it yet
				continue
			}
			statistic := mean
			if pool == pooling.Max {
				statistic = maximum
			}
			if err == nil {
				err = write(image.ID, statistic)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func newVectorWriter(format string, out *bufio.Writer) (vectorWriter, error) {
	switch format {
	case "json":
		return &jsonVectors{w: out}, nil
	case "csv":
		return &csvVectors{w: csv.NewWriter(out)}, nil
	case "npy":
		return &npyVectors{w: out}, nil
	default:
		return nil, usagef("--format %q: choose npy, json or csv", format)
	}
}

// findEmbedding resolves the names that were typed, and says what there is when there is no such thing.
func findEmbedding(ctx context.Context, db *store.DB, f embeddingsFlags) (store.Embedding, error) {
	dataset, err := db.Dataset(ctx, f.dataset)
	if err != nil {
		return store.Embedding{}, err
	}
	all, err := db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: dataset.ID})
	if err != nil {
		return store.Embedding{}, err
	}
	var found, known []string
	var match store.Embedding
	statistics := f.pool == pooling.Average || f.pool == pooling.Max // any embedding of the layer carries them
	for _, e := range all {
		known = append(known, fmt.Sprintf("%s %s (%s)", e.Model, e.Layer, e.Pooling))
		if e.Model != f.model || e.Layer != f.layer {
			continue
		}
		if f.pool == "" || e.Pooling == f.pool || statistics && len(found) == 0 {
			match, found = e, append(found, e.Pooling)
		}
	}
	switch len(found) {
	case 1:
		return match, nil
	case 0:
		return match, usagef("dataset %s has no vectors of model %s at layer %s %s; it has: %s", f.dataset, f.model, f.layer, f.pool, strings.Join(known, ", "))
	default:
		return match, usagef("layer %s has several poolings, choose one with --pool: %s", f.layer, strings.Join(found, ", "))
	}
}

// vectorWriter is one output format.
type vectorWriter interface {
	begin(rows, dimension int) error
	write(image store.Image, v []float32) error
	end() error
}

type jsonVectors struct {
	w    *bufio.Writer
	rows int
}

func (j *jsonVectors) begin(int, int) error { return j.w.WriteByte('[') }

func (j *jsonVectors) write(image store.Image, v []float32) error {
	row, err := json.Marshal(struct {
		ImageID  int64     `json:"image_id"`
		Name     string    `json:"name"`
		Category string    `json:"category"`
		Vector   []float32 `json:"vector"`
	}{image.ID, image.Name, image.Category, v})
	if err != nil {
		return err
	}
	separator := ",\n"
	if j.rows == 0 {
		separator = "\n"
	}
	j.rows++
	_, err = fmt.Fprintf(j.w, "%s%s", separator, row)
	return err
}

func (j *jsonVectors) end() error {
	_, err := j.w.WriteString("\n]\n")
	return err
}

type csvVectors struct{ w *csv.Writer }

func (c *csvVectors) begin(_, dimension int) error {
	header := []string{"image_id", "name", "category"}
	for i := range dimension {
		header = append(header, "v"+strconv.Itoa(i))
	}
	return c.w.Write(header)
}

func (c *csvVectors) write(image store.Image, v []float32) error {
	row := []string{strconv.FormatInt(image.ID, 10), image.Name, image.Category}
	for _, x := range v {
		row = append(row, strconv.FormatFloat(float64(x), 'g', -1, 32))
	}
	return c.w.Write(row)
}

func (c *csvVectors) end() error {
	c.w.Flush()
	return c.w.Error()
}

// npyVectors writes a NumPy array.
type npyVectors struct{ w io.Writer }

func (n *npyVectors) begin(rows, dimension int) error { return npy.WriteHeader(n.w, rows, dimension) }

func (n *npyVectors) write(_ store.Image, v []float32) error {
	return binary.Write(n.w, binary.LittleEndian, v)
}

func (n *npyVectors) end() error { return nil }
