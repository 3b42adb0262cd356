package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/server"
	"github.com/convnet-playground/convnet/store"
)

func TestQueueMakesPictures(t *testing.T) {
	w := openWorkshop(t, workshopFile(t), quick, server.Limits{})
	stream, before := w.watch()
	if len(before) != 0 {
		t.Errorf("before anything is asked for: %+v", before)
	}
	asked := w.ask("channel:3", "neuron:2@1,1", " channel:-4")
	for i, objective := range []string{"channel:3", "neuron:2@1,1", "channel:-4"} {
		if r := asked[i]; r.ID == 0 || r.Objective != objective || r.Model != "demo" || r.Layer != w.layer || r.Steps != 12 {
			t.Errorf("request %+v", r)
		}
		all := stream.until(asked[i].ID, explorer.RequestDone)
		if i == 0 && (all[0].State != explorer.RequestWaiting || all[1].State != explorer.RequestRunning) {
			t.Errorf("events %+v", all)
		}
		for k := range all[1:] {
			if all[k+1].Step < all[k].Step {
				t.Errorf("step %d comes after step %d", all[k+1].Step, all[k].Step)
			}
		}
		w.checkMade(all[len(all)-1])
	}
	if rest := w.list(); len(rest) != 0 {
		t.Errorf("still to be made: %+v", rest)
	}
	if again := w.ask("channel:3")[0]; again.ID != 0 || again.State != explorer.RequestDone || again.PNG == "" || again.Step != 12 {
		t.Errorf("asked for what is there: %+v", again)
	}
}

// checkMade looks for the picture that an event is about.
func (w *workshop) checkMade(e explorer.Event) {
	w.t.Helper()
	v, err := w.db.Visualization(w.t.Context(), e.Visualization)
	if err != nil || v.Objective != e.Objective || v.Size != 32 || v.End != e.Value || v.End <= v.Start {
		w.t.Errorf("visualization %+v, %v", v, err)
	}
	response, err := http.Get(strings.TrimSuffix(w.base, "/visualizations/requests") + e.PNG)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || kind != "image/png" {
		w.t.Errorf("picture %s: status %d, %s", e.PNG, response.StatusCode, kind)
	}
}

func TestQueueAskedTwice(t *testing.T) {
	w := openWorkshop(t, workshopFile(t), endless(), server.Limits{})
	stream, _ := w.watch()
	running := w.ask("channel:0")[0]
	stream.until(running.ID, explorer.RequestRunning)
	first := w.ask("channel:1", "channel:1")
	if again := w.ask("1*channel:1")[0]; again.ID != first[0].ID || again.ID != first[1].ID || again.State != explorer.RequestWaiting {
		t.Errorf("asked %+v, and again %+v", first, again)
	}
	if again := w.ask("channel:0")[0]; again.ID != running.ID || again.State != explorer.RequestRunning {
		t.Errorf("what is being made is %+v", again)
	}
	if all := w.list(); len(all) != 2 || all[0].State != explorer.RequestRunning || all[1].State != explorer.RequestWaiting {
		t.Errorf("requests %+v", all)
	}
}

func TestQueueCancel(t *testing.T) {
	w := openWorkshop(t, workshopFile(t), endless(), server.Limits{})
	stream, _ := w.watch()
	asked := w.ask("channel:0", "channel:1", "channel:2")
	stream.until(asked[0].ID, explorer.RequestRunning)
	cancel := func(r explorer.Event) answer { return w.send(fmt.Sprintf("/%d/cancel", r.ID), nil) }
	if a := cancel(asked[1]); a.status != http.StatusAccepted || len(a.Requests) != 2 {
		t.Errorf("a waiting one: %+v", a)
	}
	stream.until(asked[1].ID, explorer.RequestCancelled)
	if a := cancel(asked[0]); a.status != http.StatusAccepted {
		t.Errorf("the running one: %+v", a)
	}
	stream.until(asked[0].ID, explorer.RequestCancelled)
	stream.until(asked[2].ID, explorer.RequestRunning)
	if all := w.list(); len(all) != 1 || all[0].ID != asked[2].ID {
		t.Errorf("requests %+v", all)
	}
	if a := cancel(asked[1]); a.status != http.StatusNotFound || !strings.Contains(a.Error, "There is no request") {
		t.Errorf("cancelled twice: %+v", a)
	}
	layer, err := w.db.Layer(t.Context(), 1, w.layer)
	if err != nil || layer.Visualizations != 0 {
		t.Errorf("%d pictures of what was cancelled, %v", layer.Visualizations, err)
	}
}

func TestQueueSurvives(t *testing.T) {
	path := workshopFile(t)
	w := openWorkshop(t, path, endless(), server.Limits{})
	stream, _ := w.watch()
	asked := w.ask("channel:5", "channel:1")
	stream.until(asked[0].ID, explorer.RequestRunning)
	w.close()
	db, err := store.Open(t.Context(), path, store.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	left, err := db.Requests(t.Context())
	if err != nil || len(left) != 2 || left[0].State != store.RequestWaiting || left[0].Objective != "channel:5" {
		t.Errorf("left are %+v, %v", left, err)
	}
	db.Close()
	w = openWorkshop(t, path, quick, server.Limits{}) // requests keep the parameters with which they were asked for
	stream, _ = w.watch()
	w.send(fmt.Sprintf("/%d/cancel", asked[0].ID), nil)
	if all := stream.until(asked[1].ID, explorer.RequestRunning); all[0].Steps != endless().Steps {
		t.Errorf("events %+v", all)
	}
}

func TestQueueRefuses(t *testing.T) {
	w := openWorkshop(t, workshopFile(t), endless(), server.Limits{})
	tooMany := []string{}
	for i := range maxWaiting + 1 {
		tooMany = append(tooMany, fmt.Sprintf("channel:0+0.%d*channel:1", i+1000))
	}
	for _, test := range []struct {
		status     int
		says       string
		model      string
		layer      string
		objectives []string
	}{
		{http.StatusNotFound, `There is no model "none"`, "none", w.layer, []string{"layer"}},
		{http.StatusNotFound, `There is no layer "none" in demo`, "demo", "none", []string{"layer"}},
		{http.StatusBadRequest, "it is layer, or a sum", "demo", w.layer, []string{"channel:1", "beauty"}},
		{http.StatusBadRequest, "has the channels 0 to", "demo", w.layer, []string{"channel:4000"}},
		{http.StatusBadRequest, "the objective is missing", "demo", w.layer, nil},
		{http.StatusTooManyRequests, "At most 512 pictures can wait", "demo", w.layer, tooMany},
	} {
		a := w.send("", url.Values{"model": {test.model}, "layer": {test.layer}, "objective": test.objectives})
		if a.status != test.status || !strings.Contains(a.Error, test.says) {
			t.Errorf("want %d %q, got %+v", test.status, test.says, a)
		}
	}
	if all := w.list(); len(all) != 0 {
		t.Errorf("%d requests have been accepted in part", len(all))
	}
}

// A request that cannot be made says why, and is tried again when it is asked for again.
func TestQueueFailure(t *testing.T) {
	path := workshopFile(t)
	db, err := store.Open(t.Context(), path, store.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	layer, err := db.Layer(t.Context(), 1, "stage2_conv2")
	if err != nil {
		t.Fatal(err)
	}
	id, err := db.AddRequest(t.Context(), layer.ID, "beauty", quick.JSON())
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	w := openWorkshop(t, path, quick, server.Limits{})
	for range 500 { // ten seconds
		if all := w.list(); len(all) == 1 && all[0].State == explorer.RequestFailed {
			if all[0].ID != id || !strings.Contains(all[0].Message, "it is layer, or a sum") {
				t.Errorf("request %+v", all[0])
			}
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("requests %+v", w.list())
}

// Events go on beyond the time that a page may take, and end when the server stops.
func TestQueueEventsLast(t *testing.T) {
	limit := 500 * time.Millisecond
	w := openWorkshop(t, workshopFile(t), endless(), server.Limits{Time: limit, Requests: 1})
	stream, _ := w.watch()
	time.Sleep(3 * limit) // the limits of reading and of writing have passed
	w.layer = "stage1_conv1"
	asked := w.ask("channel:0")[0]
	stream.until(asked.ID, explorer.RequestRunning)
	began := time.Now()
	w.close()
	if took := time.Since(began); took > 5*time.Second { // half of what the server gives requests to end
		t.Errorf("stopping took %s", took)
	}
	for stream.lines.Scan() {
	}
	if err := stream.lines.Err(); err != nil {
		t.Errorf("the stream was cut off: %v", err)
	}
}
