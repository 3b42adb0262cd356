package testdata

import (
	"hash/fnv"
	"math"
)

// Numbers yields the numbers in [-1, 1) that belong to a name: splitmix64 started with the name's FNV-1a hash. Fixtures
// are made with the same ones, by scripts/fixtures/keras/generator.py.
func Numbers(name string) func() float64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	state := h.Sum64()
	return func() float64 {
		state += 0x9E3779B97F4A7C15
		z := state
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		z ^= z >> 31
		return float64(z>>11)/(1<<52) - 1
	}
}

// Picture is the input of the fixtures, 3 × height × width: oblique waves of 32 pixels' length, and noise.
func Picture(height, width int) []float32 {
	draw := Numbers("input")
	data := make([]float32, 0, 3*height*width)
	for c := range 3 {
		for y := range height {
			for x := range width {
				wave := math.Abs(float64((11*c+3*y+5*x)%64-32))/16 - 1
				data = append(data, float32(wave+float64(0.5*draw())))
			}
		}
	}
	return data
}
