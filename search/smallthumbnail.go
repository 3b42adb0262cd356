package search

import (
	"fmt"

	"github.com/convnet-playground/convnet/internal/imaging"
)

// smallSide is the side of a small thumbnail in pixels, as templates/layout/partials.tmpl has it; of so few bytes as shortFile none is made.
const smallSide, shortFile = 72, 2 << 10

// SmallThumbnail is the middle of a thumbnail, for places that show a little of many. What is short, or may be transparent,
// stays as it is.
func SmallThumbnail(data []byte, format string) (small []byte, smallFormat string, err error) {
	if len(data) <= shortFile || format != "jpeg" {
		return data, format, nil
	}
	picture, err := imaging.Decode(data, imaging.Limits{})
	if err == nil {
		picture, err = picture.Square()
	}
	if err != nil {
		return nil, "", fmt.Errorf("make a thumbnail smaller: %w", err)
	}
	return picture.Thumbnail(smallSide)
}
