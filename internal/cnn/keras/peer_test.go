package keras

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// peers are the architectures that torchvision has too.
var peers = map[string]string{
	"densenet121": "densenet121", "inceptionv3": "inception_v3", "mobilenetv2": "mobilenet_v2", "resnet50": "resnet50", "vgg16": "vgg16",
}

// BenchmarkAgainstTorch measures images per second, eight layers taken, against scripts/bench/torch_peer.py on the same
// number of threads. The two take turns; the ratio is the median of the turns'.
func BenchmarkAgainstTorch(b *testing.B) {
	if err := exec.Command("/usr/bin/python3", "-c", "import torchvision").Run(); err != nil {
		b.Skip("this needs PyTorch and torchvision (Debian: python3-torchvision)")
	}
	rt := ortruntest.Open(b)
	for _, a := range Architectures() {
		if peers[a.Name] == "" {
			continue
		}
		b.Run(a.Name, func(b *testing.B) {
			n := generated(b, a)
			layers, err := n.Manifest.SelectLayers("default")
			if err != nil {
				b.Fatal(err)
			}
			e, err := cnn.NewExtractor(rt, n, layers, pooling.Default, cnn.ExtractorOptions{Threads: 1})
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			torch := testdata.Peer(b, "torch_peer.py", peers[a.Name], fmt.Sprint(a.InputSize), fmt.Sprint(runtime.GOMAXPROCS(0)))
			input := testdata.Picture(a.InputSize, a.InputSize)
			var speeds, ratios []float64
			for b.Loop() {
				s := turn(b, func() error { _, err := e.Extract(context.Background(), input); return err })
				speeds, ratios = append(speeds, s), append(ratios, s/torch(""))
			}
			report(b, speeds, ratios)
		})
	}
}
