package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/npy"
	"github.com/convnet-playground/convnet/store"
)

func newProjection(a *app) *cobra.Command {
	var f embeddingsFlags
	var method string
	cmd := &cobra.Command{
		Use:   "projection --db FILE --dataset NAME --model NAME --layer NAME",
		Short: "Write the places of a layer's images on its map to stdout",
		Long: `Projection writes a stored map, in the order of the images' ids:
  json  what it was made with, and "points": [{"image_id":…,"name":…,"category":…,"x":…,"y":…,"placed":…}]
  csv   image_id,name,category,x,y,placed
  npy   a float32 NumPy array of shape (images, 2)

Placed points came later than the others, which did not move.`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return withDB(ctx, f.db, func(db *store.DB) error { return a.projection(ctx, db, f, method) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.db, "db", "", "database file (required)")
	flags.StringVar(&f.dataset, "dataset", "", "dataset (required)")
	flags.StringVar(&f.model, "model", "", "model (required)")
	flags.StringVar(&f.layer, "layer", "", "layer (required)")
	flags.StringVar(&f.pool, "pool", "", "pooling, where a layer has several, e.g. gem:3/2x2")
	flags.StringVar(&method, "method", store.UMAP, "umap or pca")
	flags.StringVar(&f.format, "format", "json", "npy, json or csv")
	require(cmd, "db", "dataset", "model", "layer")
	return cmd
}

// projectionMap is what `projection --format json` prints.
type projectionMap struct {
	Dataset         string            `json:"dataset"`
	Model           string            `json:"model"`
	Layer           string            `json:"layer"`
	Pooling         string            `json:"pooling"`
	Method          string            `json:"method"`
	Parameters      json.RawMessage   `json:"parameters"`
	Seed            int64             `json:"seed"`
	Alignment       int64             `json:"alignment"`
	Trustworthiness *float64          `json:"trustworthiness"`
	CreatedAt       string            `json:"created_at"`
	Points          []projectionPoint `json:"points"`
}

type projectionPoint struct {
	ImageID  int64   `json:"image_id"`
	Name     string  `json:"name"`
	Category string  `json:"category"`
	X        float32 `json:"x"`
	Y        float32 `json:"y"`
	Placed   bool    `json:"placed"`
}

func (a *app) projection(ctx context.Context, db *store.DB, f embeddingsFlags, method string) error {
	write, ok := projectionFormats[f.format]
	if !ok {
		return usagef("--format %q: choose npy, json or csv", f.format)
	}
	embedding, err := findEmbedding(ctx, db, f)
	if err != nil {
		return err
	}
	m, err := readProjection(ctx, db, embedding, method)
	if err != nil {
		return err
	}
	m.Dataset = f.dataset
	out := bufio.NewWriterSize(a.stdout, 1<<20)
	if err := write(out, m); err != nil {
		return err
	}
	return out.Flush()
}

// readProjection reads a map with the names of its images.
func readProjection(ctx context.Context, db *store.DB, e store.Embedding, method string) (*projectionMap, error) {
	if method != store.UMAP && method != store.PCA {
		return nil, usagef("--method %q: choose umap or pca", method)
	}
	p, err := db.ProjectionOf(ctx, e.ID, method)
	if err != nil {
		return nil, err
	}
	points, err := db.ProjectionPoints(ctx, e.ID, method)
	if err != nil {
		return nil, err
	}
	images, err := db.Images(ctx, store.ImageFilter{DatasetID: e.DatasetID})
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]store.Image, len(images))
	for _, image := range images {
		byID[image.ID] = image
	}
	m := &projectionMap{Model: p.Model, Layer: p.Layer, Pooling: p.Pooling, Method: p.Method, Parameters: p.Parameters, Seed: p.Seed,
		Alignment: p.Alignment, Trustworthiness: p.Trustworthiness, CreatedAt: p.CreatedAt, Points: []projectionPoint{}}
	for i, id := range points.ImageIDs {
		m.Points = append(m.Points, projectionPoint{id, byID[id].Name, byID[id].Category, points.X[i], points.Y[i], points.Placed[i]})
	}
	return m, nil
}

var projectionFormats = map[string]func(io.Writer, *projectionMap) error{
	"json": func(w io.Writer, m *projectionMap) error { return json.NewEncoder(w).Encode(m) },
	"csv":  writeProjectionCSV,
	"npy":  writeProjectionNPY,
}

func writeProjectionCSV(w io.Writer, m *projectionMap) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"image_id", "name", "category", "x", "y", "placed"}}
	for _, p := range m.Points {
		rows = append(rows, []string{strconv.FormatInt(p.ImageID, 10), p.Name, p.Category, shortest(p.X), shortest(p.Y), strconv.FormatBool(p.Placed)})
	}
	return out.WriteAll(rows)
}

// shortest writes a number so that it is read back as the same bits.
func shortest(x float32) string { return strconv.FormatFloat(float64(x), 'g', -1, 32) }

func writeProjectionNPY(w io.Writer, m *projectionMap) error {
	if err := npy.WriteHeader(w, len(m.Points), 2); err != nil {
		return fmt.Errorf("write the array: %w", err)
	}
	xy := make([]float32, 0, 2*len(m.Points))
	for _, p := range m.Points {
		xy = append(xy, p.X, p.Y)
	}
	return binary.Write(w, binary.LittleEndian, xy)
}
