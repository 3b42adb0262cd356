package server

import (
	"net/http"
	"strings"
	"testing"
)

// Without a queue every address of it says why, and the list is there for scripts all the same.
func TestQueueOff(t *testing.T) {
	s := newSite(t, Config{QueueOff: "No pictures can be made here: it is a museum."})
	kind := header("Content-Type", "application/x-www-form-urlencoded")
	for address, method := range map[string]string{
		"/visualizations/requests": http.MethodPost, "/visualizations/requests/7/cancel": http.MethodPost, "/visualizations/requests/events": http.MethodGet,
	} {
		w := s.do(method, address, strings.NewReader("model=tiny&layer=late&objective=channel:3"), kind)
		if text := document(t, w).Find("main").Text(); w.Code != http.StatusConflict || !strings.Contains(text, "it is a museum") {
			t.Errorf("%s: status %d, %q", address, w.Code, text)
		}
	}
	v := decode(t, s.get("/visualizations/requests"))
	if list, ok := v["requests"].([]any); !ok || len(list) != 0 || v["off"] != "No pictures can be made here: it is a museum." {
		t.Errorf("the list is %v", v)
	}
	if off := decode(t, newSite(t, Config{}).get("/visualizations/requests"))["off"]; off != "No pictures can be made here." {
		t.Errorf("without a reason it says %v", off)
	}
}

func TestOtherSitesCannotAsk(t *testing.T) {
	s := newSite(t, Config{})
	for _, address := range []string{"/visualizations/requests", "/visualizations/requests/7/cancel"} {
		w := s.do(http.MethodPost, address, strings.NewReader("model=tiny"), header("Origin", "http://evil.example"))
		if w.Code != http.StatusForbidden {
			t.Errorf("%s: status %d", address, w.Code)
		}
	}
}
