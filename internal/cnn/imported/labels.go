package imported

import (
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/cnn"
)

// classifier is the output that can have labels: a vector of more than one number.
func (s *surveyed) classifier() string {
	for _, out := range s.model.GetGraph().GetOutput() {
		if s.entries(out.GetName()) > 1 {
			return out.GetName()
		}
	}
	return ""
}

// entries is the length of a vector; 0 for anything else.
func (s *surveyed) entries(value string) int64 {
	dims := s.shapes[value]
	if len(dims) < 2 || dims[0] != 1 || slices.ContainsFunc(dims[2:], func(d int64) bool { return d != 1 }) {
		return 0
	}
	return dims[1]
}

// label gives the output's entries their names.
func (s *surveyed) label(m *cnn.Manifest, labels []string) ([]string, error) {
	n := s.entries(m.Output)
	switch {
	case labels == nil && n > 1:
		return []string{fmt.Sprintf("its output %s has %d entries without names (--labels FILE names them)", m.Output, n)}, nil
	case labels == nil:
		return nil, nil
	case n < 2:
		return nil, fmt.Errorf("there are %d labels, and the network has no output that is a list of classes", len(labels))
	case int64(len(labels)) == n-1:
		return nil, fmt.Errorf("there are %d labels, and its output %s has %d entries; perhaps the first stands for the background: add a line for it at the top", len(labels), m.Output, n)
	case int64(len(labels)) != n:
		return nil, fmt.Errorf("there are %d labels, and its output %s has %d entries", len(labels), m.Output, n)
	}
	m.Classes = labels
	return nil, nil
}
