//go:build unix

package imaging

import (
	"bytes"
	"crypto/sha256"
	"image"
	"image/jpeg"
	"math"
	"syscall"
	"testing"
)

// cpuTime is what this process has used so far: unlike the clock it does not count the machine's other work.
func cpuTime(b *testing.B) int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return syscall.TimevalToNsec(usage.Utime) + syscall.TimevalToNsec(usage.Stime)
}

// photograph is a JPEG with the detail of a photograph: waves of many lengths.
func photograph(b *testing.B, w, h int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := 0.0
			for k := 1.0; k < 40; k *= 1.6 {
				v += math.Sin(float64(x)*k/37+k) * math.Cos(float64(y)*k/29-k) / k
			}
			i := m.PixOffset(x, y)
			m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = uint8(128+60*v), uint8(110+50*v), uint8(x*255/w), 255
		}
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: 85}); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

// BenchmarkStages shows where the time of one image goes.
func BenchmarkStages(b *testing.B) {
	for _, size := range []struct {
		name string
		w, h int
	}{{"300x200", 300, 200}, {"32x32", 32, 32}, {"4000x3000", 4000, 3000}} {
		data := photograph(b, size.w, size.h)
		p, err := Decode(data, Limits{})
		if err != nil {
			b.Fatal(err)
		}
		mean, std := []float32{123.675, 116.28, 103.53}, []float32{58.395, 57.12, 57.375}
		tensor := make([]float32, 3*224*224)
		stages := []struct {
			name string
			run  func()
		}{
			{"hash", func() { sha256.Sum256(data) }},
			{"pixels", func() { jpeg.Decode(bytes.NewReader(data)) }},
			{"decode", func() { Decode(data, Limits{}) }},
			{"tensor", func() { p.FillTensor(tensor, 224, 224, "rgb", mean, std, Stretch) }},
			{"thumbnail", func() { p.Thumbnail(192) }},
			{"all", func() {
				sha256.Sum256(data)
				p, _ := Decode(data, Limits{})
				p.FillTensor(tensor, 224, 224, "rgb", mean, std, Stretch)
				p.Thumbnail(192)
			}},
		}
		for _, stage := range stages {
			b.Run(size.name+"/"+stage.name, func(b *testing.B) {
				b.ReportAllocs()
				start := cpuTime(b)
				for b.Loop() {
					stage.run()
				}
				b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}
