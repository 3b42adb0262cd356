// Command convnet shows what convolutional networks see in a folder of images.
//
// It ingests images into one SQLite file, searches them by any layer of any network, and serves that file as a web site.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/convnet-playground/convnet/search"
)

// version is set by the linker.
var version = "dev"

// Exit codes; the help text lists them too.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitQuarantined = 3
	exitInterrupted = 130
)

// errQuarantined ends a run that did all it could while some inputs were refused.
var errQuarantined = errors.New("some inputs are in quarantine")

// usageError marks an error that the caller can mend by typing something else.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot(&app{stdin: stdin, stdout: stdout, stderr: stderr})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	code := exitCode(ctx, err)
	switch code {
	case exitDone, exitQuarantined:
	case exitInterrupted:
		fmt.Fprintln(stderr, "interrupted: what was finished is kept, run the same command again to go on")
	default:
		fmt.Fprintf(stderr, "convnet: %v\n", err)
	}
	if errors.As(err, new(usageError)) {
		fmt.Fprintln(stderr, "Run 'convnet help' for how to call it.")
	}
	return code
}

// exitCode maps the kind of an error to the documented codes.
func exitCode(ctx context.Context, err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errQuarantined):
		return exitQuarantined
	case errors.As(err, new(usageError)), errors.As(err, new(search.BadRequest)):
		return exitUsage
	case ctx.Err() != nil:
		return exitInterrupted
	default:
		return exitFailed
	}
}
