// What the stories of maps have in common: the map as its script sees it, and places on it.
import { until } from "./story.mjs";

/** openMap opens a page and returns its first map, once all its points are drawn. */
export async function openMap(page, address) {
  await page.goto(address);
  return drawnMap(page);
}

export async function drawnMap(page) {
  await drawn(page);
  return page.evaluateHandle(() => document.querySelector(".map-stage").map);
}

/** drawn waits until a map shows the demo's images at a layer, if one is named, and has come to rest. */
export const drawn = (page, layer = "") => until(page, (layer) => {
  const { dataset, ariaBusy, map } = document.querySelector(".map-stage");
  return dataset.drawn === "200" && ariaBusy === "false" && map.state.points.includes(layer);
}, layer);

/** alone is the point farthest from its nearest neighbor, so that pointing at it is not pointing at another; the query is not meant. */
export const alone = (view) => view.evaluate((v) => {
  const at = [...Array(v.data.n).keys()].map((i) => v.pixel(i));
  const gap = (i) => Math.min(...at.filter((_, j) => j !== i).map(([x, y]) => Math.hypot(x - at[i][0], y - at[i][1])));
  return at.map((_, i) => i).filter((i) => i !== v.query).sort((a, b) => gap(b) - gap(a))[0];
});

/** pointAt is where a point lies in the window. */
export const pointAt = (view, i) => view.evaluate((v, i) => v.pointAt(i), i);

/** lasso draws along the map's edges, so that all points are inside, and returns how to end it. */
export async function lasso(page) {
  const box = await page.locator(".map-stage").first().boundingBox();
  const corner = (x, y) => [box.x + x * box.width, box.y + y * box.height];
  await page.locator('[data-action="lasso"]').click();
  await page.mouse.move(...corner(0.005, 0.005));
  await page.mouse.down();
  for (const [x, y] of [[0.995, 0.005], [0.995, 0.995], [0.005, 0.995], [0.005, 0.5]]) await page.mouse.move(...corner(x, y), { steps: 3 });
  return () => page.mouse.up();
}
