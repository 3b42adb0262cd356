package explorer

import (
	"slices"
	"strings"
	"testing"
)

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
