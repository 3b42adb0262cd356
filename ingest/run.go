package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/store"
)

// run is one execution.
type run struct {
	db      *store.DB
	opt     Options
	network *network // nil: images only
	catalog *catalog
	known   store.Dataset // zero when it is new
	plan    *plan
	stale   staleness
	id      int64

	summary    Summary
	progress   Progress
	reasons    map[[32]byte]string     // why bytes were refused in this run
	unembedded []store.QuarantinedFile // stored images that the network failed on
}

// Run brings a dataset up to date with its source, and its embeddings with the network; without a network it stores the
// images only. What is up to date already is left alone.
//
// When ctx ends, the batch at hand is committed and the error is ctx's; the next run goes on from there. Refused files
// are no error: they are in the summary.
func Run(ctx context.Context, db *store.DB, rt *ortrun.Runtime, net *cnn.Network, opt Options) (Summary, error) {
	started := time.Now()
	r := &run{db: db, opt: opt.withDefaults(), reasons: map[[32]byte]string{}}
	r.summary = Summary{Dataset: opt.Dataset, Quarantined: []store.QuarantinedFile{}, Stale: []string{}}
	source, err := r.prepare(ctx, rt, net)
	if err != nil {
		return r.summary, err
	}
	x := r.warmUp()
	err = r.finish(ctx, started, r.bring(ctx, source, x))
	return r.summary, errors.Join(err, x.Close(), source.Close())
}

// warmUp starts to make the extractor for new files: it takes a while, in which files are read and the database is
// prepared.
func (r *run) warmUp() *lazyExtractor {
	x := &lazyExtractor{open: func() (*extractor, error) { return r.network.extractor(r.network.targets) }}
	if r.network != nil && len(r.plan.todo) > 0 {
		go x.get()
	}
	return x
}

// prepare looks at network, source and database; nothing is written yet.
func (r *run) prepare(ctx context.Context, rt *ortrun.Runtime, net *cnn.Network) (source Source, err error) {
	if r.network, err = newNetwork(rt, net, r.opt); err != nil {
		return nil, err
	}
	if net != nil {
		s := &r.summary
		s.Model, s.Runtime = net.Manifest.Name, r.network.computes()
		s.Workers, s.Threads, s.Batch = r.opt.Workers, threads, imagesAPass
	}
	r.phase(PhaseListing, 0)
	if source, err = OpenSource(r.opt.Source, SourceOptions{Labels: r.opt.Labels}); err != nil {
		return nil, err
	}
	if err := r.look(ctx, source); err != nil {
		return nil, errors.Join(err, source.Close())
	}
	return source, nil
}

// look compares the source with what the database knows.
func (r *run) look(ctx context.Context, source Source) error {
	entries := source.Entries()
	if len(entries) == 0 {
		return fmt.Errorf("there are no files in %s", r.opt.Source)
	}
	known, err := r.db.Dataset(ctx, r.opt.Dataset)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if r.catalog, err = loadCatalog(ctx, r.db, known.ID); err != nil {
		return err
	}
	r.plan = makePlan(entries, r.catalog)
	r.known = known
	if r.network != nil && known.ID != 0 {
		if r.stale, err = r.network.compare(ctx, r.db, known.ID); err != nil {
			return err
		}
	}
	r.summary.Files, r.summary.Unlisted = len(entries), source.Unlisted()
	return nil
}

// bring does the work: files first, then what they add up to, then the vectors that stored images lack.
func (r *run) bring(ctx context.Context, source Source, x *lazyExtractor) error {
	if err := r.ingestFiles(ctx, source, x); err != nil {
		return err
	}
	if err := r.settle(ctx); err != nil {
		return err
	}
	if r.network == nil {
		return nil
	}
	return r.backfill(ctx)
}

// ingestFiles reads the new and the changed files. The first thing that is written is the beginning of the run.
func (r *run) ingestFiles(ctx context.Context, source Source, x *lazyExtractor) error {
	r.phase(PhaseIngesting, len(r.plan.todo))
	w := &worker{source: source, limits: r.opt.Limits, claims: newClaims(r.catalog), decided: r.catalog.decided, decoding: semaphore.NewWeighted(decodingBytes)}
	if r.network != nil {
		w.network, w.extractor = &r.network.Manifest, x
	}
	p := pipeline[fileTask, outcome]{workers: r.opt.Workers, weigh: func(t fileTask) int64 { return t.Size }, work: w.file}
	return p.run(ctx, r.plan.todo, func(in *results[outcome]) error {
		if err := r.begin(ctx); err != nil {
			return err
		}
		return batches(ctx, r.db, r.opt.Batch, in, r.writeFile)
	})
}

// finish completes the summary and records how the run ended.
func (r *run) finish(ctx context.Context, started time.Time, err error) error {
	s := &r.summary
	s.Images, s.Unchanged = len(r.catalog.images), r.plan.counts[StateUnchanged]
	s.Quarantined = append(s.Quarantined, r.quarantined()...)
	s.Seconds = time.Since(started).Seconds()
	if done := max(s.Embedded, s.Added); done > 0 {
		s.ImagesPerSecond = float64(done) / s.Seconds
	}
	status := store.RunDone
	switch {
	case ctx.Err() != nil && err != nil:
		status, err = store.RunInterrupted, ctx.Err()
	case err != nil:
		status = store.RunFailed
	}
	if r.id == 0 { // it did not even begin
		return err
	}
	record := r.db.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.FinishRun(r.id, status, s) })
	if err != nil {
		return err // what came first says more
	}
	return record
}

// quarantined lists the files of the source that are refused, by name, and counts those that were deleted on purpose.
func (r *run) quarantined() []store.QuarantinedFile {
	all := r.unembedded
	for _, name := range slices.Sorted(maps.Keys(r.catalog.files)) {
		switch f := r.catalog.files[name]; {
		case f.ImageID != 0 || !r.plan.present(name):
		case isDeleted(f.Reason):
			r.summary.Deleted++
		default:
			all = append(all, store.QuarantinedFile{Dataset: r.opt.Dataset, Name: name, Reason: f.Reason})
		}
	}
	slices.SortStableFunc(all, func(a, b store.QuarantinedFile) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// phase begins a phase of the progress.
func (r *run) phase(name string, total int) {
	r.progress = Progress{Phase: name, Total: total, Started: time.Now(), Quarantined: r.progress.Quarantined}
	r.opt.Progress(r.progress)
}

// step reports one more file or image done.
func (r *run) step() {
	r.progress.Done++
	r.opt.Progress(r.progress)
}
