// What holds for every page. Each check returns a list of sentences, empty where all is well.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** accessibility is what axe finds against WCAG 2.2 AA and its own best practices. */
export async function accessibility(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    return (await window.axe.run({ runOnly: tags, resultTypes: ["violations"] })).violations;
  });
  return found.flatMap(({ id, help, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${help}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`));
}

/** structure looks for the parts that a reader finds their way by. */
export function structure(page) {
  return page.evaluate(() => {
    const count = { "body > header": 1, "body > header nav": 1, main: 1, "body > footer": 1, h1: 1, ".skip": 1, "html[lang]": 1 };
    const wrong = Object.entries(count).filter(([part, n]) => document.querySelectorAll(part).length !== n).map(([part, n]) => `not ${n} of ${part}`);
    const say = (what, list) => list.map((e) => `${what}: ${e.outerHTML.slice(0, 120)}`), all = (part) => [...document.querySelectorAll(part)];
    const words = (e) => e.textContent.trim() + (e.ariaLabel ?? "") + [...e.querySelectorAll("img")].map((i) => i.alt).join("");
    const levels = all("h1, h2, h3, h4, h5"), ids = all("[id]").map((e) => e.id);
    return [
      ...wrong, ...(document.title.trim() ? [] : ["no title"]),
      ...say("no alt", all("img:not([alt])")),
      ...say("no label", all("input:not([type=hidden]), select, textarea").filter((e) => !e.labels.length && !e.ariaLabel)),
      ...say("no name", all("a, button, summary").filter((e) => !words(e))),
      ...say("named by nothing", all("[aria-labelledby]").filter((e) => !document.getElementById(e.getAttribute("aria-labelledby")))),
      ...say("a level skipped", levels.filter((e, i) => i && Number(e.tagName[1]) > Number(levels[i - 1].tagName[1]) + 1)),
      ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => "id twice: " + id),
    ];
  });
}

/**
 * contrast looks at every word that is to be seen: 4.5 to 1 against what lies behind it, or 3 to 1 where it is large. Where
 * a colour is mixed by the browser, axe alone judges.
 */
export function contrast(page) {
  return page.evaluate(() => {
    const parse = (color) => { const m = color.startsWith("rgb") && color.match(/[\d.]+/g).map(Number); return m && [m[0], m[1], m[2], m[3] ?? 1]; };
    const linear = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, share, i) => sum + share * linear(c[i]), 0.05);
    const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (!c || c[3] === 1) return c; } return [255, 255, 255, 1]; };
    const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const e = walk.currentNode.parentElement;
      if (!walk.currentNode.textContent.trim() || e.closest(".unseen, .skip, svg, script") || !e.checkVisibility({ opacityProperty: true, contentVisibilityAuto: true })) continue;
      const style = getComputedStyle(e), front = parse(style.color), back = behind(e);
      if (!front || !back) continue;
      const ratio = Math.max(light(front), light(back)) / Math.min(light(front), light(back));
      const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
      if (ratio < (large ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: ${e.outerHTML.slice(0, 120)}`);
    }
    return found;
  });
}

/** inline looks into the document as it was sent for what the policy would refuse to run. */
export function inline(html) {
  return html.match(/<script(?![^>]*\bsrc=)[^>]*>|<style|<[^>]+\s(style|on[a-z]+)=/gi) ?? [];
}

/** width says how much wider than the window a page is, and what is. */
export function width(page) {
  return page.evaluate(() => {
    const room = document.documentElement.clientWidth, over = document.documentElement.scrollWidth - room;
    const wide = [...document.querySelectorAll("main *")].find((e) => e.getBoundingClientRect().right > room + 1 && !e.parentElement.closest(".scroll"));
    return over > 0 ? [`${over} pixels wider than ${room}: ${wide?.outerHTML.slice(0, 120)}`] : [];
  });
}

/** focus goes to everything that can be used, as after a Tab, and looks whether it gets there and can be seen there. */
export async function focus(page) {
  await page.keyboard.press("Tab"); // from now on the browser shows where the focus is
  return page.evaluate(() => {
    const usable = 'a[href], button:not([disabled]), input:not([type=hidden], [disabled]), select:not([disabled]), textarea, summary, [tabindex="0"]';
    const outlined = (e) => { const s = getComputedStyle(e); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0; };
    const problem = (e) => {
      e.focus({ preventScroll: true });
      if (document.activeElement !== e || e.tabIndex < 0) return "cannot be reached by Tab";
      return outlined(e) || outlined(e.closest(":focus-within:not(:focus)") ?? e) ? "" : "shows no focus";
    };
    // Arrow keys go to the other radio buttons; a form's hidden default button is for Enter alone.
    // The points of a drawn map would be hundreds of stops: its table, or the catalogue, leads to the same.
    const unreached = (e) => (e.type === "radio" && !e.checked) || e.getAttribute("aria-hidden") === "true" || e.closest(".map-svg");
    const all = [...document.querySelectorAll(usable)].filter((e) => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && !unreached(e));
    const found = all.map((e) => [problem(e), e]).filter(([p]) => p).map(([p, e]) => `${p}: ${e.outerHTML.slice(0, 120)}`);
    document.activeElement.blur();
    return found;
  });
}
