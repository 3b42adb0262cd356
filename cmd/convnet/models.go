package main

import (
	"github.com/spf13/cobra"
)

func newModels(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "models",
		Short: "Add, list, show, export and remove networks",
		Long: `Networks that were added live in a folder of their own (CONVNET_HOME, or the place where your
system keeps programs' data). An ingest copies the network it uses into the database, so a
shipped file needs nothing else.`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newModelsAdd(a), newModelsPull(a), newModelsList(a), newModelsShow(a), newModelsExport(a), newModelsRemove(a))
	return cmd
}
