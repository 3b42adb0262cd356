// Every page of a site, whatever it shows: light and dark, wide and narrow, by keyboard, with the policy it was sent under.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Tab } from "./chromium.mjs";
import { accessibility, contrast, focus, inline, structure, width } from "./checks.mjs";
import { crawl, features } from "./crawl.mjs";
import { serve } from "./program.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

export const light = ["light", 1440], dark = ["dark", 390];

/** lookAt looks at one page of every kind that the first page leads to, and at more pages that a function makes. */
export function lookAt(name, { depth, lacking, flags = [], views = [light, dark], more = () => [] }) {
  test(`every page of the ${name} site`, async (t) => {
    const site = await serve(name, ...flags);
    t.after(site.stop);
    const tab = await Tab.open(browser, site.address);
    const made = await more(tab.page);
    const routes = new Set();
    for (const path of [...(await crawl(site.address, depth, lacking)), ...made]) {
      const [route] = features(path), first = !routes.has(route);
      routes.add(route);
      await t.test(path, () => look(tab, path, { name: `${name} ${path}`, views, audited: first || made.includes(path) }));
    }
    tab.expect("the server responded with a status of 4");
    await tab.close();
  });
}

/** The first page of a route is audited in every view; its likes, which differ by a parameter, have the same parts. */
async function look(tab, path, { name, views, audited }) {
  const { page } = tab;
  await page.setViewportSize({ width: 1440, height: 1000 });
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  const response = await page.goto(path);
  const found = [...inline(await response.text()), ...(await structure(page)), ...(await focus(page))];
  for (const [colorScheme, wide] of views) {
    await page.setViewportSize({ width: wide, height: 1000 });
    await page.emulateMedia({ colorScheme });
    const seen = [...(await width(page)), ...(await contrast(page)), ...(audited ? await accessibility(page) : [])];
    found.push(...seen.map((text) => `${colorScheme}, ${wide} wide: ${text}`));
    if (audited) await tab.shot(`page ${name} ${colorScheme} ${wide}`);
  }
  await page.setViewportSize({ width: 320, height: 1000 });
  found.push(...(await width(page)));
  assert.deepEqual(found, []);
}
