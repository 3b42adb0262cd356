package server

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/templates"
)

const requestsPath = "/visualizations/requests"

// queueStatus maps the queue's kinds of refusal to HTTP.
var queueStatus = []struct {
	kind   error
	status int
}{
	{explorer.ErrQueueOff, http.StatusConflict},
	{explorer.ErrQueueFull, http.StatusTooManyRequests},
	{explorer.ErrObjective, http.StatusBadRequest},
}

// Requests are the pictures that are asked for and not made yet.
type Requests struct {
	Requests []explorer.Event `json:"requests"`
	Off      string           `json:"off"` // why none can be asked for, "" when they can
}

func (s *Server) routeQueue() {
	s.echo.POST(requestsPath, s.askForPictures)
	s.echo.POST(requestsPath+"/:id/cancel", s.cancelRequest)
	s.echo.GET(requestsPath, s.serveRequests)
	s.echo.GET(eventsPath, s.serveEvents)
}

// askForPictures takes a form with model, layer and one objective or several. A page's form is led back to where return
// says; with format=json the answer is the requests.
func (s *Server) askForPictures(c echo.Context) error {
	queue, err := s.queue()
	if err != nil {
		return err
	}
	form, err := c.FormParams()
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest, "This form cannot be read.")
	}
	objectives := form["objective"]
	if len(objectives) == 0 {
		return echo.NewHTTPError(http.StatusBadRequest, "Say what the picture is to show: the objective is missing.")
	}
	events, err := queue.Ask(c.Request().Context(), form.Get("model"), form.Get("layer"), objectives)
	if err != nil {
		return refused(err)
	}
	return accepted(c, Requests{Requests: events})
}

// cancelRequest takes a request back. The answer comes before a picture that is being made has ended.
func (s *Server) cancelRequest(c echo.Context) error {
	queue, err := s.queue()
	if err != nil {
		return err
	}
	id, err := strconv.ParseUint(c.Param("id"), 10, 62)
	if err != nil {
		return echo.NewHTTPError(http.StatusNotFound, "There is no such request: it has a number.")
	}
	ctx := c.Request().Context()
	if err := queue.Cancel(ctx, int64(id)); err != nil {
		return refused(err)
	}
	all, err := queue.Requests(ctx)
	if err != nil {
		return err
	}
	return accepted(c, Requests{Requests: all})
}

// accepted answers a script with what is asked for now, and leads a page's form back.
func accepted(c echo.Context, r Requests) error {
	if templates.WantsJSON(c) {
		return c.JSONPretty(http.StatusAccepted, r, "  ")
	}
	return c.Redirect(http.StatusSeeOther, localAddress(c.FormValue("return")))
}

// serveRequests lists what is asked for, for scripts.
func (s *Server) serveRequests(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	if s.config.Queue == nil {
		return c.JSONPretty(http.StatusOK, Requests{Requests: []explorer.Event{}, Off: s.queueOff()}, "  ")
	}
	all, err := s.config.Queue.Requests(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSONPretty(http.StatusOK, Requests{Requests: all}, "  ")
}

// queue is what makes pictures, or the reason why nothing does.
func (s *Server) queue() (explorer.Queue, error) {
	if s.config.Queue == nil {
		return nil, echo.NewHTTPError(http.StatusConflict, s.queueOff())
	}
	return s.config.Queue, nil
}

func (s *Server) queueOff() string { return cmp.Or(s.config.QueueOff, "No pictures can be made here.") }

// refused gives a refusal of the queue its status; its words are for the visitor.
func refused(err error) error {
	for _, row := range queueStatus {
		if errors.Is(err, row.kind) {
			return echo.NewHTTPError(row.status, err.Error()).SetInternal(err)
		}
	}
	return err
}
