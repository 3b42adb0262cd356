// Queries that are more than an image: a part of it, several with weights, what lies on the map, a channel.
import assert from "node:assert/strict";
import { count, story, title, until, visit } from "./lib/story.mjs";

visit("demo");

/** drag moves the mouse with its button held over the picture, from one place of it to another, in shares of its size. */
async function drag(page, from, to) {
  const stage = page.locator("[data-crop-stage]");
  await stage.evaluate((e) => e.scrollIntoView({ block: "center" }));
  const box = await stage.boundingBox();
  const at = ([x, y]) => [box.x + box.width * x, box.y + box.height * y];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]));
  await page.mouse.move(...at(to));
  await page.mouse.up();
}

story("crop by mouse", {}, async (page, tab) => {
  await page.goto("/search");
  await drag(page, [0.4, 0.2], [0.6, 0.7]);
  await title(page, "a part of");
  await until(page, () => ["crop", "crop_w"].some((name) => new URLSearchParams(location.search).has(name)));
  assert.ok(await page.locator(".crop-form").evaluate((e) => e.open), "the crop's numbers are missing");
  assert.equal(await page.locator("li.hit").count(), 15);
  await tab.shot("crop");
  await page.locator(".crop-caption a").nth(1).click();
  await until(page, () => !document.querySelector("h1").textContent.includes("a part of"));
});

story("crop by keyboard", {}, async (page) => {
  const layer = () => page.locator("[data-cycle=layer] [aria-current] .strip-name").innerText(); // its score changes with the query
  const numbers = (x, w) => until(page, ([x, w]) => [["crop_x", x], ["crop_w", w]].every(([name, v]) => document.querySelector(`[name=${name}]`).value === v), [x, w]);
  await page.goto("/search");
  const before = await layer();
  await page.locator("[data-crop-stage]").focus();
  await page.keyboard.press("ArrowRight");
  await numbers("16", "32");
  await page.keyboard.press("ArrowRight");
  await until(page, () => Number(document.querySelector("[name=crop_x]").value) > 16);
  await page.keyboard.press("Shift+ArrowRight");
  await until(page, () => Number(document.querySelector("[name=crop_w]").value) > 32);
  await page.keyboard.press("Enter");
  await title(page, "a part of");
  assert.equal(await layer(), before, "the arrows have changed the layer");
});

story("a basket of several", {}, async (page, tab) => {
  await page.goto("/search");
  const add = async (hit, sign, parts) => {
    await page.locator(`li.hit:nth-child(${hit})`).hover();
    await page.locator(`li.hit:nth-child(${hit}) .steer .${sign}`).click();
    await count(page, "#basket li", parts);
  };
  await add(1, "plus", 2);
  await add(3, "minus", 3);
  await count(page, "#basket li.unlike", 1);
  await tab.shot("basket");
  await page.locator("#basket li:nth-child(2) a[title='Count it more']").click();
  await until(page, () => document.querySelector("#basket li:nth-child(2) .part-weight").textContent.startsWith("1.5"));
  await page.locator("#basket li:nth-child(3) .part-tools a:last-child").click();
  await count(page, "#basket li", 2);
  await page.goBack();
  await count(page, "#basket li", 3);
});

story("what a lasso holds, and a place of the map", {}, async (page, tab) => {
  await page.goto("/map?select=0-0~30000-0~30000-65535~0-65535");
  await page.locator(".selection a.button").waitFor();
  await tab.shot("lasso to be searched with");
  await page.locator(".selection a.button").click();
  await page.waitForURL("**/search?**");
  await title(page, "of the map");
  assert.ok(await page.locator(".part-members img").count() > 0, "the basket does not show what is searched with");
  await tab.shot("lasso searched with");
  await page.goto("/map");
  await page.locator("#map-place summary").click();
  await page.locator("#map-place button").click();
  await page.waitForURL("**/search?**");
  await title(page, "a place on the map");
});

story("a channel", {}, async (page, tab) => {
  await page.goto("/search?plus=channel:3");
  await title(page, "What excites channel 3");
  await until(page, () => [...document.querySelectorAll("li.hit > a img")].slice(0, 4).every((i) => i.complete && i.naturalWidth === 160));
  await tab.shot("channel");
  await page.locator("[data-cycle=channel-by] li:nth-child(2) a").click();
  await until(page, () => location.search.includes("mean"));
});

story("queries without JavaScript", { javaScriptEnabled: false }, async (page, tab) => {
  await page.goto("/search");
  await page.locator(".crop-form summary").click();
  await page.locator("[name=crop_w]").fill("30");
  await page.locator("[name=crop_h]").fill("20");
  await page.locator(".crop-form button").click();
  await title(page, "a part of");
  assert.match(await page.locator(".crop .cut").getAttribute("width"), /30/);
  await page.locator("li.hit:nth-child(2)").hover();
  await page.locator("li.hit:nth-child(2) .steer .plus").click();
  await count(page, "#basket li", 2);
  await tab.shot("queries without script");
  await page.locator("#basket li:nth-child(1) .part-tools a:last-child").click();
  await until(page, () => !document.getElementById("basket") && document.querySelectorAll("li.hit").length === 15);
});
