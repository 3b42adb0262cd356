package imaging

import (
	"fmt"
	"image"
	"strconv"
	"strings"
)

// Region is a part of a picture in pixels of the upright original, counted from its upper left corner; the zero value is all
// of it.
type Region struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// IsZero reports whether nothing is cut off.
func (r Region) IsZero() bool { return r == Region{} }

// String is how addresses say it: x,y,width,height.
func (r Region) String() string { return fmt.Sprintf("%d,%d,%d,%d", r.X, r.Y, r.Width, r.Height) }

// maxPixel bounds a region's numbers: no picture that can be decoded is as large.
const maxPixel = 1 << 20

// ParseRegion reads x,y,width,height in pixels. Whether the picture is as large is seen when it is there. Errors are an
// [Error].
func ParseRegion(text string) (Region, error) {
	var n [4]int
	fields := strings.Split(text, ",")
	good := len(fields) == len(n)
	for i := 0; good && i < len(n); i++ {
		var err error
		n[i], err = strconv.Atoi(fields[i])
		good = err == nil && n[i] >= 0 && n[i] <= maxPixel
	}
	if !good || n[2] == 0 || n[3] == 0 {
		return Region{}, refuse(KindUnsupported, "A crop is x,y,width,height in pixels of the picture, such as 10,20,64,64; %q is none.", text)
	}
	return Region{n[0], n[1], n[2], n[3]}, nil
}

// Within refuses a region that reaches beyond a picture, with an [Error].
func (r Region) Within(name string, width, height int) error {
	if r.X+r.Width > width || r.Y+r.Height > height {
		return refuse(KindUnsupported, "The crop %s reaches beyond the picture: %s has %d × %d pixels.", r, name, width, height)
	}
	return nil
}

// CutOut is a region of a file's picture. What is wrong with either is an [Error].
func CutOut(data []byte, r Region) (*Picture, error) {
	whole, err := Decode(data, Limits{})
	if err != nil {
		return nil, err
	}
	if err := r.Within("it", whole.Width, whole.Height); err != nil {
		return nil, err
	}
	return whole.Cut(image.Rect(r.X, r.Y, r.X+r.Width, r.Y+r.Height))
}
