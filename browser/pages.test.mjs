// Every page of a site, whatever it shows: light and dark, wide and narrow, by keyboard, with the policy it was sent under.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Tab } from "./lib/chromium.mjs";
import { serve } from "./lib/program.mjs";
import { crawl, features } from "./lib/crawl.mjs";
import { accessibility, focus, inline, structure, width } from "./lib/checks.mjs";

// WALK=brief, as on CI, looks at one page of each route, in two views.
const brief = process.env.WALK === "brief";
const views = [["light", 1440], ["dark", 390], ["dark", 1440], ["light", 390]].slice(0, brief ? 2 : 4);

/** What no link of the demo leads to within three steps from the first page. */
const unlinked = ["/nowhere", "/models/nothing", "/search?metric=nonsense", "/search?k=50"];
const sites = [
  { name: "demo", depth: 3, more: unlinked },
  { name: "shipped", depth: 1, more: [], flags: ["--read-only"] },
  { name: "bare", depth: 1, more: [], lacking: true },
  { name: "empty", depth: 1, more: [], lacking: true },
];

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const { name, depth, more, flags = [], lacking } of sites) {
  test(`every page of the ${name} site`, async (t) => {
    const site = await serve(name, ...flags);
    t.after(site.stop);
    const pages = [...(await crawl(site.address, depth, lacking)), ...more];
    const tab = await Tab.open(browser, site.address);
    const routes = new Set();
    for (const path of pages) {
      const [route] = features(path), first = !routes.has(route) && routes.add(route);
      if (!first && brief) continue;
      await t.test(path, () => look(tab, path, { name: `${name} ${path}`, views: first ? views : views.slice(0, 1) }));
    }
    tab.expect("the server responded with a status of 40");
    await tab.close();
  });
}

/** The first page of a route is looked at in all views; its likes, which differ by a parameter, in one. */
async function look(tab, path, { name, views }) {
  const { page } = tab;
  await page.setViewportSize({ width: 1440, height: 1000 });
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  const response = await page.goto(path);
  const found = [...inline(await response.text()), ...(await structure(page))];
  for (const [colorScheme, wide] of views) {
    await page.setViewportSize({ width: wide, height: 1000 });
    await page.emulateMedia({ colorScheme });
    found.push(...(await accessibility(page)).map((text) => `${colorScheme}, ${wide} wide: ${text}`));
    await tab.shot(`page ${name} ${colorScheme} ${wide}`);
  }
  await page.setViewportSize({ width: 320, height: 1000 });
  found.push(...(await width(page)), ...(await focus(page)));
  assert.deepEqual(found, []);
}
