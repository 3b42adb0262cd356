package main

import (
	"context"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/store"
)

// versions says what this binary is made of; the distance kernel and the runtime depend on the machine.
type versions struct {
	Convnet   string `json:"convnet"`
	Go        string `json:"go"`
	Platform  string `json:"platform"`
	SQLite    string `json:"sqlite"`
	SQLiteVec string `json:"sqlite_vec"`
	Kernel    string `json:"kernel"`
	Runtime   string `json:"runtime"`
	Library   string `json:"library"`
}

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show the versions of convnet, SQLite, sqlite-vec and ONNX Runtime, and the distance kernel in use",
		Args:  exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			v, err := collectVersions(cmd.Context())
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(v)
			}
			fmt.Fprintf(a.stdout, "convnet     %s (%s, %s)\nSQLite      %s\nsqlite-vec  %s\ndistances   %s kernel\nnetworks    %s  %s\n",
				v.Convnet, v.Go, v.Platform, v.SQLite, v.SQLiteVec, v.Kernel, v.Runtime, v.Library)
			return nil
		},
	}
}

func collectVersions(ctx context.Context) (versions, error) {
	sqlite, vec, err := store.LibraryVersions(ctx)
	if err != nil {
		return versions{}, err
	}
	v := versions{
		Convnet: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		SQLite: sqlite, SQLiteVec: vec, Kernel: store.Kernel(),
	}
	rt, err := ortrun.Open("")
	if err != nil { // version must answer where nothing else does
		v.Runtime = err.Error()
		return v, nil
	}
	defer rt.Close()
	v.Runtime, v.Library = rt.Version(), rt.Library()
	return v, nil
}
