package ingest

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// photo is a JPEG of smooth colors that is the same whenever the arguments are.
func photo(t testing.TB, w, h, seed int) []byte {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(seed), 7))
	fx, fy, tint := 1+4*rng.Float64(), 1+4*rng.Float64(), uint8(rng.IntN(256))
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(fx * float64(255*x) / float64(w)), uint8(fy * float64(255*y) / float64(h)), tint, 255})
		}
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func encodePNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, m); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// tree is a folder's content: names to bytes.
type tree map[string][]byte

var fixedTime = time.Date(2020, 5, 17, 12, 0, 0, 0, time.UTC)

// folder writes the tree, every file of one age, so that a second writing of it is no change.
func (tr tree) folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range tr {
		writeFile(t, filepath.Join(dir, filepath.FromSlash(name)), data)
	}
	return dir
}

func writeFile(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, fixedTime, fixedTime); err != nil {
		t.Fatal(err)
	}
}

// pets are six images of two categories.
func pets(t testing.TB) tree {
	t.Helper()
	tr := tree{}
	for i, name := range []string{"cat/1.jpg", "cat/2.jpg", "cat/3.jpg", "dog/1.jpg", "dog/2.jpg", "dog/3.jpg"} {
		tr[name] = photo(t, 40+i, 30, i)
	}
	return tr
}

// kit is a database with a runtime and the demo network.
type kit struct {
	t   testing.TB
	db  *store.DB
	rt  *ortrun.Runtime
	net *cnn.Network
}

func newKit(t testing.TB) *kit {
	t.Helper()
	return &kit{t: t, db: storetest.New(t), rt: ortruntest.Open(t), net: demo(t)}
}

func demo(t testing.TB) *cnn.Network {
	t.Helper()
	n, err := cnn.Library{}.Load("demo")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// options are what the tests use unless they say otherwise: two layers of the demo network.
func options(source string) Options {
	return Options{Dataset: "pets", Source: source, Layers: "default", Pooling: pooling.Pooling{Kind: pooling.Average, Grid: 1}, Workers: 2}
}

func (k *kit) run(opt Options) Summary {
	k.t.Helper()
	s, err := Run(context.Background(), k.db, k.rt, k.net, opt)
	if err != nil {
		k.t.Fatal(err)
	}
	return s
}

// images only, without a network.
func (k *kit) store(opt Options) Summary {
	k.t.Helper()
	s, err := Run(context.Background(), k.db, nil, nil, opt)
	if err != nil {
		k.t.Fatal(err)
	}
	return s
}

// dump is the content of the database.
func (k *kit) dump() string { return storetest.Dump(k.t, k.db.Path()) }

func (k *kit) dataset() store.Dataset {
	k.t.Helper()
	d, err := k.db.Dataset(context.Background(), "pets")
	if err != nil {
		k.t.Fatal(err)
	}
	return d
}

func (k *kit) images() map[string]store.Image {
	k.t.Helper()
	all, err := k.db.Images(context.Background(), store.ImageFilter{DatasetID: k.dataset().ID})
	if err != nil {
		k.t.Fatal(err)
	}
	byName := map[string]store.Image{}
	for _, i := range all {
		byName[i.Name] = i
	}
	return byName
}

func (k *kit) embeddings() []store.Embedding {
	k.t.Helper()
	all, err := k.db.Embeddings(context.Background(), store.EmbeddingFilter{DatasetID: k.dataset().ID})
	if err != nil {
		k.t.Fatal(err)
	}
	return all
}

// complete checks that every embedding has a vector of every image.
func (k *kit) complete() {
	k.t.Helper()
	all := k.embeddings()
	if len(all) == 0 {
		k.t.Error("there are no embeddings")
	}
	for _, e := range all {
		if images := len(k.images()); e.Vectors != images {
			k.t.Errorf("%s %s: %d vectors for %d images", e.Layer, e.Pooling, e.Vectors, images)
		}
	}
}

// count is a part of a summary that tests compare.
type count struct {
	Files, Images, Added, Unchanged, Changed, Recategorised, Gone, Pruned, Duplicates, Embedded, Quarantined int
}

func countsOf(s Summary) count {
	return count{s.Files, s.Images, s.Added, s.Unchanged, s.Changed, s.Recategorised, s.Gone, s.Pruned, s.Duplicates, s.Embedded, len(s.Quarantined)}
}

func wantCounts(t testing.TB, what string, s Summary, want count) {
	t.Helper()
	if got := countsOf(s); got != want {
		t.Errorf("%s:\n got %+v\nwant %+v\n%v", what, got, want, s.Quarantined)
	}
}

func reasons(s Summary) map[string]string {
	m := map[string]string{}
	for _, q := range s.Quarantined {
		m[q.Name] = q.Reason
	}
	return m
}
