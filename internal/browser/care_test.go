package browser

import "fmt"

// careOfDataset selects a range and a group, stages what is to be done with them, takes it back, and commits a move there
// and one back again.
func careOfDataset(p *tab) {
	const boxes = "document.querySelectorAll('#clusters input[name=image]')"
	selected := func(n int) string {
		return fmt.Sprintf("document.querySelector('[data-count]').textContent === '%d selected'", n)
	}
	p.open("/care?section=clusters")
	p.picture("care")
	p.run(boxes + "[0].click()")
	p.until(selected(1))
	p.run(boxes + "[3].dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, shiftKey: true }))")
	p.until(selected(4))
	p.click("#clusters [data-all]")
	p.until("[..." + boxes + "].every((box) => box.checked || box.closest('[data-group]') !== document.querySelector('#clusters [data-group]'))")
	p.click("#clusters [data-all]")
	p.until("document.querySelector('[data-count]').textContent === 'Select images'")

	p.run(boxes + "[0].click(); " + boxes + "[1].click()")
	p.click(".care-bar [value=delete]")
	p.until("document.getElementById('staged-title')?.textContent === '2 changes are staged'")
	p.until("document.querySelectorAll('.care-tile.deleted').length > 0")
	p.picture("care staged")
	p.click("[form=undo]")
	p.until("document.getElementById('to') && !document.getElementById('staged-title')")

	category := p.value("document.querySelector('#clusters .care-tile p.muted').textContent.trim()")
	move := func(to string) {
		p.run("document.getElementById('to').value = " + quote(to) + "; " + boxes + "[0].click()")
		p.click(".care-bar [value=move]")
		p.until("document.getElementById('staged-title')?.textContent === '1 change is staged'")
		p.click("[form=commit]")
		p.until("document.readyState === 'complete' && !document.getElementById('staged-title') && document.querySelector('#clusters .care-tile p.muted').textContent.trim() === " + quote(to))
	}
	move("elsewhere")
	move(category)
}
