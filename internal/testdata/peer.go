package testdata

import (
	"bufio"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Peer starts a Python script of scripts/bench, which says when it is ready and then answers every line with a number,
// and returns what asks it. It ends with the test.
func Peer(tb testing.TB, script string, args ...string) func(line string) float64 {
	tb.Helper()
	cmd := exec.Command("/usr/bin/python3", append([]string{filepath.Join(RepoRoot(tb), "scripts/bench", script)}, args...)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	next := func() string {
		if !lines.Scan() {
			tb.Fatalf("%s has ended: %v", script, lines.Err())
		}
		return strings.TrimSpace(lines.Text())
	}
	next()
	return func(line string) float64 {
		fmt.Fprintln(in, line)
		answer := next()
		v, err := strconv.ParseFloat(answer, 64)
		if err != nil {
			tb.Fatalf("%s answers %q", script, answer)
		}
		return v
	}
}
