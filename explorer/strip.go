package explorer

import "fmt"

// Stage is a run of layers whose maps have one size, in the order of the network. A single layer of another size, as the
// padding before a convolution, belongs to the run that it leads to.
type Stage struct {
	Height, Width int
	Blocks        []Block

	sized int // how many of the blocks have that size; those before them lead to it
}

// Block is a layer in the strip: a small picture of its share of the parameters that leads to its page.
type Block struct {
	Layer
	Class       string  // family of its type, for the colour
	BarY        float64 // from the top of the block
	BarHeight   float64
	Description string // what the block shows, in words
}

const (
	blockHeight = 32.0
	leastBar    = 2.0 // a layer without parameters is seen all the same
)

// strip cuts a network into stages.
func strip(all []Layer) []Stage {
	var stages []Stage
	for _, l := range all {
		last := len(stages) - 1
		if last < 0 || !stages[last].holds(l) && stages[last].sized > 1 {
			stages = append(stages, Stage{})
			last++
		}
		stages[last].add(l)
	}
	return stages
}

func (s *Stage) holds(l Layer) bool { return s.Height == l.Height && s.Width == l.Width }

func (s *Stage) add(l Layer) {
	if !s.holds(l) {
		s.Height, s.Width, s.sized = l.Height, l.Width, 0
	}
	s.sized++
	s.Blocks = append(s.Blocks, newBlock(l))
}

func newBlock(l Layer) Block {
	height := round(leastBar + (blockHeight-leastBar)*l.Bar/100)
	return Block{
		Layer: l, Class: family(l.Type), BarY: blockHeight - height, BarHeight: height,
		Description: fmt.Sprintf("%s, %d × %d × %d%s%s", l.Type, l.Height, l.Width, l.Channels, shareInWords(l), picturesInWords(l.Visualizations)),
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

func picturesInWords(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", 1 picture"
	}
	return fmt.Sprintf(", %d pictures", n)
}
