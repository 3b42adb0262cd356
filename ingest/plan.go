package ingest

import (
	"context"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// State is what a file is to the database.
type State string

const (
	StateNew           State = "new"           // never seen
	StateUnchanged     State = "unchanged"     // same size and modification time as last time
	StateChanged       State = "changed"       // seen before, but size or modification time differ
	StateRecategorised State = "recategorised" // its image is known under another category or name
	StateGone          State = "gone"          // seen before, no longer in the source
	StateQuarantined   State = "quarantined"   // refused last time, unchanged since
)

// fileState compares an entry with what the last run recorded about the file; known is nil when it never saw it.
func fileState(e *Entry, known *store.File) State {
	switch {
	case known == nil:
		return StateNew
	case known.Size != e.Size || known.MtimeNS != e.MtimeNS:
		return StateChanged
	case known.ImageID != 0 && e.Problem == "":
		return StateUnchanged
	case known.ImageID != 0:
		return StateChanged
	case e.Problem != known.Reason && e.Problem != "", worthRetrying(known.Reason):
		return StateChanged
	}
	return StateQuarantined
}

// catalog is what the database knows about a dataset, kept up to date while a run writes.
type catalog struct {
	dataset int64
	files   map[string]*store.File
	images  map[int64]*store.Image
	byHash  map[[32]byte]int64
	holders map[int64][]string // names of the files that became an image

	decided map[[32]byte]store.Edit // what a person has done with an image, whatever its file says
}

func loadCatalog(ctx context.Context, db *store.DB, dataset int64) (*catalog, error) {
	c := &catalog{dataset: dataset, files: map[string]*store.File{}, images: map[int64]*store.Image{}, byHash: map[[32]byte]int64{}, holders: map[int64][]string{}, decided: map[[32]byte]store.Edit{}}
	if dataset == 0 { // made when the run begins
		return c, nil
	}
	images, err := db.Images(ctx, store.ImageFilter{DatasetID: dataset})
	if err != nil {
		return nil, err
	}
	for i := range images {
		c.addImage(&images[i])
	}
	files, err := db.Files(ctx, dataset)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		c.setFile(f)
	}
	edits, err := db.Edits(ctx, dataset)
	for _, e := range edits {
		if !e.Pending {
			c.decided[e.SHA256] = e
		}
	}
	return c, err
}

// category is what an image of these bytes has: where a person has moved it, or what its file says.
func (c *catalog) category(sha [32]byte, ofFile string) string {
	if e, ok := c.decided[sha]; ok && e.Action == store.EditMove {
		return e.Category
	}
	return ofFile
}

func (c *catalog) addImage(i *store.Image) {
	c.images[i.ID] = i
	c.byHash[i.SHA256] = i.ID
}

func (c *catalog) removeImage(id int64) {
	for _, name := range c.holders[id] {
		delete(c.files, name)
	}
	delete(c.byHash, c.images[id].SHA256)
	delete(c.images, id)
	delete(c.holders, id)
}

// setFile records a file and returns the image that it no longer stands for, 0 for none.
func (c *catalog) setFile(f store.File) (released int64) {
	if before := c.files[f.Name]; before != nil && before.ImageID != f.ImageID {
		released = before.ImageID
		c.release(released, f.Name)
	}
	c.files[f.Name] = &f
	if f.ImageID != 0 && !slices.Contains(c.holders[f.ImageID], f.Name) {
		c.holders[f.ImageID] = append(c.holders[f.ImageID], f.Name)
	}
	return released
}

func (c *catalog) release(image int64, name string) {
	c.holders[image] = slices.DeleteFunc(c.holders[image], func(held string) bool { return held == name })
}

func (c *catalog) removeFile(name string) {
	c.release(c.files[name].ImageID, name)
	delete(c.files, name)
}

// plan sorts a source's files by what is to be done.
type plan struct {
	entries map[string]*Entry
	todo    []fileTask      // to be read, in order
	unread  map[string]bool // unchanged files
	counts  map[State]int
}

func makePlan(entries []Entry, c *catalog) *plan {
	p := &plan{entries: make(map[string]*Entry, len(entries)), unread: map[string]bool{}, counts: map[State]int{}}
	for i := range entries {
		e := &entries[i]
		p.entries[e.Name] = e
		state := fileState(e, c.files[e.Name])
		p.counts[state]++
		switch state {
		case StateNew, StateChanged:
			p.todo = append(p.todo, fileTask{Entry: e, number: len(p.todo)})
		case StateUnchanged:
			p.unread[e.Name] = true
		}
	}
	return p
}

// present reports whether a file is in the source.
func (p *plan) present(name string) bool {
	_, ok := p.entries[name]
	return ok
}

// recategorised moves a file from the unchanged to the recategorised.
func (p *plan) recategorised(name string) {
	if p.unread[name] {
		p.counts[StateUnchanged]--
	}
	p.counts[StateRecategorised]++
}
