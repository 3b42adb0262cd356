package browser

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// probePicture looks at an image layer by layer, at a channel's map, at what speaks for a class, and at a picture of one's own.
func probePicture(p *tab, file string) {
	p.open("/probe")
	p.until("document.querySelectorAll('.probed').length === 8")
	p.click(".probed:nth-of-type(1) .probed-row li:nth-child(2) a")
	p.until("location.search.includes('channel=') && document.querySelector('img.drawing[src^=\"/probe/map.jpg\"]')?.naturalWidth === 448")
	p.picture("probe map")
	p.click("[aria-labelledby=classes] li:nth-child(1) a")
	p.until("location.search.includes('class=') && document.querySelector('img.drawing[src^=\"/probe/places.jpg\"]')?.naturalWidth === 448")
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{file}))
	p.until("location.search.includes('upload=') && document.querySelector('h1').textContent.includes('discs 3.png')")
	p.until("document.querySelector('img.drawing').naturalWidth > 0")
	p.picture("probe upload")
}

// makePicture asks for a channel's picture and sees it appear, and takes requests back.
func makePicture(p *tab) {
	p.open("/models/demo/layers/stage1_relu1/channels/3")
	p.run("window.same = true")
	p.click("[data-making] form button")
	for range 4 { // a busy machine takes its time
		if p.soon("document.querySelector('.portrait img.made')?.naturalWidth > 0") {
			break
		}
	}
	p.until("document.querySelector('.portrait img.made')?.naturalWidth > 0 && window.same")
	p.picture("picture made")
	p.open("/models/demo/layers/stage4_relu3")
	p.click("[data-making] form button")
	p.until("document.querySelectorAll('.requests li').length === 6 && document.querySelector('.more').textContent.includes('more')")
	waiting := p.value("document.querySelector('.requests li:nth-child(3)').dataset.request")
	p.click(".requests li:nth-child(3) button")
	p.until("!document.querySelector('[data-request=\"" + waiting + "\"]')")
	p.picture("pictures being made")
	p.run("fetch('/visualizations/requests').then((r) => r.json()).then((all) => all.requests.forEach((r) => fetch('/visualizations/requests/' + r.id + '/cancel?format=json', { method: 'POST' })))")
	p.until("document.querySelectorAll('.requests li').length === 0")
}

// gridByKeyboard goes through a grid with the arrow keys.
func gridByKeyboard(p *tab) {
	p.open("/models/demo/layers/stage4_relu3")
	p.run("document.querySelector('[data-grid] a').focus()")
	at := "[...document.querySelectorAll('[data-grid] a')].indexOf(document.activeElement)"
	p.press(kb.ArrowRight)
	p.until(at + " === 1")
	p.press(kb.ArrowDown)
	p.until(at + " > 2")
	p.press(kb.ArrowUp)
	p.until(at + " === 1")
	p.press(kb.Enter)
	p.until("location.pathname.endsWith('/channels/4') && document.readyState === 'complete'") // its script hears keys
	p.press(kb.ArrowRight)
	p.until("location.pathname.endsWith('/channels/5') && document.querySelector('h1').textContent === 'Channel 5'")
}
