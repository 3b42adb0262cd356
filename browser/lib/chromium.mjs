// Chromium, and pages in it that note whatever should not happen in any of them.
import assert from "node:assert/strict";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import { accessibility } from "./checks.mjs";
import { artefacts } from "./program.mjs";

/** findChromium returns the path of a browser, or nothing. */
export function findChromium() {
  const names = [process.env.CONVNET_CHROMIUM, "chromium", "chromium-browser", "google-chrome"].filter(Boolean);
  const folders = process.env.PATH.split(delimiter);
  return names.flatMap((name) => (name.includes("/") ? [name] : folders.map((folder) => join(folder, name)))).find(isProgram);
}

function isProgram(path) {
  try { accessSync(path, constants.X_OK); return true; } catch { return false; }
}

// The last list of features that are off is the one that counts. The first two would make a page of their own for the address
// bar of every window, which nobody sees; the others are those that Playwright counts on.
const off = [
  "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "AvoidUnnecessaryBeforeUnloadCheckSync", "BoundaryEventDispatchTracksNodeRemoval",
  "DestroyProfileOnBrowserClose", "DialMediaRouteProvider", "GlobalMediaControls", "HttpsUpgrades", "LensOverlay", "MediaRouter", "PaintHolding",
  "ThirdPartyStoragePartitioning", "Translate", "AutoDeElevate", "RenderDocument", "OptimizationHints",
];

/** launch starts a browser that asks nobody for anything by itself. Without a graphics card WebGL is drawn in software, and so is all else then. */
export function launch({ webgl = false } = {}) {
  return chromium.launch({
    executablePath: findChromium(),
    args: [webgl ? "--use-angle=swiftshader" : "--disable-software-rasterizer", "--disable-quic", "--disable-component-update", "--disable-features=" + off.join()],
    chromiumSandbox: process.getuid?.() !== 0, // the sandbox refuses to run as root
  });
}

const policy = /^default-src 'none';(?!.*unsafe)/;

/**
 * Tab is a page with cookies of its own. What goes wrong in it is kept and told when it is closed: errors and warnings of the
 * console, requests to another host, answers without the strict policy.
 */
export class Tab {
  problems = [];
  responses = [];

  /** open makes a tab of somebody who has seen the tour, unless firstVisit says otherwise. */
  static async open(browser, address, { width = 1440, height = 1000, firstVisit = false, ...options } = {}) {
    const tab = new Tab();
    tab.address = address;
    tab.context = await browser.newContext({ baseURL: address, viewport: { width, height }, ...options });
    tab.context.on("request", (request) => tab.checkRequest(new URL(request.url())));
    tab.context.on("response", (response) => tab.checkResponse(response));
    tab.context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) tab.note(`console at ${message.location().url}: ${message.text()}`);
    });
    tab.context.on("weberror", (error) => tab.note(`exception: ${error.error().stack}`));
    if (!firstVisit) await tab.context.addCookies([{ name: "tour", value: "seen", url: address }]);
    tab.page = await tab.context.newPage();
    tab.page.setDefaultTimeout(60_000); // a busy machine takes its time
    return tab;
  }

  note(problem) { this.problems.push(problem); }

  checkRequest(to) {
    if (!["blob:", "data:"].includes(to.protocol) && to.origin !== this.address) this.note(`a request left the site: ${to}`);
  }

  checkResponse(response) {
    if (!response.url().startsWith("http")) return;
    this.responses.push(response);
    if (!policy.test(response.headers()["content-security-policy"] ?? "")) this.note(`no strict policy: ${response.url()}`);
  }

  /** expect takes back notes of what is done on purpose. */
  expect(text) { this.problems = this.problems.filter((problem) => !problem.includes(text)); }

  /** shot leaves a picture of what is to be seen, or of the whole page. It waits for images, but not for ever: it asserts nothing. */
  async shot(name, options = {}) {
    const shown = () => [...document.images].every((i) => i.complete || !i.checkVisibility() || i.getBoundingClientRect().top > innerHeight);
    await this.page.waitForFunction(shown, null, { timeout: 3000, polling: 50 }).catch(() => {});
    await this.page.screenshot({ path: this.path(name), quality: 85, ...options });
  }

  /** accessible asserts that axe finds nothing in what is to be seen, light and dark. */
  async accessible(what = "") {
    const found = [];
    for (const colorScheme of ["light", "dark"]) {
      await this.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      found.push(...(await accessibility(this.page)).map((text) => `${what} ${colorScheme}: ${text}`));
    }
    await this.page.emulateMedia({ colorScheme: null, reducedMotion: null });
    assert.deepEqual(found, []);
  }

  /** sent is how many bytes have been answered so far, in all and by kind. */
  async sent() {
    const sent = { total: 0 };
    for (const request of this.responses.map((response) => response.request())) {
      const { responseHeadersSize, responseBodySize } = await request.sizes(), size = responseHeadersSize + responseBodySize;
      sent.total += size;
      sent[request.resourceType()] = (sent[request.resourceType()] ?? 0) + size;
    }
    return sent;
  }

  path(name) { return join(artefacts, name.replaceAll(/[^a-z0-9]+/gi, "-") + ".jpg"); }

  async close() {
    await this.context.close();
    assert.deepEqual([...new Set(this.problems)], []);
  }
}
