package explorer

import (
	"context"
	"fmt"

	"github.com/convnet-playground/convnet/store"
)

// explain asks the prober.
func (p *Probes) explain(ctx context.Context, m store.Model, q Question, picture []byte) (*Explanation, error) {
	if err := p.can(m); err != nil {
		return nil, err
	}
	return p.sights.prober.Explain(ctx, m, q, picture)
}

// one is a single layer of a model, looked at.
func (p *Probes) one(ctx context.Context, m store.Model, parsed manifest, r ProbeRequest, row *manifestLayer) (ProbedLayer, error) {
	layers, err := parsed.probed(r.Layers)
	if err != nil {
		return ProbedLayer{}, err
	}
	sight, err := p.look(ctx, m, layers, r.Picture)
	if err != nil {
		return ProbedLayer{}, err
	}
	a, err := p.anatomies.of(ctx, m, parsed)
	if err != nil {
		return ProbedLayer{}, err
	}
	for i, name := range layers {
		if name != row.Name {
			continue
		}
		l, err := p.layer(ctx, m, r, row, sight.Maps[i])
		for j := range l.Top {
			l.Top[j].Peak = peakOf(a, name, sight.Maps[i], l.Top[j].Channel)
		}
		return l, err
	}
	return ProbedLayer{}, fmt.Errorf("layer %s was not looked at", row.Name)
}

// lastMap is the layer by whose places a class is explained unless another is asked for: the last that has a map.
func (m manifest) lastMap() string {
	for i := len(m.Layers) - 1; i >= 0; i-- {
		if l := m.Layers[i]; l.Height*l.Width > 1 {
			return l.Name
		}
	}
	return ""
}

// mapped are the layers that are offered for explanations: the default ones, more, and the last, where they have a map.
func (m manifest) mapped(more []string) []string {
	all, err := m.probed(append([]string{m.lastMap()}, more...))
	if err != nil {
		return nil
	}
	var layers []string
	for _, name := range all {
		if l := m.row(name); l.Height*l.Width > 1 {
			layers = append(layers, name)
		}
	}
	return layers
}

// class is the name of a class.
func (m manifest) class(i int) string {
	if i < len(m.Classes) {
		return m.Classes[i]
	}
	return fmt.Sprintf("class %d", i)
}
