// Package npy reads and writes NumPy's array files, as far as arrays of real numbers go.
//
// The format is NEP 1: a magic string, a version, a Python dictionary with type, order and shape, and the numbers.
package npy

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

const magic = "\x93NUMPY"

// maxHeader bounds what is read of a header: NumPy writes one line of some hundred bytes.
const maxHeader = 1 << 16

// header is what the dictionary says; its keys may come in any order.
var (
	descrOf   = regexp.MustCompile(`['"]descr['"]\s*:\s*['"]([<>=|]?)([a-z])(\d+)['"]`)
	fortranOf = regexp.MustCompile(`['"]fortran_order['"]\s*:\s*(True|False)`)
	shapeOf   = regexp.MustCompile(`['"]shape['"]\s*:\s*\(([\d\s,L]*)\)`)
)

// Read reads an array of float32 or float64 numbers, in C order, of at most limit numbers. The first axis of shape is the
// slowest.
func Read(r io.Reader, limit int) (shape []int, data []float32, err error) {
	in := bufio.NewReader(r)
	head, err := readHeader(in)
	if err != nil {
		return nil, nil, err
	}
	size, shape, err := parse(head)
	if err != nil {
		return nil, nil, err
	}
	count := 1
	for _, d := range shape {
		if d > 0 && count > limit/d {
			return nil, nil, fmt.Errorf("the array has the shape %v: more than %d numbers", shape, limit)
		}
		count *= d
	}
	if data, err = numbers(in, size, count); err != nil {
		return nil, nil, fmt.Errorf("read an array of the shape %v: %w", shape, err)
	}
	return shape, data, nil
}

// readHeader reads as far as the numbers.
func readHeader(in *bufio.Reader) (string, error) {
	var start [8]byte
	if _, err := io.ReadFull(in, start[:]); err != nil || string(start[:6]) != magic {
		return "", errors.New("the file is no array that NumPy has saved (.npy)")
	}
	length := uint32(0)
	if start[6] == 1 {
		var short uint16
		if err := binary.Read(in, binary.LittleEndian, &short); err != nil {
			return "", fmt.Errorf("read the header: %w", err)
		}
		length = uint32(short)
	} else if err := binary.Read(in, binary.LittleEndian, &length); err != nil {
		return "", fmt.Errorf("read the header: %w", err)
	}
	if length > maxHeader {
		return "", fmt.Errorf("its header has %d bytes, more than any of NumPy's", length)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(in, text); err != nil {
		return "", fmt.Errorf("read the header: %w", err)
	}
	return string(text), nil
}

// parse finds how many bytes each number has, and the shape.
func parse(head string) (size int, shape []int, err error) {
	descr, order, dims := descrOf.FindStringSubmatch(head), fortranOf.FindStringSubmatch(head), shapeOf.FindStringSubmatch(head)
	if descr == nil || order == nil || dims == nil {
		return 0, nil, errors.New("its header is not understood; save the array again with numpy.save(file, array.astype(\"float32\"))")
	}
	if descr[1] == ">" || descr[2] != "f" || descr[3] != "4" && descr[3] != "8" {
		return 0, nil, fmt.Errorf("its numbers are of the type %s%s%s; save it as float32: numpy.save(file, array.astype(\"float32\"))", descr[1], descr[2], descr[3])
	}
	if order[1] == "True" {
		return 0, nil, errors.New("it is stored column by column; save it as numpy.save(file, numpy.ascontiguousarray(array))")
	}
	shape = []int{}
	for _, text := range strings.Split(dims[1], ",") {
		text = strings.TrimSuffix(strings.TrimSpace(text), "L")
		if text == "" {
			continue
		}
		d, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return 0, nil, fmt.Errorf("its shape (%s) is not understood", dims[1])
		}
		shape = append(shape, int(d))
	}
	size, _ = strconv.Atoi(descr[3])
	return size, shape, nil
}

// numbers reads piece by piece, so that a header that promises more than the file holds costs nothing.
func numbers(in io.Reader, size, count int) ([]float32, error) {
	const piece = 1 << 16
	var data []float32
	buffer := make([]byte, min(count, piece)*size)
	for len(data) < count {
		part := buffer[:min(count-len(data), piece)*size]
		if _, err := io.ReadFull(in, part); err != nil {
			return nil, fmt.Errorf("%w after %d of %d numbers", err, len(data), count)
		}
		for ; len(part) > 0; part = part[size:] {
			if size == 4 {
				data = append(data, math.Float32frombits(binary.LittleEndian.Uint32(part)))
			} else {
				data = append(data, float32(math.Float64frombits(binary.LittleEndian.Uint64(part))))
			}
		}
	}
	return data, nil
}

// WriteHeader begins a file of float32 numbers in C order; the numbers follow, little-endian.
func WriteHeader(w io.Writer, shape ...int) error {
	dims := ""
	for _, d := range shape {
		dims += strconv.Itoa(d) + ", "
	}
	if len(shape) > 1 {
		dims = strings.TrimSuffix(dims, ", ")
	}
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", dims)
	const before = 10 // magic, version, header length
	header += strings.Repeat(" ", 63-(before+len(header))%64) + "\n"
	start := binary.LittleEndian.AppendUint16([]byte(magic+"\x01\x00"), uint16(len(header)))
	_, err := w.Write(append(start, header...))
	return err
}

// Write writes a whole array.
func Write(w io.Writer, shape []int, data []float32) error {
	if err := WriteHeader(w, shape...); err != nil {
		return err
	}
	return binary.Write(w, binary.LittleEndian, data)
}
