// Searching with the mouse: choose, bring a picture of one's own, compare, ask why.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./lib/program.mjs";
import { at, chosen, current, story, visit } from "./lib/story.mjs";

visit("demo");

const bus = join(root, "node_modules/emoji-datasource-google/img/google/64/1f68c.png");

story("choose", {}, async (page, tab) => {
  await page.goto("/datasets");
  await page.locator("main a", { hasText: /^demo$/ }).first().click();
  await page.waitForURL("**/datasets/demo");
  await tab.shot("choose 1 dataset");
  await page.locator("main .tiles a").nth(7).click();
  await at(page, { image: /./ }, "/search");
  const { image } = Object.fromEntries(new URL(page.url()).searchParams);
  assert.match(await page.locator("h1").innerText(), new RegExp(image));
  await tab.shot("choose 2 image");
  await page.locator('[data-cycle="layer"] li a').nth(1).click();
  await at(page, { image, layer: /^stage2/ });
  await page.locator('[data-cycle="metric"] li a', { hasText: "euclidean" }).first().click();
  await at(page, { image, layer: /^stage2/, metric: "euclidean" });
  await tab.shot("choose 3 layer and metric");
  await page.goBack();
  await at(page, { image, layer: /^stage2/, metric: "cosine" });
});

story("the arrow keys go through the control used last", {}, async (page) => {
  await page.goto("/search");
  const before = await chosen(page, "layer").getAttribute("href");
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction((href) => document.querySelector('[data-cycle="layer"] [aria-current]').getAttribute("href") !== href, before);
  await page.locator('[data-cycle="metric"] li a').nth(1).click();
  await at(page, { metric: "euclidean" });
  await current(page, "metric", "euclidean").waitFor();
  await page.keyboard.press("ArrowRight");
  await at(page, { metric: "sqeuclidean" });
  await current(page, "metric", "sqeuclidean").waitFor();
  await page.keyboard.press("ArrowLeft");
  await at(page, { metric: "euclidean" });
});

story("a choice does not make the page jump", { height: 500 }, async (page) => {
  await page.goto("/search?k=50");
  await page.evaluate(() => { scrollTo(0, 300); window.same = true; });
  const places = () => page.evaluate(() => [scrollY, document.querySelector(".hits").getBoundingClientRect().top, window.same]);
  const before = await places();
  assert.equal(before[0], 300, "the page is too short to scroll");
  await page.locator('[data-cycle="metric"] li a').nth(1).dispatchEvent("click"); // a real click might scroll by itself
  await at(page, { metric: "euclidean" });
  await current(page, "metric", "euclidean").waitFor({ state: "attached" });
  assert.deepEqual(await places(), before);
});

/** bring hands a file to the page as a drop or a paste does. */
function bring(page, kind) {
  return page.evaluate(([kind, bytes]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], `${kind}.png`, { type: "image/png" }));
    const how = { bubbles: true, cancelable: true };
    document.body.dispatchEvent(kind === "paste" ? new ClipboardEvent(kind, { ...how, clipboardData: data }) : new DragEvent(kind, { ...how, dataTransfer: data }));
  }, [kind, readFileSync(bus, "base64")]);
}

async function foundBus(page) {
  await at(page, { upload: /./ });
  const first = page.locator("li.hit").first();
  assert.match(await first.locator("img").getAttribute("alt"), /^bus/);
  assert.equal(await first.locator(".similarity").innerText(), "1.00");
  assert.match(await page.locator(".query").innerText(), /only in memory/);
}

story("choose a file", {}, async (page, tab) => {
  await page.goto("/search");
  await page.locator("[data-upload] input[type=file]").setInputFiles(bus);
  await foundBus(page);
  await tab.shot("own picture");
  await page.reload();
  await foundBus(page);
});

story("drop a picture", {}, async (page, tab) => {
  await page.goto("/search");
  await bring(page, "dragenter");
  await page.locator(".upload.over").waitFor();
  await tab.shot("drop");
  await bring(page, "drop");
  await foundBus(page);
});

story("paste a picture", {}, async (page) => {
  await page.goto("/search");
  await bring(page, "paste");
  await foundBus(page);
});

story("compare", {}, async (page, tab) => {
  await page.goto("/search");
  await page.locator(".compare-link a").click();
  await page.waitForURL("**/compare?**");
  assert.ok(await page.locator(".small-chart").count() >= 4, "a chart for each metric");
  assert.ok(await page.locator(".small-chart .best").count() >= 1, "the best is marked");
  await tab.shot("compare 1", { fullPage: true });
  const columns = page.locator(".side-by-side thead th");
  const before = await columns.count();
  await page.locator(".small-chart").nth(1).locator("a:not([aria-current])").first().click();
  await page.waitForFunction((n) => document.querySelectorAll(".side-by-side thead th").length > n, before);
  await page.locator(".side-by-side .fresh").first().waitFor({ state: "attached" }); // differences are marked
  await tab.shot("compare 2", { fullPage: true });
});

story("why", {}, async (page, tab) => {
  await page.goto("/search");
  await page.locator("li.hit .why").nth(1).click();
  await page.waitForURL("**/why?**");
  await page.waitForFunction(() => [...document.querySelectorAll(".overlay")].filter((i) => i.naturalWidth).length === 2);
  await tab.shot("why 1");
  await page.locator("#show-heat").uncheck();
  assert.equal(await page.locator(".overlay").first().isVisible(), false);
  await page.locator("#strip a:not([aria-current])").first().click();
  await page.waitForFunction(() => document.querySelector("#strip li:first-child a[aria-current]"));
  await tab.shot("why 2");
});
