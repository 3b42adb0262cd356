package browser

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestStories starts the program and the browser once and walks through what visitors do.
func TestStories(t *testing.T) {
	if testing.Short() {
		t.Skip("the program that is walked through is another process, which the race detector does not see: make test walks")
	}
	chromium := startChromium(t, softwareGL...)
	address, images := startProgram(t)
	stories := []struct {
		name string
		walk func(p *tab)
	}{
		{"choose by click", chooseByClick},
		{"by keyboard", byKeyboard},
		{"keys go through the control used last", controlUsedLast},
		{"nothing jumps", nothingJumps},
		{"nothing shifts", nothingShifts},
		{"without JavaScript the control stays in sight", staysInSight},
		{"catalogue", shuffledCatalogue},
		{"own picture", func(p *tab) { ownPicture(p, filepath.Join(images, "discs", "discs 3.png")) }},
		{"drop a picture", dropPicture},
		{"crop by mouse", cropByMouse},
		{"crop by keyboard", cropByKeyboard},
		{"paste a picture and save it", pastePicture},
		{"a basket of queries", basketOfQueries},
		{"a lasso and a place are searched with", lassoIsSearched},
		{"a channel is searched with", channelIsSearched},
		{"queries without JavaScript", queriesWithoutScript},
		{"probe", func(p *tab) { probePicture(p, filepath.Join(images, "discs", "discs 3.png")) }},
		{"make a picture", makePicture},
		{"a grid by keyboard", gridByKeyboard},
		{"without JavaScript", withoutScript},
		{"light and dark", lightAndDark},
		{"phone", phone},
		{"map by mouse", mapByMouse},
		{"map by keyboard", mapByKeyboard},
		{"map from layer to layer", mapTravels},
		{"two maps", twoMaps},
		{"map beside the search", mapPanel},
		{"map is saved", mapSaved},
		{"map without JavaScript", mapWithoutScript},
		{"map without WebGL", mapWithoutWebGL},
		{"care of a dataset", careOfDataset},
		{"every page can be read", readable},
		{"pages that explain can be read", readableToo},
		{"tour", tour},
		{"explanations", explanations},
	}
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) {
			p := openTab(t, chromium, address)
			if story.name == "tour" {
				p = openNewcomer(t, chromium, address)
			}
			p.size(1440, 1000)
			story.walk(p)
		})
	}
}

func chooseByClick(p *tab) {
	p.open("/")
	p.picture("home")
	p.click(".card-head a.button")
	p.until("document.querySelectorAll('li.hit').length === 15")
	p.picture("search")
	p.click(".catalogue .group:nth-of-type(2) .tiles li:nth-child(3) > a")
	p.until("location.search.includes('image=')")
	chosen := "document.querySelector('h1').textContent.includes(" + quote(p.parameter("image")) + ")"
	p.until(chosen)
	p.until("document.querySelector('.query-picture img').naturalWidth === 64")
	p.click("li.hit:nth-child(2) > a")
	p.until("!" + chosen)
	p.do(chromedp.NavigateBack())
	p.until(chosen)
	p.do(chromedp.Reload())
	p.until(chosen)
}

func byKeyboard(p *tab) {
	p.open("/search")
	layer := currentOf("layer")
	first := quote(p.value(layer))
	p.press(kb.ArrowLeft)
	p.until(layer + " !== " + first)
	p.press(kb.ArrowRight)
	p.until(layer + " === " + first)

	p.click("[data-cycle=metric] li:nth-child(2) a")
	metric := currentOf("metric")
	p.until(metric + " === 'euclidean'")
	p.press(kb.ArrowRight)
	p.until(metric + " === 'sqeuclidean'")
	p.press(kb.ArrowRight)
	p.until(metric + " === 'minkowski' && document.getElementById('p')")
	if p.parameter("metric") != "minkowski" || p.parameter("layer") == "null" {
		p.t.Errorf("the address does not say it: %s", p.value("location.href"))
	}
	p.do(chromedp.SetValue(chromedp.CSS("#p"), "1.5"), chromedp.SendKeys(chromedp.CSS("#p"), kb.Enter))
	p.until("new URLSearchParams(location.search).get('p') === '1.5' && document.getElementById('p').value === '1.5'")

	p.run("document.querySelector('.skip').focus()")
	p.press(kb.Enter)
	p.until("location.hash === '#main'")
}

func nothingJumps(p *tab) {
	p.size(1440, 360)
	p.open("/search?k=50")
	p.run("scrollTo(0, 300); document.getElementById('catalogue').scrollTop = 40; window.same = true")
	places := "[scrollY, document.getElementById('catalogue').scrollTop, document.querySelector('.hits').getBoundingClientRect().top].join()"
	before := p.value(places)
	if !strings.HasPrefix(before, "300,40,") {
		p.t.Fatalf("the page is too short to scroll: %s", before)
	}
	p.run("document.querySelector('[data-cycle=metric] li:nth-child(2) a').click()")
	p.until(currentOf("metric") + " === 'euclidean'")
	if after := p.value(places); after != before || !p.is("window.same") {
		p.t.Errorf("page, catalogue and results were at %s and are at %s", before, after)
	}
}

// controlUsedLast chooses a query, a number of results and a layer, and goes on from each by the arrow keys.
func controlUsedLast(p *tab) {
	p.open("/search")
	const inUse = "[...document.querySelectorAll('.in-use')].map((control) => control.dataset.cycle).join()"
	const marks = "getComputedStyle(document.querySelector('#choose-layer > .label'), '::after').content.includes('→')"
	if got := p.value(inUse); got != "layer" || !p.is(marks) {
		p.t.Errorf("to begin with the keys go through %q, and it shows: %v", got, p.is(marks))
	}
	p.click(".tiles li:nth-child(2) > a")
	first := p.value("document.querySelectorAll('.tiles li > a')[1].title")
	p.until("document.querySelectorAll('.tiles li > a')[1].ariaCurrent === 'true' && " + inUse + " === 'image' && !" + marks)
	p.press(kb.ArrowRight)
	p.until("document.querySelectorAll('.tiles li > a')[2].ariaCurrent === 'true'")
	p.press(kb.ArrowLeft)
	p.until("document.querySelector('.tiles [aria-current]').title === " + quote(first))
	p.click("[data-cycle=k] li:nth-child(1) a")
	p.until("document.querySelectorAll('li.hit').length === 5 && " + inUse + " === 'k'")
	p.press(kb.ArrowRight)
	p.until("document.querySelectorAll('li.hit').length === 15")
	p.click("li.hit:nth-child(3) > a")
	p.until(inUse + " === 'image'")
	p.do(chromedp.Reload())
	p.until(inUse + " === 'image'")
}

// nothingShifts changes one thing after the other, and looks where everything is before and after.
func nothingShifts(p *tab) {
	p.open("/search?metric=cosine&k=15")
	p.run(`window.shifted = 0;
		new PerformanceObserver((list) => { for (const e of list.getEntries()) window.shifted += e.value; }).observe({ type: "layout-shift", buffered: false })`)
	const places = `[scrollY, ...["#choose-model", "#choose-metric", "#choose-k", ".score", "#choose-layer", "#hits", "#catalogue-title"]
		.map((part) => Math.round(document.querySelector(part).getBoundingClientRect().top))].join()`
	for _, change := range []string{
		"#choose-metric li:nth-child(2) a", "#choose-metric li:nth-child(4) a", "#choose-metric li:nth-child(3) a", "#choose-layer li:nth-child(2) a", "#choose-layer li:nth-child(5) a",
		"#choose-k li:nth-child(1) a", "#choose-k li:nth-child(4) a", ".tiles li:nth-child(3) > a", "li.hit:nth-child(2) > a", ".catalogue-ways li:nth-child(2) a",
	} {
		before, address := p.value(places), p.value("location.href")
		p.run("document.querySelector('" + change + "').click()")
		p.until("location.href !== " + quote(address))
		if after := p.value(places); after != before {
			p.t.Errorf("%s: things were at %s and are at %s", change, before, after)
		}
	}
	if shifted := p.value("window.shifted"); !p.is("window.shifted < 0.01") {
		p.t.Errorf("the layout has shifted by %s", shifted)
	}
	p.size(390, 844) // on a phone the layers scroll with the page: the one that is used stays under the finger
	p.open("/search?metric=cosine&k=5")
	p.run("scrollTo(0, document.querySelector('#choose-layer').getBoundingClientRect().top - 100)")
	top := "Math.round(document.querySelector('#choose-layer').getBoundingClientRect().top)"
	before := p.value(top)
	for _, layer := range []string{"1", "6", "3"} {
		p.run("document.querySelector('#choose-layer li:nth-child(" + layer + ") a').click()")
		p.until("document.querySelector('#choose-layer li:nth-child(" + layer + ") a').ariaCurrent === 'true'")
		if after := p.value(top); after != before {
			p.t.Errorf("on a phone the layers were at %s and are at %s", before, after)
		}
	}
}

// staysInSight chooses without a script, where every choice is another page.
func staysInSight(p *tab) {
	send(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.open("/search?metric=cosine")
	p.click("#choose-metric li:nth-child(2) a")
	p.until(currentOf("metric") + " === 'euclidean'")
	if at := p.value("scrollY"); at != "0" {
		p.t.Errorf("on a wide screen, where all controls are in sight, the page has scrolled to %s", at)
	}
	p.size(390, 844)
	p.open("/search?metric=cosine")
	p.run("scrollTo(0, 400)")
	p.click("#choose-layer li:nth-child(2) a")
	p.until("document.querySelector('#choose-layer li:nth-child(2) a')?.ariaCurrent === 'true'")
	p.until("Math.abs(document.querySelector('#choose-layer').getBoundingClientRect().top - 68) < 2") // the head and a little air
}

// shuffledCatalogue turns to all images in a seed's order, and leafs on; the choice outlives that of a layer.
func shuffledCatalogue(p *tab) {
	p.open("/search")
	p.click(".catalogue-ways li:nth-child(2) a")
	p.until("document.querySelectorAll('.tiles li > a').length === 24 && location.search.includes('shuffle=1')")
	order := "[...document.querySelectorAll('.tiles li > a')].map((tile) => tile.title).join()"
	first := p.value(order)
	p.click(".catalogue-list .back a")
	p.until("location.search.includes('shuffle=2') && " + order + " !== " + quote(first))
	second := p.value(order)
	p.click("#choose-layer li:nth-child(2) a")
	p.until("document.querySelector('#choose-layer li:nth-child(2) a').ariaCurrent === 'true'")
	if p.value(order) != second || p.parameter("shuffle") != "2" {
		p.t.Errorf("the catalogue is another one after a choice of layer: %s", p.value("location.href"))
	}
	p.do(chromedp.NavigateBack(), chromedp.NavigateBack())
	p.until(order + " === " + quote(first))
}

func ownPicture(p *tab, file string) {
	p.open("/search?metric=euclidean")
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{file}))
	p.until("location.search.includes('upload=')")
	p.until("document.querySelector('.query').textContent.includes('only in memory')")
	p.until("document.querySelector('.query-picture img').naturalWidth === 64")
	if first := p.value("document.querySelector('li.hit img').alt"); !strings.HasPrefix(first, "discs/discs 3.png") {
		p.t.Errorf("the nearest image to a copy is %q", first)
	}
	if similarity := p.value("document.querySelector('li.hit .similarity').textContent"); similarity != "1.00" {
		p.t.Errorf("a copy's similarity is %s", similarity)
	}
	p.picture("upload")
	p.click("[data-cycle=layer] li:nth-child(1) a")
	p.until("document.querySelector('[data-cycle=layer] li:nth-child(1) a').ariaCurrent === 'true'")
	p.do(chromedp.Reload())
	p.until("document.querySelector('.query-picture img').naturalWidth === 64 && " + currentOf("metric") + " === 'euclidean'")
}

// dropPicture lets a picture fall on the page as a file manager would.
func dropPicture(p *tab) {
	p.open("/search")
	p.run(`(async () => {
		const bytes = await (await fetch(document.querySelector("li.hit img").src)).blob();
		const data = new DataTransfer();
		data.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
		document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
	})()`)
	p.until("document.querySelector('.query')?.textContent.includes('dropped.png')")
}

func withoutScript(p *tab) {
	send(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.open("/search")
	p.picture("without script")
	if !p.is("document.querySelectorAll('li.hit').length === 15 && document.querySelector('.upload .button').checkVisibility()") {
		p.t.Error("results or the form's button are missing")
	}
	p.click("[data-cycle=metric] li:nth-child(4) a")
	p.until("document.getElementById('p') && location.search.includes('metric=minkowski')")
	p.do(chromedp.SetValue(chromedp.CSS("#p"), "4"))
	p.click(".control.inline .button")
	p.until("document.getElementById('p')?.defaultValue === '4'")
	p.click(".tiles li:nth-child(2) > a")
	p.until("document.querySelector('.tiles li:nth-child(2) > a')?.ariaCurrent === 'true'")
	p.click(".theme button[value=dark]")
	p.until("document.documentElement.dataset.theme === 'dark'")
	if p.parameter("p") != "4" || p.parameter("image") == "null" {
		p.t.Errorf("the selection was lost on the way: %s", p.value("location.href"))
	}
}

func lightAndDark(p *tab) {
	const bright = `getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).slice(0, 3).reduce((sum, v) => sum + Number(v), 0) > 382`
	for _, system := range []string{"light", "dark"} {
		p.system(system)
		p.open("/search")
		if got := p.is(bright); got != (system == "light") {
			p.t.Errorf("in a %s system the page is bright: %v", system, got)
		}
		p.picture("search " + system)
	}
	p.click(".theme button[value=light]")
	p.until(bright)
	p.do(chromedp.Reload())
	p.until(bright)
	p.click(".theme button[value=system]")
	p.until("!(" + bright + ")")
	p.do(chromedp.Reload())
	p.until("!(" + bright + ")")
}

func phone(p *tab) {
	for _, width := range []int64{390, 320} {
		p.size(width, 844)
		for _, path := range pages {
			p.open(path)
			if over := p.value("document.documentElement.scrollWidth - innerWidth"); over != "0" {
				p.t.Errorf("%s is %s pixels wider than a phone of %d", path, over, width)
			}
		}
	}
	p.expect("/nowhere")
	p.size(390, 844)
	p.open("/search")
	p.picture("phone")
	if p.is("document.querySelector('[data-cycle=metric]').checkVisibility()") {
		p.t.Error("the drawer is open to begin with")
	}
	p.click("#drawer > summary")
	p.until("document.getElementById('drawer').open")
	p.click("[data-cycle=metric] li:nth-child(2) a")
	p.until(currentOf("metric") + " === 'euclidean'")
	if !p.is("document.getElementById('drawer').open") {
		p.t.Error("the drawer has closed by itself")
	}
	p.picture("phone drawer")
}

// currentOf is the name of the control's chosen link, as an expression.
func currentOf(control string) string {
	return "(document.querySelector('[data-cycle=" + control + "] [aria-current]')?.textContent.trim() ?? '').replace(/\\s+/g, ' ')"
}

func quote(text string) string { return "`" + text + "`" }
