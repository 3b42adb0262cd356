package api

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
)

// Visualization is a picture made by optimisation.
type Visualization struct {
	ID         int64           `json:"id"`
	Objective  string          `json:"objective" doc:"What was maximised: channel:17, channel:-17 for its opposite, layer, …"`
	Channel    *int            `json:"channel" doc:"Null for an objective that is not about one."`
	Number     int             `json:"number" doc:"Which picture of a set made to be diverse, from 0."`
	Size       int             `json:"size" doc:"Pixels on a side."`
	Start      float64         `json:"objective_start" doc:"The objective's value before the first step."`
	End        float64         `json:"objective_end" doc:"And after the last."`
	Dead       bool            `json:"dead" doc:"Nothing excites it, and there may be no picture."`
	Seconds    float64         `json:"seconds" doc:"How long it took."`
	CreatedAt  string          `json:"created_at"`
	SHA256     string          `json:"png_sha256" doc:"Empty where there is no picture."`
	Parameters json.RawMessage `json:"parameters" doc:"All that decides the result."`
	Curve      []float32       `json:"curve" doc:"The objective's value at each step; empty in lists."`
	Links      Links           `json:"links"`
}

func newVisualization(v store.Visualization) Visualization {
	self := address("visualizations", strconv.FormatInt(v.ID, 10))
	shown := Visualization{ID: v.ID, Objective: v.Objective, Number: v.Number, Size: v.Size, Start: v.Start, End: v.End, Dead: v.Dead,
		Seconds: v.Seconds, CreatedAt: v.CreatedAt, Parameters: v.Parameters, Curve: []float32{}, Links: Links{"self": self}}
	if v.Channel != store.NoChannel {
		shown.Channel = &v.Channel
	}
	if v.PNGBytes > 0 {
		shown.SHA256 = hex.EncodeToString(v.PNGSHA256[:])
		shown.Links["png"] = self + "/png"
	}
	return shown
}

func (a *API) listVisualizations(r *request) error {
	_, l, err := a.layer(r)
	if err != nil {
		return err
	}
	f := store.VisualizationFilter{Objective: r.query.Get("objective")}
	if r.query.Has("channel") {
		n, err := r.query.integer("channel", 0, int64(l.Channels)-1)
		if err != nil {
			return err
		}
		channel := int(n)
		f.Channel = &channel
	}
	stored, err := a.DB.Visualizations(r.Request().Context(), l.ID, f)
	if err != nil {
		return err
	}
	all := make([]Visualization, len(stored))
	for i, v := range stored {
		all[i] = newVisualization(v)
	}
	return respondAll(r, all, func(v Visualization) string { return numberKey(v.ID) })
}

func (a *API) getVisualization(r *request) error {
	v, err := a.visualization(r)
	if err != nil {
		return err
	}
	shown := newVisualization(v)
	shown.Curve = v.Curve
	return r.json(shown)
}

func (a *API) visualization(r *request) (store.Visualization, error) {
	id, err := r.number("visualization")
	if err != nil {
		return store.Visualization{}, err
	}
	v, err := a.DB.Visualization(r.Request().Context(), id)
	return v, orNotFound(err, "There is no visualization %d in this file.", id)
}

func (a *API) getVisualizationPNG(r *request) error {
	v, err := a.visualization(r)
	if err != nil {
		return err
	}
	if v.PNGBytes == 0 {
		return problemf(http.StatusNotFound, "Visualization %d has no picture: nothing excites %s.", v.ID, v.Objective)
	}
	if r.unchanged(`"` + hex.EncodeToString(v.PNGSHA256[:]) + `"`) {
		return r.NoContent(http.StatusNotModified)
	}
	data, err := a.DB.VisualizationPNG(r.Request().Context(), v.ID)
	if err != nil {
		return err
	}
	r.Response().Header().Set(echo.HeaderContentDisposition, saved(fmt.Sprintf("visualization-%d.png", v.ID)))
	return r.Blob(http.StatusOK, "image/png", data)
}
