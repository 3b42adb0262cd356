package upload

import (
	"errors"
	"fmt"
)

// Kinds of refusal; test for them with errors.Is. The error that carries one reads as a sentence for the person who sent
// the picture.
var (
	ErrForm = errors.New("not a form that can be read")
	ErrBad  = errors.New("not a picture that can be used")
	ErrGone = errors.New("the uploaded picture has been forgotten") // or is somebody else's
	ErrBusy = errors.New("too many uploaded pictures at once")      // asking again in a moment helps
)

type refusal struct {
	kind     error
	sentence string
}

func (r refusal) Error() string { return r.sentence }
func (r refusal) Unwrap() error { return r.kind }

func refuse(kind error, format string, args ...any) error {
	return refusal{kind, fmt.Sprintf(format, args...)}
}
