package explorer

import "image"

// peak is where a map is highest: the first such place, row by row.
func peak(plane []float32, width int) (row, column int, highest float32) {
	at := 0
	for i, v := range plane {
		if v > plane[at] {
			at = i
		}
	}
	return at / width, at % width, plane[at]
}

// mean is a map's mean.
func mean(plane []float32) float64 {
	var sum float64
	for _, v := range plane {
		sum += float64(v)
	}
	return sum / float64(len(plane))
}

// scaled is a rectangle in pixels of the network's input as one of a picture of another size.
func scaled(r image.Rectangle, input Input, to image.Rectangle) image.Rectangle {
	x := func(v int) int { return to.Min.X + v*to.Dx()/input.Width }
	y := func(v int) int { return to.Min.Y + v*to.Dy()/input.Height }
	return image.Rect(x(r.Min.X), y(r.Min.Y), x(r.Max.X), y(r.Max.Y))
}
