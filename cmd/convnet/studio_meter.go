package main

import (
	"fmt"
	"sync"
	"time"
)

// meter shows how far a run of convnet visualize is, by the steps of all pictures. It may be told from several pictures
// at once.
type meter struct {
	line     *progressLine
	began    time.Time
	pictures int // to be made in all
	each     int // steps of one

	mu    sync.Mutex
	layer string
	made  int
	steps int
}

// begin is told when another layer's turn comes.
func (m *meter) begin(layer string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.layer = layer
}

// step is told every step of every picture.
func (m *meter) step() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.steps = min(m.steps+1, m.pictures*m.each)
	if m.line.due(false) {
		m.line.show(m.text(time.Since(m.began)))
	}
}

// finish is told when a picture is there. One that is dead has taken fewer steps than others.
func (m *meter) finish() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made++
	m.steps = max(m.steps, m.made*m.each)
	if m.line.due(m.made == m.pictures) {
		m.line.show(m.text(time.Since(m.began)))
	}
}

func (m *meter) text(elapsed time.Duration) string {
	all := m.pictures * m.each
	text := fmt.Sprintf("%s  %d/%d  %d %%", m.layer, m.made, m.pictures, 100*m.steps/all)
	if m.steps > 0 && elapsed > time.Second/2 {
		left := time.Duration(float64(elapsed) * float64(all-m.steps) / float64(m.steps))
		text += fmt.Sprintf("  %s left", left.Round(time.Second))
	}
	return text
}
