package explorer

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// The statistics of 2048 channels over 10,000 images of 100 categories, as a large network's last layer has them, and the
// channels that go together with one of them.
func BenchmarkChannels(b *testing.B) {
	const images, channels, categories = 10_000, 2048, 100
	db := storetest.New(b, storetest.Spec{Images: []storetest.Image{}, Channels: channels, Layers: []string{"only"}})
	rng := rand.New(rand.NewPCG(1, 2))
	err := db.Update(context.Background(), func(tx *store.Tx) error {
		v := store.Vector{Embedding: make([]float32, 8), Mean: make([]float32, channels), Max: make([]float32, channels)}
		for i := range images {
			data := []byte(fmt.Sprint("image ", i))
			id, err := tx.PutImage(store.NewImage{DatasetID: 1, SHA256: sha256.Sum256(data), Name: string(data),
				Category: fmt.Sprint(i % categories), Format: "png", Width: 8, Height: 8, Original: data})
			if err != nil {
				return err
			}
			for j := range v.Mean {
				v.Mean[j] = max(0, float32(rng.NormFloat64()))
				v.Max[j] = v.Mean[j] * 3
			}
			if err := tx.PutVector(1, id, v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("statistics", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := NewChannels(db).Statistics(context.Background(), 1); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("correlated", func(b *testing.B) {
		c := NewChannels(db)
		if _, err := c.Statistics(context.Background(), 1); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := c.Correlated(context.Background(), 1, 7, 9); err != nil {
				b.Fatal(err)
			}
		}
	})
}
