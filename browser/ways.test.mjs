// Other ways to use the pages: by keyboard alone, without JavaScript, on a phone.
import assert from "node:assert/strict";
import { at, chosen, count, current, story, until, visit } from "./lib/story.mjs";

visit("demo");

/** tabTo presses Tab until something has the focus, as somebody without a mouse must. */
async function tabTo(page, selector) {
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press("Tab");
    const there = await page.evaluate((selector) => {
      const e = document.activeElement, s = getComputedStyle(e);
      return e.matches(selector) && { outlined: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0, top: e.getBoundingClientRect().top, height: innerHeight };
    }, selector);
    if (!there) continue;
    assert.ok(there.outlined, `${selector} has the focus and does not show it`);
    assert.ok(there.top >= 0 && there.top < there.height, `${selector} has the focus out of sight`);
    return;
  }
  assert.fail(`150 times Tab did not lead to ${selector}`);
}

story("keyboard only, from the home page to why two images are alike", {}, async (page, tab) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await tab.shot("keyboard 1 skip");
  await tabTo(page, 'nav a[href="/search"]');
  await page.keyboard.press("Enter");
  await page.waitForURL("**/search");
  await tabTo(page, '[data-cycle="metric"] li a');
  await tab.shot("keyboard 2 metric");
  await page.keyboard.press("ArrowRight");
  await at(page, { metric: "euclidean" });
  await current(page, "metric", "euclidean");
  assert.equal(await chosen(page, "metric").evaluate((e) => e === document.activeElement), true, "the focus stays with the control");
  await tabTo(page, '[data-cycle="layer"] li:nth-child(2) a');
  await page.keyboard.press("Enter");
  await at(page, { metric: "euclidean", layer: /^stage2/ });
  await tabTo(page, "li.hit:nth-child(2) > a");
  await tab.shot("keyboard 3 result");
  await page.keyboard.press("Enter");
  await at(page, { metric: "euclidean", layer: /^stage2/, image: /./ });
  await tabTo(page, "li.hit:nth-child(1) .why");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/why?**");
  await tabTo(page, "#show-heat");
  await page.keyboard.press("Space");
  assert.equal(await page.locator("#show-heat").isChecked(), false);
  await tab.shot("keyboard 4 why");
});

story("without JavaScript: choose, search, page, compare", { javaScriptEnabled: false }, async (page, tab) => {
  await page.goto("/");
  await page.locator("nav a[href='/search']").click();
  await count(page, "li.hit", 15);
  assert.ok(await page.locator(".upload .button").first().isVisible(), "the form has no button");
  await tab.shot("without script 1");
  await page.locator('[data-cycle="metric"] li a', { hasText: "minkowski" }).click();
  await at(page, { metric: "minkowski" });
  await page.locator("#p").fill("4");
  await page.locator("#p + button").click();
  await at(page, { p: "4" });
  await until(page, () => document.getElementById("p").defaultValue === "4");
  await page.locator(".catalogue h3 a").nth(1).click(); // a category's images
  await at(page, { category: /./, p: "4" });
  await page.locator(".catalogue-ways li:nth-child(2) a").click(); // all of them, in pages
  await at(page, { shuffle: "1", p: "4" });
  await page.locator(".catalogue .pages a[rel=next]").click();
  await at(page, { page: "2", p: "4" });
  await page.locator(".catalogue .tiles li > a").nth(2).click();
  await at(page, { p: "4", image: /./ });
  await page.locator(".theme button[value=dark]").click();
  await until(page, () => document.documentElement.dataset.theme === "dark");
  await at(page, { p: "4", image: /./ }); // the selection is not lost on the way
  await tab.shot("without script 2 dark");
  await page.locator(".compare-link a").click();
  await page.waitForURL("**/compare?**");
  await page.locator("#config").selectOption({ index: 3 });
  await page.locator("#config + button").click();
  await page.locator(".side-by-side thead th").nth(2).waitFor();
  await tab.shot("without script 3 compare", { fullPage: true });
});

story("light and dark, like the system or not", {}, async (page, tab) => {
  const bright = (yes) => until(page, (yes) => getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).slice(0, 3).reduce((sum, v) => sum + Number(v), 0) > 382 === yes, yes);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.goto("/search");
    await bright(colorScheme === "light");
    await tab.shot(`search ${colorScheme}`);
  }
  for (const [theme, yes] of [["light", true], ["system", false]]) {
    await page.locator(`.theme button[value=${theme}]`).click();
    await bright(yes);
    await page.reload();
    await bright(yes);
  }
});

story("phone", { width: 390, height: 844, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }, async (page, tab) => {
  await page.goto("/");
  await tab.shot("phone 1 home");
  await page.locator("nav a[href='/search']").tap();
  await page.locator("li.hit").first().waitFor();
  await tab.shot("phone 2 search");
  assert.equal(await page.locator('[data-cycle="metric"]').isVisible(), false, "the drawer is closed to begin with");
  await page.locator("#drawer > summary").tap();
  await page.locator('[data-cycle="metric"] li a', { hasText: "euclidean" }).first().tap();
  await at(page, { metric: "euclidean" });
  assert.equal(await page.locator('[data-cycle="metric"]').isVisible(), true, "the drawer stays open");
  await tab.shot("phone 3 drawer");
  await page.locator("#drawer > summary").tap();
  await page.locator("li.hit > a").nth(1).tap();
  await at(page, { metric: "euclidean", image: /./ });
  await page.locator("nav a[href='/map']").tap();
  await page.locator(".map-svg a").nth(10).waitFor();
  await tab.shot("phone 4 map");
});
