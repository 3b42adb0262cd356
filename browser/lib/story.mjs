// A story is a visitor's way through the site, with a server, a browser and pictures of what was seen.
import { after, before, test } from "node:test";
import { launch, Tab } from "./chromium.mjs";
import { serve } from "./program.mjs";

let browser, site;

/** visit has the stories of a file walk through a database. */
export function visit(name, ...flags) {
  before(async () => { [browser, site] = await Promise.all([launch(), serve(name, ...flags)]); });
  after(() => Promise.all([browser?.close(), site?.stop()]));
}

/** story walks in a tab of its own. What should not happen in any page fails it; so does a walk that gets stuck. */
export function story(name, options, walk) {
  test(name, { timeout: 180_000 }, async () => {
    const tab = await Tab.open(browser, site.address, options);
    try {
      await walk(tab.page, tab);
    } catch (error) {
      await tab.page.screenshot({ path: tab.path(`stuck ${name}`) }).catch(() => {}); // the error says more
      await tab.context.close();
      throw error;
    }
    await tab.close();
  });
}

/** at waits until the page's address has these parameters. */
export function at(page, wanted, pathname) {
  const fits = (url) => Object.entries(wanted).every(([name, value]) => (value instanceof RegExp ? value.test(url.searchParams.get(name) ?? "") : url.searchParams.get(name) === value));
  return page.waitForURL((url) => fits(url) && (!pathname || url.pathname === pathname));
}

/** chosen is the link that a control marks as current. */
export const chosen = (page, control) => page.locator(`[data-cycle="${control}"] [aria-current]`).first();

/** current is that link once it is the one with this name. */
export const current = (page, control, name) => page.locator(`[data-cycle="${control}"] [aria-current]`, { hasText: new RegExp(`^\\s*${name}`) });
