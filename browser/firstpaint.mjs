// First contentful paint of a site's pages, in new tabs that have shown another page of it before, without WebGL; and from
// asking for the next map to the frame in which all its points are drawn, with WebGL in software and the script cached.
// Medians of seven, and the least of them, in milliseconds, as JSON. The site is the one whose address is given, or the demo's.
import { launch } from "./lib/chromium.mjs";
import { makeDemo } from "./lib/databases.mjs";
import { serve } from "./lib/program.mjs";

const rounds = 7, fcp = "first-contentful-paint", drawn = "map painted";
const pages = [
  { name: "home", path: "/", before: "/about", entry: fcp },
  { name: "search", path: "/search", before: "/about", entry: fcp },
  { name: "map", path: "/map", before: "/about", entry: fcp },
  { name: "webgl-all-points", path: "/map?k=14", before: "/map", entry: drawn },
];

async function demo() {
  await makeDemo();
  return serve("demo");
}

/** painted returns when an entry of a page's timeline was made. The page before starts the tab's process. */
async function painted(browser, address, { path, before, entry }) {
  const context = await browser.newContext({ baseURL: address, viewport: { width: 1440, height: 1000 } });
  await context.addCookies([{ name: "tour", value: "seen", url: address }]);
  const page = await context.newPage();
  const made = () => page.waitForFunction((entry) => performance.getEntriesByName(entry).length, entry);
  await page.goto(before);
  if (entry === drawn) await made();
  await page.goto(path);
  await made();
  const ms = await page.evaluate((entry) => performance.getEntriesByName(entry)[0].startTime, entry);
  await context.close();
  return ms;
}

const site = process.argv[2] ? { address: process.argv[2], stop() {} } : await demo();
const [plain, webgl] = await Promise.all([launch(), launch({ webgl: true })]);
const times = Object.fromEntries(pages.map(({ name }) => [name, []]));
for (let i = 0; i < rounds; i++) {
  for (const page of pages) times[page.name].push(await painted(page.entry === drawn ? webgl : plain, site.address, page));
}
const figures = Object.entries(times).map(([name, all]) => {
  all.sort((a, b) => a - b);
  return [name, { median: Math.round(all[rounds >> 1]), least: Math.round(all[0]) }];
});
console.log(JSON.stringify(Object.fromEntries(figures)));
await Promise.all([plain.close(), webgl.close(), site.stop()]);
