package imaging

import "fmt"

// Tensor resizes the picture and returns it as a network's input: planes (channels × height × width) of
// (v-mean[c])/std[c] with v in 0..255. Order is rgb, bgr or gray, which has one plane, and is also the order of mean and
// std; a nil mean is 0, a nil std is 1.
//
// The filter is the triangle (bilinear) with half-pixel centers, whose support grows with the scale when the picture
// shrinks, so that every pixel counts: what Pillow calls BILINEAR, and torchvision antialiased.
func (p *Picture) Tensor(width, height int, order string, mean, std []float32, fit Fit) []float32 {
	planes := 3
	if order == orderGray {
		planes = 1
	}
	return p.FillTensor(make([]float32, planes*width*height), width, height, order, mean, std, fit)
}

const (
	orderBGR  = "bgr"
	orderGray = "gray"
)

// FillTensor is Tensor into a buffer of the tensor's length, for callers that reuse one. It panics on another length.
func (p *Picture) FillTensor(dst []float32, width, height int, order string, mean, std []float32, fit Fit) []float32 {
	size := width * height
	if planes := len(dst) / size; len(dst)%size != 0 || planes != 3 && (planes != 1 || order != orderGray) {
		panic(fmt.Sprintf("imaging: %d values do not hold a tensor of %d×%d in order %q", len(dst), height, width, order))
	}
	across, down := p.axes(width, height, fit)
	if across.out < width || down.out < height {
		clear(dst) // the borders
	}
	first := (height-down.out)/2*width + (width-across.out)/2
	put := p.emitter(dst, size, order, mean, std)
	p.resample(kernelFor(across), kernelFor(down), func(y int, row []uint64) { put(first+y*width, row) })
	return dst
}

// emitter writes rows into the tensor's planes of the given size, from an index on.
func (p *Picture) emitter(dst []float32, size int, order string, mean, std []float32) func(at int, row []uint64) {
	if order == orderGray {
		gray := newPlane(dst, 0, mean, std)
		return gray.putGray
	}
	planes := [3]plane{}
	for c := range planes {
		lane := c
		if order == orderBGR {
			lane = 2 - c
		}
		planes[lane] = newPlane(dst[c*size:][:size], c, mean, std)
	}
	return func(at int, row []uint64) { put(&planes, at, row) }
}

// plane is one channel of a tensor with the line that maps packed sums to its values.
type plane struct {
	values       []float32
	scale, shift float32
}

func newPlane(values []float32, channel int, mean, std []float32) plane {
	m, s := float32(0), float32(1)
	if channel < len(mean) {
		m = mean[channel]
	}
	if channel < len(std) {
		s = std[channel]
	}
	return plane{values: values, scale: 1 / (s * (1 << weightBits)), shift: -m / s}
}

// put maps one row of packed sums to the three planes, from index at on.
func put(planes *[3]plane, at int, row []uint64) {
	red, green, blue := planes[0], planes[1], planes[2]
	r, g, b := red.values[at:][:len(row)], green.values[at:][:len(row)], blue.values[at:][:len(row)]
	for x, v := range row {
		r[x] = float32(int32(v&laneMask))*red.scale + red.shift
		g[x] = float32(int32(v>>laneBits&laneMask))*green.scale + green.shift
		b[x] = float32(int32(v>>(2*laneBits)))*blue.scale + blue.shift
	}
}

// putGray maps one row of packed sums to luminance (BT.601, as JPEG and Pillow weigh the colors).
func (p *plane) putGray(at int, row []uint64) {
	out := p.values[at:][:len(row)]
	for x, v := range row {
		r, g, b := float32(int32(v&laneMask)), float32(int32(v>>laneBits&laneMask)), float32(int32(v>>(2*laneBits)))
		out[x] = (0.299*r+0.587*g+0.114*b)*p.scale + p.shift
	}
}
