package explorer

import (
	"cmp"
	"net/url"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// gridChoice is the state of a layer's grid of channels: all of it is in the address.
type gridChoice struct {
	channels  string // 30, made or all
	sort      string // index, gain, variance or selectivity
	objective string // channel or negative
	dataset   string // by whose images they are sorted; "" is the first
}

const (
	channelsFew   = "30"
	channelsMade  = "made"
	channelsAll   = "all"
	sortIndex     = "index"
	sortGain      = "gain"
	sortVariance  = "variance"
	sortSelective = "selectivity"
)

// fewChannels is how many channels a grid shows unless it is asked for more, at even distances.
const fewChannels = 30

// readGrid takes what the address does not say for the first of the choices.
func readGrid(q url.Values) (g gridChoice, err error) {
	if g.channels, err = oneOf(q, "channels", channelsFew, channelsMade, channelsAll); err != nil {
		return g, err
	}
	if g.sort, err = oneOf(q, "sort", sortIndex, sortGain, sortVariance, sortSelective); err != nil {
		return g, err
	}
	if g.byImages() {
		g.dataset = q.Get("dataset")
	}
	g.objective, err = oneOf(q, "objective", objectiveChannel, objectiveNegative)
	return g, err
}

// byImages reports whether the order comes from a dataset's images.
func (g gridChoice) byImages() bool { return g.sort == sortSelective || g.sort == sortVariance }

// query writes the choice as the end of an address, what is usual left out.
func (g gridChoice) query() string {
	q := url.Values{}
	set := func(name, value, usual string) {
		if value != usual {
			q.Set(name, value)
		}
	}
	set("channels", g.channels, channelsFew)
	set("sort", g.sort, sortIndex)
	set("objective", g.objective, objectiveChannel)
	if g.byImages() {
		set("dataset", g.dataset, "")
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// Tile is a channel in a grid.
type Tile struct {
	Channel int      `json:"channel"`
	Picture *Picture `json:"picture"` // null: it is not made yet

	// What a dataset's images show, where they are looked at.
	Preferred   string  `json:"preferred,omitempty"` // the category that excites it most
	Selectivity float64 `json:"selectivity,omitempty"`
	Deviation   float64 `json:"standard_deviation,omitempty"` // of the means over the images

	URL     string   `json:"-"`
	Cell    *Cell    `json:"-"` // its place in a sheet; nil: it is loaded by itself
	StandIn *StandIn `json:"-"` // shown for want of a picture; nil: there is nothing to show
}

// subject is the layer of which a grid shows the channels.
type subject struct {
	channels   int
	pictures   map[int]store.Visualization // by channel
	statistics *LayerStatistics            // over a dataset's images; nil: nobody asked for them, or there are no images
}

// grid returns the chosen channels of a layer in their order.
func (g gridChoice) grid(s subject, address func(channel int) string) []Tile {
	shown, pictures := g.chosen(s.channels, s.pictures), s.pictures
	switch g.sort {
	case sortGain:
		sortByGain(shown, pictures)
	case sortSelective:
		s.statistics.sortBySelectivity(shown)
	case sortVariance:
		s.statistics.sortByVariance(shown)
	}
	tiles := make([]Tile, len(shown))
	var visible []store.Visualization
	for i, channel := range shown {
		tiles[i] = Tile{Channel: channel, URL: address(channel)}
		if seen, ok := s.statistics.channel(channel); ok {
			if deviation := seen.Mean.StandardDeviation; g.sort == sortVariance {
				tiles[i].Deviation = deviation
			} else {
				tiles[i].Preferred, tiles[i].Selectivity = seen.Preferred, seen.Selectivity
			}
		}
		if v, made := pictures[channel]; made {
			tiles[i].Picture = newPicture(v)
			if v.PNGBytes > 0 {
				visible = append(visible, v)
			}
		}
	}
	if len(visible) > SheetPictures { // fewer are as quickly loaded one by one, and kept one by one
		putIntoSheets(tiles, arrange(visible, sheetTile))
	}
	return tiles
}

func putIntoSheets(tiles []Tile, cells []Cell) {
	next := 0
	for i := range tiles {
		if tiles[i].Picture.Shown() {
			tiles[i].Cell = &cells[next]
			next++
		}
	}
}

// chosen are the channels that are shown, by index.
func (g gridChoice) chosen(channels int, pictures map[int]store.Visualization) []int {
	switch g.channels {
	case channelsAll:
		return evenly(channels, channels)
	case channelsMade:
		made := make([]int, 0, len(pictures))
		for channel := range pictures {
			made = append(made, channel)
		}
		slices.Sort(made)
		return made
	}
	return evenly(fewChannels, channels)
}

// evenly are n of count numbers at even distances, from 0 on: the ones that convnet visualize makes when it is told a
// number of channels.
func evenly(n, count int) []int {
	n = max(0, min(n, count))
	list := make([]int, n)
	for i := range list {
		list[i] = i * count / n
	}
	return list
}

// madeBeside is how many channels have a picture, 0 when those are the ones that are shown anyway.
func madeBeside(pictures map[int]store.Visualization, channels int) int {
	for _, channel := range evenly(fewChannels, channels) {
		if _, made := pictures[channel]; !made {
			return len(pictures)
		}
	}
	if len(pictures) == min(fewChannels, channels) {
		return 0
	}
	return len(pictures)
}

// sortByGain puts the channels first whose objective has been raised most, and those without a picture last.
func sortByGain(channels []int, pictures map[int]store.Visualization) {
	slices.SortStableFunc(channels, func(a, b int) int {
		first, hasFirst := pictures[a]
		second, hasSecond := pictures[b]
		if !hasFirst || !hasSecond {
			return presence(hasSecond) - presence(hasFirst)
		}
		return cmp.Compare(second.End-second.Start, first.End-first.Start)
	})
}

func presence(has bool) int {
	if has {
		return 1
	}
	return 0
}
