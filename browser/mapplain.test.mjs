// The map where there is no WebGL, or no script: the server's drawing.
import assert from "node:assert/strict";
import { at, count, current, story, until, visit } from "./lib/story.mjs";

visit("demo");

story("without JavaScript", { javaScriptEnabled: false }, async (page, tab) => {
  await page.goto("/map?layer=stage4_relu3");
  await tab.shot("map without script");
  assert.equal(await page.locator(".map-svg a").count(), 200);
  assert.equal(await page.locator(".map-buttons").isVisible(), false, "there are buttons that do nothing");
  await page.locator(".map-svg a").nth(2).dispatchEvent("click");
  await at(page, { image: /./ });
  await page.locator(".map-legend li:nth-child(1) .toggle").click();
  await count(page, ".map-svg a", 180);
  await page.locator("[data-cycle=color] li:nth-child(2) a").click();
  await count(page, ".ramp span", 7);
  await page.locator("#channel").fill("2");
  await page.locator("[data-cycle=color] form .button").click();
  await until(page, () => document.querySelector("#legend-title").textContent.includes("channel 2"));
  await page.locator("#table tbody tr:nth-child(5) a").click();
  await until(page, () => document.querySelector("#table tbody tr:nth-child(5)").className === "default");
});

story("without WebGL", {}, async (page, tab) => {
  await page.addInitScript(() => { // a machine with a graphics card would have it
    const get = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return kind.startsWith("webgl") ? null : get.call(this, kind, ...rest); };
  });
  await page.goto("/map?layer=stage4_relu3");
  await page.locator(".map-card.still").waitFor();
  await tab.shot("map without webgl");
  await page.locator("[data-cycle=layer] li:nth-child(2) a").click();
  await current(page, "layer", "stage2_relu1");
  await count(page, ".map-card.still .map-svg a", 200);
  assert.equal(await page.locator(".map-buttons").isVisible(), false, "there are buttons that do nothing");
});
