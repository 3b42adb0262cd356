package imaging

import "sync"

// A packed pixel holds red, green and blue in three 21-bit lanes of one word, so that one multiplication weighs all
// three.
const (
	laneBits  = 21
	laneMask  = 1<<laneBits - 1
	laneBytes = 0xff | 0xff<<laneBits | 0xff<<(2*laneBits)
	laneHalf  = (1<<(weightBits-1))*(1|1<<laneBits) | 1<<(weightBits-1+2*laneBits)
)

// scratch are the row buffers of one resampling.
type scratch struct {
	source []uint64 // one input row, packed
	narrow []uint64 // the same after the horizontal pass
	sums   []uint64 // the output rows still being added up, a ring
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func grown(buf []uint64, n int) []uint64 {
	if cap(buf) < n {
		return make([]uint64, n)
	}
	return buf[:n]
}

// resample reduces or enlarges p and hands each finished output row to emit: lanes scaled by 1<<weightBits.
//
// It walks over the input rows once and adds each to the output rows it belongs to. So it needs memory for the few
// output rows in progress only, however extreme the picture's shape.
func (p *Picture) resample(across, down *kernel, emit func(y int, row []uint64)) {
	width, height := len(across.first), len(down.first)
	ring := down.overlap()
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	s.source, s.narrow, s.sums = grown(s.source, p.Width), grown(s.narrow, width), grown(s.sums, ring*width)
	clear(s.sums)
	done, opened := 0, 0
	for y := down.used[0].first; done < height; y++ {
		p.pack(s.source, y)
		across.apply(s.narrow, s.source)
		for opened < height && down.used[opened].first <= y {
			opened++
		}
		for i := done; i < opened; i++ {
			row := s.sums[i%ring*width:][:width]
			if y < down.used[i].end {
				addWeighted(row, s.narrow, down.of(i)[y-down.first[i]])
			}
			if i == done && y >= down.used[i].end-1 {
				emit(i, row)
				clear(row)
				done++
			}
		}
	}
}

// overlap is the largest number of outputs that one input sample takes part in, or that wait for an earlier one.
func (k *kernel) overlap() int {
	most, done := 1, 0
	for i, s := range k.used {
		for k.used[done].end <= s.first {
			done++
		}
		most = max(most, i-done+1)
	}
	return most
}

// pack spreads one row of the picture over lanes.
func (p *Picture) pack(dst []uint64, y int) {
	src := p.RGB[y*p.Width*3:][:p.Width*3]
	for x := range dst {
		s := src[3*x : 3*x+3 : 3*x+3]
		dst[x] = uint64(s[0]) | uint64(s[1])<<laneBits | uint64(s[2])<<(2*laneBits)
	}
}

// apply resamples one row; the result is rounded to whole levels, as Pillow does between its passes. The cases of few
// taps, which are enlargements and slight reductions, are written out: together with decoding they are where the time of
// an ingest goes.
func (k *kernel) apply(dst, src []uint64) {
	switch k.taps {
	case 1:
		for i, f := range k.first {
			dst[i] = src[f]
		}
	case 2:
		k.apply2(dst, src)
	case 3:
		k.apply3(dst, src)
	case 4:
		k.apply4(dst, src)
	default:
		for i, f := range k.first {
			weights := k.weights[i*k.taps:][:k.taps]
			sum := uint64(laneHalf)
			for j, v := range src[f:][:len(weights)] {
				sum += v * weights[j]
			}
			dst[i] = sum >> weightBits & laneBytes
		}
	}
}

func (k *kernel) apply2(dst, src []uint64) {
	dst = dst[:len(k.first)]
	for i, f := range k.first {
		w, v := k.weights[2*i:2*i+2:2*i+2], src[f:f+2:f+2]
		dst[i] = (v[0]*w[0] + v[1]*w[1] + laneHalf) >> weightBits & laneBytes
	}
}

func (k *kernel) apply3(dst, src []uint64) {
	dst = dst[:len(k.first)]
	for i, f := range k.first {
		w, v := k.weights[3*i:3*i+3:3*i+3], src[f:f+3:f+3]
		dst[i] = (v[0]*w[0] + v[1]*w[1] + v[2]*w[2] + laneHalf) >> weightBits & laneBytes
	}
}

func (k *kernel) apply4(dst, src []uint64) {
	dst = dst[:len(k.first)]
	for i, f := range k.first {
		w, v := k.weights[4*i:4*i+4:4*i+4], src[f:f+4:f+4]
		dst[i] = (v[0]*w[0] + v[1]*w[1] + v[2]*w[2] + v[3]*w[3] + laneHalf) >> weightBits & laneBytes
	}
}

func addWeighted(sums, row []uint64, weight uint64) {
	sums = sums[:len(row)]
	for x, v := range row {
		sums[x] += v * weight
	}
}
