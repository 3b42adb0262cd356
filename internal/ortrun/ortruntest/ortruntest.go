// Package ortruntest opens ONNX Runtime for tests.
package ortruntest

import (
	"os"
	"testing"

	"github.com/convnet-playground/convnet/internal/ortrun"
)

// Open returns the runtime. On a machine without its library the test is
// skipped, with the reason; in CI (environment variable CI) it fails.
func Open(tb testing.TB) *ortrun.Runtime {
	tb.Helper()
	rt, err := ortrun.Open("")
	switch {
	case err == nil:
		return rt
	case os.Getenv("CI") != "":
		tb.Fatal(err)
	}
	tb.Skip(err)
	return nil
}
