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

// Many pictures come in sheets, in the order in which they are shown; a few are loaded one by one.
func TestSheetsOfAGrid(t *testing.T) {
	all := channelPictures(evenly(150, 150)...)
	all[70] = visualization(170, "channel:70", 70, 0, 0)
	choice := gridChoice{channels: channelsAll, sort: sortIndex, objective: objectiveChannel}
	sheets := map[string]int{}
	for i, tile := range choice.grid(subject{channels: 150, pictures: all}, func(int) string { return "/" }) {
		if (tile.Cell == nil) != (i == 70) {
			t.Fatalf("channel %d: cell %+v", i, tile.Cell)
		}
		if tile.Cell != nil {
			sheets[tile.Cell.Sheet]++
		}
	}
	if len(sheets) != 3 {
		t.Errorf("149 pictures in sheets %v", sheets)
	}
	for _, tile := range choice.grid(subject{channels: SheetPictures, pictures: all}, func(int) string { return "/" }) {
		if tile.Cell != nil {
			t.Fatalf("%d pictures are in a sheet", SheetPictures)
		}
	}
}

func TestIDs(t *testing.T) {
	for text, ids := range map[string][]int64{"7": {7}, "1-3": {1, 2, 3}, "1-3.7.9-10": {1, 2, 3, 7, 9, 10}, "5.4.3": {5, 4, 3}, "0": {0}} {
		if got := writeIDs(ids); got != text {
			t.Errorf("%v is written %q", ids, got)
		}
		if got, ok := readIDs(text); !ok || !slices.Equal(got, ids) {
			t.Errorf("%q is read %v", text, got)
		}
	}
	for _, text := range []string{"", "-", "a", "1-", "-1", "3-1", "1-65", "1..2", "1-32.40-80", "1,2", "9223372036854775807", "1-99999999999999999999",
		strings.Repeat("1.", 64) + "1"} {
		if got, ok := readIDs(text); ok {
			t.Errorf("%q is read %v", text, got)
		}
	}
}

func FuzzIDs(f *testing.F) {
	for _, text := range []string{"1-3.7", "1-", "9223372036854775807", "4611686018427387903", "0-63"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ids, ok := readIDs(text)
		if !ok {
			return
		}
		again, ok := readIDs(writeIDs(ids))
		if len(ids) == 0 || len(ids) > SheetPictures || !ok || !slices.Equal(ids, again) {
			t.Errorf("%q: %d ids, again %v", text, len(ids), again)
		}
	})
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

func TestChannelPictures(t *testing.T) {
	other := []byte(`{"steps": 512, "count": 3}`)
	set := func(v store.Visualization) store.Visualization {
		v.Parameters, v.ParametersSHA256 = other, sha256.Sum256(other)
		return v
	}
	p := &place{model: store.Model{Name: "m"}, layers: []store.Layer{{NewLayer: store.NewLayer{Name: "l", Channels: 9}}}}
	all := []store.Visualization{ // as the store orders them
		visualization(9, "channel:-3", 3, 0, 5),
		visualization(8, "channel:3", 3, 0, 4),
		set(visualization(5, "channel:3", 3, 0, 2)),
		visualization(2, "channel:3", 3, 0, 1.5),
		set(visualization(6, "channel:3", 3, 1, 2)),
		set(visualization(7, "channel:3", 3, 2, 0)),
	}
	page := p.channelPage(3, all)
	ids := func(list []Picture) (ids []int64) {
		for _, picture := range list {
			ids = append(ids, picture.ID)
		}
		return ids
	}
	if page.Picture.ID != 8 || page.Negative.ID != 9 || !slices.Equal(ids(page.Diverse), []int64{5, 6}) || !slices.Equal(ids(page.Earlier), []int64{2}) {
		t.Errorf("picture %d, negative %d, diverse %v, earlier %v", page.Picture.ID, page.Negative.ID, ids(page.Diverse), ids(page.Earlier))
	}
	if page.Previous.Name != "2" || page.Next.Name != "4" || len(page.Settings) == 0 || page.Curve.Line == "" {
		t.Errorf("page %+v", page)
	}
	if first, last := p.channelPage(0, nil), p.channelPage(8, nil); first.Previous != nil || last.Next != nil || first.Picture != nil {
		t.Error("there are channels beyond the first and the last one")
	}
	for _, text := range []string{"", "-1", "9", "+3", "03", "3.0", "x", "99999999999999999999"} {
		if _, err := p.channel(text); err == nil {
			t.Errorf("there is a channel %q", text)
		}
	}
}
