package keras

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// TestAccuracy classifies 100 photographs, one of each of 100 ImageNet classes, with the usual protocol: the shorter
// side scaled to 256 by antialiased bilinear interpolation, then the middle 224×224.
func TestAccuracy(t *testing.T) {
	if testing.Short() || raceDetector {
		t.Skip("classifying 100 photographs takes a while")
	}
	photographs := readPhotographs(t)
	n := build(t, "densenet121")
	run := newRunner(t, n, []string{"fc1000"})
	top1, top5 := 0, 0
	for _, photograph := range photographs {
		input := middle(photograph.picture, n.Manifest.Input, 256)
		out, err := run.session.Run(context.Background(), ortrun.Tensor{Shape: run.input.Shape(), Data: input})
		if err != nil {
			t.Fatal(err)
		}
		switch r := rank(out[0].Data, photograph.class); {
		case r == 0:
			top1++
			fallthrough
		case r < 5:
			top5++
		}
	}
	t.Logf("top-1 %d %%, top-5 %d %% of %d photographs", top1, top5, len(photographs))
	if len(photographs) != 100 || top1 < 82 || top5 < 97 {
		t.Errorf("top-1 %d, top-5 %d of %d; want at least 82 and 97 of 100", top1, top5, len(photographs))
	}
}

type photograph struct {
	picture *imaging.Picture
	class   int
}

func readPhotographs(t *testing.T) []photograph {
	t.Helper()
	folder := testdata.Shared(t, "datasets/imagenet-sample-100")
	table, err := os.Open(testdata.Shared(t, "datasets/imagenet-sample-100.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	rows, err := csv.NewReader(table).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []photograph
	for _, row := range rows[1:] {
		data, err := os.ReadFile(filepath.Join(folder, row[0]))
		if err != nil {
			t.Fatal(err)
		}
		p, err := imaging.Decode(data, imaging.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		class, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, photograph{p, class})
	}
	return list
}

// middle scales a picture's shorter side to the given size and cuts the network's input out of its middle.
func middle(p *imaging.Picture, in cnn.Input, size int) []float32 {
	square := p.Tensor(size, size, in.Preprocess.Order, in.Preprocess.Mean, in.Preprocess.Std, imaging.Crop)
	top, left := (size-in.Height)/2, (size-in.Width)/2
	out := make([]float32, 0, in.Len())
	for c := range in.Channels {
		for y := range in.Height {
			row := square[(c*size+top+y)*size+left:]
			out = append(out, row[:in.Width]...)
		}
	}
	return out
}
