package explorer

import (
	"context"
	"errors"
	"fmt"

	"github.com/convnet-playground/convnet/store"
)

// Queue makes pictures while the pages are served. It is handed in by whoever has a runtime and may write to the file;
// without one the pages work, and say why no picture can be asked for. Implementations are safe for concurrent use.
type Queue interface {
	// Ask asks for the pictures of objectives on a model's layer: all of them, or none where one is refused. The order of
	// the answer is that of the objectives. What is asked for already stays one request, and what has been made already is
	// answered as done. Errors for the visitor are of the kinds below, or store.ErrNotFound.
	Ask(ctx context.Context, model, layer string, objectives []string) ([]Event, error)
	// Cancel takes a request back. One that is being made ends with its next step.
	Cancel(ctx context.Context, id int64) error
	// Requests are those that wait, run or were given up, in the order in which they are made.
	Requests(ctx context.Context) ([]Event, error)
	// Watch returns what happens from now on. The channel is closed when ctx is done, when the queue ends, and when its
	// reader is too slow: then he looks at Requests and watches anew.
	Watch(ctx context.Context) <-chan Event
}

// RequestState is how far a request has come.
type RequestState string

// States of a request. The last three are its end, though one that has failed is kept until it is asked for again or
// cancelled.
const (
	RequestWaiting   RequestState = "waiting"
	RequestRunning   RequestState = "running"
	RequestDone      RequestState = "done"
	RequestFailed    RequestState = "failed"
	RequestCancelled RequestState = "cancelled"
)

// Event is a request as it stands.
type Event struct {
	ID          int64        `json:"id"` // 0 where the picture was there before it was asked for
	Model       string       `json:"model"`
	Layer       string       `json:"layer"`
	Objective   string       `json:"objective"` // canonical: channel:17
	State       RequestState `json:"state"`
	Step        int          `json:"step"`         // how many are done
	Steps       int          `json:"steps"`        // how many there are
	Value       float64      `json:"value"`        // the objective: in that step, and on the finished picture when it is done
	SecondsLeft float64      `json:"seconds_left"` // of a running one, as far as can be told; 0 before the first step
	Message     string       `json:"message"`      // why it failed, for a person to read

	Visualization int64  `json:"visualization"` // the picture's id, when it is done
	PNG           string `json:"png"`           // its address; "" while there is none, and where nothing excites the objective
}

// Done is the event once its picture has been made.
func (e Event) Done(v store.Visualization) Event {
	e.State, e.Step, e.Steps, e.SecondsLeft = RequestDone, len(v.Curve), len(v.Curve), 0
	e.Value, e.Visualization, e.PNG = v.End, v.ID, newPicture(v).PNG
	return e
}

// Kinds of refusal; test for them with errors.Is. The error that carries a kind is a sentence for the visitor.
var (
	ErrQueueOff  = errors.New("no pictures are made here") // or not of this model
	ErrQueueFull = errors.New("too many requests are waiting")
	ErrObjective = errors.New("no objective of this layer")
)

type refusal struct {
	kind     error
	sentence string
}

func (r refusal) Error() string { return r.sentence }
func (r refusal) Unwrap() error { return r.kind }

// Refuse returns an error of a kind that reads as formatted.
func Refuse(kind error, format string, args ...any) error {
	return refusal{kind, fmt.Sprintf(format, args...)}
}
