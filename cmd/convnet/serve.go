package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/projection"
	"github.com/convnet-playground/convnet/internal/server"
)

type serveFlags struct {
	db, listen string
	hosts      []string
	origins    []string
	readOnly   bool
	provider   string

	maxModelMemory int64 // MB
}

func newServe(a *app) *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve --db FILE",
		Short: "Serve the database as a web site, on this machine unless you say otherwise",
		Args:  exactArgs(),
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.db, "db", "", "database file (required)")
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8080", "address to listen on")
	flags.StringSliceVar(&f.hosts, "host", nil, "also answer to this host name, e.g. behind a proxy; may be repeated")
	flags.StringSliceVar(&f.origins, "cors", nil, "let pages of this origin use the API, e.g. https://pictures.example; may be repeated")
	flags.StringVar(&f.provider, "provider", "", providerUsage)
	flags.Int64Var(&f.maxModelMemory, "max-model-memory", 2048, "MB that loaded networks may take together; further ones wait, or push out those at rest")
	flags.BoolVar(&f.readOnly, "read-only", false, "serve a file that is never written to, e.g. a snapshot")
	require(cmd, "db")
	return cmd
}

func (a *app) serve(ctx context.Context, f serveFlags) (err error) {
	for i, origin := range f.origins {
		if f.origins[i], err = server.ParseOrigin(origin); err != nil {
			return usagef("--cors: %v", err)
		}
	}
	if f.maxModelMemory < 1 {
		return usagef("--max-model-memory %d: give a number of MB, such as 2048", f.maxModelMemory)
	}
	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w (choose another address with --listen)", f.listen, err)
	}
	defer listener.Close() // where nothing came of serving; otherwise that has closed it
	db, reason, err := openServed(ctx, f, listener.Addr())
	if err != nil {
		return err
	}
	defer closeInto(&err, db.Close)
	config := server.Config{DB: db, ReadOnly: f.readOnly, Logger: a.logger(), Hosts: f.hosts, Origins: f.origins, Version: version}
	if reason != "" {
		config.QueueOff, config.EditsOff = "No pictures can be made here: "+reason, "Nothing can be changed here: "+reason
	}
	engine, uploadOff := openEngine(db, f.provider, f.maxModelMemory<<20)
	defer closeInto(&err, engine.Close)
	if f.provider != "" && engine == nil {
		return errors.New(uploadOff)
	}
	if config.UploadOff = uploadOff; engine != nil {
		config.Embedder, config.Prober = &embedder{engine}, newProber(engine)
	}
	config.Placer = projection.NewPlacer(db)
	queue, err := openQueue(ctx, &config, engine)
	if err != nil {
		return err
	}
	defer closeInto(&err, queue.Close)
	if !a.quiet {
		fmt.Fprintf(a.stderr, "serving %s on http://%s (stop with Ctrl-C)\n", f.db, listener.Addr())
	}
	return server.New(config).Serve(ctx, listener)
}
