package visualize

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/internal/cnn"
)

// Objective is what of a layer is to be excited.
type Objective struct {
	Name    string // canonical: channel:17, channel:-17 for its opposite, neuron:17@3,5, class:8, layer, direction:…, or a sum such as channel:3-0.5*channel:9
	Channel int    // the one that it is about; -1 if it is about several or all
	Goal    cnn.Goal
	Weights []float32 // by channel; nil for a whole layer
}

// term is one summand of an objective.
var term = regexp.MustCompile(`^(?:([0-9.]+)\*)?(channel|neuron|class):(-?)(\d+)(?:@(\d+),(\d+))?$`)

// ParseObjective reads an objective on a layer. A neuron without a place is the middle one of its map.
func ParseObjective(text string, layer cnn.Layer) (Objective, error) {
	o := Objective{Name: "layer", Channel: -1, Goal: cnn.Goal{Layer: layer}}
	if strings.TrimSpace(text) == o.Name {
		o.Goal.Kind = cnn.Energy
		return o, nil
	}
	o.Weights = make([]float32, layer.Channels)
	summands := split(text)
	for i, s := range summands {
		if err := o.add(s, i == 0); err != nil {
			return Objective{}, fmt.Errorf("objective %q: %w", text, err)
		}
	}
	if len(summands) == 0 {
		return Objective{}, errors.New("an objective is missing: give channel:N, neuron:N@Y,X, class:N, layer, or a sum")
	}
	if !slices.ContainsFunc(o.Weights, func(w float32) bool { return w != 0 }) {
		return Objective{}, fmt.Errorf("objective %q: its weights add up to nothing", text)
	}
	o.rename()
	return o, nil
}

// rename writes the objective down in one way only, and finds the channel that it is about, if it is one.
func (o *Objective) rename() {
	kind, place := "channel", ""
	switch o.Goal.Kind {
	case cnn.Place:
		kind, place = "neuron", fmt.Sprintf("@%d,%d", o.Goal.Y, o.Goal.X)
	case cnn.Logit:
		kind = "class"
	}
	o.Name, o.Channel = "", -1
	count := 0
	for c, w := range o.Weights {
		if w == 0 {
			continue
		}
		o.Channel = c
		count++
		sign := ""
		switch {
		case w < 0:
			sign, w = "-", -w
		case o.Name != "":
			sign = "+"
		}
		factor := ""
		if w != 1 {
			factor = strconv.FormatFloat(float64(w), 'f', -1, 32) + "*"
		}
		o.Name += sign + factor + kind + ":" + strconv.Itoa(c) + place
	}
	if count > 1 {
		o.Channel = -1
	} else if opposite, ok := strings.CutPrefix(o.Name, "-"+kind+":"); ok {
		o.Name = kind + ":-" + opposite
	}
}

// split takes a sum apart; each summand but the first begins with its sign. The sign of a channel is no sum's.
func split(text string) []string {
	text = strings.NewReplacer(" ", "", "\t", "").Replace(text)
	var parts []string
	for i, r := range text {
		if i == 0 || (r == '+' || r == '-') && text[i-1] != ':' {
			parts = append(parts, "")
		}
		parts[len(parts)-1] += string(r)
	}
	return parts
}

func (o *Objective) add(summand string, first bool) error {
	sign := float32(1)
	if strings.HasPrefix(summand, "-") {
		sign = -1
	}
	m := term.FindStringSubmatch(strings.TrimLeft(summand, "+-"))
	if m == nil {
		return errors.New("it is layer, or a sum of channel:N, neuron:N@Y,X or class:N, with factors such as 0.5*channel:3 and channel:-3 for the opposite")
	}
	if m[1] != "" {
		factor, err := strconv.ParseFloat(m[1], 32)
		if err != nil {
			return fmt.Errorf("%q is no number", m[1])
		}
		sign *= float32(factor)
	}
	channel, err := strconv.Atoi(m[4])
	if err != nil || channel >= o.Goal.Layer.Channels {
		return fmt.Errorf("layer %s has the channels 0 to %d", o.Goal.Layer.Name, o.Goal.Layer.Channels-1)
	}
	goal, err := o.place(m)
	if err != nil {
		return err
	}
	if !first && goal != o.Goal {
		return errors.New("the parts of a sum must be about the same places")
	}
	if m[3] == "-" {
		sign = -sign
	}
	o.Goal = goal
	o.Weights[channel] += sign
	return nil
}

// place is where a term looks: everywhere, or at one place of the map.
func (o *Objective) place(m []string) (cnn.Goal, error) {
	layer := o.Goal.Layer
	goal := cnn.Goal{Layer: layer}
	if m[2] != "neuron" {
		if m[5] != "" {
			return goal, errors.New("only a neuron has a place")
		}
		if m[2] == "class" && layer.Height*layer.Width != 1 {
			return goal, fmt.Errorf("layer %s has maps of %d×%d and no classes; the layer that a classifier ends in has", layer.Name, layer.Height, layer.Width)
		}
		if m[2] == "class" {
			goal.Kind = cnn.Logit
		}
		return goal, nil
	}
	goal.Kind, goal.Y, goal.X = cnn.Place, layer.Height/2, layer.Width/2
	if m[5] != "" {
		goal.Y, _ = strconv.Atoi(m[5])
		goal.X, _ = strconv.Atoi(m[6])
	}
	if goal.Y >= layer.Height || goal.X >= layer.Width {
		return goal, fmt.Errorf("layer %s has the rows 0 to %d and the columns 0 to %d", layer.Name, layer.Height-1, layer.Width-1)
	}
	return goal, nil
}
