package imaging

import "fmt"

// Kind says what is wrong with an input, for callers that treat reasons differently.
type Kind string

const (
	KindEmpty       Kind = "empty"       // no bytes at all
	KindNotImage    Kind = "not image"   // some other kind of file
	KindUnsupported Kind = "unsupported" // an image, of a format or variant that is not read
	KindTooLarge    Kind = "too large"   // beyond Limits
	KindDamaged     Kind = "damaged"     // truncated or corrupt
)

// Error is why a file cannot be used, as a sentence for people.
type Error struct {
	Kind   Kind
	Reason string
}

func (e *Error) Error() string { return e.Reason }

func refuse(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Reason: fmt.Sprintf(format, args...)}
}
