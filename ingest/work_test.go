package ingest

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"

	"github.com/convnet-playground/convnet/internal/imaging"
)

func TestThumbnail(t *testing.T) {
	noise := func(width, height, level int) *image.Gray {
		m, random := image.NewGray(image.Rect(0, 0, width, height)), rand.New(rand.NewPCG(1, 2))
		for i := range m.Pix {
			m.Pix[i] = uint8(random.IntN(level))
		}
		return m
	}
	encoders := map[string]func(*bytes.Buffer, image.Image) error{
		"jpeg": func(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, nil) },
		"png":  func(b *bytes.Buffer, m image.Image) error { return png.Encode(b, m) },
		"gif":  func(b *bytes.Buffer, m image.Image) error { return gif.Encode(b, m, nil) },
	}
	tests := []struct {
		name          string
		format        string
		width, height int
		level         int // of the noise: 1 is none
		original      bool
	}{
		{"a small photograph", "jpeg", 64, 64, 99, true},
		{"as large as a thumbnail", "jpeg", thumbnailSide, 20, 1, true},
		{"larger", "jpeg", thumbnailSide + 1, 20, 1, false},
		{"a drawing", "png", 2 * thumbnailSide, 100, 1, true},
		{"a larger drawing", "png", 2*thumbnailSide + 1, 100, 1, false},
		{"a moving drawing", "gif", 2 * thumbnailSide, 100, 1, true},
		{"a long file", "png", 120, 120, 256, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var file bytes.Buffer
			if err := encoders[test.format](&file, noise(test.width, test.height, test.level)); err != nil {
				t.Fatal(err)
			}
			p, err := imaging.Decode(file.Bytes(), imaging.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			data, format, err := thumbnail(p, file.Bytes())
			if err != nil || (data == nil) != test.original {
				t.Fatalf("a thumbnail of %d bytes for a file of %d, %v", len(data), file.Len(), err)
			}
			if data == nil {
				return
			}
			if m, err := jpeg.Decode(bytes.NewReader(data)); err != nil || format != "jpeg" || max(m.Bounds().Dx(), m.Bounds().Dy()) > thumbnailSide {
				t.Errorf("the thumbnail is %s, %v", format, err)
			}
		})
	}
}
