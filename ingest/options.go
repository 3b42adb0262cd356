package ingest

import (
	"runtime"
	"time"

	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/store"
)

// Options says what to ingest and how. Zero fields mean the defaults.
type Options struct {
	Dataset string // name of the dataset; required
	Source  string // folder or archive; required
	License string // of the images; "" leaves what is recorded
	Origin  string // where the images come from; "" leaves what is recorded
	Labels  string // CSV file that says which files count and what their categories are
	Layers  string // default, all, or names with commas
	Pooling pooling.Pooling
	Prune   bool // remove images whose files are gone
	Workers int  // images worked on side by side; default one for each core
	Batch   int  // images per transaction; default 64
	Limits  imaging.Limits

	Provider string // what computes, as in ortrun.Options; "" is the CPU
	Version  string // of the program, for the record of the run

	Progress func(Progress) // called by one goroutine, often; may be nil
}

const (
	defaultBatch = 64
	// batchTime bounds what a kill can cost, and how stale a page can be, with slow networks.
	batchTime = 2 * time.Second
	// thumbnailSide is the longer side of a thumbnail: a square card of 130 pixels, filled by a picture of 4:3, stays sharp,
	// and a page of fifty is not heavy.
	thumbnailSide = 152
)

func (o Options) withDefaults() Options {
	if o.Workers <= 0 {
		o.Workers = runtime.NumCPU()
	}
	if o.Batch <= 0 {
		o.Batch = defaultBatch
	}
	if o.Layers == "" {
		o.Layers = "default"
	}
	if o.Pooling.Kind == "" {
		o.Pooling = pooling.Default
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return o
}

// recorded is what the run's row keeps of the options.
type recorded struct {
	Source  string `json:"source"`
	Labels  string `json:"labels,omitempty"`
	Model   string `json:"model,omitempty"`
	Layers  string `json:"layers,omitempty"`
	Pooling string `json:"pooling,omitempty"`
	Prune   bool   `json:"prune,omitempty"`
	Workers int    `json:"workers"`
	Version string `json:"version"`
}

// Progress is how far a run is.
type Progress struct {
	Phase       string // what is being done, as a word for people
	Done, Total int    // files or images of this phase
	Started     time.Time
	Quarantined int
}

// Phases of a run.
const (
	PhaseListing   = "listing"   // looking at the source
	PhaseIngesting = "ingesting" // new and changed files
	PhaseEmbedding = "embedding" // stored images that lack vectors
)

// Summary is what a run did and what the dataset is now.
type Summary struct {
	Dataset       string `json:"dataset"`
	Model         string `json:"model"`
	Files         int    `json:"files"`         // in the source
	Unlisted      int    `json:"unlisted"`      // left out by the labels
	Images        int    `json:"images"`        // in the dataset, now
	Added         int    `json:"added"`         // images that were not there before
	Unchanged     int    `json:"unchanged"`     // files that are as they were
	Changed       int    `json:"changed"`       // files with other bytes than before
	Recategorised int    `json:"recategorised"` // images with another category or name than before
	Gone          int    `json:"gone"`          // images whose files are gone and that are still there
	Pruned        int    `json:"pruned"`        // images removed because their files are gone
	Duplicates    int    `json:"duplicates"`    // files with the bytes of another file
	Deleted       int    `json:"deleted"`       // files whose images were deleted from the dataset on purpose, and stay so
	Embedded      int    `json:"embedded"`      // images that went through the network

	Quarantined []store.QuarantinedFile `json:"quarantined"` // files that are refused, with reasons
	Stale       []string                `json:"stale"`       // what was done again, and why

	// How the network ran; empty without one.
	Runtime string `json:"runtime"` // what computed
	Workers int    `json:"workers"` // images side by side
	Threads int    `json:"threads"` // within each image
	Batch   int    `json:"batch"`   // images in one pass

	Seconds         float64 `json:"seconds"`
	ImagesPerSecond float64 `json:"images_per_second"` // through the network; without one, through decoding
}
