// Finds one page of every kind by following links from the first, so that a new page is looked at without being listed.

const collections = new Set(["datasets", "models", "layers", "channels", "images", "embeddings"]);

/** features are an address's route and each parameter it takes there; what names one thing among its like is left out. */
export function features(address) {
  const url = new URL(address, "http://site");
  const parts = url.pathname.split("/");
  const route = parts.map((part, i) => (collections.has(parts[i - 1]) || /^\d+$/.test(part) ? "*" : part)).join("/");
  return [route, ...[...url.searchParams.keys()].map((key) => route + "?" + key)];
}

/**
 * crawl returns pages that links lead to within so many steps from "/": each has a route or a parameter the others lack.
 * Where a database lacks something, a page that says so, with status 404, is one like others.
 */
export async function crawl(site, depth, lacking = false) {
  const seen = new Set(), pages = [];
  const isNew = (path) => features(path).filter((f) => !seen.has(f) && seen.add(f)).length > 0;
  let front = ["/"].filter(isNew);
  for (let step = 0; step <= depth && front.length; step++) {
    const links = [];
    for (const path of front) {
      const found = await read(site, path, lacking);
      if (!found) continue; // a download, a picture, JSON
      pages.push(path);
      links.push(...found);
    }
    front = links.filter(isNew);
  }
  return pages;
}

/** read returns the paths that a page of the site links to, or nothing if it is no page. */
async function read(site, path, lacking) {
  const response = await fetch(site + path, { headers: { Accept: "text/html" } });
  const html = await response.text();
  if (!response.headers.get("content-type")?.startsWith("text/html")) return null;
  if (!response.ok && !(lacking && response.status === 404)) throw new Error(`${path} is linked to and answers ${response.status}`);
  const links = [...html.matchAll(/<a\s[^>]*?href="([^"]+)"/g)].map(([, href]) => new URL(plain(href), site + path));
  return links.filter((url) => url.origin === site).map((url) => url.pathname + url.search);
}

const plain = (href) => href.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(code)).replaceAll("&amp;", "&");
