package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/store"
)

func newSnapshot(a *app) *cobra.Command {
	var path string
	var opt store.SnapshotOptions
	cmd := &cobra.Command{
		Use:   "snapshot --db FILE TARGET",
		Short: "Write a verified, compact copy of the database to ship",
		Long: `Snapshot writes a consistent copy, also while an ingest is running. The copy appears under its
name only when it is complete and verified. It carries a manifest: what is in it, the hashes,
the versions, and the licence and source you state.`,
		Args: exactArgs("the file to write"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return withDB(ctx, path, func(db *store.DB) error { return a.snapshot(ctx, db, args[0], opt) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&path, "db", "", "database file (required)")
	flags.BoolVar(&opt.WithoutModels, "without-models", false, "leave the networks' weights out: smaller, but new images cannot be searched with")
	flags.BoolVar(&opt.Overwrite, "overwrite", false, "replace the target if it exists")
	flags.StringVar(&opt.License, "license", "", "licence of what is shipped")
	flags.StringVar(&opt.Source, "source", "", "where it comes from")
	require(cmd, "db")
	return cmd
}

func (a *app) snapshot(ctx context.Context, db *store.DB, target string, opt store.SnapshotOptions) error {
	manifest, err := store.Snapshot(ctx, db, target, opt)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(manifest)
	}
	if !a.quiet {
		fmt.Fprintf(a.stdout, "%s: written and verified. Serve it with: convnet serve --db %s --read-only\n", target, target)
	}
	return nil
}
