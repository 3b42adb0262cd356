package visualize

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ParseChannels reads which of count channels are meant: "all", a number of them at even distances, or a list of numbers
// and ranges such as "0,5-9"; a list of a single one ends in a comma.
func ParseChannels(text string, count int) ([]int, error) {
	text = strings.TrimSpace(text)
	if text == "all" {
		return evenly(count, count), nil
	}
	if n, err := strconv.Atoi(text); err == nil {
		if n < 1 {
			return nil, fmt.Errorf("--channels %q: at least one is needed", text)
		}
		return evenly(n, count), nil
	}
	var list []int
	for _, part := range strings.Split(strings.TrimSuffix(text, ","), ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			to = from
		}
		first, err := strconv.Atoi(from)
		last, lastErr := strconv.Atoi(to)
		if err != nil || lastErr != nil {
			return nil, fmt.Errorf("--channels %q: give all, a number of channels, or a list such as 0,5-9 (a single one as 7,)", text)
		}
		if first < 0 || last < first || last >= count {
			return nil, fmt.Errorf("--channels %q: the layer has the channels 0 to %d", text, count-1)
		}
		for c := first; c <= last; c++ {
			if !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
	}
	slices.Sort(list)
	return list, nil
}

// evenly are n of count numbers at even distances, from the first on.
func evenly(n, count int) []int {
	n = min(n, count)
	list := make([]int, n)
	for i := range list {
		list[i] = i * count / n
	}
	return list
}
