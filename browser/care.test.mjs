// Care of a dataset, on a copy: select, move, think better of it, move again, commit.
import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { before } from "node:test";
import { database } from "./lib/program.mjs";
import { story, visit } from "./lib/story.mjs";

before(() => copyFile(database("demo"), database("cared")));
visit("cared");

const staged = (page) => page.locator("#staged-title");

async function moveFirst(page, category) {
  const tile = page.locator(".care-tile").first();
  await tile.locator("input[type=checkbox]").check();
  await page.locator("#to").fill(category);
  await page.locator("[data-edits][value=move]").last().click();
  await staged(page).waitFor();
  return tile.locator(".file-name").innerText();
}

story("care: select, move, undo, move, commit", {}, async (page, tab) => {
  await page.goto("/");
  await page.locator("nav a[href='/care']").click();
  await page.waitForURL("**/care");
  await tab.shot("care 1", { fullPage: true });
  await moveFirst(page, "odd ones");
  assert.match(await staged(page).innerText(), /^1 change is staged/);
  await tab.shot("care 2 staged");
  await page.locator("button[form=undo]").click();
  await staged(page).waitFor({ state: "detached" });
  await moveFirst(page, "odd ones");
  await page.locator("button[form=commit]").click();
  await staged(page).waitFor({ state: "detached" });
  await tab.shot("care 3 committed", { fullPage: true });
  await page.goto("/datasets/demo?category=odd+ones");
  assert.equal(await page.locator("main .tiles img").count(), 1);
});
