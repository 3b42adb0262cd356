package browser

import (
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	view  = "document.querySelector('.map-stage').map"
	drawn = "document.querySelector('.map-stage')?.dataset.drawn === '24' && document.querySelector('.map-stage').ariaBusy === 'false'"
	tip   = "document.querySelector('.map-tip')"
)

// openMap opens a page and waits until its first map is drawn.
func openMap(p *tab, address string) {
	p.t.Helper()
	p.open(address)
	if !p.is("document.querySelector('script[src*=\"/static/map.js\"]')") {
		p.t.Skip("the maps' script is not bundled: run make setup")
	}
	p.until(drawn)
}

// mouse does something at a point of the page, given as an expression of two numbers.
func mouse(p *tab, place string, kind input.DispatchMouseEventType, more ...func(*input.DispatchMouseEventParams)) {
	p.t.Helper()
	xy, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]float64](place))
	if err != nil {
		p.t.Fatalf("%s: %v", place, err)
	}
	e := input.DispatchMouseEventParams{Type: kind, X: xy[0], Y: xy[1]}
	for _, change := range more {
		change(&e)
	}
	send(p, input.DispatchMouseEvent, e)
}

func left(e *input.DispatchMouseEventParams) { e.Button, e.Buttons, e.ClickCount = "left", 1, 1 }

func pointAt(which string) string { return view + ".pointAt(" + which + ")" }

// alone is the point farthest from its nearest neighbor, so that pointing at it is not pointing at another.
const alone = `(() => {
	const v = document.querySelector('.map-stage').map, at = [...Array(v.data.n).keys()].map((i) => v.pixel(i));
	const gap = (i) => Math.min(...at.filter((_, j) => j !== i).map(([x, y]) => Math.hypot(x - at[i][0], y - at[i][1])));
	return at.map((_, i) => i).filter((i) => i !== v.query).sort((a, b) => gap(b) - gap(a))[0];
})()`

func mapByMouse(p *tab) {
	openMap(p, "/map?layer=stage4_relu3")
	p.picture("map")
	i := p.value(alone)
	mouse(p, pointAt(i), "mouseMoved")
	p.until("!" + tip + ".hidden && " + tip + ".querySelector('img').naturalWidth === 64")
	category := p.value(view + ".state.categories[" + view + ".data.categories[" + i + "]]")
	if !strings.Contains(p.value(tip+".textContent"), category) {
		p.t.Errorf("the card of an image of %s says %q", category, p.value(tip+".textContent"))
	}
	p.picture("map hover")
	mouse(p, pointAt(i), "mousePressed", left)
	mouse(p, pointAt(i), "mouseReleased", left)
	p.until("location.search.includes('image=')")
	p.until(view + ".query === " + i)
	if name := p.parameter("image"); !strings.HasPrefix(name, category) {
		p.t.Errorf("after a click on an image of %s the query is %s", category, name)
	}
	if n := p.value(view + ".neighbors.length"); n != "15" {
		p.t.Errorf("%s neighbors are linked", n)
	}

	mouse(p, pointAt(i), "mouseWheel", func(e *input.DispatchMouseEventParams) { e.DeltaX, e.DeltaY = 1e-9, -400 })
	p.until(view + ".transform.k > 1.2")
	p.click("[data-action=reset]")
	p.until(view + ".transform.k === 1")
	p.click(".map-legend li:nth-child(2) .toggle")
	p.until("document.querySelector('.map-legend li:nth-child(2) .toggle').ariaChecked === 'false' && " + view + ".gone?.has(1)")

	p.click("[data-action=lasso]")
	corner := func(x, y string) string {
		return "(() => { const b = document.querySelector('.map-stage').getBoundingClientRect(); return [b.left + " + x + " * b.width, b.top + " + y + " * b.height]; })()"
	}
	mouse(p, corner("0.005", "0.005"), "mousePressed", left)
	for _, to := range [][2]string{{"0.995", "0.005"}, {"0.995", "0.995"}, {"0.005", "0.995"}} {
		mouse(p, corner(to[0], to[1]), "mouseMoved", left)
	}
	p.picture("map lasso")
	mouse(p, corner("0.005", "0.99"), "mouseReleased", left)
	p.until("location.search.includes('select=') && document.querySelector('.selection h2')?.textContent === '16 images selected'")
	p.until("document.querySelectorAll('.selection .tiles img').length === 16")
	if p.parameter("select_layer") != "stage4_relu3" {
		p.t.Errorf("the address does not say where the lasso was drawn: %s", p.value("location.href"))
	}
	p.picture("map selection")
	p.do(chromedp.NavigateBack())
	p.until("!document.querySelector('.selection')")
}

func mapByKeyboard(p *tab) {
	openMap(p, "/map?layer=stage4_relu3")
	p.run("document.querySelector('.map-stage').focus()")
	query := p.value(view + ".query")
	p.press(kb.Home)
	p.until(view + ".hovered === " + view + ".query")
	steps := 0
	for _, key := range []string{kb.ArrowLeft, kb.ArrowUp, kb.ArrowRight, kb.ArrowDown} {
		before := p.value(view + ".hovered")
		p.press(key)
		if p.value(view+".hovered") != before {
			steps++
		}
	}
	if steps < 2 || p.is("location.search !== '?layer=stage4_relu3'") {
		p.t.Errorf("%d steps with four arrows, at %s", steps, p.value("location.search"))
	}
	p.until("document.getElementById('status').textContent.includes('.png, ')")
	if p.is(view + ".hovered === " + view + ".query") {
		p.press(kb.ArrowLeft)
	}
	p.press("+")
	p.until(view + ".transform.k > 1.5")
	p.press("0")
	p.until(view + ".transform.k === 1")
	p.press(kb.Enter)
	p.until("location.search.includes('image=') && " + view + ".query !== " + query)
	p.until("document.activeElement === document.querySelector('.map-stage')")

	p.press("l")
	p.until("document.querySelector('[data-action=lasso]').ariaPressed === 'true'")
	for _, place := range []string{"Math.min", "Math.max"} { // corners are set at points: four are enough for a triangle
		for k := range 2 {
			p.run("const v = document.querySelector('.map-stage').map; const all = [...Array(v.data.n).keys()]; const at = (i) => v.pixel(i)[" + string(rune('0'+k)) + "]; v.hover(all.find((i) => at(i) === " + place + "(...all.map(at))))")
			p.press(" ")
		}
	}
	p.press(kb.Enter)
	p.until("location.search.includes('select=') && document.querySelector('.selection')")
}

// mapTravels switches the layer: the page stays, the points move, and those who want no motion see none.
func mapTravels(p *tab) {
	openMap(p, "/map?layer=stage4_relu3")
	p.run("window.same = true; window.canvas = document.querySelector('.map-points'); window.before = [..." + view + ".data.places]; window.seen = []")
	p.run("(function watch() { seen.push(document.querySelector('.map-stage')?.map.progress); requestAnimationFrame(watch); })()")
	p.click("[data-cycle=layer] li:nth-child(2) a")
	p.until(currentOf("layer") + ".startsWith('stage2_relu1') && " + drawn)
	if !p.is("window.same && canvas === document.querySelector('.map-points') && " + view + ".data.places.some((v, i) => v !== before[i])") {
		p.t.Error("the page was loaded anew, or the points are where they were")
	}
	p.until("seen.some((t) => t > 0 && t < 1)")
	p.press(kb.ArrowRight)
	p.until(currentOf("layer") + ".startsWith('stage2_relu2') && " + drawn)

	send(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}})
	p.run("seen.length = 0")
	p.click("[data-cycle=layer] li:nth-child(1) a")
	p.until(currentOf("layer") + ".startsWith('stage1_relu1') && " + drawn + " && " + view + ".state.points.includes('stage1_relu1')")
	if p.is("seen.some((t) => t > 0 && t < 1)") {
		p.t.Error("points moved for somebody who wants no motion")
	}
}

func twoMaps(p *tab) {
	openMap(p, "/map?layer=stage4_relu3&model2=demo&layer2=stage1_relu1")
	p.until("document.querySelector('#map-two').dataset.drawn === '24'")
	p.picture("two maps")
	i := p.value(alone)
	mouse(p, pointAt(i), "mouseMoved")
	same := "document.querySelector('#map-two').map.hovered >= 0 && document.querySelector('#map-two').map.data.ids[document.querySelector('#map-two').map.hovered] === " + view + ".data.ids[" + i + "]"
	p.until(same)
	p.until("document.querySelectorAll('.map-tip:not([hidden])').length === 2")
	p.do(chromedp.SetValue(chromedp.CSS("#beside"), "none"))
	p.run("document.getElementById('beside').dispatchEvent(new Event('change', { bubbles: true }))")
	p.until("!document.querySelector('#map-two') && " + drawn)
}

func mapPanel(p *tab) {
	openMap(p, "/search?layer=stage4_relu3")
	p.picture("search with map")
	query := p.value(view + ".query")
	p.click("li.hit:nth-child(2) > a")
	p.until("location.search.includes('image=') && " + view + ".query !== " + query)
	i := p.value(alone)
	mouse(p, pointAt(i), "mousePressed", left)
	mouse(p, pointAt(i), "mouseReleased", left)
	p.until(view + ".query === " + i + " && location.pathname === '/search'")
	p.click(".map-panel h2 a")
	p.until("location.pathname === '/map' && location.search.includes('image=')")
	p.until(drawn)
}

// mapSaved looks into the picture that is saved.
func mapSaved(p *tab) {
	openMap(p, "/map?layer=stage4_relu3")
	p.run(view + `.png().then(createImageBitmap).then((bitmap) => {
		const c = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height }), context = c.getContext("2d");
		context.drawImage(bitmap, 0, 0);
		const data = context.getImageData(0, 0, c.width, c.height).data, colors = new Set();
		for (let i = 0; i < data.length; i += 4) colors.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
		window.saved = { width: c.width, colors: colors.size };
	})`)
	p.until("window.saved")
	if !p.is("saved.width > 300 && saved.colors > 50") {
		p.t.Errorf("the picture: %s", p.value("JSON.stringify(saved)"))
	}
	if href := p.value("document.querySelector('.map-save a').href"); !strings.Contains(href, "/map.svg?") {
		p.t.Errorf("SVG is saved from %s", href)
	}
	p.expect("GL Driver Message") // reading pixels back is slow, and the driver says so
}

func mapWithoutScript(p *tab) {
	send(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.open("/map?layer=stage4_relu3")
	p.picture("map without script")
	if !p.is("document.querySelectorAll('.map-svg a').length === 24 && !document.querySelector('.map-buttons').checkVisibility()") {
		p.t.Error("links or buttons are not as they should be")
	}
	p.run("document.querySelector('.map-svg a:nth-of-type(3)').dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))")
	p.until("location.search.includes('image=')")
	p.click(".map-legend li:nth-child(1) .toggle")
	p.until("document.querySelectorAll('.map-svg a').length === 16")
	p.click("[data-cycle=color] li:nth-child(2) a")
	p.until("document.querySelectorAll('.ramp span').length === 7")
	p.do(chromedp.SetValue(chromedp.CSS("#channel"), "2"))
	p.click("[data-cycle=color] form .button")
	p.until("document.querySelector('#legend-title').textContent.includes('channel 2')")
	p.click("#table tbody tr:nth-child(5) a")
	p.until("document.querySelector('#table tbody tr:nth-child(5)').className === 'default'")
}

func mapWithoutWebGL(p *tab) {
	send(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: "const get = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return kind.startsWith('webgl') ? null : get.call(this, kind, ...rest); };",
	})
	p.open("/map?layer=stage4_relu3")
	p.until("document.querySelector('.map-card.still')")
	p.click("[data-cycle=layer] li:nth-child(2) a")
	p.until(currentOf("layer") + ".startsWith('stage2_relu1') && document.querySelectorAll('.map-card.still .map-svg a').length === 24")
	if p.is("document.querySelector('.map-buttons').checkVisibility()") {
		p.t.Error("there are buttons that do nothing")
	}
}
