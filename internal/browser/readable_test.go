package browser

import (
	"fmt"
	"strings"
)

// pages are one of every kind.
var pages = []string{
	"/", "/search", "/search?metric=minkowski&category=discs", "/datasets", "/datasets/shapes", "/care", "/care?section=clusters&name=*1*", "/models", "/models/demo", "/models/demo/layers/stage4_relu3", "/models/demo/layers/stage4_relu3?channels=all", "/models/demo/layers/stage4_relu3/channels/3", "/probe", "/about", "/map?layer=stage4_relu3", "/map?layer=stage4_relu3&color=score&layer2=stage1_relu1&model2=demo&select=0-0~65535-0~65535-65535~0-65535", "/nowhere",
}

// explaining are the pages that explain.
var explaining = []string{"/about", "/faq", "/glossary", "/tour/1", "/tour/2", "/tour/3", "/tour/4", "/tour/5"}

// readableToo looks at the pages that explain as readable does, and at whether they fit on a phone.
func readableToo(p *tab) {
	audited(p, explaining)
	for _, width := range []int64{390, 320} {
		p.size(width, 844)
		for _, path := range explaining {
			p.open(path)
			if over := p.value("document.documentElement.scrollWidth - innerWidth"); over != "0" {
				p.t.Errorf("%s is %s pixels wider than a phone of %d", path, over, width)
			}
			p.picture(fmt.Sprintf("phone %d %s", width, path))
		}
	}
}

// readable looks at every page, light and dark, for what keeps people from reading or using it.
func readable(p *tab) {
	audited(p, pages)
	p.expect("/nowhere")
}

func audited(p *tab, pages []string) {
	for _, scheme := range []string{"light", "dark"} {
		p.system(scheme)
		for _, path := range pages {
			p.open(path)
			p.until("document.readyState === 'complete'")
			for problem := range strings.SplitSeq(p.value(audit), "\n") {
				if problem != "" {
					p.t.Errorf("%s, %s: %s", path, scheme, problem)
				}
			}
			p.picture("page " + scheme + " " + path)
		}
	}
}

// audit lists, a line each: pictures without words, fields and links without names, ids twice, headings that skip a
// level, landmarks that are missing, and text whose contrast with what lies behind it is below 4.5 to 1 (3 to 1 when
// large).
const audit = `(() => {
	const problems = [], say = (what, e) => problems.push(what + ": " + e.outerHTML.slice(0, 120).replaceAll("\n", " "));
	for (const e of document.querySelectorAll("img:not([alt])")) say("no alternative text", e);
	for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) if (!e.labels.length && !e.ariaLabel) say("no label", e);
	for (const e of document.querySelectorAll("a, button, summary")) {
		const name = e.textContent.trim() + (e.ariaLabel ?? "") + [...e.querySelectorAll("img")].map((i) => i.alt).join("");
		if (!name) say("no name", e);
	}
	const ids = new Set();
	for (const e of document.querySelectorAll("[id]")) { if (ids.has(e.id)) say("id twice", e); ids.add(e.id); }
	for (const e of document.querySelectorAll("[aria-labelledby]")) if (!document.getElementById(e.getAttribute("aria-labelledby"))) say("named by nothing", e);
	let level = 0;
	for (const e of document.querySelectorAll("h1, h2, h3, h4")) { const next = +e.tagName[1]; if (next > level + 1) { if (level) say("a level skipped", e); } level = next; }
	for (const name of ["header", "nav", "main", "footer", "h1"]) if (!document.querySelector(name)) problems.push("no " + name);
	const parse = (color) => { const m = color.match(/[\d.]+/g).map(Number); return [m[0], m[1], m[2], m[3] ?? 1]; };
	const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255, v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; } return [255, 255, 255, 1]; };
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		if (!walk.currentNode.textContent.trim() || e.closest(".unseen, .skip, svg, script") || !e.checkVisibility({ opacityProperty: true, contentVisibilityAuto: true })) continue;
		const style = getComputedStyle(e), a = light(parse(style.color)), b = light(behind(e));
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
		if (ratio < (large ? 3 : 4.5)) say("contrast " + ratio.toFixed(2), e);
	}
	return problems.join("\n");
})()`
