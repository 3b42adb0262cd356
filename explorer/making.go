package explorer

import (
	"context"
	"fmt"
	"strings"
)

// Making is what a page says of pictures that can be asked for and of those that are being made.
type Making struct {
	Off          string // why none can be asked for, "" when they can
	Model, Layer string // of the page; without a layer it is about all of the model's
	Return       string // the page's address
	Requests     []Event
	Waiting      int // requests beyond those
	Asks         []Ask
}

// Ask is a button that asks for pictures.
type Ask struct {
	Label      string
	Objectives []string
}

const (
	shownRequests = 6
	askedAtOnce   = 256 // pictures that one button asks for: an hour of work for a large network
)

// making says what is being made of a layer, or of a model where none is named.
func (w *web) making(ctx context.Context, model, layer string) (Making, error) {
	m := Making{Model: model, Layer: layer, Off: w.queueOff}
	if w.queue == nil {
		return m, nil
	}
	m.Off = ""
	all, err := w.queue.Requests(ctx)
	for _, e := range all {
		switch {
		case e.Model != model || layer != "" && e.Layer != layer:
		case len(m.Requests) < shownRequests:
			m.Requests = append(m.Requests, e)
		default:
			m.Waiting++
		}
	}
	return m, err
}

// ask adds a button, where anything can be asked for.
func (m *Making) ask(label string, objectives ...string) {
	if m.Off == "" && len(objectives) > 0 {
		m.Asks = append(m.Asks, Ask{label, objectives})
	}
}

// askForMissing adds the button for the pictures that a grid lacks.
func (m *Making) askForMissing(grid []Tile, objective string) {
	var missing []string
	for _, t := range grid {
		if t.Picture == nil && len(missing) < askedAtOnce {
			missing = append(missing, objectiveOf(t.Channel, objective))
		}
	}
	label := fmt.Sprintf("Make %d pictures now", len(missing))
	if len(missing) == 1 {
		label = "Make the picture now"
	}
	m.ask(label, missing...)
}

// objectiveOf is a channel's objective as the queue and the store write it.
func objectiveOf(channel int, objective string) string {
	if objective == objectiveNegative {
		return fmt.Sprintf("channel:-%d", channel)
	}
	return fmt.Sprintf("channel:%d", channel)
}

// Subject is what a request is about, in words.
func (e Event) Subject() string {
	if opposite, ok := strings.CutPrefix(e.Objective, "channel:-"); ok {
		return "the opposite of channel " + opposite
	}
	return strings.Replace(e.Objective, ":", " ", 1)
}

// Progress is how far a request has come: 0–100.
func (e Event) Progress() float64 { return 100 * float64(e.Step) / float64(max(1, e.Steps)) }
