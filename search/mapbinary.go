package search

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Places and values of a map's points travel as bytes, a tenth of what JSON would take. All numbers are little-endian;
// columns follow each other, so that a script can look at each as an array without copying.
//
// Points ("CNMP"):
//
//	 0  magic         4 bytes
//	 4  version       uint16, 1
//	 6  header        uint16: where the columns begin, 40
//	 8  n             uint32: points, ascending by image id
//	12  reserved      uint32
//	16  first id      uint64
//	24  origin x, y   2 × float32: the projection's coordinates of 0, 0
//	32  scale         float32: what 65535 steps are in the projection's coordinates, the same for both axes
//	36  extent x, y   2 × uint16: the largest place on each axis; the longer one's is 65535
//	40  ids           n × uint32: image id − first id
//	    x, y          n × uint16 each, y upwards
//	    categories    n × uint16: index into the dataset's categories by name, 65535 for none
//
// Values ("CNMV"), one for each of the points in the same order:
//
//	 0  magic, version, header (24), n as above, reserved uint32
//	16  low, high     2 × float32: what 0 and 65534 stand for
//	24  values        n × uint16, 65535 for none

const (
	pointsMagic, valuesMagic   = "CNMP", "CNMV"
	pointsHeader, valuesHeader = 40, 24
	mapVersion                 = 1
	pointBytes                 = 4 + 3*2
	farStep                    = 65535 // the last place on the longer axis
	noValue, lastValue         = 65535, 65534
)

var errNoMap = errors.New("these bytes are no map")

func appendHeader(magic string, header, n int) []byte {
	b := make([]byte, 0, header+n*pointBytes)
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint16(b, mapVersion)
	b = binary.LittleEndian.AppendUint16(b, uint16(header))
	b = binary.LittleEndian.AppendUint32(b, uint32(n))
	return binary.LittleEndian.AppendUint32(b, 0)
}

// encode writes the layout. Ids that lie farther apart than 32 bits reach are an error: no dataset's do.
func (l *layout) encode() ([]byte, error) {
	n := len(l.ids)
	var first int64
	if n > 0 {
		first = l.ids[0]
		if l.ids[n-1]-first > math.MaxUint32 {
			return nil, fmt.Errorf("the images' ids reach from %d to %d, too far for a map", first, l.ids[n-1])
		}
	}
	b := appendHeader(pointsMagic, pointsHeader, n)
	b = binary.LittleEndian.AppendUint64(b, uint64(first))
	for _, f := range []float32{l.originX, l.originY, l.scale} {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
	}
	b = binary.LittleEndian.AppendUint16(b, l.width)
	b = binary.LittleEndian.AppendUint16(b, l.height)
	for _, id := range l.ids {
		b = binary.LittleEndian.AppendUint32(b, uint32(id-first))
	}
	for _, column := range [][]uint16{l.x, l.y, l.category} {
		b = appendColumn(b, column)
	}
	return b, nil
}

func appendColumn(b []byte, column []uint16) []byte {
	for _, v := range column {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}

// readHeader checks what both forms begin with and returns the number of points.
func readHeader(b []byte, magic string, header, each int) (int, error) {
	if len(b) < header || string(b[:4]) != magic {
		return 0, errNoMap
	}
	version, columns := binary.LittleEndian.Uint16(b[4:]), int(binary.LittleEndian.Uint16(b[6:]))
	n := int64(binary.LittleEndian.Uint32(b[8:]))
	if version != mapVersion || columns != header || int64(len(b)) != int64(header)+n*int64(each) {
		return 0, errNoMap
	}
	return int(n), nil
}

// decodeLayout reads what encode has written: scripts in Go may use it, and it holds encode to its word.
func decodeLayout(b []byte) (*layout, error) {
	n, err := readHeader(b, pointsMagic, pointsHeader, pointBytes)
	if err != nil {
		return nil, err
	}
	real := func(at int) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b[at:])) }
	l := &layout{
		originX: real(24), originY: real(28), scale: real(32),
		width: binary.LittleEndian.Uint16(b[36:]), height: binary.LittleEndian.Uint16(b[38:]), ids: make([]int64, n),
	}
	first := int64(binary.LittleEndian.Uint64(b[16:]))
	for i := range l.ids {
		l.ids[i] = first + int64(binary.LittleEndian.Uint32(b[pointsHeader+4*i:]))
	}
	at := pointsHeader + 4*n
	for _, column := range []*[]uint16{&l.x, &l.y, &l.category} {
		*column = readColumn(b[at:], n)
		at += 2 * n
	}
	return l, nil
}

func readColumn(b []byte, n int) []uint16 {
	column := make([]uint16, n)
	for i := range column {
		column[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return column
}

// encode writes the values in 65535 steps between the least and the largest.
func (v *mapValues) encode() []byte {
	b := appendHeader(valuesMagic, valuesHeader, len(v.values))
	for _, f := range []float64{v.low, v.high} {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(f)))
	}
	for i := range v.values {
		step := uint16(noValue)
		if share, ok := v.share(i); ok {
			step = uint16(math.Round(share * lastValue))
		}
		b = binary.LittleEndian.AppendUint16(b, step)
	}
	return b
}

// decodeValues reads what encode has written, to half a step.
func decodeValues(b []byte) (*mapValues, error) {
	n, err := readHeader(b, valuesMagic, valuesHeader, 2)
	if err != nil {
		return nil, err
	}
	v := &mapValues{
		low:    float64(math.Float32frombits(binary.LittleEndian.Uint32(b[16:]))),
		high:   float64(math.Float32frombits(binary.LittleEndian.Uint32(b[20:]))),
		values: make([]float64, n),
	}
	for i, step := range readColumn(b[valuesHeader:], n) {
		v.values[i] = v.low + (v.high-v.low)*float64(step)/lastValue
		if step == noValue {
			v.values[i] = math.NaN()
		}
	}
	return v, nil
}
