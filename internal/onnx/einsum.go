package onnx

import (
	"fmt"
	"slices"
	"strings"
)

// summation is the equation of an Einsum: a letter for every axis of every input, and those of the output.
type summation struct {
	inputs []string
	output string
}

func summationOf(n *node) (summation, error) {
	equation := strings.ReplaceAll(stringAttribute(n.NodeProto, "equation", ""), " ", "")
	left, right, stated := strings.Cut(equation, "->")
	s := summation{inputs: strings.Split(left, ","), output: right}
	if !stated { // the letters that come once, in the order of the alphabet
		letters := strings.Split(strings.ReplaceAll(left, ",", ""), "")
		slices.Sort(letters)
		for _, l := range letters {
			if strings.Count(left, l) == 1 {
				s.output += l
			}
		}
	}
	if strings.Contains(equation, ".") || len(s.inputs) != len(n.in) {
		return s, fmt.Errorf("the equation %q of %d inputs is not supported", equation, len(n.in))
	}
	for i, letters := range s.inputs {
		if len(letters) != len(n.in[i].dims) {
			return s, fmt.Errorf("the equation %q does not suit a shape %v", equation, n.in[i].dims)
		}
	}
	return s, nil
}

func einsumShape(n *node) ([]value, error) {
	s, err := summationOf(n)
	if err != nil {
		return nil, err
	}
	sizes := map[byte]int64{}
	for i, letters := range s.inputs {
		for at, d := range n.in[i].dims {
			size, met := sizes[letters[at]]
			if met && size != d && size != 1 && d != 1 {
				return nil, fmt.Errorf("its axis %c is %d and %d long", letters[at], size, d)
			}
			if !met || size == 1 {
				sizes[letters[at]] = d
			}
		}
	}
	dims := []int64{}
	for i := range len(s.output) {
		size, met := sizes[s.output[i]]
		if !met {
			return nil, fmt.Errorf("no input has its axis %c", s.output[i])
		}
		dims = append(dims, size)
	}
	return []value{{dims: dims}}, nil
}

// einsum is the route of an Einsum: what the output has no axis for is summed.
func (s *step) einsum(a axis) axis {
	sum, err := summationOf(&s.node)
	if err != nil {
		return a.collapsed()
	}
	letters := sum.inputs[s.from]
	letter := letters[a.at : a.at+1]
	to := strings.Index(sum.output, letter)
	if to < 0 || strings.Count(letters, letter) > 1 || strings.Count(sum.output, letter) > 1 {
		a = a.collapsed()
	}
	a.at = max(to, gone)
	return a
}
