// The map: draw around points, and look at what is inside.
import assert from "node:assert/strict";
import { at, story, visit } from "./lib/story.mjs";

visit("demo");

/** lasso draws a line near the edges of the map, so that all points are inside. */
async function lasso(page) {
  const box = await page.locator(".map-stage").first().boundingBox();
  const corner = (x, y) => [box.x + x * box.width, box.y + y * box.height];
  await page.locator('[data-action="lasso"]').click();
  await page.mouse.move(...corner(0.01, 0.01));
  await page.mouse.down();
  for (const [x, y] of [[0.99, 0.01], [0.99, 0.99], [0.01, 0.99], [0.01, 0.5]]) await page.mouse.move(...corner(x, y), { steps: 3 });
  return () => page.mouse.up();
}

story("lasso", {}, async (page, tab) => {
  await page.goto("/map");
  await page.locator('.map-stage[data-drawn="200"][aria-busy="false"]').waitFor();
  await tab.shot("map 1");
  const end = await lasso(page);
  await tab.shot("map 2 lasso");
  await end();
  await at(page, { select: /./ });
  assert.equal(await page.locator("#selection-title").innerText(), "200 images selected");
  await page.locator(".selection .tiles img").first().waitFor();
  await tab.shot("map 3 selection");
  await page.locator(".selection .tiles a").nth(3).click();
  await at(page, { image: /./ });
  await page.locator(".map-panel h2 a, .map-query-card a").first().waitFor();
});
