package imaging

import "image"

// upsampler brings the rows of a subsampled chroma plane to the picture's size. Between samples it interpolates as
// libjpeg's "fancy upsampling" does, with its rounding: a sample lies in the middle of the pixels it stands for, so
// each pixel takes three quarters of its own sample and a quarter of the nearest other one, across and down.
type upsampler struct {
	plane         []uint8
	stride        int
	width, height int // of the plane
	across, down  int // shifts from luma to chroma coordinates
	sums          []int32
	out           []uint8
}

func newUpsampler(m *image.YCbCr, plane []uint8) *upsampler {
	u := &upsampler{plane: plane, stride: m.CStride}
	u.across, u.down = subsampling(m.SubsampleRatio)
	size := m.Rect.Size()
	u.width, u.height = (size.X+1<<u.across-1)>>u.across, (size.Y+1<<u.down-1)>>u.down
	if u.across > 0 || u.down > 0 {
		u.sums, u.out = make([]int32, u.width), make([]uint8, u.width<<u.across)
	}
	return u
}

// row returns the chroma of the picture's row y. It is valid until the next call.
func (u *upsampler) row(y int) []uint8 {
	near := u.sample(y >> u.down)
	switch {
	case u.out == nil:
		return near
	case u.across > 1:
		for x := range u.out {
			u.out[x] = near[x>>u.across]
		}
		return u.out
	}
	far, other := near, y>>u.down+1
	if u.down == 1 {
		if y&1 == 0 {
			other = y>>1 - 1
		}
		far = u.sample(min(max(other, 0), u.height-1))
	}
	for x, v := range near {
		u.sums[x] = 3*int32(v) + int32(far[x])
	}
	if u.across == 0 {
		u.whole(y)
	} else {
		u.double()
	}
	return u.out
}

func (u *upsampler) sample(y int) []uint8 { return u.plane[y*u.stride:][:u.width] }

// whole rounds sums of four.
func (u *upsampler) whole(y int) {
	bias := int32(1 + y&1)
	for x, v := range u.sums {
		u.out[x] = uint8((v + bias) >> 2)
	}
}

// double makes two pixels of each sum. At the ends, where there is no neighbor, the sum stands for itself.
func (u *upsampler) double() {
	left, right := int32(8), int32(7)
	if u.down == 0 {
		left, right = 4, 8
	}
	before := u.sums[0]
	for x, v := range u.sums {
		after := u.sums[min(x+1, len(u.sums)-1)]
		u.out[2*x] = uint8((3*v + before + left) >> 4)
		u.out[2*x+1] = uint8((3*v + after + right) >> 4)
		before = v
	}
}
