package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/convnet-playground/convnet/ingest"
)

// progressLine shows how far a run is: one line rewritten in place on a terminal, otherwise a line now and then.
type progressLine struct {
	w        io.Writer
	terminal bool
	every    time.Duration
	last     time.Time
	width    int    // of the line on the terminal, so that a shorter one wipes it
	label    string // in front of every line: what the run is about, where there are several
}

func (a *app) newProgress() *progressLine {
	if a.quiet {
		return &progressLine{w: io.Discard, every: time.Hour}
	}
	if f, ok := a.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &progressLine{w: a.stderr, terminal: true, every: 100 * time.Millisecond}
	}
	return &progressLine{w: a.stderr, every: 10 * time.Second}
}

// update shows p unless the line before it is too fresh; the end of a phase is always shown.
func (l *progressLine) update(p ingest.Progress) {
	if p.Total == 0 { // nothing to do, or not known yet: nothing to tell
		return
	}
	if l.due(p.Done >= p.Total) {
		l.show(progressText(p, time.Since(p.Started)))
	}
}

// due says whether it is time for another line; at the end it always is.
func (l *progressLine) due(end bool) bool {
	now := time.Now()
	if now.Sub(l.last) < l.every && !end {
		return false
	}
	l.last = now
	return true
}

// show writes a line, on a terminal over the one before.
func (l *progressLine) show(text string) {
	if l.label != "" {
		text = l.label + "  " + text
	}
	if !l.terminal {
		fmt.Fprintln(l.w, text)
		return
	}
	fmt.Fprintf(l.w, "\r%s%s", text, strings.Repeat(" ", max(0, l.width-len(text))))
	l.width = len(text)
}

// done leaves the terminal on a line of its own.
func (l *progressLine) done() {
	if l.terminal && l.width > 0 {
		fmt.Fprintln(l.w)
		l.width = 0
	}
}

// progressText is the line without its ending: phase, count, rate, time left, refused inputs.
func progressText(p ingest.Progress, elapsed time.Duration) string {
	text := fmt.Sprintf("%s  %d/%d", p.Phase, p.Done, p.Total)
	if seconds := elapsed.Seconds(); p.Done > 0 && seconds > 0.5 {
		rate := float64(p.Done) / seconds
		left := time.Duration(float64(p.Total-p.Done) / rate * float64(time.Second))
		text += fmt.Sprintf("  %.1f/s  %s left", rate, left.Round(time.Second))
	}
	if p.Quarantined > 0 {
		text += fmt.Sprintf("  %d in quarantine", p.Quarantined)
	}
	return text
}
