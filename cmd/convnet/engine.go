package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/store"
)

// engine runs the networks that a database carries. All who look at pictures share it, and so the limit of memory.
type engine struct {
	db       *store.DB
	rt       *ortrun.Runtime
	provider string // as in ortrun.Options
	*networks
}

// unlimited is for commands, which load one network or two.
const unlimited = 1 << 62

func newEngine(db *store.DB, rt *ortrun.Runtime, provider string, maxMemory int64) *engine {
	return &engine{db, rt, provider, newNetworks(maxMemory)}
}

// openEngine is newEngine where ONNX Runtime is at hand; elsewhere the reason says why nobody can look at new pictures,
// while everything else works.
func openEngine(db *store.DB, provider string, maxMemory int64) (e *engine, reason string) {
	rt, err := ortrun.Open("")
	if err == nil {
		err = rt.CheckProvider(provider)
	}
	if err != nil {
		return nil, err.Error()
	}
	return newEngine(db, rt, provider, maxMemory), ""
}

// use returns what open makes of a network, or made of it before under the same key. Call release when it is no longer needed.
func (e *engine) use(ctx context.Context, m store.Model, key string, open func(*cnn.Network) (closer, error)) (closer, func(), error) {
	return e.get(ctx, plan{
		key: fmt.Sprint(m.ID, " ", key),
		bytes: func() (int64, error) {
			var manifest cnn.Manifest
			err := json.Unmarshal(m.Manifest, &manifest)
			return networkBytes(&manifest), err
		},
		open: func(ctx context.Context) (closer, error) {
			network, err := networkFromStore(ctx, e.db, m)
			if err != nil {
				return nil, err
			}
			return open(network)
		},
	})
}

// Close frees the networks and the runtime; closing none is fine.
func (e *engine) Close() error {
	if e == nil {
		return nil
	}
	e.networks.Close()
	return e.rt.Close()
}
