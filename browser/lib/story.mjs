// A story is a visitor's way through the site, with a server, a browser and pictures of what was seen.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { launch, Tab } from "./chromium.mjs";
import { serve } from "./program.mjs";

let browser, site;

// Who is left alone by the process that started it goes as well, and its server and browser with it.
const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) process.exit(1); }, 1000).unref();

/** visit has the stories of a file walk through a copy of a database, with WebGL where they need it: it makes all pages slow. */
export function visit(name, { webgl = false, flags = [] } = {}) {
  before(async () => { [browser, site] = await Promise.all([launch({ webgl }), serve(name, ...flags)]); });
  after(() => Promise.all([browser?.close(), site?.stop()]));
}

/** story walks in a tab of its own. What should not happen in any page fails it; so does a walk that gets stuck. */
export function story(name, options, walk) {
  test(name, { timeout: 180_000 }, async () => {
    const tab = await Tab.open(browser, site.address, options);
    try {
      await walk(tab.page, tab);
    } catch (error) {
      await tab.shot(`stuck ${name}`).catch(() => {}); // the error says more
      await tab.context.close();
      throw error;
    }
    await tab.close();
  });
}

/** stranger is a tab of somebody else, who has none of this one's cookies. */
export const stranger = (options) => Tab.open(browser, site.address, options);

/** until waits for something to be so in a page, or with a thing of a page; while a page is being left, nothing is. */
export async function until(there, holds, argument) {
  for (const end = Date.now() + 30_000; !(await there.evaluate(holds, argument).catch(() => false)); await sleep(25)) {
    if (Date.now() > end) assert.fail(`this did not come true: ${holds}, with ${JSON.stringify(argument)}${there.url ? ", at " + there.url() : ""}`);
  }
}

/** count waits until so many things are there. */
export const count = (page, selector, n) => until(page, ([s, n]) => document.querySelectorAll(s).length === n, [selector, n]);

/** title waits for what the page's heading says. */
export const title = (page, words) => until(page, (words) => document.querySelector("h1").textContent.includes(words), words);

/** parameter is a part of the page's address. */
export const parameter = (page, name) => new URL(page.url()).searchParams.get(name);

/** at waits until the page's address has these parameters. */
export function at(page, wanted, pathname) {
  const fits = (url) => Object.entries(wanted).every(([name, value]) => (value instanceof RegExp ? value.test(url.searchParams.get(name) ?? "") : url.searchParams.get(name) === value));
  return page.waitForURL((url) => fits(url) && (!pathname || url.pathname === pathname));
}

/** chosen is the link that a control marks as current. */
export const chosen = (page, control) => page.locator(`[data-cycle="${control}"] [aria-current]`).first();

/** current waits until that link is the one with this name. */
export const current = (page, control, name) =>
  page.locator(`[data-cycle="${control}"] [aria-current]`, { hasText: new RegExp(`^\\s*${name}`) }).first().waitFor({ state: "attached" });
