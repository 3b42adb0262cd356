// What the search page of 50 results sends on its first load to a browser that has nothing of the site yet, in KiB, as JSON.
// Usage: node browser/weight.mjs ADDRESS
import { launch } from "./lib/chromium.mjs";

const [address] = process.argv.slice(2), calm = 1500; // ms without a request, after which the page is loaded
const browser = await launch();
const context = await browser.newContext({ baseURL: address, viewport: { width: 1440, height: 1000 } });
await context.addCookies([{ name: "tour", value: "seen", url: address }]);
const page = await context.newPage(), sent = {};
let last = Date.now();
page.on("requestfinished", async (request) => {
  last = Date.now();
  const { responseHeadersSize, responseBodySize } = await request.sizes(), type = request.resourceType();
  sent[type] = (sent[type] ?? 0) + responseHeadersSize + responseBodySize;
});
await page.goto("/search?k=50");
while (Date.now() - last < calm) await page.waitForTimeout(100);
sent.total = Object.values(sent).reduce((sum, n) => sum + n, 0);
console.log(JSON.stringify(Object.fromEntries(Object.entries(sent).map(([type, n]) => [type, Math.round(n / 102.4) / 10]))));
await browser.close();
