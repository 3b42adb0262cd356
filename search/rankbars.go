package search

import (
	"fmt"
	"strings"
)

// RankBars draws what the weighted score is made of: a bar per rank, as high as a hit there counts.
type RankBars struct {
	Width, Height int
	Label         string
	Bars          []RankBar
}

// RankBar is one rank.
type RankBar struct {
	X, Y, Width, Height float64
	Hit                 bool
}

const (
	rankBarWidth  = 9
	rankBarStep   = 13
	rankBarHeight = 48
)

func rankBars(s *QueryScore) *RankBars {
	if s == nil {
		return nil
	}
	drawing := &RankBars{Width: len(s.Ranks)*rankBarStep - rankBarStep + rankBarWidth + 2, Height: rankBarHeight}
	words := make([]string, len(s.Ranks))
	for i, hit := range s.Ranks {
		height := (rankBarHeight - 2) * rankWeight(i)
		drawing.Bars = append(drawing.Bars, RankBar{
			X: float64(1 + i*rankBarStep), Y: rankBarHeight - 1 - height, Width: rankBarWidth, Height: height, Hit: hit,
		})
		words[i] = "miss"
		if hit {
			words[i] = "hit"
		}
	}
	drawing.Label = fmt.Sprintf("Ranks 1 to %d: %s", len(words), strings.Join(words, ", "))
	return drawing
}
