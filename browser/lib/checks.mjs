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
    const mute = [...document.images].filter((img) => !img.hasAttribute("alt")).map((img) => "no alt: " + img.outerHTML.slice(0, 120));
    return [...wrong, ...mute, ...(document.title.trim() ? [] : ["no title"])];
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
    const unreached = (e) => (e.type === "radio" && !e.checked) || e.getAttribute("aria-hidden") === "true";
    const all = [...document.querySelectorAll(usable)].filter((e) => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && !unreached(e));
    const found = all.map((e) => [problem(e), e]).filter(([p]) => p).map(([p, e]) => `${p}: ${e.outerHTML.slice(0, 120)}`);
    document.activeElement.blur();
    return found;
  });
}
