package main

import (
	"context"
	"net"

	"github.com/convnet-playground/convnet/internal/server"
	"github.com/convnet-playground/convnet/internal/visualize"
	"github.com/convnet-playground/convnet/store"
)

// openServed opens the database for writing where pages may change it, and otherwise for reading, with the reason as the
// end of a sentence for the pages.
func openServed(ctx context.Context, f serveFlags, listen net.Addr) (db *store.DB, reason string, err error) {
	reason = keepsOut(f, listen)
	if reason == "" {
		if db, err = store.Open(ctx, f.db, store.ReadWrite); err == nil {
			return db, "", nil
		}
		reason = "the file cannot be opened for writing: " + err.Error()
	}
	db, err = store.Open(ctx, f.db, store.ReadOnly)
	return db, reason, err
}

// keepsOut is why visitors may not change the file, "" if they may. Having pictures made takes minutes of all processors,
// and what is deleted is gone, so it is for those on this machine only.
func keepsOut(f serveFlags, listen net.Addr) string {
	tcp, ok := listen.(*net.TCPAddr)
	switch {
	case f.readOnly:
		return "the file is served with --read-only."
	case !ok || !tcp.IP.IsLoopback() || len(f.hosts) > 0:
		return "others than those on this machine can reach this server. Start it without --listen and --host for that."
	}
	return ""
}

// openQueue starts the queue for a database that is open for writing and a runtime, and says in the configuration what
// came of it. Without either it is nil.
func openQueue(ctx context.Context, config *server.Config, e *engine) (*queue, error) {
	switch {
	case config.DB.ReadOnly():
		return nil, nil
	case e == nil:
		config.QueueOff = "No pictures can be made here: " + config.UploadOff
		return nil, nil
	}
	q, err := startQueue(ctx, e, visualize.DefaultParameters, config.Logger)
	if err == nil {
		config.Queue = q
	}
	return q, err
}
