package hdf5

// chunk is a stored piece of an array.
type chunk struct {
	at, size uint64
	mask     uint32   // bit i: filter i was not applied
	offset   []uint64 // of its first element
}

// chunked puts an array of n bytes together from its chunks.
func (o *Object) chunked(l layout, dims []uint64, t datatype, n uint64) ([]byte, error) {
	if len(l.chunk) != len(dims) {
		return nil, damaged("chunks of %d dimensions in an array of %d", len(l.chunk), len(dims))
	}
	filters, err := o.filters()
	if err != nil {
		return nil, err
	}
	whole, ok := product(append([]uint64{uint64(t.size)}, l.chunk...))
	if !ok || whole > filters.expansion(o.f.size) || n > filters.expansion(o.f.size) {
		return nil, damaged("an array of %d bytes in chunks of %d cannot come out of %d bytes", n, whole, o.f.size)
	}
	g := newGrid(dims, l.chunk)
	chunks, err := o.f.chunks(l, g, whole)
	if err != nil {
		return nil, err
	}
	if uint64(len(chunks)) != g.count {
		return nil, damaged("%d of %d chunks are there", len(chunks), g.count)
	}
	out := make([]byte, n)
	for _, c := range chunks {
		stored, err := o.f.read(c.at, c.size)
		if err != nil {
			return nil, err
		}
		plain, err := filters.undo(stored, c.mask, whole, t.size)
		if err != nil {
			return nil, err
		}
		g.place(out, plain, c.offset, uint64(t.size))
	}
	return out, nil
}

// grid divides an array into chunks; those at the far edges reach beyond it.
type grid struct {
	dims, chunk []uint64
	counts      []uint64 // chunks along each dimension
	count       uint64
}

// newGrid divides an array; its number of elements is known to be possible, so its number of chunks is.
func newGrid(dims, chunk []uint64) grid {
	g := grid{dims: dims, chunk: chunk, count: 1}
	for i, d := range dims {
		n := (d-1)/chunk[i] + 1
		g.counts = append(g.counts, n)
		g.count *= n
	}
	return g
}

// offset is where the i-th chunk in row-major order begins.
func (g grid) offset(i uint64) []uint64 {
	offset := make([]uint64, len(g.counts))
	for d := len(g.counts) - 1; d >= 0; d-- {
		offset[d] = i % g.counts[d] * g.chunk[d]
		i /= g.counts[d]
	}
	return offset
}

// number is the inverse of offset; ok is false when no chunk begins there.
func (g grid) number(offset []uint64) (i uint64, ok bool) {
	for d, at := range offset {
		if at%g.chunk[d] != 0 || at >= g.dims[d] {
			return 0, false
		}
		i = i*g.counts[d] + at/g.chunk[d]
	}
	return i, true
}

// place copies a chunk to its place in the array, row by row along the last dimension.
func (g grid) place(array, plain []byte, offset []uint64, element uint64) {
	from, to, last := uint64(0), uint64(0), len(g.dims)-1
	if last < 0 {
		copy(array, plain)
		return
	}
	for d, at := range offset {
		to = to*g.dims[d] + at
	}
	g.placeDim(array, plain, offset, element, 0, from, to)
}

// placeDim handles dimension d and those below it; from and to count elements within the chunk and the array.
func (g grid) placeDim(array, plain []byte, offset []uint64, element uint64, d int, from, to uint64) {
	n := min(g.chunk[d], g.dims[d]-offset[d])
	if d == len(g.dims)-1 {
		copy(array[to*element:(to+n)*element], plain[from*element:(from+n)*element])
		return
	}
	chunkStride, arrayStride := uint64(1), uint64(1)
	for i := d + 1; i < len(g.dims); i++ {
		chunkStride *= g.chunk[i]
		arrayStride *= g.dims[i]
	}
	for i := range n {
		g.placeDim(array, plain, offset, element, d+1, from+i*chunkStride, to+i*arrayStride)
	}
}
