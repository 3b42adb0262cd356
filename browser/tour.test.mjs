// The tour and the explanations: on the first visit and on purpose, by keys, on a phone, without JavaScript.
import assert from "node:assert/strict";
import { count, story, until, visit } from "./lib/story.mjs";

visit("demo");

const open = (page, yes = true) => until(page, (yes) => (document.querySelector("dialog.tour-dialog")?.open === true) === yes, yes);
const isOpen = (page) => page.evaluate(() => document.querySelector("dialog.tour-dialog")?.open === true);
const step = (page, n) => page.locator(".tour .label", { hasText: `step ${n} of 5` }).waitFor();

story("a first visit, by keyboard", { firstVisit: true }, async (page, tab) => {
  await page.goto("/search?k=5"); // sent there to see something
  await count(page, "li.hit", 5);
  assert.equal(await isOpen(page), false, "the tour stands before what the visitor was sent to");
  await page.goto("/");
  await open(page);
  for (let n = 1; n <= 5; n++) {
    await step(page, n);
    assert.equal(await page.evaluate(() => document.activeElement.id), "tour-title", "the title is read out first");
    assert.ok(await page.locator("dialog img, dialog svg").count() > 0, "a step has pictures");
    await tab.shot(`tour ${n}`);
    await page.keyboard.press("ArrowRight"); // at the end there is no more
  }
  await tab.accessible("tour");
  await page.keyboard.press("ArrowLeft");
  await step(page, 4);
  for (let i = 0; i < 40; i++) { // the focus does not leave the dialog for the page behind it
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("dialog")), "the focus is on the page behind");
  }
  await page.keyboard.press("Escape");
  await open(page, false);
  assert.equal(new URL(page.url()).pathname, "/", "the page behind has moved");
  await page.reload();
  await page.goto("/map");
  assert.equal(await isOpen(page), false, "who has seen the tour is left in peace");
});

story("again, with an image of one's own choice", {}, async (page, tab) => {
  await page.goto("/search");
  await page.keyboard.press("?");
  await open(page);
  await page.locator(".tour-close").click();
  await open(page, false);
  await page.locator(".help").click();
  await open(page);
  const image = () => page.locator("dialog .tour-query img").first().getAttribute("src");
  const before = await image();
  await page.locator("dialog .tour-query .tiles a:not([aria-current])").first().click();
  await until(page, (before) => document.querySelector("dialog .tour-query img").getAttribute("src") !== before, before);
  const chosen = await image();
  await page.locator("dialog a[rel=next]").click();
  await until(page, () => document.querySelector("dialog [aria-current=step]").textContent.includes("2"));
  assert.equal(await image(), chosen, "the image has changed on the way to the next step");
  await page.locator("dialog .tour-row a").first().click();
  await page.waitForURL((url) => url.pathname === "/search");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/");
  await page.keyboard.press("?");
  await open(page);
  await tab.shot("tour on a phone");
  const over = await page.evaluate(() => document.querySelector("dialog").scrollWidth - innerWidth);
  assert.ok(over <= 0, `the tour is ${over} pixels wider than a phone`);
});

story("tour without JavaScript", { javaScriptEnabled: false }, async (page, tab) => {
  await page.goto("/");
  await page.locator(".help").click();
  await page.waitForURL((url) => url.pathname === "/tour/1");
  await page.locator("a[rel=next]").click();
  await page.waitForURL((url) => url.pathname === "/tour/2");
  await until(page, () => document.querySelectorAll(".tour-row img").length > 8);
  await page.locator("a[rel=prev]").click();
  await page.waitForURL((url) => url.pathname === "/tour/1");
  await tab.shot("tour without script");
});

const terms = { "/search": "score", "/map": "map", "/scorecard": "scorecard", "/models/demo/layers/stage4_relu3": "visualization", "/probe": "activation" };

/** explain opens what stands beside a word, and waits for its drawing. */
async function explain(page, term) {
  const box = page.locator(`#explain-${term}`);
  assert.equal(await box.isVisible(), false, `${term} is explained to begin with`);
  await page.locator(`[popovertarget=explain-${term}]`).first().click();
  await box.waitFor();
  await until(page, (term) => document.querySelector(`#explain-${term} .in-light`).naturalWidth === 560, term);
  return box;
}

story("explanations", {}, async (page, tab) => {
  for (const [path, term] of Object.entries(terms)) {
    await page.goto(path);
    const loaded = await page.locator(`#explain-${term} .in-light`).evaluate((image) => image.naturalWidth > 0);
    assert.equal(loaded, false, `the drawing for ${term} is loaded to begin with`);
    const box = await explain(page, term);
    await tab.shot(`explain ${term}`);
    if (term === "score") await tab.accessible("explanation");
    await page.keyboard.press("Escape");
    await box.waitFor({ state: "hidden" });
  }
});

story("explanations without JavaScript", { javaScriptEnabled: false }, async (page) => {
  await page.goto("/search");
  await explain(page, "metric");
});
