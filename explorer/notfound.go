package explorer

import (
	"fmt"

	"github.com/convnet-playground/convnet/store"
)

// notFound is an address that names something which is not there; it is a store.ErrNotFound and reads as a sentence for
// the visitor.
type notFound string

func (e notFound) Error() string { return string(e) }
func (e notFound) Unwrap() error { return store.ErrNotFound }

func notFoundf(format string, args ...any) error { return notFound(fmt.Sprintf(format, args...)) }
