package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/store"
)

func newCheck(a *app) *cobra.Command {
	var path string
	var repair bool
	cmd := &cobra.Command{
		Use:   "check --db FILE",
		Short: "Verify everything in a database, down to the hashes of the images",
		Args:  exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.check(cmd.Context(), path, repair)
		},
	}
	cmd.Flags().StringVar(&path, "db", "", "database file (required)")
	cmd.Flags().BoolVar(&repair, "repair", false, "drop what is damaged and can be rebuilt, so that the next ingest does it again")
	require(cmd, "db")
	return cmd
}

func (a *app) check(ctx context.Context, path string, repair bool) (err error) {
	mode := store.ReadOnly
	if repair {
		mode = store.ReadWrite
	}
	db, err := store.Open(ctx, path, mode)
	if err != nil {
		return err
	}
	defer closeInto(&err, db.Close)
	problems, err := db.Check(ctx, store.CheckOptions{Repair: repair})
	if err != nil {
		return err
	}
	if err := a.reportProblems(problems); err != nil {
		return err
	}
	for _, p := range problems {
		if !p.Repaired {
			return fmt.Errorf("%s: %d problems found", path, len(problems))
		}
	}
	return nil
}

func (a *app) reportProblems(problems []store.Problem) error {
	if a.json {
		return a.printJSON(struct {
			OK       bool            `json:"ok"`
			Problems []store.Problem `json:"problems"`
		}{len(problems) == 0, append([]store.Problem{}, problems...)})
	}
	for _, p := range problems {
		state := ""
		if p.Repaired {
			state = "  (repaired: run the ingest again)"
		}
		fmt.Fprintf(a.stdout, "%s  %s: %s%s\n", p.Kind, p.Subject, p.Detail, state)
	}
	if len(problems) == 0 && !a.quiet {
		fmt.Fprintln(a.stdout, "ok: everything is as it should be")
	}
	return nil
}
