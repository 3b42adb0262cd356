package umap

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/internal/testdata"
)

// seconds is how long a fit takes, on the clock and of all processors together.
func seconds(b *testing.B, x Matrix, o Options) (wall, cpu float64) {
	start, before := time.Now(), processorTime(b)
	must(Fit(ctx, x, o))(b)
	return time.Since(start).Seconds(), processorTime(b) - before
}

func processorTime(b *testing.B) float64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()).Seconds()
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// BenchmarkAgainstUMAPLearn measures whole fits with default options, against umap-learn (scripts/bench/umap_peer.py) on as
// many cores. The two take turns; ratio is the median of the turns', and cpu-ratio the same of processor seconds, which
// other programs on the machine disturb less.
func BenchmarkAgainstUMAPLearn(b *testing.B) {
	if err := exec.Command("/usr/bin/python3", "-c", "import umap").Run(); err != nil {
		b.Skip("this needs umap-learn (Debian: umap-learn)")
	}
	peer := testdata.Peer(b, "umap_peer.py")
	for _, g := range []mixture{gm200, {1800, 64, 10, 8, 1.5, 2000}, gm10k, gm50k} {
		b.Run(fmt.Sprintf("%dx%d", g.rows, g.cols), func(b *testing.B) {
			x, _ := g.make()
			var ours, walls, cpus []float64
			for b.Loop() {
				wall, cpu := seconds(b, x, DefaultOptions())
				theirs := peer(fmt.Sprint(g.rows, g.cols, g.centers, g.rank, g.center, g.seed))
				ours, walls, cpus = append(ours, wall), append(walls, theirs/wall), append(cpus, peer("cpu")/cpu)
			}
			b.ReportMetric(median(ours), "s")
			b.ReportMetric(median(walls), "ratio")
			b.ReportMetric(median(cpus), "cpu-ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkGrowth measures how the time of a fit grows from 10,000 points to 200,000, of as many epochs: x-nlogn is its
// share of what n·log n would make of it. The memory is the process' at its largest, with the points.
func BenchmarkGrowth(b *testing.B) {
	small := 0.0
	for _, rows := range []int{10_000, 50_000, 200_000} {
		b.Run(fmt.Sprintf("%dx128", rows), func(b *testing.B) {
			g := gm50k
			g.rows = rows
			x, _ := g.make()
			o := DefaultOptions()
			o.Epochs = 200
			var times []float64
			for b.Loop() {
				wall, _ := seconds(b, x, o)
				times = append(times, wall)
			}
			t, n := median(times), float64(rows)
			if rows == 10_000 {
				small = t
			}
			b.ReportMetric(t, "s")
			b.ReportMetric(t/small/(n*math.Log(n)/(1e4*math.Log(1e4))), "x-nlogn")
			b.ReportMetric(peakMemory(b), "MB-peak")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// peakMemory is the most that the process has had resident.
func peakMemory(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip("this needs Linux")
	}
	kilobytes, err := strconv.ParseFloat(string(regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return kilobytes / 1e3
}

// BenchmarkAligned measures maps of 200 points at eight layers, fitted together.
func BenchmarkAligned(b *testing.B) {
	var xs []Matrix
	for seed := range uint64(8) {
		x, _ := mixture{200, 512, 10, 16, 1, 1000 + 10*seed}.make()
		xs = append(xs, x)
	}
	for b.Loop() {
		must(FitAligned(ctx, xs, DefaultAlignedOptions(), DefaultOptions()))(b)
	}
	b.ReportMetric(float64(b.N*len(xs))/b.Elapsed().Seconds(), "maps/s")
}
