package search

import (
	"fmt"

	"github.com/convnet-playground/convnet/internal/imaging"
)

// TileSide is the side of a tile in pixels; of so few bytes as shortFile none is made.
const TileSide, shortFile = 72, 2 << 10

// Tile is the middle of a picture, for places that show a little of many. What is short, or may be transparent, stays as it is.
func Tile(data []byte, format string) (tile []byte, tileFormat string, err error) {
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
	return picture.Thumbnail(TileSide)
}
