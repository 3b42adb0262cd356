package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/store"
)

// require marks flags that a command cannot do without; a missing one is bad usage.
func require(cmd *cobra.Command, names ...string) {
	inner := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		for _, name := range names {
			if cmd.Flags().Lookup(name).Value.String() == "" {
				return usagef("%s needs --%s", cmd.CommandPath(), name)
			}
		}
		return inner(cmd, args)
	}
}

// closeInto keeps the error of a close when nothing went wrong before.
func closeInto(err *error, closer func() error) {
	if closeErr := closer(); *err == nil {
		*err = closeErr
	}
}

// withDB opens an existing database for reading, for as long as use runs.
func withDB(ctx context.Context, path string, use func(*store.DB) error) (err error) {
	db, err := store.Open(ctx, path, store.ReadOnly)
	if err != nil {
		return err
	}
	defer closeInto(&err, db.Close)
	return use(db)
}

// printable is a name as a terminal may show it: control characters, which could move the cursor or worse, are escaped.
func printable(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}

// networkFromStore rebuilds a network from the graph and the manifest that the database carries.
func networkFromStore(ctx context.Context, db *store.DB, model store.Model) (*cnn.Network, error) {
	graph, err := db.ModelGraph(ctx, model.ID)
	if err != nil {
		return nil, err
	}
	network := &cnn.Network{ONNX: graph}
	if err := json.Unmarshal(model.Manifest, &network.Manifest); err != nil {
		return nil, fmt.Errorf("read the manifest of model %s: %w", model.Name, err)
	}
	if err := network.Manifest.Validate(); err != nil {
		return nil, fmt.Errorf("the manifest of model %s in this database: %w", model.Name, err)
	}
	return network, nil
}
