// What pages weigh, and how they move.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { story, visit } from "./lib/story.mjs";

visit("demo");

story("a search page of 50 results comes in 400 KB, thumbnails and all", { height: 900 }, async (page, tab) => {
  await page.goto("/search?k=50", { waitUntil: "networkidle" });
  assert.equal(await page.locator("li.hit").count(), 50);
  const { total: sent } = await tab.sent();
  assert.ok(sent <= 400 * 1024, `${sent} bytes`);
  const thumbnails = tab.responses.filter((response) => response.url().includes("/thumbnails/")).length;
  const all = await page.locator('img[src^="/thumbnails/"]').count();
  assert.ok(thumbnails < all, `all ${all} thumbnails were loaded, also those below the window`);
});

story("scripts without the map's are at most 150 KB compressed", {}, async (page, tab) => {
  for (const path of ["/", "/search", "/map", "/models/demo", "/probe", "/care", "/tour/1", "/compare"]) await page.goto(path);
  const scripts = tab.responses.filter((r) => r.request().resourceType() === "script").map((r) => r.url());
  const addresses = [...new Set(scripts)].filter((address) => !address.includes("map.js"));
  const bodies = await Promise.all(addresses.map(async (address) => Buffer.from(await (await fetch(address)).arrayBuffer())));
  assert.ok(bodies.length >= 2, "there are scripts");
  const size = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
  assert.ok(size <= 150 * 1024, `${size} bytes`);
});

story("who wants no motion sees none", { reducedMotion: "reduce" }, async (page) => {
  for (const path of ["/", "/search", "/map", "/models/demo"]) {
    await page.goto(path);
    const moving = await page.evaluate(() => [...document.querySelectorAll("body, body *")].filter((e) => {
      const s = getComputedStyle(e);
      return s.transitionDuration.split(",").some((d) => parseFloat(d) > 0) || s.animationName !== "none" || s.scrollBehavior === "smooth";
    }).map((e) => e.outerHTML.slice(0, 80)));
    assert.deepEqual(moving, [], path);
  }
});
