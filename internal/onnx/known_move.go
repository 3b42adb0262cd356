package onnx

// What values hold that are moved without being computed.

// order says, for every number of an output, which number of the first input it is; nil where that is not known.
type order func(n *node, output int, dims []int64) []int64

func moved(o order) func(n *node, output int, dims []int64) value {
	return func(n *node, output int, dims []int64) value { return n.in[0].picked(o(n, output, dims)) }
}

// picked are some of a value's numbers, by their index.
func (v value) picked(order []int64) value {
	return value{ints: pick(v.ints, order), floats: pick(v.floats, order)}
}

func pick[T any](from []T, order []int64) []T {
	if from == nil || order == nil {
		return nil
	}
	taken := make([]T, len(order))
	for i, at := range order {
		if at < 0 || at >= int64(len(from)) {
			return nil
		}
		taken[i] = from[at]
	}
	return taken
}

// places goes through the places of an array in order and lists what source says of each.
func places(dims []int64, source func(at []int64) int64) []int64 {
	list := []int64{}
	at := make([]int64, len(dims))
	for range times(dims...) {
		list = append(list, source(at))
		for i := len(at) - 1; i >= 0; i-- {
			if at[i]++; at[i] < dims[i] {
				break
			}
			at[i] = 0
		}
	}
	return list
}

// index is the place of a number in an array of the given dimensions, counted through.
func index(dims, at []int64) int64 {
	i := int64(0)
	for axis, d := range dims {
		i = i*d + at[axis]
	}
	return i
}

func inOrder(_ *node, _ int, dims []int64) []int64 {
	next := int64(-1)
	return places(dims, func([]int64) int64 { next++; return next })
}

// cyclic is the order of an Expand or a Tile.
func cyclic(n *node, _ int, dims []int64) []int64 { return cyclicOver(n.in[0].dims, dims) }

// cyclicOver repeats an array over a larger one; their last dimensions are lined up, as in broadcasting.
func cyclicOver(x, dims []int64) []int64 {
	lead, from := len(dims)-len(x), make([]int64, len(x))
	if lead < 0 {
		return nil
	}
	return places(dims, func(at []int64) int64 {
		for i, d := range x {
			from[i] = at[lead+i] % d
		}
		return index(x, from)
	})
}

// turned is the order of a Transpose.
func turned(n *node, _ int, dims []int64) []int64 {
	perm, given := intsAttribute(n.NodeProto, "perm")
	from := make([]int64, len(dims))
	return places(dims, func(at []int64) int64 {
		for i := range at {
			if given {
				from[perm[i]] = at[i]
			} else {
				from[len(at)-1-i] = at[i]
			}
		}
		return index(n.in[0].dims, from)
	})
}

// sliced is the order of a Slice.
func sliced(n *node, _ int, dims []int64) []int64 {
	cuts, err := cutsOf(n)
	if err != nil {
		return nil
	}
	x := n.in[0].dims
	start, step := make([]int64, len(x)), make([]int64, len(x))
	for i := range step {
		step[i] = 1
	}
	for _, c := range cuts {
		at, err := axisOf(c.axis, len(x))
		if err != nil {
			return nil
		}
		start[at], _ = c.over(x[at])
		step[at] = c.step
	}
	from := make([]int64, len(x))
	return places(dims, func(at []int64) int64 {
		for i := range at {
			from[i] = start[i] + at[i]*step[i]
		}
		return index(x, from)
	})
}

// gathered is the order of a Gather.
func gathered(n *node, _ int, dims []int64) []int64 {
	x, which := n.in[0].dims, n.in[1]
	along, err := axisOf(intAttribute(n.NodeProto, "axis", 0), len(x))
	if err != nil || which.ints == nil {
		return nil
	}
	behind := along + len(which.dims)
	from := make([]int64, len(x))
	return places(dims, func(at []int64) int64 {
		copy(from, at[:along])
		copy(from[along+1:], at[behind:])
		unit, err := axisOf(which.ints[index(which.dims, at[along:behind])], int(x[along]))
		if err != nil {
			return -1
		}
		from[along] = int64(unit)
		return index(x, from)
	})
}

// chunk is the order of one output of a Split.
func chunk(n *node, output int, dims []int64) []int64 {
	x := n.in[0].dims
	along, err := axisOf(intAttribute(n.NodeProto, "axis", 0), len(x))
	if err != nil {
		return nil
	}
	start, err := chunkStart(n, x[along], output)
	if err != nil {
		return nil
	}
	from := make([]int64, len(x))
	return places(dims, func(at []int64) int64 {
		copy(from, at)
		from[along] += start
		return index(x, from)
	})
}
