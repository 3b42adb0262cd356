package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
)

// app is what every command shares: its streams and the global flags.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer

	json, quiet bool
}

const longHelp = `ConvNet Playground: find out what a convolutional network sees in your images.

A folder of images goes in; images, embeddings of every layer you choose and the
network itself land in one SQLite file, which you search, serve and ship.

  convnet models pull densenet121
  convnet ingest --db my.db --dataset caltech --model densenet121 ./caltech10x20
  convnet search --db my.db --dataset caltech --model densenet121 query.jpg
  convnet serve  --db my.db

Exit codes:
    0  done
    1  failed
    2  bad usage: the command line needs mending
    3  done, but some inputs are in quarantine (convnet info lists them)
  130  interrupted: what was finished is kept`

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "convnet",
		Short:         "Find out what a convolutional network sees in your images",
		Long:          longHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("there is no command %q", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return cmd.Help() },
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print one JSON document on stdout")
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no log, only results and errors")
	root.AddCommand(
		newIngest(a), newSearch(a), newEvaluate(a), newScores(a), newCare(a), newEmbeddings(a), newProject(a), newProjection(a), newServe(a), newSnapshot(a),
		newProbe(a),
		newCheck(a), newInfo(a), newModels(a), newVisualize(a), newGradient(a), newUMAP(a), newVersion(a),
	)
	return root
}

// printJSON writes v as the command's one document.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// logger writes to stderr; results never go there.
func (a *app) logger() *slog.Logger {
	level := slog.LevelInfo
	if a.quiet {
		level = slog.LevelError
	}
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}))
}

// exactArgs is cobra.ExactArgs with an error that says what is wanted.
func exactArgs(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		wanted := "no argument"
		if len(names) > 0 {
			wanted = strings.Join(names, " and ")
		}
		return usagef("%s wants %s, got %d: %q", cmd.CommandPath(), wanted, len(args), args)
	}
}
