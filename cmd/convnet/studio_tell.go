package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"time"

	"github.com/convnet-playground/convnet/internal/visualize"
	"github.com/convnet-playground/convnet/store"
)

// told is a picture as scripts read it.
type told struct {
	Model     string  `json:"model"`
	Layer     string  `json:"layer"`
	Channel   *int    `json:"channel,omitempty"`   // of objectives that are about one
	Objective string  `json:"objective,omitempty"` // if it is another than the channel's mean
	Number    int     `json:"number,omitempty"`    // of several pictures, from 0
	Start     float64 `json:"objective_start"`
	End       float64 `json:"objective_end"`
	Dead      bool    `json:"dead"`
	Seconds   float64 `json:"seconds"`
	PNG       string  `json:"png,omitempty"`
}

// tell writes a picture as a line of JSON.
func (s *studio) tell(layer store.Layer, o visualize.Objective, number int, p visualize.Picture, file string) error {
	t := told{s.flags.model, layer.Name, nil, o.Name, number, p.Start, p.End, p.Dead, p.Seconds, file}
	if o.Channel >= 0 {
		t.Channel = &o.Channel
	}
	if o.Name == fmt.Sprintf("channel:%d", o.Channel) {
		t.Objective = ""
	}
	return json.NewEncoder(s.app.stdout).Encode(t)
}

// unsafe is what file names are better off without.
var unsafe = regexp.MustCompile(`[^A-Za-z0-9._+-]+`)

// file is where a picture goes.
func (s *studio) file(layer, objective string, number int) string {
	name := s.flags.model + "_" + layer + "_" + objective
	if s.flags.parameters.Count > 1 {
		name += fmt.Sprintf("_%d", number)
	}
	return filepath.Join(s.flags.out, unsafe.ReplaceAllString(name, "-")+".png")
}

// report says what was done and what it took; where pictures are told on standard output, on the other.
func (s *studio) report() {
	if s.app.quiet {
		return
	}
	s.meter.line.done()
	w := s.app.stdout
	if s.app.json {
		w = s.app.stderr
	}
	fmt.Fprintf(w, "%s: %d objectives, %d up to date", s.flags.model, s.total, s.kept)
	if s.made > 0 {
		took := time.Since(s.began).Seconds()
		fmt.Fprintf(w, ", %d made in %.1f s (%.2f s each, %d side by side)", s.made, took, took/float64(s.made), runtime.GOMAXPROCS(0))
	}
	if s.dead > 0 {
		fmt.Fprintf(w, ", %d dead", s.dead)
	}
	if peak := peakMemory(); peak > 0 {
		fmt.Fprintf(w, "; at most %d MB of memory", peak>>20)
	}
	fmt.Fprintln(w)
}
