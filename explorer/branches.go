package explorer

import (
	"fmt"
	"slices"
	"strings"
)

// Run is a part of a network that is drawn as one: layers in a row, or branches from where they part to where they meet.
type Run struct {
	Blocks        []Block
	Rows, Columns int    // of the drawing of branches; 0 for layers in a row
	Width, Height int    // likewise, in pixels
	Lines         string // the connections, as an SVG path
}

const (
	mostColumns  = 24 // branches that take more room are drawn in a row
	mostRows     = 8
	columnPitch  = 24 // pixels from one block to the next: targets nearer to each other are hard to hit
	rowPitch     = 44
	arcRoom      = 10 // above the blocks, for shortcuts
	outletWidth  = 14
	outletMiddle = 17
)

// runs cuts a network where all that goes on passes through one layer. before says of which layers each is made; where it
// says nothing all layers are in a row.
func runs(all []Layer, before map[string][]string) [][]Layer {
	last := make([]int, len(all)) // the last layer that is made of this one
	at := map[string]int{}
	for i, l := range all {
		last[i], at[l.Name] = i, i
		for _, name := range before[l.Name] {
			if from, ok := at[name]; ok {
				last[from] = i
			}
		}
	}
	var parts [][]Layer
	from, reach := 0, -1
	for i := range all {
		if reach <= i { // nothing leads past this layer
			parts = append(parts, all[from:i+1])
			from = i + 1
		}
		reach = max(reach, last[i])
	}
	if from < len(all) {
		parts = append(parts, all[from:])
	}
	return parts
}

// newRun draws a part. entry is the layer before it, from which its branches come.
func newRun(part []Layer, entry string, before map[string][]string) Run {
	r := Run{}
	for _, l := range part {
		r.Blocks = append(r.Blocks, newBlock(l))
	}
	if len(part) == 1 {
		return r
	}
	d := branches{at: map[string]int{}, blocks: r.Blocks, before: before, entry: entry}
	if rows, columns := d.place(); rows <= mostRows && columns <= mostColumns {
		r.Rows, r.Columns = rows, columns
		r.Width, r.Height = columns*columnPitch, rows*rowPitch+arcRoom
		r.Lines = d.lines()
	}
	return r
}

// branches places blocks in rows and columns.
type branches struct {
	at     map[string]int // by layer: its block
	blocks []Block
	before map[string][]string
	entry  string
}

// place gives each block the column behind all that it is made of, and the row of the first of those whose row has not been
// continued yet. The last block, where the branches meet, is in the first row.
func (d *branches) place() (rows, columns int) {
	continued := map[int]bool{} // blocks whose row goes on
	for i := range d.blocks {
		b := &d.blocks[i]
		b.Column, b.Row = 1, 0
		for _, from := range d.inside(b.Name) {
			b.Column = max(b.Column, d.blocks[from].Column+1)
			if b.Row == 0 && !continued[from] {
				b.Row, continued[from] = d.blocks[from].Row, true
			}
		}
		if b.Row == 0 {
			rows++
			b.Row = rows
		}
		if i == len(d.blocks)-1 {
			b.Row = 1
		}
		d.at[b.Name] = i
		columns = max(columns, b.Column)
	}
	return rows, columns
}

// inside are the blocks of the part of which a layer is made.
func (d *branches) inside(layer string) (all []int) {
	for _, name := range d.before[layer] {
		if i, ok := d.at[name]; ok {
			all = append(all, i)
		}
	}
	return all
}

// lines connects each block with those that it is made of. What leads past other blocks of its row goes over them.
func (d *branches) lines() string {
	var path strings.Builder
	for _, b := range d.blocks {
		for _, from := range d.inside(b.Name) {
			path.WriteString(line(d.blocks[from].Column, d.blocks[from].Row, b))
		}
		if slices.Contains(d.before[b.Name], d.entry) {
			path.WriteString(line(0, 1, b))
		}
	}
	return path.String()
}

// line leads from the right side of a place to the left side of a block.
func line(column, row int, to Block) string {
	x1, y1 := float64(column*columnPitch)-3, middleOf(row)
	x2, y2 := float64((to.Column-1)*columnPitch), middleOf(to.Row)
	if row == to.Row && to.Column > column+1 {
		top := y1 - outletMiddle - arcRoom + 2
		return fmt.Sprintf("M%g %gC%g %g %g %g %g %g", x1, y1-outletWidth, x1+4, top, x2-4, top, x2, y2-outletWidth)
	}
	bend := min(12, (x2-x1)/2+2)
	return fmt.Sprintf("M%g %gC%g %g %g %g %g %g", x1, y1, x1+bend, y1, x2-bend, y2, x2, y2)
}

func middleOf(row int) float64 { return float64((row-1)*rowPitch + arcRoom + outletMiddle) }
