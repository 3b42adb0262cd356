package onnx

// Field is the receptive field of a value: which pixels of the picture its units can depend on. It holds for the
// size of picture that it was computed for, because the padding of many networks changes with the size.
type Field struct {
	Rows    Extent `json:"rows"`
	Columns Extent `json:"columns"`
	// Gated: numbers taken from the whole picture scale or shift every unit, as squeeze-and-excite blocks do. Taken
	// literally every unit sees everything from there on; Rows and Columns follow the map that is scaled.
	Gated bool `json:"gated"`
}

// Extent is a receptive field along one axis of the picture, in pixels. The numbers say what a unit far from any border
// sees, as published tables do (Araujo, Norris, Sim: Computing Receptive Fields of Convolutional Neural Networks,
// Distill 2019). Behind an upsampling, where units differ, Size is rounded up.
type Extent struct {
	Size   int     `json:"size"`   // from the first pixel that a unit sees to the last; may be more than there are
	Stride float64 `json:"stride"` // from one unit to the next
	Start  float64 `json:"start"`  // the centre of unit 0's field; 0 is the centre of the first pixel
	Whole  bool    `json:"whole"`  // every unit sees the whole picture, as behind a global pooling; the rest is 0

	seen []span // by unit, cut off at the picture's borders
}

// Box returns the smallest rectangle that holds every pixel on which the unit in row y and column x depends, whatever
// the weights are. Pixels outside it cannot change the unit; bottom and right are the first row and column outside. The
// rectangle is empty (four zeros) for a unit that sees only padding, and for one that does not exist. Values without
// rows and columns have one unit, 0, 0.
func (f Field) Box(y, x int) (top, left, bottom, right int) {
	rows, columns := f.Rows.at(y), f.Columns.at(x)
	if rows.empty() || columns.empty() {
		return 0, 0, 0, 0
	}
	return int(rows.from), int(columns.from), int(rows.to), int(columns.to)
}

func (e Extent) at(unit int) span {
	if unit < 0 || unit >= len(e.seen) {
		return span{}
	}
	return e.seen[unit]
}

// span is a range of pixels: from ≤ pixel < to.
type span struct{ from, to int64 }

func (s span) empty() bool { return s.from >= s.to }

// join is the smallest span that holds two.
func (s span) join(other span) span {
	switch {
	case s.empty():
		return other
	case other.empty():
		return s
	}
	return span{min(s.from, other.from), max(s.to, other.to)}
}

func hull(spans []span) span {
	var all span
	for _, s := range spans {
		all = all.join(s)
	}
	return all
}
