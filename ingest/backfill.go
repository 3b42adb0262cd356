package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/semaphore"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/store"
)

// gap is images that lack the same targets' vectors.
type gap struct {
	targets []*target
	images  []store.Image
}

// findGaps groups the stored images by what they lack; usually there is one group, after layers have been added.
func (r *run) findGaps(ctx context.Context) ([]gap, error) {
	lacking := map[int64][]int{} // image to numbers of targets
	for i, t := range r.network.targets {
		ids, err := r.db.MissingImages(ctx, []int64{t.embedding}, r.catalog.dataset)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			lacking[id] = append(lacking[id], i)
		}
	}
	images, err := r.imagesOf(ctx, lacking)
	if err != nil {
		return nil, err
	}
	var gaps []gap
	index := map[string]int{}
	for _, image := range images {
		key := fmt.Sprint(lacking[image.ID])
		at, ok := index[key]
		if !ok {
			at = len(gaps)
			index[key] = at
			gaps = append(gaps, gap{})
			for _, i := range lacking[image.ID] {
				gaps[at].targets = append(gaps[at].targets, r.network.targets[i])
			}
		}
		gaps[at].images = append(gaps[at].images, image)
	}
	return gaps, nil
}

func (r *run) imagesOf(ctx context.Context, lacking map[int64][]int) ([]store.Image, error) {
	if len(lacking) == 0 {
		return nil, nil
	}
	images, err := r.db.Images(ctx, store.ImageFilter{DatasetID: r.catalog.dataset})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(images, func(i store.Image) bool { return lacking[i.ID] == nil }), nil
}

// backfill computes the vectors that stored images lack, from the originals in the database.
func (r *run) backfill(ctx context.Context) error {
	gaps, err := r.findGaps(ctx)
	if err != nil {
		return err
	}
	total := 0
	for _, g := range gaps {
		total += len(g.images)
	}
	r.phase(PhaseEmbedding, total)
	for _, g := range gaps {
		if err := r.fill(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) fill(ctx context.Context, g gap) (err error) {
	x, err := r.network.extractor(g.targets)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	b := &backfiller{db: r.db, network: r.network.Manifest.Name, extractor: x, decoding: semaphore.NewWeighted(decodingBytes)}
	p := pipeline[store.Image, embedded]{workers: r.opt.Workers, weigh: func(i store.Image) int64 { return i.Size }, work: b.image}
	return p.run(ctx, g.images, func(in *results[embedded]) error {
		return batches(ctx, r.db, r.opt.Batch, in, r.writeEmbedded)
	})
}

// embedded is what the network saw of a stored image, or why it could not.
type embedded struct {
	image   store.Image
	vectors []vector
	reason  string
}

type backfiller struct {
	db        *store.DB
	network   string
	extractor *extractor
	decoding  *semaphore.Weighted
}

func (b *backfiller) image(ctx context.Context, i store.Image) (embedded, error) {
	out := embedded{image: i}
	data, _, err := b.db.Original(ctx, i.ID)
	if err != nil {
		return out, err
	}
	// What was accepted once stays accepted, whatever the limits are today.
	limits := imaging.Limits{MaxPixels: int64(i.Width) * int64(i.Height), MaxBytes: max(i.Size, 1)}
	p, release, err := decodeWithin(ctx, b.decoding, data, limits)
	if err != nil {
		out.reason, err = refusalOfPicture(err)
		return out, err
	}
	tensor := cnn.Tensor(p, b.extractor.input)
	release()
	out.vectors, err = b.extractor.vectors(ctx, tensor)
	if bad := (*notFinite)(nil); errors.As(err, &bad) {
		out.reason, err = networkReason+b.network+" "+bad.Error(), nil
	}
	return out, err
}

func (r *run) writeEmbedded(tx *store.Tx, out embedded) error {
	defer r.step()
	if out.reason != "" {
		// The image stays: other networks have seen it. It is tried again next time.
		r.unembedded = append(r.unembedded, store.QuarantinedFile{Dataset: r.opt.Dataset, Name: out.image.Name, Reason: out.reason})
		r.progress.Quarantined++
		return nil
	}
	r.summary.Embedded++
	if err := r.writeVectors(tx, out.image.ID, out.vectors); err != nil {
		return err
	}
	return tx.DeleteScores(r.catalog.dataset)
}
