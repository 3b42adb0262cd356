package explorer

import (
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// Picture is a visualization as the pages show it.
type Picture struct {
	ID         int64           `json:"id"`
	Objective  string          `json:"objective"` // channel:17, channel:-17 for its opposite, layer, …
	Number     int             `json:"number"`    // which picture of a set made to be diverse, from 0
	Size       int             `json:"size"`      // pixels on a side
	Start      float64         `json:"objective_start"`
	End        float64         `json:"objective_end"`
	Dead       bool            `json:"dead"` // nothing excites it
	Seconds    float64         `json:"seconds"`
	CreatedAt  string          `json:"created_at"`
	SHA256     string          `json:"png_sha256"`           // "" when there is no picture
	PNG        string          `json:"png"`                  // its address, "" when there is none
	Parameters json.RawMessage `json:"parameters,omitempty"` // where one picture is looked at
	Curve      []float32       `json:"curve,omitempty"`      // the objective at each step, likewise
}

func newPicture(v store.Visualization) *Picture {
	p := &Picture{
		ID: v.ID, Objective: v.Objective, Number: v.Number, Size: v.Size, Start: v.Start, End: v.End, Dead: v.Dead,
		Seconds: v.Seconds, CreatedAt: v.CreatedAt,
	}
	if v.PNGBytes > 0 {
		p.SHA256 = hex.EncodeToString(v.PNGSHA256[:])
		p.PNG = templates.VisualizationURL(v.ID, v.PNGSHA256)
	}
	return p
}

// detailedPicture has what only the page about one channel shows.
func detailedPicture(v store.Visualization) *Picture {
	p := newPicture(v)
	p.Curve = v.Curve
	if json.Valid(v.Parameters) {
		p.Parameters = v.Parameters
	}
	return p
}

// Gain is by how much the optimisation has raised the objective.
func (p *Picture) Gain() float64 { return p.End - p.Start }

// Shown reports whether there is a picture to look at.
func (p *Picture) Shown() bool { return p != nil && p.PNG != "" }

// Settings says in a line how a picture was made.
func (p *Picture) Settings() string {
	facts := settings(p)
	words := make([]string, len(facts))
	for i, f := range facts {
		words[i] = strings.ToLower(f.Name) + " " + f.Value
	}
	return strings.Join(words, ", ")
}

// Parts of a channel, as an address names them: what excites it most, or what it responds to least.
const (
	objectiveChannel  = "channel"
	objectiveNegative = "negative"
)

// isNegative tells channel:-17 from channel:17.
func isNegative(objective string) bool { return strings.HasPrefix(objective, "channel:-") }

// byChannel picks each channel's first picture for an objective from visualizations ordered as the store orders them.
func byChannel(all []store.Visualization, objective string) map[int]store.Visualization {
	first := map[int]store.Visualization{}
	for _, v := range all {
		if v.Channel == store.NoChannel || v.Number != 0 || isNegative(v.Objective) != (objective == objectiveNegative) {
			continue
		}
		if _, has := first[v.Channel]; !has {
			first[v.Channel] = v
		}
	}
	return first
}
