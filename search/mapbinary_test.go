package search

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"github.com/convnet-playground/convnet/store"
)

func TestLayoutGoesThroughBytes(t *testing.T) {
	layouts := map[string]*layout{
		"nothing":   arrange(store.ProjectionPoints{}),
		"one point": {ids: []int64{7}, x: []uint16{0}, y: []uint16{0}, category: []uint16{noCategory}},
		"a few": {
			ids: []int64{3, 4, 900}, x: []uint16{0, 65535, 8}, y: []uint16{5, 0, 30000}, category: []uint16{0, 1, noCategory},
			originX: -4.5, originY: 2, scale: 12.25, width: 65535, height: 30000,
		},
	}
	for name, l := range layouts {
		b, err := l.encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := decodeLayout(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, err := back.encode()
		if err != nil || !bytes.Equal(b, again) {
			t.Errorf("%s: %v became %v (%v)", name, l, back, err)
		}
		if len(l.ids) > 1 && !reflect.DeepEqual(l, back) {
			t.Errorf("%s: %v became %v", name, l, back)
		}
	}
	if _, err := (&layout{ids: []int64{1, 1 << 33}}).encode(); err == nil {
		t.Error("ids too far apart were written")
	}
}

func TestArrange(t *testing.T) {
	l := arrange(store.ProjectionPoints{ImageIDs: []int64{1, 2, 3}, X: []float32{-1, 1, 3}, Y: []float32{0, 2, 1}})
	if !reflect.DeepEqual(l.x, []uint16{0, 32768, 65535}) || !reflect.DeepEqual(l.y, []uint16{0, 32768, 16384}) || l.width != 65535 || l.height != 32768 {
		t.Errorf("%+v", l)
	}
	for i, want := range [][2]float64{{-1, 0}, {1, 2}, {3, 1}} {
		if x, y := l.at(i); math.Abs(x-want[0]) > 4.0/65535 || math.Abs(y-want[1]) > 4.0/65535 {
			t.Errorf("point %d went from %v to %v, %v", i, want, x, y)
		}
	}
	same := arrange(store.ProjectionPoints{ImageIDs: []int64{1, 2}, X: []float32{5, 5}, Y: []float32{6, 6}})
	if x, y := same.at(1); x != 5 || y != 6 || same.width != 0 {
		t.Errorf("points in one place: %v, %v, %+v", x, y, same)
	}
	if got := l.unit(100, -100); got[0] != 1 || got[1] != 0 {
		t.Errorf("a place outside went to %v", got)
	}
}

func TestValuesGoThroughBytes(t *testing.T) {
	v := (&mapValues{values: []float64{-2, math.NaN(), 0.5, 6}}).span()
	back, err := decodeValues(v.encode())
	if err != nil {
		t.Fatal(err)
	}
	step := (v.high - v.low) / lastValue
	for i := range v.values {
		if a, b := v.values[i], back.values[i]; math.IsNaN(a) != math.IsNaN(b) || math.Abs(a-b) > step {
			t.Errorf("value %d went from %v to %v", i, a, b)
		}
	}
	none := (&mapValues{values: []float64{math.NaN()}}).span()
	if none.low != 0 || none.high != 0 || none.step(0) != -1 {
		t.Errorf("%+v", none)
	}
}

func FuzzDecodeLayout(f *testing.F) {
	good, err := (&layout{ids: []int64{3, 9}, x: []uint16{1, 2}, y: []uint16{3, 4}, category: []uint16{0, 1}}).encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:41])
	f.Add([]byte("CNMP"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := decodeLayout(b)
		if err != nil {
			return
		}
		if len(l.ids) != len(l.x) || len(l.x) != len(l.y) || len(l.y) != len(l.category) || len(b) != pointsHeader+pointBytes*len(l.ids) {
			t.Fatalf("%d bytes became %d ids, %d x, %d y, %d categories", len(b), len(l.ids), len(l.x), len(l.y), len(l.category))
		}
	})
}

func FuzzDecodeValues(f *testing.F) {
	f.Add((&mapValues{values: []float64{1, 2, math.NaN()}, low: 1, high: 2}).encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := decodeValues(b); err == nil && len(b) != valuesHeader+2*len(v.values) {
			t.Fatalf("%d bytes became %d values", len(b), len(v.values))
		}
	})
}
