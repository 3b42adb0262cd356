package explorer

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
)

// visualization is what the store has of a channel's picture; an end of 0 is one that nothing excites.
func visualization(id int64, objective string, channel, number int, end float64) store.Visualization {
	v := store.Visualization{ID: id, Objective: objective, Channel: channel, Number: number, End: end, Dead: end == 0, Size: 8,
		Parameters: []byte(`{"steps": 48, "seed": 0}`), CreatedAt: "2026-11-24T15:00:00Z", Curve: []float32{0, 1, 2}}
	if end != 0 {
		v.PNGBytes, v.PNGSHA256 = 100, sha256.Sum256([]byte(objective))
	}
	return v
}

func channelPictures(channels ...int) map[int]store.Visualization {
	all := map[int]store.Visualization{}
	for _, channel := range channels {
		all[channel] = visualization(int64(100+channel), fmt.Sprintf("channel:%d", channel), channel, 0, float64(channel%7+1))
	}
	return all
}

func TestGridBySelectivity(t *testing.T) {
	s := subject{channels: 4, statistics: &LayerStatistics{Channels: []ChannelStatistics{
		{Selectivity: 0.1, Preferred: "cat"}, {}, {Selectivity: 0.5, Preferred: "dog"}, {Selectivity: 0.1},
	}}}
	choice := gridChoice{channels: channelsAll, sort: sortSelective, objective: objectiveChannel}
	for _, want := range [][]int{{2, 0, 3, 1}, {0, 1, 2, 3}} {
		var got []int
		for _, tile := range choice.grid(s, func(int) string { return "/" }) {
			got = append(got, tile.Channel)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		s.statistics = nil // no images have been seen: the channels stay in order
	}
}

func TestGridChannels(t *testing.T) {
	made := channelPictures(3, 1, 2)
	tests := []struct {
		query    string
		channels int
		want     []int
	}{
		{"", 5, []int{0, 1, 2, 3, 4}},
		{"channels=all", 5, []int{0, 1, 2, 3, 4}},
		{"channels=made", 5, []int{1, 2, 3}},
		{"channels=made&sort=gain", 5, []int{3, 2, 1}},
		{"sort=gain", 5, []int{3, 2, 1, 0, 4}},
		{"channels=30", 300, evenly(30, 300)},
		{"channels=all", 0, []int{}},
	}
	for _, tt := range tests {
		q, err := url.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		choice, err := readGrid(q)
		if err != nil {
			t.Fatal(err)
		}
		got := []int{}
		for _, tile := range choice.grid(subject{channels: tt.channels, pictures: made}, func(int) string { return "/" }) {
			got = append(got, tile.Channel)
			if _, has := made[tile.Channel]; has != tile.Picture.Shown() {
				t.Errorf("%s: channel %d is shown with picture %+v", tt.query, tile.Channel, tile.Picture)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q of %d: %v, want %v", tt.query, tt.channels, got, tt.want)
		}
	}
	if got := evenly(30, 300); len(got) != 30 || got[1] != 10 || got[29] != 290 {
		t.Errorf("at even distances: %v", got)
	}
}

func FuzzGrid(f *testing.F) {
	for _, query := range []string{"", "channels=all&sort=gain&objective=negative", "channels=31", "sort=", "sort=gain&sort=index", "sort=selectivity&dataset=a+b"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		choice, err := readGrid(q)
		if err != nil {
			return
		}
		again, err := url.ParseQuery(strings.TrimPrefix(choice.query(), "?"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := readGrid(again); err != nil || got != choice {
			t.Errorf("%q: %+v is written %s and read %+v, %v", query, choice, choice.query(), got, err)
		}
	})
}

func TestChoices(t *testing.T) {
	usual := gridChoice{channels: channelsFew, sort: sortIndex, objective: objectiveChannel}
	tests := []struct {
		now            gridChoice
		channels, made int
		want           string // what can be chosen of the channels; the current one in brackets
	}{
		{usual, 8, 0, "[All]"},
		{usual, 8, 3, "Made [All]"},
		{gridChoice{channels: channelsAll, sort: sortIndex, objective: objectiveChannel}, 8, 8, "[All]"},
		{usual, 64, 0, "[Spread] All"},
		{usual, 64, 7, "[Spread] Made All"},
		{gridChoice{channels: channelsMade, sort: sortGain, objective: objectiveNegative}, 64, 0, "Spread [Made] All"},
		{gridChoice{channels: channelsAll, sort: sortGain, objective: objectiveNegative}, 64, 64, "Spread [All]"},
	}
	for _, tt := range tests {
		c := newChoices("/l", tt.now, tt.channels, tt.made)
		var got []string
		for _, choice := range c.Channels {
			label := choice.Label
			if choice.Current {
				label = "[" + label + "]"
			}
			got = append(got, label)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%+v of %d, %d made: %v, want %s", tt.now, tt.channels, tt.made, got, tt.want)
		}
	}
}

func TestMadeBeside(t *testing.T) {
	for _, tt := range []struct {
		made           []int
		channels, want int
	}{{nil, 64, 0}, {evenly(30, 64), 64, 0}, {evenly(64, 64), 64, 64}, {[]int{1, 2}, 64, 2}, {evenly(8, 8), 8, 0}, {[]int{1}, 8, 1}} {
		if got := madeBeside(channelPictures(tt.made...), tt.channels); got != tt.want {
			t.Errorf("%d made of %d: %d, want %d", len(tt.made), tt.channels, got, tt.want)
		}
	}
}
