package hdf5

import (
	"errors"
	"fmt"
)

// Kinds of failure, to be told apart with errors.Is.
var (
	ErrNotHDF5     = errors.New("not an HDF5 file")
	ErrTruncated   = errors.New("the HDF5 file is truncated")
	ErrDamaged     = errors.New("the HDF5 file is damaged")
	ErrUnsupported = errors.New("the HDF5 file uses a feature that is not supported")
	ErrNotFound    = errors.New("not in the HDF5 file")
)

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnsupported, fmt.Sprintf(format, args...))
}
