// Care of a dataset: select one, a range, a group; stage, think better of it, commit.
import assert from "node:assert/strict";
import { count, story, until, visit } from "./lib/story.mjs";

visit("demo");

const images = "#clusters input[name=image]";
const selected = (page, words) => until(page, (words) => document.querySelector("[data-count]").textContent === words, words);
const staged = (page, words) => until(page, (words) => document.getElementById("staged-title").textContent === words, words);
const nothingStaged = (page) => until(page, () => document.readyState === "complete" && document.getElementById("to") && !document.getElementById("staged-title"));

story("select a range and a group", {}, async (page, tab) => {
  await page.goto("/care?section=clusters");
  await tab.shot("care 1");
  await page.locator(images).first().click();
  await selected(page, "1 selected");
  await page.locator(images).nth(3).click({ modifiers: ["Shift"] });
  await selected(page, "4 selected");
  const whole = page.locator("#clusters .care-all input").first(), n = await whole.getAttribute("data-n");
  await whole.check(); // with the four, and with those that are not shown
  await selected(page, `${n} selected`);
  assert.ok(Number(n) > 4);
  await whole.uncheck();
  await selected(page, "4 selected");
  await page.goto("/care?section=near-duplicates");
  const group = page.locator("[data-group]", { has: page.locator("[data-all]") }).first(), boxes = group.locator("input[name=image]");
  await group.locator("[data-all]").click();
  await selected(page, `${await boxes.count()} selected`);
  for (const box of await boxes.all()) assert.ok(await box.isChecked());
  await group.locator("[data-all]").click();
  await selected(page, "Select images");
});

story("stage, undo, move, commit", {}, async (page, tab) => {
  await page.goto("/");
  await page.locator("nav a[href='/care']").click();
  await page.waitForURL("**/care");
  await tab.shot("care 2 findings", { fullPage: true });
  await page.goto("/care?section=clusters");
  await page.locator(images).nth(0).check();
  await page.locator(images).nth(1).check();
  await page.locator(".care-bar [value=delete]").click();
  await staged(page, "2 changes are staged");
  await until(page, () => document.querySelectorAll(".care-tile.deleted").length > 0);
  await tab.shot("care 3 staged");
  await tab.accessible("staged");
  await page.locator("[form=undo]").click();
  await nothingStaged(page);

  const tile = page.locator("#clusters .care-tile").first(), words = tile.locator("p.muted").first();
  const category = (await words.textContent()).trim();
  const id = await tile.locator("input").getAttribute("value");
  const move = async (to) => {
    await page.locator("#to").fill(to);
    await page.locator(`#clusters input[value="${id}"]`).first().check();
    await page.locator(".care-bar [value=move]").click();
    await staged(page, "1 change is staged");
    await page.locator("[form=commit]").click();
    await nothingStaged(page);
    await until(page, ([id, to]) => document.querySelector(`#clusters input[value="${id}"]`).closest(".care-tile").querySelector("p.muted").textContent.trim().startsWith(to), [id, to]);
  };
  await move("odd ones");
  await tab.shot("care 4 committed");
  await page.goto("/datasets/demo?category=odd+ones");
  await count(page, "main .tiles img", 1);
  await page.goto("/care?section=clusters");
  await move(category.split(" · ")[0]);
  await page.goto("/datasets/demo");
  assert.equal(await page.locator("main", { hasText: "odd ones" }).count(), 0);
});
