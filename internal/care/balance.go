package care

import "math"

// Balance says how evenly images are spread over categories.
type Balance struct {
	Evenness  float64 // entropy of the shares, divided by that of equal shares: 1 is even (Pielou, 1966)
	Effective float64 // e to the power of the entropy: as many categories of equal size would be as diverse
	Ratio     float64 // the largest category's size divided by the smallest's
}

// BalanceOf takes the sizes of categories; empty ones do not count. Of one category all is even.
func BalanceOf(sizes []int) Balance {
	total, most, least, kinds := 0, 0, 0, 0
	for _, n := range sizes {
		if n <= 0 {
			continue
		}
		total, most, kinds = total+n, max(most, n), kinds+1
		if least == 0 || n < least {
			least = n
		}
	}
	if kinds == 0 {
		return Balance{}
	}
	entropy := 0.0
	for _, n := range sizes {
		if n > 0 {
			share := float64(n) / float64(total)
			entropy -= share * math.Log(share)
		}
	}
	b := Balance{Evenness: 1, Effective: math.Exp(entropy), Ratio: float64(most) / float64(least)}
	if kinds > 1 {
		b.Evenness = entropy / math.Log(float64(kinds))
	}
	return b
}
