package cnn

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"unicode"
	"unicode/utf8"

	"github.com/convnet-playground/convnet/internal/imaging"
)

// Bounds that a manifest from a foreign database file is held to; real networks stay far below them.
const (
	maxSide       = 8192
	maxChannels   = 1 << 20
	maxLayers     = 10_000
	maxClasses    = 100_000
	maxParameters = 1 << 40
	maxText       = 4096 // bytes of a title or a source
	maxIdentifier = 512  // bytes of a layer's or a value's name
)

var modelName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// ValidName says whether name can name a model: it becomes a folder, a word in URLs and a command-line argument.
func ValidName(name string) error {
	switch {
	case !modelName.MatchString(name):
		return fmt.Errorf("%q cannot name a model: use up to 64 lower-case letters, digits, dots, dashes and underscores, beginning with a letter or digit", name)
	case name == "all" || name == "default":
		return fmt.Errorf("%q cannot name a model: the word has a meaning of its own", name)
	}
	return nil
}

// Validate checks everything that the rest of the program relies on. A manifest may come out of a database file that a
// stranger made, so nothing is taken for granted.
func (m *Manifest) Validate() error {
	if err := ValidName(m.Name); err != nil {
		return err
	}
	for _, check := range []func() error{m.validateText, m.Input.Validate, m.validateLayers, m.validateDefaults} {
		if err := check(); err != nil {
			return fmt.Errorf("manifest of model %s: %w", m.Name, err)
		}
	}
	return nil
}

func (m *Manifest) validateText() error {
	p := m.Provenance
	for _, s := range []string{m.Title, m.Architecture, p.Source, p.License, p.WeightsFile, p.WeightsSHA256} {
		if err := validText(s, maxText); err != nil {
			return err
		}
	}
	if err := validValue(m.Output); err != nil {
		return fmt.Errorf("output: %w", err)
	}
	if len(m.Classes) > maxClasses {
		return fmt.Errorf("%d classes, more than %d", len(m.Classes), maxClasses)
	}
	for i, c := range m.Classes {
		if err := validText(c, maxIdentifier); err != nil {
			return fmt.Errorf("class %d: %w", i, err)
		}
	}
	return inRange("parameters", m.Parameters, 0, maxParameters)
}

// Validate checks that pictures can be made into such an input.
func (in Input) Validate() error {
	if err := validValue(in.Name); err != nil {
		return fmt.Errorf("input: %w", err)
	}
	if err := errors.Join(
		inRange("input height", int64(in.Height), 1, maxSide),
		inRange("input width", int64(in.Width), 1, maxSide),
	); err != nil {
		return err
	}
	return in.Preprocess.validate(in.Channels)
}

// planes is how many channels a picture has in each order.
var planes = map[string]int{"rgb": 3, "bgr": 3, "gray": 1}

func (p Preprocess) validate(channels int) error {
	n, known := planes[p.Order]
	if !known {
		return fmt.Errorf("preprocessing: unknown channel order %q; it is rgb, bgr or gray", p.Order)
	}
	if channels != n || len(p.Mean) != n || len(p.Std) != n {
		return fmt.Errorf("preprocessing: order %s needs %d channels, means and deviations, not %d, %d and %d",
			p.Order, n, channels, len(p.Mean), len(p.Std))
	}
	if _, err := imaging.ParseFit(p.Fit); err != nil {
		return fmt.Errorf("preprocessing: %w", err)
	}
	for c := range p.Mean {
		mean, std := float64(p.Mean[c]), float64(p.Std[c])
		if math.IsNaN(mean) || math.IsInf(mean, 0) || math.IsNaN(std) || math.IsInf(std, 0) || std == 0 {
			return fmt.Errorf("preprocessing: (v - %v) / %v is no number for channel %d", mean, std, c)
		}
	}
	return nil
}

func (m *Manifest) validateLayers() error {
	if n := len(m.Layers); n == 0 || n > maxLayers {
		return fmt.Errorf("%d layers; a network has 1 to %d", n, maxLayers)
	}
	names := make(map[string]bool, len(m.Layers))
	last := -1
	for i, l := range m.Layers {
		if err := l.validate(); err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
		if names[l.Name] {
			return fmt.Errorf("two layers are named %q", l.Name)
		}
		if l.Index <= last {
			return fmt.Errorf("layer %q has index %d after index %d", l.Name, l.Index, last)
		}
		names[l.Name], last = true, l.Index
	}
	return nil
}

func (l Layer) validate() error {
	if err := errors.Join(validIdentifier(l.Name), validIdentifier(l.Type), validValue(l.Value)); err != nil {
		return err
	}
	return errors.Join(
		inRange(l.Name+": index", int64(l.Index), 0, 10*maxLayers),
		inRange(l.Name+": channels", int64(l.Channels), 1, maxChannels),
		inRange(l.Name+": height", int64(l.Height), 1, maxSide),
		inRange(l.Name+": width", int64(l.Width), 1, maxSide),
		inRange(l.Name+": parameters", l.Parameters, 0, maxParameters),
	)
}

func (m *Manifest) validateDefaults() error {
	if len(m.DefaultLayers) > len(m.Layers) {
		return errors.New("more default layers than layers")
	}
	free := make(map[string]bool, len(m.Layers))
	for _, l := range m.Layers {
		free[l.Name] = true
	}
	for _, name := range m.DefaultLayers {
		if !free[name] {
			return fmt.Errorf("default layer %q is not among the layers, or is named twice", name)
		}
		free[name] = false
	}
	return nil
}

func inRange(what string, v, low, high int64) error {
	if v < low || v > high {
		return fmt.Errorf("%s %d is outside %d..%d", what, v, low, high)
	}
	return nil
}

// validIdentifier is for names that people type: a comma separates layer names on the command line and in URLs.
func validIdentifier(s string) error {
	for _, r := range s {
		if r == ',' || unicode.IsSpace(r) {
			return fmt.Errorf("name %q holds a comma or a space", s)
		}
	}
	return validValue(s)
}

// validValue is for names inside the graph, where ONNX allows nearly anything.
func validValue(s string) error {
	if s == "" {
		return errors.New("a name is empty")
	}
	return validText(s, maxIdentifier)
}

func validText(s string, limit int) error {
	if len(s) > limit {
		return fmt.Errorf("text of %d bytes, more than %d", len(s), limit)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("%q is not UTF-8", s)
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return fmt.Errorf("%q holds a control character", s)
		}
	}
	return nil
}
