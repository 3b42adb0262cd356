package imaging

// One row of each pixel layout to RGB. src begins with the row's first pixel.

func grayRow(dst, src []uint8) {
	for x := range len(dst) / 3 {
		v := src[x]
		d := dst[3*x : 3*x+3 : 3*x+3]
		d[0], d[1], d[2] = v, v, v
	}
}

func gray16Row(dst, src []uint8) {
	for x := range len(dst) / 3 {
		v := src[2*x]
		d := dst[3*x : 3*x+3 : 3*x+3]
		d[0], d[1], d[2] = v, v, v
	}
}

func rgbaRow(dst, src []uint8) {
	for x := range len(dst) / 3 {
		s := src[4*x : 4*x+4 : 4*x+4]
		d := dst[3*x : 3*x+3 : 3*x+3]
		white := 255 - s[3] // already multiplied by alpha: only the white is missing
		d[0], d[1], d[2] = s[0]+white, s[1]+white, s[2]+white
	}
}

func nrgbaRow(dst, src []uint8) {
	for x := range len(dst) / 3 {
		s := src[4*x : 4*x+4 : 4*x+4]
		d := dst[3*x : 3*x+3 : 3*x+3]
		if s[3] == 255 {
			d[0], d[1], d[2] = s[0], s[1], s[2]
			continue
		}
		a := uint32(s[3])
		d[0], d[1], d[2] = blend(s[0], a), blend(s[1], a), blend(s[2], a)
	}
}

func rgba64Row(dst, src []uint8) {
	for x := range len(dst) / 3 {
		s := src[8*x : 8*x+8 : 8*x+8]
		white := 0xffff - wide(s[6:])
		for c := range 3 {
			dst[3*x+c] = uint8((wide(s[2*c:]) + white) >> 8)
		}
	}
}

func nrgba64Row(dst, src []uint8) {
	for x := range len(dst) / 3 {
		s := src[8*x : 8*x+8 : 8*x+8]
		a := wide(s[6:])
		for c := range 3 {
			dst[3*x+c] = uint8((wide(s[2*c:])*a + 0xffff*(0xffff-a)) / 0xffff >> 8)
		}
	}
}

func wide(s []uint8) uint32 { return uint32(s[0])<<8 | uint32(s[1]) }

func cmykRow(dst, src []uint8) {
	for x := range len(dst) / 3 {
		s := src[4*x : 4*x+4 : 4*x+4]
		d := dst[3*x : 3*x+3 : 3*x+3]
		light := uint32(255 - s[3])
		for c := range 3 {
			t := uint32(255-s[c])*light + 128
			d[c] = uint8((t + t>>8) >> 8)
		}
	}
}

func palettedRow(dst, src []uint8, colors *[256][3]uint8) {
	for x := range len(dst) / 3 {
		c := &colors[src[x]]
		d := dst[3*x : 3*x+3 : 3*x+3]
		d[0], d[1], d[2] = c[0], c[1], c[2]
	}
}
