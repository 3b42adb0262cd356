package ingest

import (
	"context"
	"fmt"
	"time"

	"github.com/convnet-playground/convnet/store"
)

// batches takes results as they come and writes them in transactions of a bounded number and time. What has been
// written when the results end is committed, whether they ended well or not.
func batches[R any](ctx context.Context, db *store.DB, size int, in *results[R], write func(*store.Tx, R) error) error {
	ctx = context.WithoutCancel(ctx) // an interrupted run still commits its batch
	for {
		first, ok, _, err := in.next(nil)
		if !ok {
			return err
		}
		end, ended := false, error(nil)
		err = db.Update(ctx, func(tx *store.Tx) error {
			if err := write(tx, first); err != nil {
				return err
			}
			deadline := time.After(batchTime)
			for n := 1; n < size; n++ {
				var r R
				r, ok, end, ended = in.next(deadline)
				if !ok {
					return nil
				}
				if err := write(tx, r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || end {
			return errorOr(err, ended)
		}
	}
}

func errorOr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// writeFile records what became of one file.
func (r *run) writeFile(tx *store.Tx, out outcome) error {
	defer r.step()
	f := store.File{Name: out.entry.Name, Size: out.entry.Size, MtimeNS: out.entry.MtimeNS}
	var err error
	if f.Reason = r.refused(out); f.Reason == "" {
		if f.ImageID, err = r.writeImage(tx, out); err != nil {
			return err
		}
	} else if !isDeleted(f.Reason) {
		r.progress.Quarantined++
	}
	if err := tx.PutFile(r.catalog.dataset, f); err != nil {
		return err
	}
	if released := r.catalog.setFile(f); released != 0 {
		r.summary.Changed++
	}
	return nil
}

// refused returns the reason for quarantine, "" for none. Files with the bytes of a refused one share its reason.
func (r *run) refused(out outcome) string {
	if out.reason != "" {
		if out.hashed {
			r.reasons[out.hash] = out.reason
		}
		return out.reason
	}
	if out.image == nil {
		return r.reasons[out.hash]
	}
	return ""
}

// writeImage stores an image with its vectors, unless the dataset has these bytes.
func (r *run) writeImage(tx *store.Tx, out outcome) (int64, error) {
	known, ok := r.catalog.byHash[out.hash]
	if ok && out.image == nil {
		return known, nil
	}
	if out.image == nil {
		return 0, fmt.Errorf("file %q has the bytes of an image that is not there", out.entry.Name) // the claims see to it
	}
	n := *out.image
	n.DatasetID, n.Category = r.catalog.dataset, r.catalog.category(n.SHA256, n.Category)
	id, err := tx.PutImage(n)
	if err != nil || ok { // a known image gets back what it may have lost
		return id, err
	}
	r.catalog.addImage(&store.Image{ID: id, DatasetID: n.DatasetID, SHA256: n.SHA256, Name: n.Name, Category: n.Category, Format: n.Format, Width: n.Width, Height: n.Height, Size: int64(len(n.Original))})
	r.summary.Added++
	if len(out.vectors) > 0 {
		r.summary.Embedded++
	}
	if err := r.writeVectors(tx, id, out.vectors); err != nil {
		return 0, err
	}
	return id, tx.DeleteScores(n.DatasetID)
}

func (r *run) writeVectors(tx *store.Tx, image int64, vectors []vector) error {
	for _, v := range vectors {
		if err := tx.PutVector(v.target.embedding, image, v.Vector); err != nil {
			return err
		}
	}
	return nil
}
