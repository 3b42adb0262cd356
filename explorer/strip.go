package explorer

import "fmt"

// Stage is a part of the network whose maps have one size, in the order of the network. A single layer of another size, as
// the padding before a convolution, belongs to the part that it leads to.
type Stage struct {
	Height, Width int
	Layers        int
	Runs          []Run

	sized int // how many of the runs and layers in a row have that size; those before them lead to it
}

// Block is a layer in the strip: a small picture of its share of the parameters that leads to its page.
type Block struct {
	Layer
	Class       string  // family of its type, for the colour
	BarY        float64 // from the top of the block
	BarHeight   float64
	Description string // what the block shows, in words

	Column, Row int // among branches, from 1
}

const (
	blockHeight = 32.0
	leastBar    = 2.0 // a layer without parameters is seen all the same
)

// strip cuts a network into stages.
func strip(all []Layer, a *anatomy) []Stage {
	var before map[string][]string
	if a != nil {
		before = a.before
	}
	parts := [][]Layer{}
	if a == nil {
		for i := range all {
			parts = append(parts, all[i:i+1])
		}
	} else {
		parts = runs(all, before)
	}
	var stages []Stage
	entry := ""
	for _, part := range parts {
		end := part[len(part)-1]
		last := len(stages) - 1
		if last < 0 || !stages[last].holds(end) && stages[last].sized > 1 {
			stages = append(stages, Stage{})
			last++
		}
		stages[last].add(newRun(part, entry, before), end)
		entry = end.Name
	}
	return stages
}

func (s *Stage) holds(l Layer) bool { return s.Height == l.Height && s.Width == l.Width }

// add adds a run that ends with a layer. A layer in a row goes on where the row is.
func (s *Stage) add(r Run, end Layer) {
	if !s.holds(end) {
		s.Height, s.Width, s.sized = end.Height, end.Width, 0
	}
	s.sized += len(r.Blocks)
	s.Layers += len(r.Blocks)
	if last := len(s.Runs) - 1; r.Rows == 0 && last >= 0 && s.Runs[last].Rows == 0 {
		s.Runs[last].Blocks = append(s.Runs[last].Blocks, r.Blocks...)
		return
	}
	s.Runs = append(s.Runs, r)
}

func newBlock(l Layer) Block {
	height := round(leastBar + (blockHeight-leastBar)*l.Bar/100)
	return Block{
		Layer: l, Class: family(l.Type), BarY: blockHeight - height, BarHeight: height,
		Description: fmt.Sprintf("%s, %d × %d × %d%s%s%s", l.Type, l.Height, l.Width, l.Channels, shareInWords(l), seesInWords(l), picturesInWords(l.Visualizations)),
	}
}

func shareInWords(l Layer) string {
	switch percent := 100 * l.Share; {
	case l.Parameters == 0:
		return ""
	case percent < 0.1:
		return ", less than 0.1 % of the parameters"
	default:
		return fmt.Sprintf(", %.1f %% of the parameters", percent)
	}
}

func seesInWords(l Layer) string {
	if sees := l.Sees(); sees != "" {
		return ", sees " + sees
	}
	return ""
}

func picturesInWords(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", 1 picture"
	}
	return fmt.Sprintf(", %d pictures", n)
}
