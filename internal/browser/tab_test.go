package browser

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is a page with cookies of its own that remembers what went wrong in it.
type tab struct {
	t       testing.TB
	ctx     context.Context
	address string // of the site

	mu       sync.Mutex
	problems []string
}

// openTab opens an empty page of a visitor who has seen the tour.
func openTab(t testing.TB, chromium context.Context, address string) *tab {
	t.Helper()
	p := openNewcomer(t, chromium, address)
	send(p, network.SetCookie, network.SetCookieParams{Name: "tour", Value: "seen", URL: address})
	return p
}

// openNewcomer opens an empty page; what it reports is checked when the test ends.
func openNewcomer(t testing.TB, chromium context.Context, address string) *tab {
	t.Helper()
	p := &tab{t: t, address: address}
	ctx, closeTab := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.listen))
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a page: %v", err)
	}
	var stop context.CancelFunc
	p.ctx, stop = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	send(p, network.Enable, network.EnableParams{})
	send(p, log.Enable, cdp.Empty{})
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, problem := range p.problems {
			t.Error(problem)
		}
	})
	return p
}

// listen notes console errors, exceptions, blocked content and requests that leave the site.
func (p *tab) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.note("exception: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			p.note("console: %s", e.Args[0].Value)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			p.note("log: %s (%s)", e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		to, err := url.Parse(e.Request.URL)
		if err != nil || to.Scheme != "blob" && "http://"+to.Host != p.address {
			p.note("a request left the site: %s", e.Request.URL)
		}
	}
}

func (p *tab) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}

// expect takes back notes of what a story does on purpose.
func (p *tab) expect(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var kept []string
	for _, problem := range p.problems {
		if !strings.Contains(problem, text) {
			kept = append(kept, problem)
		}
	}
	p.problems = kept
}

// send gives the browser a command of its protocol.
func send[P, R any](p *tab, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	result, err := chromedp.Call(p.ctx, command, params)
	if err != nil {
		p.t.Fatalf("%s: %v", command.Method, err)
	}
	return result
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) open(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.address + path))
}

func (p *tab) click(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

func (p *tab) press(keys string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// value is what an expression gives in the page, as text.
func (p *tab) value(expression string) string {
	p.t.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return text
}

// is says whether an expression is true in the page; while a page is being left, nothing is.
func (p *tab) is(expression string) bool {
	yes, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
	return err == nil && yes
}

// run evaluates statements in the page.
func (p *tab) run(statements string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void]("{" + statements + "}"))
}

// soon waits like until, and says whether it has come true.
func (p *tab) soon(expression string) bool {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if p.is(expression) {
			return true
		}
	}
	return false
}

// until waits for an expression to become true in the page.
func (p *tab) until(expression string) {
	p.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !p.is(expression); {
		if time.Now().After(deadline) {
			p.t.Fatalf("this did not come true: %s\nat %s, %q", expression, p.value("location.href"), p.value("document.title"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// parameter is a part of the page's address.
func (p *tab) parameter(name string) string {
	p.t.Helper()
	return p.value(fmt.Sprintf("new URLSearchParams(location.search).get(%q)", name))
}

func (p *tab) size(width, height int64) {
	p.t.Helper()
	send(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 700,
	})
}

// system sets what the visitor's system prefers: light or dark.
func (p *tab) system(scheme string) {
	p.t.Helper()
	send(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

// picture leaves a screenshot where the environment wants one.
func (p *tab) picture(name string) {
	p.t.Helper()
	dir := os.Getenv("CONVNET_SCREENSHOTS")
	if dir == "" {
		return
	}
	p.until("[...document.images].every((i) => i.complete || !i.checkVisibility() || i.getBoundingClientRect().top > innerHeight)")
	data, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		name = strings.Trim(strings.NewReplacer("/", "-", "?", "-", "&", "-", "=", "-", " ", "-").Replace(name), "-")
		err = os.WriteFile(filepath.Join(dir, name+".png"), data, 0o644)
	}
	if err != nil {
		p.t.Error(err)
	}
}
