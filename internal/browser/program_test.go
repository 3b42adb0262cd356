package browser

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"

	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// categories are drawn, so that the tests need no files: each its own shape, in colours that overlap.
var categories = map[string]func(x, y int, size float64) bool{
	"discs":   func(x, y int, size float64) bool { return float64((x-32)*(x-32)+(y-32)*(y-32)) < 900*size*size },
	"stripes": func(x, _ int, size float64) bool { return int(float64(x)/(4+8*size))%2 == 0 },
	"checks": func(x, y int, size float64) bool {
		return (int(float64(x)/(6+8*size))+int(float64(y)/(6+8*size)))%2 == 0
	},
}

const perCategory = 8

// drawImages fills a folder with a subfolder per category, and one file that is no picture.
func drawImages(t testing.TB, dir string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 5))
	for category, inside := range categories {
		if err := os.MkdirAll(filepath.Join(dir, category), 0o755); err != nil {
			t.Fatal(err)
		}
		for i := range perCategory {
			drawImage(t, filepath.Join(dir, category, fmt.Sprintf("%s %d.png", category, i)), rng, inside)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "discs", "notes.jpg"), []byte("not a picture"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func drawImage(t testing.TB, path string, rng *rand.Rand, inside func(x, y int, size float64) bool) {
	t.Helper()
	paint := func() color.RGBA {
		return color.RGBA{uint8(rng.IntN(256)), uint8(rng.IntN(256)), uint8(rng.IntN(256)), 255}
	}
	front, back, size := paint(), paint(), 0.3+0.6*rng.Float64()
	picture := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for y := range 64 {
		for x := range 64 {
			if inside(x, y, size) {
				picture.Set(x, y, front)
			} else {
				picture.Set(x, y, back)
			}
		}
	}
	file, err := os.Create(path)
	if err == nil {
		err = png.Encode(file, picture)
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// startProgram builds convnet, ingests drawn images with the built-in network, serves them and returns the site's
// address and the folder of the images.
func startProgram(t testing.TB) (address, images string) {
	t.Helper()
	library := ortruntest.Open(t).Library() // skips or fails without the runtime
	dir := t.TempDir()
	images = filepath.Join(dir, "shapes")
	drawImages(t, images)
	binary, db := filepath.Join(dir, "convnet"), filepath.Join(dir, "shapes.db")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	run(t, nil, 0, "go", "build", "-buildvcs=false", "-o", binary, "github.com/convnet-playground/convnet/cmd/convnet")
	environment := append(os.Environ(), "CONVNET_ONNXRUNTIME="+library)
	const quarantined = 3
	run(t, environment, quarantined, binary, "ingest", "--quiet", "--db", db, "--dataset", "shapes", "--model", "demo", images)
	run(t, environment, 0, binary, "evaluate", "--quiet", "--db", db, "--dataset", "shapes")
	return serve(t, environment, binary, "serve", "--db", db, "--listen", "127.0.0.1:0"), images
}

func run(t testing.TB, environment []string, want int, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = environment
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

var servingOn = regexp.MustCompile(`http://[0-9.:]+`)

// serve starts the server, waits until it says where it listens, and stops it when the test ends.
func serve(t testing.TB, environment []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = environment
	log, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(log)
	var address string
	for address == "" && lines.Scan() {
		address = servingOn.FindString(lines.Text())
	}
	done := make(chan error, 1)
	go func() {
		for lines.Scan() { // its log must not fill the pipe
		}
		done <- cmd.Wait()
	}()
	t.Cleanup(func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Log(err)
		}
		<-done
	})
	if address == "" {
		t.Fatal("the server did not say where it listens")
	}
	return address
}
