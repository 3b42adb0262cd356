package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/search"
)

func newScores(a *app) *cobra.Command {
	var f evaluateFlags
	var out string
	cmd := &cobra.Command{
		Use:   "scores --db FILE",
		Short: "Write the scores of every layer as CSV",
		Long: `Scores evaluates what is lacking, as 'convnet evaluate' does, and writes all scores as CSV
with a line of names: dataset, model, layer, pooling, metric, p, weighted_score, precision_at_1,
and so on. All are in [0, 1] but the weighted score, which is a percentage.`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			scores, err := a.evaluate(cmd.Context(), f)
			if err != nil {
				return err
			}
			if out != "" || !a.json {
				err = a.writeScores(out, scores)
			}
			if err == nil && a.json {
				err = a.printScores(scores)
			}
			return err
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&out, "out", "", "file to write; the output, when there is none")
	return cmd
}

func (a *app) writeScores(path string, scores []search.Score) (err error) {
	if path == "" {
		return search.WriteScores(a.stdout, scores)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the scores: %w", err)
	}
	defer closeInto(&err, file.Close)
	return search.WriteScores(file, scores)
}
