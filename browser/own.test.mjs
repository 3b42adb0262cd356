// Searching with a picture of one's own: chosen, dropped, pasted, taken; saved for others, and removed.
import assert from "node:assert/strict";
import { bring, bus } from "./lib/pictures.mjs";
import { at, count, current, parameter, story, stranger, until, visit } from "./lib/story.mjs";

visit("demo");

/** foundBus waits for the answer to the bus, which is the demo's bus. */
async function foundBus(page, name) {
  await at(page, { upload: /./ });
  const first = page.locator("li.hit").first();
  assert.match(await first.locator("img").getAttribute("alt"), /^bus/);
  assert.equal(await first.locator(".similarity").innerText(), "1.00");
  const query = await page.locator(".query").innerText();
  assert.match(query, /only in memory/);
  assert.ok(query.includes(name), `the query does not name ${name}`);
  await until(page, () => document.querySelector(".query-picture img").naturalWidth === 64);
}

story("choose a file", {}, async (page, tab) => {
  await page.goto("/search?metric=euclidean");
  await page.locator("#file").setInputFiles(bus);
  await foundBus(page, "1f68c.png");
  await tab.shot("own picture");
  await page.locator("[data-cycle=layer] li:nth-child(1) a").click();
  await at(page, { upload: /./, layer: /^stage1/ });
  await until(page, () => document.querySelector("[data-cycle=layer] li:nth-child(1) a").ariaCurrent === "true");
  await page.reload();
  await foundBus(page, "1f68c.png");
  await current(page, "metric", "euclidean");
});

story("drop a picture", {}, async (page, tab) => {
  await page.goto("/search");
  await bring(page, "dragenter");
  await page.locator(".upload.over").first().waitFor();
  await tab.shot("drop");
  await bring(page, "drop");
  await foundBus(page, "drop.png");
});

story("paste a picture, save it, come back to it, remove it", {}, async (page, tab) => {
  await page.goto("/search");
  await bring(page, "paste");
  await foundBus(page, "paste.png");
  const unsaved = page.url();
  assert.match(await page.locator("#saving").innerText(), /paste\.png is only in memory/);
  await page.locator("#saving button").click();
  await at(page, { saved: /./ });
  assert.equal(parameter(page, "upload"), null);
  await count(page, "li.hit", 15);
  const shared = page.url(), saved = parameter(page, "saved");
  await tab.shot("saved 1");

  const other = await stranger();
  await other.page.goto(shared);
  assert.match(await other.page.locator("li.hit img").first().getAttribute("alt"), /^bus/);
  assert.equal(await other.page.locator("h1 .file-name").innerText(), "paste.png");
  await until(other.page, () => document.querySelector(".query-picture img").naturalWidth === 64);
  const response = await other.page.goto(unsaved);
  assert.ok(response.status() >= 400 && response.status() < 500, "what is only in memory is its sender's alone");
  other.expect("the server responded with a status of 4");
  await other.close();

  await page.locator("#saving a").click();
  await page.waitForURL("**/saved");
  await page.locator(".saved img").first().waitFor();
  await tab.shot("saved 2 list");
  await page.locator(".saved > li > a").first().click();
  await at(page, { saved });
  await page.goto("/saved");
  await page.locator(".saved summary").click();
  await page.locator(".saved form button").click();
  await page.locator(".empty").waitFor();
  await tab.shot("saved 3 removed");
});

const phone = { width: 390, height: 844, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

story("take a photo with a phone", phone, async (page, tab) => {
  await page.goto("/search");
  await page.locator("#drawer > summary").tap();
  const camera = page.locator("#camera");
  await camera.scrollIntoViewIfNeeded();
  assert.ok(await page.locator(".camera label").isVisible(), "no camera is offered");
  assert.equal(await camera.getAttribute("capture"), "environment");
  await tab.shot("camera");
  const asked = page.waitForEvent("filechooser");
  await camera.tap();
  await (await asked).setFiles(bus);
  await at(page, { upload: /./ });
  assert.match(await page.locator("li.hit img").first().getAttribute("alt"), /^bus/);
  await tab.shot("camera answer");
});

story("a mouse is offered no camera", {}, async (page) => {
  await page.goto("/search");
  assert.equal(await page.locator(".camera").isVisible(), false);
});
