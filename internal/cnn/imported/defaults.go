package imported

import (
	"math"
	"slices"
	"strings"
)

// chosen is how many layers are looked at by default.
const chosen = 8

// defaults names eight layers spread over the network's depth. If they can, they lie on its trunk, where all that the
// network passes on is in one map: the ends of residual blocks rather than what is inside them.
func (s *surveyed) defaults() []string {
	maps := s.maps()
	trunk := slices.DeleteFunc(slices.Clone(maps), func(c candidate) bool { return !s.isTrunk(c) })
	picked := s.spread(s.stages(trunk))
	if len(picked) < chosen || !s.isEven(picked, maps) {
		picked = s.spread(s.stages(maps))
	}
	if len(picked) < chosen {
		picked = s.spread(maps)
	}
	if len(picked) < chosen {
		picked = s.spread(s.found)
	}
	var names []string
	for _, c := range picked {
		names = append(names, c.name)
	}
	return names
}

// maps are the candidates that have more than one place.
func (s *surveyed) maps() []candidate {
	return slices.DeleteFunc(slices.Clone(s.found), func(c candidate) bool {
		dims := s.shapes[c.value]
		return len(dims) != 4 || dims[2]*dims[3] == 1
	})
}

// isTrunk reports whether all that the network makes of the picture goes through a candidate: no node before it is used
// by one behind it.
func (s *surveyed) isTrunk(c candidate) bool {
	at := s.at[s.maker[c.value]]
	for _, n := range s.model.GetGraph().GetNode()[:at] {
		for _, out := range n.GetOutput() {
			if !s.seen[out] {
				continue
			}
			for _, user := range s.users[out] {
				if s.at[user] > at && s.seen[user.GetOutput()[0]] {
					return false
				}
			}
		}
	}
	return true
}

// stages are, of the candidates at each depth, the last that is no pooling.
func (s *surveyed) stages(all []candidate) []candidate {
	var stages []candidate
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b candidate) int { return s.depth[a.value] - s.depth[b.value] })
	for i, c := range sorted {
		switch {
		case i == 0 || s.depth[c.value] > s.depth[sorted[i-1].value]:
			stages = append(stages, c)
		case !strings.Contains(c.kind, "Pooling"):
			stages[len(stages)-1] = c
		}
	}
	return stages
}

// spread picks eight of the stages, or all if there are fewer, at even distances: the first, the last and those between.
// A stage where branches come together is worth a step aside.
func (s *surveyed) spread(stages []candidate) []candidate {
	if len(stages) <= chosen {
		return stages
	}
	first, last := s.depth[stages[0].value], s.depth[stages[len(stages)-1].value]
	distance := float64(last-first) / (chosen - 1)
	picked := stages[:1:1]
	next := 1
	for i := 1; i < chosen-1; i++ {
		best, least := next, math.Inf(1)
		for j := next; j <= len(stages)-(chosen-i); j++ { // as many as are still to come remain
			away := math.Abs(float64(s.depth[stages[j].value]-first) - float64(i)*distance)
			if !s.joins(stages[j]) {
				away += distance / 2
			}
			if away < least {
				best, least = j, away
			}
		}
		picked = append(picked, stages[best])
		next = best + 1
	}
	return append(picked, stages[len(stages)-1])
}

// joins reports whether branches of the network come together in a candidate, or right before its normalisation and
// activation.
func (s *surveyed) joins(c candidate) bool {
	for n := c.node; n != nil; n = s.maker[n.GetInput()[0]] {
		switch kind := s.kind(n); kind {
		case "Add", "Concatenate":
			return true
		case "ReLU", "Activation", "BatchNormalization":
		default:
			return false
		}
	}
	return false
}

// isEven reports whether no part of the network's depth is left out.
func (s *surveyed) isEven(picked, all []candidate) bool {
	deepest, depth := 0, 0
	for _, c := range all {
		deepest = max(deepest, s.depth[c.value])
	}
	for _, c := range picked {
		if s.depth[c.value]-depth > deepest*5/(2*(chosen-1)) {
			return false
		}
		depth = s.depth[c.value]
	}
	return deepest-depth <= deepest*5/(2*(chosen-1))
}
