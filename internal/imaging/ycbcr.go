package imaging

import "image"

// chroma is what one pair of color-difference samples adds to red, green and blue, in 16.16 fixed point.
type chroma struct{ r, g, b int32 }

// jfifChroma is the full-range BT.601 of JPEG.
func jfifChroma(cb, cr uint8) chroma {
	u, v := int32(cb)-128, int32(cr)-128
	return chroma{91881 * v, -22554*u - 46802*v, 116130 * u}
}

func jfifLuma(y uint8) int32 { return int32(y) * 0x10101 }

// studioChroma and studioLuma are BT.601 with luma from 16 to 235, as WebP stores it.
func studioChroma(cb, cr uint8) chroma {
	u, v := int32(cb)-128, int32(cr)-128
	return chroma{104597 * v, -25675*u - 53279*v, 132201 * u}
}

func studioLuma(y uint8) int32 { return (int32(y)-16)*76309 + 1<<15 }

// clamp8 takes the integer part of 16.16 fixed point, held within a byte.
func clamp8(v int32) uint8 {
	if uint32(v)&0xff000000 == 0 {
		return uint8(v >> 16)
	}
	return uint8(^(v >> 31))
}

func (c chroma) put(d []uint8, luma int32) {
	_ = d[2]
	d[0], d[1], d[2] = clamp8(luma+c.r), clamp8(luma+c.g), clamp8(luma+c.b)
}

// ycbcrRows converts planes whose bounds begin at the origin, as decoders return them.
func ycbcrRows(m *image.YCbCr, video bool) rowFunc {
	row := fullRow
	if video {
		row = studioRow
	}
	cb, cr := newUpsampler(m, m.Cb), newUpsampler(m, m.Cr)
	return func(dst []uint8, y int) {
		row(dst, m.Y[y*m.YStride:], cb.row(y), cr.row(y))
	}
}

// subsampling gives the shifts from luma to chroma coordinates.
func subsampling(r image.YCbCrSubsampleRatio) (across, down int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 1, 0
	case image.YCbCrSubsampleRatio420:
		return 1, 1
	case image.YCbCrSubsampleRatio440:
		return 0, 1
	case image.YCbCrSubsampleRatio411:
		return 2, 0
	case image.YCbCrSubsampleRatio410:
		return 2, 1
	}
	return 0, 0
}

func fullRow(dst, luma, cb, cr []uint8) {
	n := len(dst) / 3
	luma, cb, cr = luma[:n], cb[:n], cr[:n]
	for x, y := range luma {
		c, l := jfifChroma(cb[x], cr[x]), jfifLuma(y)
		d := dst[3*x : 3*x+3 : 3*x+3]
		d[0], d[1], d[2] = clamp8(l+c.r), clamp8(l+c.g), clamp8(l+c.b)
	}
}

func studioRow(dst, luma, cb, cr []uint8) {
	for x := range len(dst) / 3 {
		studioChroma(cb[x], cr[x]).put(dst[3*x:3*x+3], studioLuma(luma[x]))
	}
}

func nycbcraRows(m *image.NYCbCrA, video bool) rowFunc {
	colors := ycbcrRows(&m.YCbCr, video)
	return func(dst []uint8, y int) {
		colors(dst, y)
		alpha := m.A[y*m.AStride:]
		for x := range len(dst) / 3 {
			if a := uint32(alpha[x]); a != 255 {
				d := dst[3*x : 3*x+3 : 3*x+3]
				d[0], d[1], d[2] = blend(d[0], a), blend(d[1], a), blend(d[2], a)
			}
		}
	}
}
