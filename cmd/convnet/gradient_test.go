package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/npy"
)

func writeArray(t *testing.T, shape ...int) string {
	t.Helper()
	size := 1
	for _, d := range shape {
		size *= d
	}
	var file bytes.Buffer
	if err := npy.Write(&file, shape, ramp(size)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "input.npy")
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestGradient(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	layer := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "demo", "--json")).DefaultLayers[2]
	out := filepath.Join(t.TempDir(), "out.npy")
	r := mustConvnet(t, exitDone, "gradient", "--model", "demo", "--layer", layer, "--channel", "1", "--input", writeArray(t, 1, 3, 48, 56), "--out", out, "--json")
	if !strings.Contains(r.stdout, `"objective":`) {
		t.Errorf("it says %s", r.stdout)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	shape, gradient, err := npy.Read(bytes.NewReader(data), 1<<20)
	if err != nil || len(shape) != 4 || shape[3] != 56 {
		t.Fatal(shape, err)
	}
	some := false
	for _, g := range gradient {
		some = some || g != 0
	}
	if !some {
		t.Error("the gradient is zero")
	}
}

func TestGradientRefuses(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	layer := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "demo", "--json")).DefaultLayers[2]
	picture, out := writeArray(t, 1, 3, 64, 64), filepath.Join(t.TempDir(), "out.npy")
	for _, test := range []struct {
		code                        int
		model, layer, channel, file string
		says                        string
	}{
		{exitFailed, "none", layer, "0", picture, "unknown model"},
		{exitFailed, "demo", "none", "0", picture, `no layer "none"`},
		{exitUsage, "demo", layer, "99999", picture, "has the channels 0 to"},
		{exitUsage, "demo", "default", "0", picture, "give one"},
		{exitFailed, "demo", layer, "0", writeArray(t, 3, 64, 64), "1 × channels × height × width"},
		{exitFailed, "demo", layer, "0", writeArray(t, 1, 1, 64, 64), "takes [1 3 64 64]"},
		{exitFailed, "demo", layer, "0", strangersNetwork(t), "no array that NumPy has saved"},
	} {
		r := mustConvnet(t, test.code, "gradient", "--model", test.model, "--layer", test.layer, "--channel", test.channel, "--input", test.file, "--out", out)
		if !strings.Contains(r.stderr, test.says) {
			t.Errorf("%+v: it says %q", test, r.stderr)
		}
	}
}
