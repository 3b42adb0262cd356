package care

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"golang.org/x/image/draw"
	"golang.org/x/sync/errgroup"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/internal/testdata"
	"github.com/convnet-playground/convnet/internal/umap"
)

// BenchmarkPlanted looks for what was planted among 200 images of a real dataset, with DenseNet121's vectors at each default
// layer: 60 copies, twelve in each way, mild or harsh; 20 of the mild ones; or none, when all that is found is wrong but for
// true copies that a dataset has. And labels that were replaced by another one. It reports
//
//   - how many copies are in a group with an image of the same origin, and in how many groups there is anything else,
//   - how well wrong labels are told from right ones: the area under the ROC curve of the margin by which neighbors
//     contradict a label, when one label in twenty is wrong and when one in five is, the mean of ten draws,
//   - for the latter how many of the wrong labels are suspects, and how many of the suspects are wrong.
func BenchmarkPlanted(b *testing.B) {
	network := denseNet(b)
	for _, name := range []string{"caltech10x20", "tinyimagenet10x20", "clothing10x20", "cifar10-10x20"} {
		gentle, rough := plant(b, name, mild), plant(b, name, harsh)
		layers, roughly := network.look(b, gentle.files), network.look(b, rough.files)
		for i, l := range network.Layers() {
			b.Run(name+"/"+l.Name, func(b *testing.B) {
				for b.Loop() {
					gentle.reportCopies(b, layers[i], 60, "mild-60", "wrong-60")
					gentle.reportCopies(b, layers[i], 20, "mild-20", "wrong-20")
					gentle.reportCopies(b, layers[i], 0, "", "wrong-0")
					rough.reportCopies(b, roughly[i], 60, "harsh-60", "wrong-harsh")
					gentle.reportLabels(b, layers[i])
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// planted is images of a dataset, and behind them copies of some.
type planted struct {
	files  [][]byte
	origin []int // of every file: the number of the image that it shows
	labels []int // of the images
}

const copied = 60

// Ways to copy an image: smaller, compressed, mirrored, cropped on all sides, brighter.
var (
	mild  = ways(0.75, 60, 40, 1.1)
	harsh = ways(0.5, 30, 20, 1.25)
)

// way makes a file of a copy.
type way func(m *image.RGBA) []byte

// ways are by which share an image gets smaller, with which quality it is compressed, which part of its shorter side is cut
// off on every side, and how much brighter it gets.
func ways(size float64, quality, part int, bright float64) []way {
	return []way{
		func(m *image.RGBA) []byte {
			return encoded(resized(m, int(size*float64(m.Rect.Dx())), int(size*float64(m.Rect.Dy()))), 90)
		},
		func(m *image.RGBA) []byte { return encoded(m, quality) },
		func(m *image.RGBA) []byte { return encoded(mirroredPicture(m), 90) },
		func(m *image.RGBA) []byte {
			return encoded(m.SubImage(m.Rect.Inset(max(1, min(m.Rect.Dx(), m.Rect.Dy())/part))), 90)
		},
		func(m *image.RGBA) []byte { return encoded(brighter(m, bright), 90) },
	}
}

// plant reads a dataset of folders and copies every so many of its images.
func plant(b *testing.B, dataset string, kinds []way) *planted {
	b.Helper()
	paths, err := filepath.Glob(filepath.Join(testdata.Shared(b, "datasets/"+dataset), "*", "*"))
	if err != nil {
		b.Fatal(err)
	}
	slices.Sort(paths)
	p := &planted{}
	var folders []string
	for i, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		folder := filepath.Dir(path)
		if !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
		p.files, p.origin, p.labels = append(p.files, data), append(p.origin, i), append(p.labels, slices.Index(folders, folder))
	}
	if len(paths) < copied {
		b.Skipf("%s has %d images: too few to copy some of", dataset, len(paths))
	}
	for i := range copied {
		from := i * len(paths) / copied
		picture, err := imaging.Decode(p.files[from], imaging.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		p.files, p.origin = append(p.files, kinds[i%len(kinds)](painted(picture))), append(p.origin, from)
	}
	return p
}

// reportCopies examines the vectors of a layer with so many of the copies, and says what of them was found.
func (p *planted) reportCopies(b *testing.B, x umap.Matrix, copies int, unit, wrongUnit string) {
	images := len(p.labels)
	found, wrong := 0, 0
	for _, g := range examine(b, firstRows(x, images+copies), pooling.Default.Grid).Duplicates.Groups {
		strange := false
		for _, c := range g.Points {
			if c.Point >= images && slices.ContainsFunc(g.Points, func(o Copy) bool { return o.Point != c.Point && p.origin[o.Point] == p.origin[c.Point] }) {
				found++
			}
			strange = strange || p.origin[c.Point] != p.origin[g.Points[0].Point]
		}
		if strange {
			wrong++
		}
	}
	if copies > 0 {
		b.ReportMetric(float64(found), unit)
	}
	b.ReportMetric(float64(wrong), wrongUnit)
}

func firstRows(x umap.Matrix, rows int) umap.Matrix {
	return umap.Matrix{Rows: rows, Cols: x.Cols, Data: x.Data[:rows*x.Cols]}
}

// reportLabels says how well wrong labels of the images are noticed.
func (p *planted) reportLabels(b *testing.B, x umap.Matrix) {
	images := len(p.labels)
	n := examine(b, firstRows(x, images), pooling.Default.Grid).Neighbors
	b.ReportMetric(p.mislabelled(n, images/20).area, "AUROC-5%")
	fifth := p.mislabelled(n, images/5)
	b.ReportMetric(fifth.area, "AUROC-20%")
	b.ReportMetric(100*fifth.recall, "%recall")
	b.ReportMetric(100*fifth.precision, "%precision")
}

type detection struct{ area, recall, precision float64 }

// mislabelled replaces so many labels at random, ten times, and sees how well that is noticed.
func (p *planted) mislabelled(n umap.Neighbors, replaced int) (mean detection) {
	const draws = 10
	count := slices.Max(p.labels) + 1
	for draw := range draws {
		rng := rand.New(rand.NewPCG(7, uint64(draw)))
		labels, bad := slices.Clone(p.labels), make([]bool, len(p.labels))
		for _, i := range rng.Perm(len(labels))[:replaced] {
			labels[i], bad[i] = (labels[i]+1+rng.IntN(count-1))%count, true
		}
		hits, suspects := 0, Suspects(n, labels)
		for _, s := range suspects {
			if bad[s.Point] {
				hits++
			}
		}
		mean.area += area(margins(n, labels, count), bad) / draws
		mean.recall += float64(hits) / float64(replaced) / draws
		mean.precision += float64(hits) / float64(max(1, len(suspects))) / draws
	}
	return mean
}

// margins are by how much the neighbors of each point prefer another label to its own.
func margins(n umap.Neighbors, labels []int, count int) []float64 {
	all := make([]float64, len(labels))
	for i, own := range labels {
		shares := votes(n, i, labels, count)
		given := shares[own]
		shares[own] = 0
		all[i] = slices.Max(shares) - given
	}
	return all
}

// area is that under the ROC curve: how often a bad one has the larger margin than a good one, equal ones half.
func area(margins []float64, bad []bool) float64 {
	larger, pairs := 0.0, 0.0
	for i, x := range margins {
		for j, y := range margins {
			if bad[i] && !bad[j] {
				pairs++
				if x > y {
					larger++
				} else if x == y {
					larger += 0.5
				}
			}
		}
	}
	return larger / pairs
}

// onlooker is a network that turns files into vectors.
type onlooker struct{ *cnn.Extractor }

func denseNet(b *testing.B) onlooker {
	b.Helper()
	rt := ortruntest.Open(b)
	w, err := keras.OpenWeights(testdata.Shared(b, "weights/densenet121.h5"))
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	n, err := keras.Build("densenet121", w, keras.BuildOptions{Top: true})
	if err != nil {
		b.Fatal(err)
	}
	layers, err := n.Manifest.SelectLayers("default")
	if err != nil {
		b.Fatal(err)
	}
	x, err := cnn.NewExtractor(rt, n, layers, pooling.Default, cnn.ExtractorOptions{Threads: 1})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { x.Close() })
	return onlooker{x}
}

// look returns the vectors of all files, by layer.
func (o onlooker) look(b *testing.B, files [][]byte) []umap.Matrix {
	b.Helper()
	features := make([][]pooling.Features, len(files))
	var g errgroup.Group
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			for i := int(next.Add(1)) - 1; i < len(files); i = int(next.Add(1)) - 1 {
				picture, err := imaging.Decode(files[i], imaging.Limits{})
				if err != nil {
					return err
				}
				if features[i], err = o.Extract(b.Context(), cnn.Tensor(picture, o.Input())); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		b.Fatal(err)
	}
	layers := make([]umap.Matrix, len(o.Layers()))
	for l := range layers {
		m := umap.Matrix{Rows: len(files), Cols: len(features[0][l].Embedding)}
		for _, f := range features {
			m.Data = append(m.Data, f[l].Embedding...)
		}
		layers[l] = m
	}
	return layers
}

func painted(p *imaging.Picture) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	for i := range p.Width * p.Height {
		m.Pix[4*i], m.Pix[4*i+1], m.Pix[4*i+2], m.Pix[4*i+3] = p.RGB[3*i], p.RGB[3*i+1], p.RGB[3*i+2], 255
	}
	return m
}

func encoded(m image.Image, quality int) []byte {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, m, &jpeg.Options{Quality: quality}); err != nil {
		panic(err) // a buffer takes everything
	}
	return file.Bytes()
}

func resized(m *image.RGBA, width, height int) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(out, out.Rect, m, m.Rect, draw.Src, nil)
	return out
}

func mirroredPicture(m *image.RGBA) image.Image {
	out := image.NewRGBA(m.Rect)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			out.SetRGBA(m.Rect.Dx()-1-x, y, m.RGBAAt(x, y))
		}
	}
	return out
}

func brighter(m *image.RGBA, by float64) image.Image {
	out := image.NewRGBA(m.Rect)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			c := m.RGBAAt(x, y)
			scale := func(v uint8) uint8 { return uint8(min(255, by*float64(v))) }
			out.SetRGBA(x, y, color.RGBA{scale(c.R), scale(c.G), scale(c.B), 255})
		}
	}
	return out
}
