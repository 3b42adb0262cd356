package ingest

import (
	"fmt"
	"math"

	"github.com/convnet-playground/convnet/store"
)

// vector is what the network saw of one image at one target.
type vector struct {
	store.Vector
	target *target
}

// finite reports whether every number is one; a NaN would poison every distance it meets.
func (v *vector) finite() bool {
	for _, part := range [][]float32{v.Embedding, v.Mean, v.Max} {
		for _, x := range part {
			if math.Float32bits(x)&0x7f800000 == 0x7f800000 {
				return false
			}
		}
	}
	return true
}

// notFinite is a network's failure on one image, a reason for quarantine.
type notFinite struct{ layer string }

func (e *notFinite) Error() string {
	return fmt.Sprintf("yields numbers that are not finite at layer %s", e.layer)
}
