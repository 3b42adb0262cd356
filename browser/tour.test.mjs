// The first visit: the tour opens by itself, goes by keyboard, and does not come again.
import assert from "node:assert/strict";
import { story, visit } from "./lib/story.mjs";

visit("demo");

story("tour by keyboard", { firstVisit: true }, async (page, tab) => {
  await page.goto("/");
  const dialog = page.locator("dialog.tour-dialog[open]");
  await dialog.waitFor();
  for (let step = 1; step <= 5; step++) {
    await page.locator(".tour .label", { hasText: `step ${step} of 5` }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), "tour-title", "the title is read out first");
    assert.ok(await dialog.locator("img, svg").count() > 0, "a step has pictures");
    await tab.shot(`tour ${step}`);
    if (step < 5) await page.keyboard.press("ArrowRight");
  }
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await page.reload();
  assert.equal(await dialog.count(), 0, "who has seen the tour is left in peace");
  await page.keyboard.press("?");
  await dialog.waitFor();
});
