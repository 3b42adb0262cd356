package imaging

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/convnet-playground/convnet/internal/testdata"
)

// photo is a case of testdata/pillow.json, which testdata/pillow.py writes.
type photo struct {
	File          string
	Fit           string
	Width, Height int
	Pixels        [][5]int // x, y, red, green, blue
}

// From the bytes of a photograph to the network's input: the filter and what is cut off or added differ from Pillow by
// no more than one of 255 levels, and the two JPEG decoders' rounding seldom adds another.
func TestPhotographsAgreeWithPillow(t *testing.T) {
	var photos []photo
	if err := json.Unmarshal(readFile(t, "pillow.json"), &photos); err != nil {
		t.Fatal(err)
	}
	datasets := testdata.Shared(t, "datasets")
	beyond, all := 0, 0
	for _, photo := range photos {
		t.Run(fmt.Sprintf("%s %s %dx%d", photo.File, photo.Fit, photo.Width, photo.Height), func(t *testing.T) {
			tensor := photo.tensor(t, datasets)
			for _, pixel := range photo.Pixels {
				for c, want := range pixel[2:] {
					got := float64(tensor[(c*photo.Height+pixel[1])*photo.Width+pixel[0]])
					difference := math.Abs(math.Round(got) - float64(want))
					if all++; difference > 1 {
						beyond++
					}
					if difference > 2 {
						t.Errorf("channel %d at %d, %d: %.2f, want %d", c, pixel[0], pixel[1], got, want)
					}
				}
			}
		})
	}
	if beyond*200 > all {
		t.Errorf("%d of %d values differ by more than one level", beyond, all)
	}
}

func (p photo) tensor(t *testing.T, datasets string) []float32 {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(datasets, p.File))
	if err != nil {
		t.Fatal(err)
	}
	fit, err := ParseFit(p.Fit)
	if err != nil {
		t.Fatal(err)
	}
	return mustDecode(t, data).Tensor(p.Width, p.Height, "rgb", nil, nil, fit)
}
