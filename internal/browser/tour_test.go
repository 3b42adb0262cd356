package browser

import (
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	tourOpen  = "document.querySelector('dialog.tour-dialog')?.open === true"
	tourTitle = "document.querySelector('dialog h1')?.textContent"
)

// tour is a first visit: the tour opens by itself, is walked through with keys alone, closed, and does not come again.
func tour(p *tab) {
	p.open("/search?k=5") // sent there to see something
	p.until("document.readyState === 'complete' && document.querySelectorAll('li.hit').length === 5")
	if p.is(tourOpen) {
		p.t.Error("the tour stands before what the visitor was sent to")
	}
	p.open("/")
	p.until(tourOpen)
	p.until("document.activeElement?.closest('dialog')")
	p.picture("tour 1")
	for step := range 4 {
		before := quote(p.value(tourTitle))
		p.press(kb.ArrowRight)
		p.until(tourTitle + " !== " + before)
		p.picture("tour " + string(rune('2'+step)))
	}
	last := quote(p.value(tourTitle))
	p.press(kb.ArrowRight) // there is no more
	p.press(kb.ArrowLeft)
	p.until(tourTitle + " !== " + last)
	for range 40 { // the focus does not leave the dialog for the page behind it
		p.press(kb.Tab)
		if p.is("document.activeElement !== document.body && !document.activeElement.closest('dialog')") {
			p.t.Fatalf("the focus is on %s", p.value("document.activeElement.outerHTML"))
		}
	}
	p.press(kb.Escape)
	p.until("!(" + tourOpen + ")")
	if p.value("location.pathname") != "/" {
		p.t.Errorf("the page behind has moved to %s", p.value("location.href"))
	}
	p.do(chromedp.Reload())
	p.open("/map")
	p.until("document.readyState === 'complete'")
	if p.is(tourOpen) {
		p.t.Error("the tour came again")
	}
	tourAgain(p)
	tourWithoutScript(p)
}

// tourAgain opens it on purpose: by the key, by the button, with an image of one's own choice.
func tourAgain(p *tab) {
	p.open("/search")
	p.until("document.readyState === 'complete'")
	p.press("?")
	p.until(tourOpen)
	p.click(".tour-close")
	p.until("!(" + tourOpen + ")")
	p.click(".help")
	p.until(tourOpen)
	image := "document.querySelector('dialog .tour-query img').src"
	before := quote(p.value(image))
	p.click("dialog .tour-query .tiles a:not([aria-current])")
	p.until(image + " !== " + before)
	chosen := quote(p.value(image))
	p.click("dialog a[rel=next]")
	p.until("document.querySelector('dialog [aria-current=step]').textContent.includes('2')")
	if !p.is(image + " === " + chosen) {
		p.t.Error("the image has changed on the way to the next step")
	}
	p.click("dialog .tour-row a")
	p.until("location.pathname === '/search'")
	p.size(390, 844)
	p.open("/")
	p.until("document.readyState === 'complete'")
	p.press("?")
	p.until(tourOpen)
	p.picture("tour phone")
	if over := p.value("document.querySelector('dialog').scrollWidth - innerWidth"); over[0] != '-' && over != "0" {
		p.t.Errorf("the tour is %s pixels wider than a phone", over)
	}
	p.size(1440, 1000)
}

// tourWithoutScript walks the same as pages.
func tourWithoutScript(p *tab) {
	send(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.open("/")
	p.click(".help")
	p.until("location.pathname === '/tour/1'")
	p.click("a[rel=next]")
	p.until("location.pathname === '/tour/2' && document.querySelectorAll('.tour-row img').length > 8")
	p.click("a[rel=prev]")
	p.until("location.pathname === '/tour/1'")
	p.picture("tour without script")
}

// explanations opens what stands beside words; the drawing is loaded then, not before.
func explanations(p *tab) {
	for path, term := range map[string]string{"/search": "score", "/map": "map", "/scorecard": "scorecard", "/models/demo/layers/stage4_relu3": "visualization", "/probe": "activation"} {
		p.open(path)
		p.until("document.readyState === 'complete'")
		if drawing := explanation(term) + ".querySelector('.in-light')"; p.is(explanation(term) + ".checkVisibility() || " + drawing + ".naturalWidth > 0") {
			p.t.Errorf("%s: the explanation is open or its drawing loaded to begin with", path)
		}
		explain(p, term)
		p.picture("explain " + term)
		p.press(kb.Escape)
		p.until("!" + explanation(term) + ".checkVisibility()")
	}
	send(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.open("/search")
	explain(p, "metric")
}

func explain(p *tab, term string) {
	p.click("[popovertarget=explain-" + term + "]")
	p.until(explanation(term) + ".checkVisibility() && " + explanation(term) + ".querySelector('.in-light').naturalWidth === 560")
}

func explanation(term string) string { return "document.getElementById('explain-" + term + "')" }
