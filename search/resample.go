package search

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"

	"github.com/convnet-playground/convnet/internal/retrieval"
)

// resampling draws queries anew for lists of a measure's values.
type resampling func(lists [][]float64) *retrieval.Bootstrap

// keptBootstraps is how many draws are kept, a megabyte for 128 lists each: the pages of one evaluation share them, in
// whatever order, and whatever else is shown beside.
const keptBootstraps = 24

// resample is retrieval.NewBootstrap, once for the same values.
func (s *Service) resample(lists [][]float64) *retrieval.Bootstrap {
	b, err := s.bootstraps.get(context.Background(), digest(lists), func(context.Context) (*retrieval.Bootstrap, error) {
		return retrieval.NewBootstrap(lists), nil
	})
	if err != nil {
		panic(err) // neither fails, and nothing ends the context
	}
	return b
}

// digest tells lists apart by their values.
func digest(lists [][]float64) string {
	h := sha256.New()
	var row []byte
	for _, list := range lists {
		row = binary.LittleEndian.AppendUint64(row[:0], uint64(len(list)))
		for _, x := range list {
			row = binary.LittleEndian.AppendUint64(row, math.Float64bits(x))
		}
		h.Write(row)
	}
	return string(h.Sum(nil))
}
