// What the search page of 50 results sends on its first load to a browser that has nothing of the site yet, in KiB, as JSON.
// Usage: node browser/weight.mjs ADDRESS
import { launch, Tab } from "./lib/chromium.mjs";

const calm = 1500; // ms without an answer, after which the page is loaded
const browser = await launch(), tab = await Tab.open(browser, process.argv[2]);
await tab.page.goto("/search?k=50");
for (let known = -1; known < tab.responses.length; await tab.page.waitForTimeout(calm)) known = tab.responses.length;
const sent = Object.entries(await tab.sent()).map(([kind, bytes]) => [kind, Math.round(bytes / 102.4) / 10]);
console.log(JSON.stringify(Object.fromEntries(sent)));
await tab.close();
await browser.close();
