package umap

/*
#include "join.h"
*/
import "C"

import (
	"context"
	"slices"
)

// begin divides space into cells, several times, and lets the points of each cell meet.
func (d *descent) begin(ctx context.Context) error {
	for number := range partitions {
		var cells [][]int32
		all := make([]int32, d.rows)
		for i := range all {
			all[i] = int32(i)
		}
		d.divide(all, newStream(uint64(d.random), keyPartition, uint64(number)), func(cell []int32) { cells = append(cells, cell) })
		err := each(ctx, len(cells), 4, func(lo, hi int) {
			room := rooms.Get().(*[]float32)
			defer rooms.Put(room)
			for _, cell := range cells[lo:hi] {
				d.join(cell, len(cell), *room)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// divide splits points into those that are nearest to each of some of them, drawn at random, until cells are small
// enough. The points change places.
func (d *descent) divide(points []int32, random stream, do func(cell []int32)) {
	if len(points) <= cellSize {
		do(points)
		return
	}
	parts := d.split(points, random)
	if len(parts) == 1 { // all are equally near to one of them, perhaps all the same
		for cell := range slices.Chunk(points, cellSize) {
			do(cell)
		}
		return
	}
	for i, part := range parts {
		d.divide(part, newStream(uint64(random), uint64(i)), do)
	}
}

func (d *descent) split(points []int32, random stream) [][]int32 {
	drawn := make([]int32, min(pivots, max(2, 2*len(points)/cellSize)))
	for i := range drawn {
		drawn[i] = points[random.below(len(points))]
	}
	nearest := make([]int32, len(points))
	room := rooms.Get().(*[]float32)
	defer rooms.Put(room)
	C.umap_assign(floats(d.x), floats(d.squares), C.int(d.dim), C.double(d.power()), ints(points), C.int(len(points)), ints(drawn),
		C.int(len(drawn)), ints(nearest), floats(*room))
	parts := make([][]int32, len(drawn))
	for i, p := range points {
		parts[nearest[i]] = append(parts[nearest[i]], p)
	}
	return slices.DeleteFunc(parts, func(part []int32) bool { return len(part) == 0 })
}
