package imported

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// name gives every candidate the name that the author of the network knows it by, as far as the file tells: the path of
// the module that a node belongs to, else the name of its weights, else the node's own, else its kind and a number.
func (s *surveyed) name() {
	paths := s.paths()
	taken := map[string]bool{}
	counts := map[string]int{}
	for i := range s.found {
		c := &s.found[i]
		counts[c.kind]++
		name := paths[c.node]
		if name == "" {
			name = fromWeights(s.kernelName(c.node))
		}
		if name == "" {
			name = strings.TrimPrefix(clean(c.node.GetName()), "node_")
		}
		if name == "" {
			name = fmt.Sprintf("%s_%d", strings.ToLower(c.kind), counts[c.kind])
		}
		c.name = unique(name, taken)
	}
}

// unique is the name, or the name with a number if it is taken.
func unique(name string, taken map[string]bool) string {
	fresh := name
	for i := 2; taken[fresh]; i++ {
		fresh = fmt.Sprintf("%s_%d", name, i)
	}
	taken[fresh] = true
	return fresh
}

// paths are the module paths of the candidates whose nodes have one: "/layer1/layer1.0/conv1/Conv", as PyTorch names
// them, is layer1.0.conv1, and "model/block1_conv1/Conv2D", as TensorFlow does, is block1_conv1. The operator is left
// out where the module is no more than this node, or ends in it.
func (s *surveyed) paths() map[*onnxpb.NodeProto]string {
	modules := map[*onnxpb.NodeProto][]string{}
	for _, n := range s.model.GetGraph().GetNode() {
		if m := module(n.GetName()); m != nil {
			modules[n] = m
		}
	}
	shared := commonStart(modules)
	inside := map[string]bool{} // modules that have others in them
	for _, m := range modules {
		for i := range m[:len(m)-1] {
			inside[strings.Join(m[:i], ".")] = true
		}
	}
	last := map[string]*onnxpb.NodeProto{}
	for _, c := range s.found {
		if m := modules[c.node]; m != nil {
			last[strings.Join(m[:len(m)-1], ".")] = c.node
		}
	}
	names := map[*onnxpb.NodeProto]string{}
	for _, c := range s.found {
		m := modules[c.node]
		if m == nil {
			continue
		}
		path := strings.Join(m[:len(m)-1], ".")
		words := m[shared:]
		if len(m) > 1+shared && !inside[path] && last[path] == c.node {
			words = m[shared : len(m)-1]
		} else {
			words = append(slices.Clone(words[:len(words)-1]), strings.ToLower(words[len(words)-1]))
		}
		names[c.node] = clean(strings.Join(words, "."))
	}
	return names
}

// wrappers are the functions that TensorFlow puts around a network.
var wrappers = regexp.MustCompile(`^(Stateful)?PartitionedCall(_\d+)?$`)

// serial is what converters add to names that are taken.
var serial = regexp.MustCompile(`(__\d+)?(:\d+)?$`)

// module splits a node's name into the modules around it and its own, nil if it has none around it.
func module(name string) []string {
	if !strings.Contains(name, "/") {
		return nil
	}
	var parts []string
	for _, part := range strings.Split(serial.ReplaceAllString(name, ""), "/") {
		switch {
		case part == "" || wrappers.MatchString(part):
		case len(parts) > 0 && strings.HasPrefix(part, parts[len(parts)-1]+"."):
			parts[len(parts)-1] = part // PyTorch repeats a sequence's name with the number of each of its members
		default:
			parts = append(parts, part)
		}
	}
	return parts
}

// commonStart is how many modules all nodes with a path lie in: the network's own name, which says nothing. Names by
// PyTorch begin with a slash and are kept as the author of the network knows them.
func commonStart(modules map[*onnxpb.NodeProto][]string) int {
	var first []string
	for n, m := range modules {
		if strings.HasPrefix(n.GetName(), "/") {
			return 0
		}
		around := m[:max(len(m)-1, 0)]
		if first == nil {
			first = around
		}
		common := 0
		for common < min(len(first), len(around)) && first[common] == around[common] {
			common++
		}
		first = first[:common]
	}
	return len(first)
}

// kernelName is the name of a node's weights.
func (s *surveyed) kernelName(n *onnxpb.NodeProto) string {
	if len(n.GetInput()) < 2 {
		return ""
	}
	name := n.GetInput()[1]
	for s.weights[name] == nil {
		maker := s.maker[name]
		if s.seen[name] || maker == nil || len(maker.GetInput()) == 0 {
			return ""
		}
		name = maker.GetInput()[0] // rounded, transposed
	}
	return name
}

// kernels are the endings that kernels have in the names of weights.
var kernels = regexp.MustCompile(`(?i)([._/](weights?|kernel|gamma|scale|w)(_\d+)?(_quantized)?)+(/ReadVariableOp)?(:\d+)?$`)

// fromWeights is the module that weights of this name belong to, empty if the name does not say: many programs number
// what they store.
func fromWeights(name string) string {
	if !kernels.MatchString(name) || strings.Contains(name, "::") {
		return ""
	}
	name = kernels.ReplaceAllString(name, "")
	if !strings.ContainsFunc(name, unicode.IsLetter) {
		return ""
	}
	return clean(name)
}

// longestName keeps tables readable.
const longestName = 120

// clean makes a name that can be typed and stand in an address.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '/' || r == '\\':
			return '.'
		case r == ',' || r == '?' || r == '#' || r == '%' || r == '&' || r == unicode.ReplacementChar || unicode.IsSpace(r) || !unicode.IsPrint(r):
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, "._")
	if len(name) > longestName {
		name = strings.ToValidUTF8(name[len(name)-longestName:], "")
	}
	return name
}
