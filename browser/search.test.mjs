// Searching with the mouse and the arrow keys: choose, look, choose again; nothing jumps meanwhile. Compare, and ask why.
import assert from "node:assert/strict";
import { at, chosen, count, current, parameter, story, title, until, visit } from "./lib/story.mjs";

visit("demo");

story("choose", {}, async (page, tab) => {
  await page.goto("/");
  await tab.shot("choose 1 home");
  await page.locator(".card-head a.button").first().click();
  await count(page, "li.hit", 15);
  await tab.shot("choose 2 search");
  await page.locator(".catalogue .group:nth-of-type(2) .tiles li:nth-child(3) > a").click();
  await at(page, { image: /./ });
  const image = parameter(page, "image");
  await title(page, image);
  await until(page, () => document.querySelector(".query-picture img").naturalWidth === 64);
  await page.locator("li.hit:nth-child(2) > a").click();
  await until(page, (image) => !document.querySelector("h1").textContent.includes(image), image);
  await page.goBack();
  await title(page, image);
  await page.reload();
  await title(page, image);
  await page.locator('[data-cycle="layer"] li a').nth(1).click();
  await at(page, { image, layer: /^stage2/ });
  await page.locator('[data-cycle="metric"] li a', { hasText: "euclidean" }).first().click();
  await at(page, { image, layer: /^stage2/, metric: "euclidean" });
  await tab.shot("choose 3 layer and metric");
  await page.goBack();
  await at(page, { image, layer: /^stage2/, metric: "cosine" });
});

story("choose from a dataset's page", {}, async (page, tab) => {
  await page.goto("/datasets");
  await page.locator("main a", { hasText: /^demo$/ }).first().click();
  await page.waitForURL("**/datasets/demo");
  await tab.shot("dataset");
  await page.locator("main .tiles a").nth(7).click();
  await at(page, { image: /./ }, "/search");
  await title(page, parameter(page, "image"));
});

story("the arrow keys go through layers and metrics", {}, async (page) => {
  await page.goto("/search");
  const first = await chosen(page, "layer").getAttribute("title");
  const isFirst = (yes) => until(page, ([first, yes]) => (document.querySelector("[data-cycle=layer] [aria-current]").title === first) === yes, [first, yes]);
  await page.keyboard.press("ArrowLeft");
  await isFirst(false);
  await page.keyboard.press("ArrowRight");
  await isFirst(true);
  await page.locator('[data-cycle="metric"] li a').nth(1).click();
  await current(page, "metric", "euclidean");
  for (const metric of ["sqeuclidean", "minkowski"]) {
    await page.keyboard.press("ArrowRight");
    await current(page, "metric", metric);
  }
  await at(page, { metric: "minkowski", layer: /./ });
  await page.locator("#p").fill("1.5");
  await page.locator("#p").press("Enter");
  await at(page, { p: "1.5" });
  await until(page, () => document.getElementById("p").value === "1.5");
  await page.locator(".skip").focus();
  await page.keyboard.press("Enter");
  await until(page, () => location.hash === "#main");
});

story("the arrow keys go through the control used last", {}, async (page) => {
  const tile = (n) => until(page, (n) => document.querySelectorAll(".tiles li > a")[n].ariaCurrent === "true", n);
  const inUse = (name, marked) => until(page, ([name, marked]) => {
    const used = [...document.querySelectorAll(".in-use")].map((control) => control.dataset.cycle).join();
    return used === name && getComputedStyle(document.querySelector("#choose-layer > .label"), "::after").content.includes("→") === marked;
  }, [name, marked]);
  await page.goto("/search");
  await inUse("layer", true);
  await page.locator(".tiles li:nth-child(2) > a").first().click();
  await tile(1);
  await inUse("image", false);
  await page.keyboard.press("ArrowRight");
  await tile(2);
  await page.keyboard.press("ArrowLeft");
  await tile(1);
  await page.locator("[data-cycle=k] li:nth-child(1) a").click();
  await count(page, "li.hit", 5);
  await inUse("k", false);
  await page.keyboard.press("ArrowRight");
  await count(page, "li.hit", 15);
  await page.locator("li.hit:nth-child(3) > a").click();
  await inUse("image", false);
  await page.reload();
  await inUse("image", false);
});

story("the catalogue, shuffled", {}, async (page) => {
  const order = () => page.evaluate(() => [...document.querySelectorAll(".tiles li > a")].map((tile) => tile.title).join());
  const is = (order) => until(page, (order) => [...document.querySelectorAll(".tiles li > a")].map((tile) => tile.title).join() === order, order);
  await page.goto("/search");
  await page.locator(".catalogue-ways li:nth-child(2) a").click();
  await at(page, { shuffle: "1" });
  await count(page, ".tiles li > a", 60);
  const first = await order();
  await page.locator(".catalogue-list .back a").click();
  await at(page, { shuffle: "2" });
  await until(page, (first) => [...document.querySelectorAll(".tiles li > a")].map((tile) => tile.title).join() !== first, first);
  const second = await order();
  await page.locator("#choose-layer li:nth-child(2) a").click();
  await until(page, () => document.querySelector("#choose-layer li:nth-child(2) a").ariaCurrent === "true");
  assert.equal(await order(), second, "the catalogue is another one after a choice of layer");
  assert.equal(parameter(page, "shuffle"), "2");
  await page.goBack();
  await page.goBack();
  await is(first);
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
  await until(page, (n) => document.querySelectorAll(".side-by-side thead th").length > n, before);
  await page.locator(".side-by-side .fresh").first().waitFor({ state: "attached" }); // differences are marked
  await tab.shot("compare 2", { fullPage: true });
});

story("why", {}, async (page, tab) => {
  await page.goto("/search");
  await page.locator("li.hit .why").nth(1).click();
  await page.waitForURL("**/why?**");
  await until(page, () => [...document.querySelectorAll(".overlay")].filter((i) => i.naturalWidth).length === 2);
  await tab.shot("why 1");
  await page.locator("#show-heat").uncheck();
  assert.equal(await page.locator(".overlay").first().isVisible(), false);
  await page.locator("#strip a:not([aria-current])").first().click();
  await until(page, () => document.querySelector("#strip li:first-child a[aria-current]"));
  await tab.shot("why 2");
});
