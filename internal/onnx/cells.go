package onnx

// cell is the part of one axis that a cell of the grid covers. Cells overlap by
// one element where the grid does not divide the axis, as in PyTorch's adaptive
// pooling, so that all of them are of nearly one size.
type cell struct{ start, end int64 }

func cellsOf(size, grid int64) []cell {
	cells := make([]cell, grid)
	for i := range grid {
		cells[i] = cell{start: i * size / grid, end: ((i+1)*size + grid - 1) / grid}
	}
	return cells
}

// slide is a window over one axis.
type slide struct{ kernel, stride, before, after int64 }

// sliding is the window that visits just these cells of an axis, if there is
// one: for grids up to 3 there always is. Where the inner cells are larger than
// the outer ones, the window begins and ends outside the map; what lies there
// counts neither for a mean nor for a maximum.
func sliding(cells []cell, size int64) (slide, bool) {
	for before := range int64(2) {
		w := slide{kernel: cells[0].end + before, stride: 1, before: before}
		if len(cells) > 1 {
			w.stride = cells[1].start + before
		}
		w.after = max(0, int64(len(cells)-1)*w.stride-before+w.kernel-size)
		if w.stride > 0 && w.visits(cells, size) {
			return w, true
		}
	}
	return slide{}, false
}

func (w slide) visits(cells []cell, size int64) bool {
	for i, c := range cells {
		start := int64(i)*w.stride - w.before
		if max(start, 0) != c.start || min(start+w.kernel, size) != c.end {
			return false
		}
	}
	return true
}

// windowOver is the window that visits the cells of a map, if there is one.
func windowOver(rows, columns []cell, height, width int64) (Window, bool) {
	r, ok := sliding(rows, height)
	c, also := sliding(columns, width)
	return Window{
		Kernel: [2]int64{r.kernel, c.kernel},
		Stride: [2]int64{r.stride, c.stride},
		Pads:   [4]int64{r.before, c.before, r.after, c.after},
	}, ok && also
}

// averaging is the matrix [height·width, grid²] whose product with a flattened
// map is the mean of every cell.
func averaging(rows, columns []cell, height, width int64) []float32 {
	count := len(rows) * len(columns)
	m := make([]float32, height*width*int64(count))
	for i, r := range rows {
		for j, c := range columns {
			share := 1 / float32((r.end-r.start)*(c.end-c.start))
			for y := r.start; y < r.end; y++ {
				for x := c.start; x < c.end; x++ {
					m[(y*width+x)*int64(count)+int64(i*len(columns)+j)] = share
				}
			}
		}
	}
	return m
}
