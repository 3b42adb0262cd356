// The demo's pages, also those that no link leads to: with pictures of one's own, with parts, several and places as queries,
// and for what is not there.
import { bus, smiley } from "./lib/pictures.mjs";
import { lookAt } from "./lib/pages.mjs";

/** own sends two pictures, saves one of them, and returns where they are searched with and looked at. */
async function own(page) {
  const send = async (address, file) => {
    await page.goto(address);
    await page.locator("#file").setInputFiles(file);
    await page.waitForURL("**upload=**");
    return new URL(page.url());
  };
  await send("/search", bus);
  await page.locator("#saving button").click();
  await page.waitForURL("**saved=**");
  const saved = new URL(page.url());
  const addresses = [saved, await send("/search", smiley), await send("/probe", smiley)];
  return addresses.map((url) => url.pathname + url.search);
}

const around = "0-0~65535-0~65535-65535~0-65535";

const more = async (page) => [
  ...(await own(page)),
  "/search?image=bus&crop=8,8,30,30", "/search?plus=image:bus&plus=image:taxi&minus=image:minibus", "/search?plus=channel:3",
  "/saved", `/map?color=score&layer2=stage1_relu1&model2=demo&select=${around}`,
  "/nowhere", "/models/nothing", "/search?metric=nonsense", "/search?upload=forgotten",
];

lookAt("demo", { depth: 3, more });
