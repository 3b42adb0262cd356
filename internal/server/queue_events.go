package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/explorer"
)

const (
	eventsPath = requestsPath + "/events"

	heartbeat   = 15 * time.Second // keeps what is between us and the browser from giving the connection up
	eventTime   = 30 * time.Second // for writing an event: after that nobody is there
	countEvery  = 2 * time.Second  // pictures may also be made by another program
	maxWatching = 64
	reconnect   = 2 * time.Second // after which a browser asks anew when the stream has ended
)

// endless excepts the events, which are sent for as long as the page is open, from a limit of requests.
func endless(limit echo.MiddlewareFunc) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		limited := limit(next)
		return func(c echo.Context) error {
			if c.Request().URL.Path == eventsPath {
				return next(c)
			}
			return limited(c)
		}
	}
}

// serveEvents sends the requests as they are, as the event "requests", and then each change of one, as the event "request",
// and the number of pictures in the file whenever it has changed, as the event "pictures", until the visitor leaves or the
// server stops.
func (s *Server) serveEvents(c echo.Context) error {
	queue, err := s.queue()
	if err != nil {
		return err
	}
	select {
	case s.watching <- struct{}{}:
		defer func() { <-s.watching }()
	default:
		return errBusy
	}
	ctx := c.Request().Context()
	changes := queue.Watch(ctx) // before the requests are read, so that no change is missed
	all, err := queue.Requests(ctx)
	if err != nil {
		return err
	}
	stream, err := newStream(c)
	if err != nil {
		return err
	}
	if err := stream.send("requests", Requests{Requests: all}); err != nil {
		return nil // the visitor has left
	}
	s.relay(c, stream, changes)
	return nil
}

// relay sends changes until there are no more or nobody is there.
func (s *Server) relay(c echo.Context, stream *stream, changes <-chan explorer.Event) {
	beat, counting := time.NewTicker(heartbeat), time.NewTicker(countEvery)
	defer beat.Stop()
	defer counting.Stop()
	known := -1
	for {
		var err error
		select {
		case e, more := <-changes:
			if !more {
				return
			}
			err = stream.send("request", e)
		case <-counting.C:
			known, err = s.sendCount(c, stream, known)
		case <-beat.C:
			err = stream.write(": still here\n\n")
		case <-s.stopping:
			return
		case <-c.Request().Context().Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// sendCount sends the number of pictures if it is not the known one, and returns it.
func (s *Server) sendCount(c echo.Context, stream *stream, known int) (int, error) {
	n, err := s.config.DB.VisualizationCount(c.Request().Context())
	if err != nil || n == known {
		return known, err
	}
	return n, stream.send("pictures", map[string]int{"count": n})
}

// stream writes server-sent events.
type stream struct {
	response *echo.Response
	control  *http.ResponseController
}

// newStream begins the answer. The connection's own time limits, which are meant for pages, no longer hold.
func newStream(c echo.Context) (*stream, error) {
	s := &stream{c.Response(), http.NewResponseController(c.Response())}
	if err := s.control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, fmt.Errorf("keep the connection for events open: %w", err)
	}
	h := s.response.Header()
	h.Set(echo.HeaderContentType, "text/event-stream")
	h.Set(echo.HeaderCacheControl, "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy that collects answers would hold events back
	s.response.WriteHeader(http.StatusOK)
	return s, s.write(fmt.Sprintf("retry: %d\n\n", reconnect.Milliseconds()))
}

func (s *stream) send(event string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.write(fmt.Sprintf("event: %s\ndata: %s\n\n", event, data))
}

// write sends text at once.
func (s *stream) write(text string) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(eventTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.response.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
