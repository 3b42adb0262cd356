package browser

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// drag moves the mouse with its button held over the picture, from one place of it to another, in shares of its size.
func drag(p *tab, fromX, fromY, toX, toY float64) {
	p.t.Helper()
	p.run("document.querySelector('[data-crop-stage]').scrollIntoView({ block: 'center' })")
	at := func(x, y float64) string {
		return fmt.Sprintf("(() => { const b = document.querySelector('[data-crop-stage]').getBoundingClientRect(); return [b.left + b.width * %g, b.top + b.height * %g]; })()", x, y)
	}
	mouse(p, at(fromX, fromY), "mousePressed", left)
	mouse(p, at((fromX+toX)/2, (fromY+toY)/2), "mouseMoved", left)
	mouse(p, at(toX, toY), "mouseMoved", left)
	mouse(p, at(toX, toY), "mouseReleased", left)
}

func cropByMouse(p *tab) {
	p.open("/search")
	drag(p, 0.4, 0.2, 0.6, 0.7)
	p.until("new URLSearchParams(location.search).has('crop_w') || new URLSearchParams(location.search).has('crop')")
	p.until("document.querySelector('h1').textContent.includes('a part of')")
	if !p.is("document.querySelector('.crop-form').open && document.querySelectorAll('li.hit').length === 15") {
		p.t.Error("the crop's numbers or the results are missing")
	}
	p.picture("crop")
	p.click(".crop-caption a:nth-of-type(2)")
	p.until("!document.querySelector('h1').textContent.includes('a part of')")
}

func cropByKeyboard(p *tab) {
	p.open("/search")
	const layerNow = "document.querySelector('[data-cycle=layer] [aria-current] .strip-name').textContent" // its score changes with the query
	layer := p.value(layerNow)
	p.run("document.querySelector('[data-crop-stage]').focus()")
	p.press(kb.ArrowRight)
	p.until("document.querySelector('[name=crop_w]').value === '32' && document.querySelector('[name=crop_x]').value === '16'")
	p.press(kb.ArrowRight)
	p.until("Number(document.querySelector('[name=crop_x]').value) > 16")
	p.press(kb.Enter)
	p.until("document.querySelector('h1').textContent.includes('a part of')")
	if got := p.value(layerNow); got != layer {
		p.t.Errorf("the arrows have changed the layer from %s to %s", layer, got)
	}
}

// pastePicture pastes a picture as a clipboard would bring it.
func pastePicture(p *tab) {
	p.open("/search")
	p.run(`(async () => {
		const bytes = await (await fetch(document.querySelector("li.hit img").src)).blob();
		const data = new DataTransfer();
		data.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
		document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
	})()`)
	p.until("document.querySelector('#saving')?.textContent.includes('pasted.png')")
	p.click("#saving button")
	p.until("location.search.includes('saved=') && !location.search.includes('upload=') && document.querySelectorAll('li.hit').length === 15")
	p.open("/saved")
	p.picture("saved pictures")
	p.click(".saved summary")
	p.click(".saved form button")
	p.until("document.querySelector('.empty')")
}

func basketOfQueries(p *tab) {
	p.open("/search")
	p.click("li.hit:nth-child(1) .steer .plus")
	p.until("document.querySelectorAll('#basket li').length === 2")
	p.click("li.hit:nth-child(3) .steer .minus")
	p.until("document.querySelectorAll('#basket li.unlike').length === 1")
	p.picture("basket")
	p.click("#basket li:nth-child(2) a[title='Count it more']")
	p.until("document.querySelector('#basket li:nth-child(2) .part-weight').textContent.startsWith('1.5')")
	p.click("#basket li:nth-child(3) .part-tools a:last-child")
	p.until("document.querySelectorAll('#basket li').length === 2")
	p.do(chromedp.NavigateBack())
	p.until("document.querySelectorAll('#basket li').length === 3")
}

// lassoIsSearched searches with what a lasso around the whole map's left half holds.
func lassoIsSearched(p *tab) {
	p.open("/map?select=0-0~30000-0~30000-65535~0-65535")
	p.until("document.querySelector('.selection a.button')")
	p.picture("lasso to be searched with")
	p.click(".selection a.button")
	p.until("location.pathname === '/search' && document.querySelector('h1').textContent.includes('of the map')")
	if !p.is("document.querySelectorAll('.part-members img').length > 0") {
		p.t.Error("the basket does not show what is searched with")
	}
	p.open("/map")
	p.click("#map-place summary")
	p.click("#map-place button")
	p.until("location.pathname === '/search' && document.querySelector('h1').textContent.includes('a place on the map')")
}

func channelIsSearched(p *tab) {
	p.open("/search?plus=channel:3")
	p.until("document.querySelector('h1').textContent.includes('What excites channel 3')")
	p.until("[...document.querySelectorAll('li.hit > a img')].slice(0, 4).every((i) => i.complete && i.naturalWidth === 160)")
	p.picture("channel")
	p.click("[data-cycle=channel-by] li:nth-child(2) a")
	p.until("location.search.includes('mean')")
}

// queriesWithoutScript crops by numbers and steers by links.
func queriesWithoutScript(p *tab) {
	send(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.open("/search")
	p.click(".crop-form summary")
	p.do(chromedp.SetValue(chromedp.CSS("[name=crop_w]"), "30"), chromedp.SetValue(chromedp.CSS("[name=crop_h]"), "20"))
	p.click(".crop-form button")
	p.until("document.querySelector('h1')?.textContent.includes('a part of')")
	if !strings.Contains(p.value("document.querySelector('.crop .cut').getAttribute('width')"), "30") {
		p.t.Error("the crop is not drawn")
	}
	p.click("li.hit:nth-child(2) .steer .plus")
	p.until("document.querySelectorAll('#basket li').length === 2")
	p.click("#basket li:nth-child(1) .part-tools a:last-child")
	p.until("!document.getElementById('basket') && document.querySelectorAll('li.hit').length === 15")
}
