package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func checkPolicy(t *testing.T, h http.Header, doc *goquery.Document) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
		"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("the policy is not strict: %s", policy)
	}
	doc.Find("*").Each(func(_ int, e *goquery.Selection) {
		for _, a := range e.Nodes[0].Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s %s=…> would be blocked", goquery.NodeName(e), a.Key)
			}
			if (a.Key == "src" || a.Key == "href" || a.Key == "action") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("<%s> leads to %s", goquery.NodeName(e), a.Val)
			}
		}
	})
	if n := doc.Find("style, script:not([src])").Length(); n > 0 {
		t.Errorf("%d styles or scripts in the page", n)
	}
}

func checkReadable(t *testing.T, doc *goquery.Document) {
	t.Helper()
	for selector, want := range map[string]int{"html[lang]": 1, "head > title": 1, "main": 1, "h1": 1, "a.skip[href='#main']": 1, "img:not([alt])": 0} {
		if got := doc.Find(selector).Length(); got != want {
			t.Errorf("%d × %s, want %d", got, selector, want)
		}
	}
	doc.Find("input:not([type=hidden])").Each(func(_ int, e *goquery.Selection) {
		if id, _ := e.Attr("id"); id == "" || doc.Find("label[for="+id+"]").Length() != 1 {
			t.Errorf("field %q has no label", e.AttrOr("name", ""))
		}
	})
	seen := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, e *goquery.Selection) {
		id := e.AttrOr("id", "")
		if seen[id] {
			t.Errorf("id %q twice", id)
		}
		seen[id] = true
	})
	doc.Find("a, button").Each(func(_ int, e *goquery.Selection) {
		name := strings.TrimSpace(e.Text()) + e.Find("img[alt]").AttrOr("alt", "") + e.AttrOr("aria-label", "")
		if name == "" {
			html, _ := goquery.OuterHtml(e)
			t.Errorf("a link or button without a name: %s", html)
		}
	})
}
