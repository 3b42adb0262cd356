package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
)

// exportFlags are the command's flags as typed.
type exportFlags struct {
	db, dataset string
	force       bool
}

func newModelsExport(a *app) *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export NAME FILE.onnx",
		Short: "Write a network as an ONNX file that other programs can run",
		Long: `Export writes the graph with its weights as one ONNX file. What the graph does not say is in its
metadata: name, title, preprocess, layers, classes, source and license, and convnet.manifest,
from which convnet can make the same network again.`,
		Args: exactArgs("the name of a network", "the file to write"),
		RunE: func(cmd *cobra.Command, args []string) error {
			network, err := f.load(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return a.export(network, args[1], f.force)
		},
	}
	cmd.Flags().StringVar(&f.db, "db", "", "take the network from this database file, with --dataset")
	cmd.Flags().StringVar(&f.dataset, "dataset", "", "dataset that was ingested with the network")
	cmd.Flags().BoolVar(&f.force, "force", false, "replace the file if it exists")
	return cmd
}

func (f exportFlags) load(ctx context.Context, name string) (*cnn.Network, error) {
	if (f.db == "") != (f.dataset == "") {
		return nil, usagef("--db and --dataset go together: a database knows a network by the dataset it has seen")
	}
	if f.db != "" {
		return networkInDB(ctx, ingestFlags{db: f.db, dataset: f.dataset}, name)
	}
	library, err := cnn.DefaultLibrary()
	if err != nil {
		return nil, err
	}
	network, err := library.Load(name)
	if errors.Is(err, cnn.ErrUnknown) && isKeras(name) {
		return nil, fmt.Errorf("%w: %s has no weights yet; get them with: convnet models pull %s", cnn.ErrUnknown, name, name)
	}
	return network, err
}

func (a *app) export(network *cnn.Network, path string, force bool) error {
	data, err := network.Export()
	if err != nil {
		return err
	}
	if err := writeWhole(path, data, force); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{
			"file": path, "bytes": len(data), "model": network.Manifest.Name, "sha256": fmt.Sprintf("%x", network.SHA256()),
		})
	}
	if !a.quiet {
		fmt.Fprintf(a.stdout, "%s: %s as ONNX, %s bytes\n", path, network.Manifest.Name, grouped(int64(len(data))))
	}
	return nil
}

// writeWhole writes a file that appears under its name only when it is complete and on the disk.
func writeWhole(path string, data []byte, replace bool) (err error) {
	if _, err := os.Lstat(path); !replace && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s exists already; choose another name or add --force", path)
	}
	draft, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(draft.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	_, err = draft.Write(data)
	for _, step := range []func() error{
		func() error { return draft.Chmod(0o644) }, // temporary files are made for their owner alone
		draft.Sync,
		draft.Close,
	} {
		if problem := step(); err == nil {
			err = problem
		}
	}
	if err != nil {
		return err
	}
	return os.Rename(draft.Name(), path)
}
