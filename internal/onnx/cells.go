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

// sliding is the kernel and stride of a window that visits just these cells, if
// there is one. There is for every grid of 2, and for most of 3.
func sliding(cells []cell) (kernel, stride int64, ok bool) {
	kernel, stride = cells[0].end-cells[0].start, 1
	if len(cells) > 1 {
		stride = cells[1].start
	}
	for i, c := range cells {
		if c.start != int64(i)*stride || c.end-c.start != kernel {
			return 0, 0, false
		}
	}
	return kernel, stride, stride > 0
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
