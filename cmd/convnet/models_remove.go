package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
)

func newModelsRemove(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "Forget a network that was added; databases keep the copy they carry",
		Args:  exactArgs("the name of a network"),
		RunE: func(_ *cobra.Command, args []string) error {
			library, err := cnn.DefaultLibrary()
			if err != nil {
				return err
			}
			if err := library.Remove(args[0]); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]string{"removed": args[0]})
			}
			fmt.Fprintf(a.stdout, "removed %s\n", args[0])
			return nil
		},
	}
}
