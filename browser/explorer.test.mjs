// Networks: what one sees in a picture, pictures made of channels, a grid by keyboard.
import assert from "node:assert/strict";
import { bus } from "./lib/pictures.mjs";
import { at, count, story, title, until, visit } from "./lib/story.mjs";

visit("demo");

const drawn = (page, kind) => until(page, (kind) => document.querySelector(`img.drawing[src^="/probe/${kind}.jpg"]`).naturalWidth === 448, kind);

story("probe", {}, async (page, tab) => {
  await page.goto("/probe");
  await count(page, ".probed", 8);
  await page.locator(".probed:nth-of-type(1) .probed-row li:nth-child(2) a").click();
  await at(page, { channel: /./ });
  await drawn(page, "map");
  await tab.shot("probe 1 map");
  await page.locator("[aria-labelledby=classes] li:nth-child(1) a").click();
  await at(page, { class: /./ });
  await drawn(page, "places");
  await tab.shot("probe 2 class");
  await page.locator("#file").setInputFiles(bus);
  await at(page, { upload: /./ });
  await title(page, "1f68c.png");
  await until(page, () => document.querySelector("img.drawing").naturalWidth > 0);
  await tab.shot("probe 3 own picture");
});

story("make a picture, and take back what was asked for", {}, async (page, tab) => {
  await page.goto("/models/demo/layers/stage1_relu1/channels/7");
  await page.evaluate(() => { window.same = true; });
  await page.locator("[data-making] form button").first().click();
  await page.locator(".portrait img.made").waitFor({ timeout: 120_000 });
  await until(page, () => document.querySelector(".portrait img.made").naturalWidth > 0 && window.same);
  await tab.shot("picture made");
  await page.goto("/models/demo/layers/stage4_relu3?channels=all");
  await page.locator("[data-making] form button").first().click();
  await until(page, () => document.querySelectorAll(".requests li").length === 6 && document.querySelector(".more").textContent.includes("more"));
  const third = page.locator(".requests li").nth(2), request = await third.getAttribute("data-request");
  await third.locator("button").click();
  await count(page, `[data-request="${request}"]`, 0);
  await tab.shot("pictures being made");
  await page.evaluate(async () => {
    const { requests } = await (await fetch("/visualizations/requests")).json();
    await Promise.all(requests.map((r) => fetch(`/visualizations/requests/${r.id}/cancel?format=json`, { method: "POST" })));
  });
  await count(page, ".requests li", 0);
});

story("a grid by keyboard", {}, async (page) => {
  const focus = (place) => until(page, (place) => [...document.querySelectorAll("[data-grid] a")].indexOf(document.activeElement) === place, place);
  const path = (end) => page.waitForURL((url) => url.pathname.endsWith(end), { waitUntil: "load" });
  await page.goto("/models/demo/layers/stage4_relu3?channels=all");
  const channel = Number((await page.locator("[data-grid] a").nth(1).locator(".tile-name b").textContent()).match(/\d+/)[0]);
  await page.locator("[data-grid] a").first().focus();
  await page.keyboard.press("ArrowRight");
  await focus(1);
  await page.keyboard.press("ArrowDown");
  await until(page, () => [...document.querySelectorAll("[data-grid] a")].indexOf(document.activeElement) > 2);
  await page.keyboard.press("ArrowUp");
  await focus(1);
  await page.keyboard.press("Enter");
  await path(`/channels/${channel}`);
  await page.keyboard.press("ArrowRight");
  await path(`/channels/${channel + 1}`);
  await title(page, `Channel ${channel + 1}`);
  assert.equal(await page.locator("h1").innerText(), `Channel ${channel + 1}`);
});
