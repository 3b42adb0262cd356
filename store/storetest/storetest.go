// Package storetest makes small real database files for tests, damages nothing, and compares what is in them.
package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/convnet-playground/convnet/store"
)

// Runtime is what the vectors of test databases pretend to be computed by.
const Runtime = "onnxruntime 1.30.0"

// Spec describes a dataset that one model has seen.
type Spec struct {
	Dataset   string                           // default "pets"
	Images    []Image                          // default Images(6, "cat", "dog")
	Model     string                           // default "tiny"
	Layers    []string                         // default "early", "late"; empty but not nil: images only
	Dimension int                              // default 8
	Channels  int                              // default 4
	Vector    func(image, layer int) []float32 // default: clustered by category, the later the layer the tighter
}

// Image is a picture of a Spec.
type Image struct {
	Name, Category string
	Data           []byte // default: a PNG of 8×8 pixels that no other index has
	Thumbnail      []byte // default: none
}

// Images returns n images that take turns among the categories.
func Images(n int, categories ...string) []Image {
	all := make([]Image, n)
	for i := range all {
		category := ""
		if len(categories) > 0 {
			category = categories[i%len(categories)]
		}
		all[i] = Image{Name: fmt.Sprintf("%s/%03d.png", category, i), Category: category, Data: PNG(8, 8, i)}
	}
	return all
}

// PNG returns a real picture that is the same whenever the arguments are.
func PNG(width, height, seed int) []byte {
	rng := rand.New(rand.NewPCG(uint64(seed), 1))
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			n := rng.Uint32()
			picture.Set(x, y, color.RGBA{R: uint8(n), G: uint8(n >> 8), B: uint8(n >> 16), A: 255})
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, picture); err != nil {
		panic(err) // a buffer takes everything
	}
	return buf.Bytes()
}

// New makes a database in a temporary directory, fills it, and closes it when the test ends.
func New(t testing.TB, specs ...Spec) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "test.db"), store.Create)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, spec := range specs {
		Put(t, db, spec)
	}
	return db
}

// File makes and closes a database and returns its path.
func File(t testing.TB, specs ...Spec) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	db, err := store.Open(context.Background(), path, store.Create)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range specs {
		Put(t, db, spec)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// Put adds what the spec describes to a database.
func Put(t testing.TB, db *store.DB, spec Spec) {
	t.Helper()
	spec.fill()
	err := db.Update(context.Background(), func(tx *store.Tx) error {
		dataset, err := tx.EnsureDataset(spec.Dataset)
		if err != nil {
			return err
		}
		images, err := spec.putImages(tx, dataset)
		if err != nil || len(spec.Layers) == 0 {
			return err
		}
		return spec.putVectors(tx, dataset, images)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *Spec) fill() {
	if s.Dataset == "" {
		s.Dataset = "pets"
	}
	if s.Images == nil {
		s.Images = Images(6, "cat", "dog")
	}
	if s.Model == "" {
		s.Model = "tiny"
	}
	if s.Layers == nil {
		s.Layers = []string{"early", "late"}
	}
	if s.Dimension == 0 {
		s.Dimension = 8
	}
	if s.Channels == 0 {
		s.Channels = 4
	}
	if s.Vector == nil {
		s.Vector = s.Clustered
	}
}

// Clustered places an image near its category's centre; it is what a Spec's Vector is unless it says otherwise.
func (s *Spec) Clustered(image, layer int) []float32 {
	centre := sha256.Sum256([]byte(s.Images[image].Category))
	to := rand.New(rand.NewPCG(binary.LittleEndian.Uint64(centre[:]), uint64(layer)))
	off := rand.New(rand.NewPCG(uint64(image), uint64(layer)))
	v := make([]float32, s.Dimension)
	for i := range v {
		v[i] = float32(to.NormFloat64() + off.NormFloat64()/float64(layer+1))
	}
	return v
}

func (s *Spec) putImages(tx *store.Tx, dataset int64) ([]int64, error) {
	ids := make([]int64, len(s.Images))
	for i, img := range s.Images {
		data := img.Data
		if data == nil {
			data = PNG(8, 8, i)
		}
		n := store.NewImage{DatasetID: dataset, SHA256: sha256.Sum256(data), Name: img.Name, Category: img.Category,
			Format: "png", Width: 8, Height: 8, Original: data, Thumbnail: img.Thumbnail}
		if img.Thumbnail != nil {
			n.ThumbnailFormat = "png"
		}
		id, err := tx.PutImage(n)
		if err != nil {
			return nil, err
		}
		ids[i] = id
		if err := tx.PutFile(dataset, store.File{Name: img.Name, Size: int64(len(data)), MtimeNS: 1, ImageID: id}); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func (s *Spec) putVectors(tx *store.Tx, dataset int64, images []int64) error {
	model, err := tx.EnsureModel(s.NewModel())
	if err != nil {
		return err
	}
	for l, layer := range s.Layers {
		e, err := tx.EnsureEmbedding(store.NewEmbedding{DatasetID: dataset, ModelID: model, Layer: layer, Pooling: "avg/1x1",
			Dimension: s.Dimension, Runtime: Runtime, ExpectedRows: len(images)})
		if err != nil {
			return err
		}
		for i, id := range images {
			stats := make([]float32, s.Channels)
			copy(stats, s.Vector(i, l))
			if err := tx.PutVector(e.ID, id, store.Vector{Embedding: s.Vector(i, l), Mean: stats, Max: stats}); err != nil {
				return err
			}
		}
	}
	return nil
}

// NewModel returns the spec's model. Its graph is bytes that no runtime loads: a store does not look into them.
func (s *Spec) NewModel() store.NewModel {
	s.fill()
	layers := make([]store.NewLayer, len(s.Layers))
	described := make([]map[string]any, len(s.Layers))
	for i, name := range s.Layers {
		layers[i] = store.NewLayer{Name: name, Type: "Conv2D", Position: i, Channels: s.Channels, Height: 8 >> i, Width: 8 >> i, Parameters: int64(100 * (i + 1))}
		described[i] = map[string]any{"name": name, "type": "Conv2D", "index": i, "channels": s.Channels,
			"height": 8 >> i, "width": 8 >> i, "parameters": 100 * (i + 1), "value": name}
	}
	manifest, err := json.Marshal(map[string]any{"name": s.Model, "title": s.Model, "layers": described, "default_layers": s.Layers,
		"input": map[string]any{"name": "input", "height": 8, "width": 8, "channels": 3}})
	if err != nil {
		panic(err) // numbers and strings always encode
	}
	graph := []byte("graph of " + s.Model)
	return store.NewModel{Name: s.Model, SHA256: sha256.Sum256(append(graph, manifest...)), GraphSHA256: sha256.Sum256(graph),
		Manifest: manifest, ONNX: graph, Layers: layers}
}
