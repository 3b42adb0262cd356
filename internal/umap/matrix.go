package umap

import (
	"fmt"
	"math"
)

// Matrix holds Rows points of Cols numbers, row after row.
type Matrix struct {
	Rows, Cols int
	Data       []float32
}

// Row is point i; it shares the matrix' memory.
func (m Matrix) Row(i int) []float32 { return m.Data[i*m.Cols : (i+1)*m.Cols : (i+1)*m.Cols] }

// validate refuses a matrix without points, and numbers that are none.
func (m Matrix) validate() error {
	if m.Rows < 1 || m.Cols < 1 {
		return fmt.Errorf("a matrix of %d × %d numbers holds no points", m.Rows, m.Cols)
	}
	if len(m.Data) != m.Rows*m.Cols {
		return fmt.Errorf("a matrix of %d × %d numbers has %d", m.Rows, m.Cols, len(m.Data))
	}
	for i, v := range m.Data {
		if v-v != 0 { // NaN and the infinities
			return fmt.Errorf("row %d, column %d is %v; points must be finite numbers", i/m.Cols, i%m.Cols, v)
		}
	}
	return nil
}

// extent is the largest absolute difference of a number from its column's center.
func (m Matrix) extent(center []float64) float64 {
	extent := 0.0
	for i, v := range m.Data {
		extent = max(extent, math.Abs(float64(v)-center[i%m.Cols]))
	}
	return extent
}

// means are the columns' means.
func (m Matrix) means() []float64 {
	means := make([]float64, m.Cols)
	for i := range m.Rows {
		for j, v := range m.Row(i) {
			means[j] += float64(v)
		}
	}
	for j := range means {
		means[j] /= float64(m.Rows)
	}
	return means
}
