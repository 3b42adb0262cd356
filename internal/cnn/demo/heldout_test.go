package demo_test

import (
	"hash/fnv"
	"image"
	"image/color"
)

// The evaluation augmentation of train/data.py, byte for byte.

const side = 64

var (
	backgrounds = [8][3]int{
		{255, 255, 255}, {255, 255, 255}, {255, 255, 255}, {255, 255, 255},
		{240, 232, 208}, {200, 220, 240}, {128, 128, 128}, {40, 48, 64},
	}
	sizes = [4]int{64, 64, 56, 48}
)

// splitMix64 is Steele, Lea and Flood's generator.
type splitMix64 uint64

func (s *splitMix64) next() uint64 {
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// variation is how one picture is changed.
type variation struct {
	background   [3]int
	size, dx, dy int
	flip         bool
	percent      int // brightness
}

// variationOf draws a picture's variation from its file name.
func variationOf(file string) variation {
	h := fnv.New64a()
	h.Write([]byte(file))
	rng := splitMix64(h.Sum64())
	return variation{
		background: backgrounds[rng.next()%8],
		size:       sizes[rng.next()%4],
		dx:         int(rng.next()%9) - 4,
		dy:         int(rng.next()%9) - 4,
		flip:       rng.next()%2 == 1,
		percent:    80 + int(rng.next()%41),
	}
}

// onWhite is the variation that changes nothing.
var onWhite = variation{background: [3]int{255, 255, 255}, size: side, percent: 100}

// apply returns the changed picture's 64×64 RGB bytes.
func (v variation) apply(img image.Image) []byte {
	out := make([]byte, 0, side*side*3)
	left, top := (side-v.size)/2+v.dx, (side-v.size)/2+v.dy
	for y := range side {
		for x := range side {
			c := v.source(img, x-left, y-top)
			for ch, under := range v.background {
				over := int([3]uint8{c.R, c.G, c.B}[ch])
				a := int(c.A)
				mixed := (over*a + under*(255-a) + 127) / 255
				out = append(out, uint8(min(255, (mixed*v.percent+50)/100)))
			}
		}
	}
	return out
}

// source is the pixel at x, y of the picture after flipping and scaling; transparent outside.
func (v variation) source(img image.Image, x, y int) color.NRGBA {
	if x < 0 || y < 0 || x >= v.size || y >= v.size {
		return color.NRGBA{}
	}
	x, y = (2*x+1)*side/(2*v.size), (2*y+1)*side/(2*v.size)
	if v.flip {
		x = side - 1 - x
	}
	b := img.Bounds()
	return color.NRGBAModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA)
}
