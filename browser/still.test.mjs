// What is not chosen stays where it is, and what is, in sight.
import assert from "node:assert/strict";
import { current, story, until, visit } from "./lib/story.mjs";

visit("demo");

story("a choice does not make the page jump", { height: 360 }, async (page) => {
  await page.goto("/search?k=50");
  await page.evaluate(() => { scrollTo(0, 300); document.getElementById("catalogue").scrollTop = 40; window.same = true; });
  const places = () => page.evaluate(() => [scrollY, document.getElementById("catalogue").scrollTop, document.querySelector(".hits").getBoundingClientRect().top, window.same]);
  const before = await places();
  assert.deepEqual(before.slice(0, 2), [300, 40], "the page is too short to scroll");
  await page.locator('[data-cycle="metric"] li a').nth(1).dispatchEvent("click"); // a real click might scroll by itself
  await current(page, "metric", "euclidean");
  assert.deepEqual(await places(), before);
});

const changes = [
  "#choose-metric li:nth-child(2) a", "#choose-metric li:nth-child(4) a", "#choose-metric li:nth-child(3) a", "#choose-layer li:nth-child(2) a",
  "#choose-layer li:nth-child(5) a", "#choose-k li:nth-child(1) a", "#choose-k li:nth-child(4) a", ".tiles li:nth-child(3) > a",
  "li.hit:nth-child(2) > a", ".catalogue-ways li:nth-child(2) a",
];

story("nothing shifts, whatever is chosen", {}, async (page) => {
  await page.goto("/search?metric=cosine&k=15");
  await page.evaluate(() => {
    window.shifted = 0;
    new PerformanceObserver((list) => { for (const e of list.getEntries()) window.shifted += e.value; }).observe({ type: "layout-shift", buffered: false });
  });
  const places = () => page.evaluate(() => [scrollY, ...["#choose-model", "#choose-metric", "#choose-k", ".score", "#choose-layer", "#hits", "#catalogue-title"]
    .map((part) => Math.round(document.querySelector(part).getBoundingClientRect().top))]);
  for (const change of changes) {
    const before = await places(), address = page.url();
    await page.locator(change).first().dispatchEvent("click");
    await until(page, (address) => location.href !== address, address);
    assert.deepEqual(await places(), before, change);
  }
  const shifted = await page.evaluate(() => window.shifted);
  assert.ok(shifted < 0.01, `the layout has shifted by ${shifted}`);
});

story("on a phone the control that is used stays under the finger", { width: 390, height: 844, hasTouch: true, isMobile: true }, async (page) => {
  await page.goto("/search?metric=cosine&k=5");
  await page.evaluate(() => scrollTo(0, document.querySelector("#choose-layer").getBoundingClientRect().top - 100));
  const top = () => page.evaluate(() => Math.round(document.querySelector("#choose-layer").getBoundingClientRect().top));
  const before = await top();
  for (const layer of [1, 6, 3]) {
    const link = `#choose-layer li:nth-child(${layer}) a`;
    await page.locator(link).dispatchEvent("click");
    await until(page, (link) => document.querySelector(link).ariaCurrent === "true", link);
    assert.equal(await top(), before);
  }
});

story("without a script the control that was used stays in sight", { javaScriptEnabled: false }, async (page) => {
  await page.goto("/search?metric=cosine");
  await page.locator("#choose-metric li:nth-child(2) a").click();
  await current(page, "metric", "euclidean");
  assert.equal(await page.evaluate(() => scrollY), 0, "on a wide screen, where all controls are in sight, the page has scrolled");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/search?metric=cosine");
  await page.evaluate(() => scrollTo(0, 400));
  await page.locator("#choose-layer li:nth-child(2) a").click();
  await until(page, () => document.querySelector("#choose-layer li:nth-child(2) a").ariaCurrent === "true");
  await until(page, () => Math.abs(document.querySelector("#choose-layer").getBoundingClientRect().top - 68) < 2); // the head and a little air
});

