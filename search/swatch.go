package search

import (
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

const swatchColors = 10

// swatch is the style class of a category's mark. Ten colours tell ten categories apart; the next ten have another
// shape, and the name always stands beside the mark.
func swatch(d store.Dataset, category string) string {
	i := slices.IndexFunc(d.Categories, func(c store.CategoryCount) bool { return c.Name == category })
	if i < 0 || category == "" {
		return "none"
	}
	return fmt.Sprintf("color-%d shape-%d", i%swatchColors, i/swatchColors%3)
}
