package ingest

import (
	"context"
	"maps"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// settle brings files and images into agreement once every file has been looked at: files that are gone, images that
// nobody holds any more, names and categories. Its result depends on the source alone, not on the order of events.
func (r *run) settle(ctx context.Context) error {
	files := r.goneFiles()
	images := slices.Sorted(maps.Keys(r.catalog.images))
	return r.db.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		for _, name := range files {
			if err := tx.DeleteFile(r.catalog.dataset, name); err != nil {
				return err
			}
			r.catalog.removeFile(name)
		}
		changed := false
		for _, id := range images {
			did, err := r.settleImage(tx, id)
			if err != nil {
				return err
			}
			changed = changed || did
		}
		if changed {
			return tx.DeleteScores(r.catalog.dataset)
		}
		return nil
	})
}

// goneFiles are the files that are no longer there and whose entries say nothing that is not known otherwise: refused
// ones, and those whose image has another file in the source, as after a move.
func (r *run) goneFiles() []string {
	var names []string
	for name, f := range r.catalog.files {
		if !r.plan.present(name) && (f.ImageID == 0 || len(r.presentHolders(f.ImageID)) > 0) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// presentHolders are the names of the files in the source that became an image, sorted.
func (r *run) presentHolders(id int64) []string {
	var names []string
	for _, name := range r.catalog.holders[id] {
		if r.plan.present(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// settleImage removes an image or gives it the name and category of the first of its files.
func (r *run) settleImage(tx *store.Tx, id int64) (changed bool, err error) {
	holders := r.presentHolders(id)
	replaced := len(r.catalog.holders[id]) == 0 // its files have other bytes now
	switch {
	case replaced || len(holders) == 0 && r.opt.Prune:
		if !replaced {
			r.summary.Pruned++
		}
		r.catalog.removeImage(id)
		return true, tx.DeleteImage(id)
	case len(holders) == 0:
		r.summary.Gone++
		return false, nil
	}
	r.summary.Duplicates += len(holders) - 1
	image, first := r.catalog.images[id], r.plan.entries[holders[0]]
	category := r.catalog.category(image.SHA256, first.Category)
	if image.Name == first.Title && image.Category == category {
		return false, nil
	}
	image.Name, image.Category = first.Title, category
	r.summary.Recategorised++
	r.plan.recategorised(first.Name)
	return true, tx.UpdateImage(id, image.Name, image.Category)
}
