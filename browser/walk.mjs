// Makes the databases and walks through their pages: all that is in *.test.mjs, or the files that are named.
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { findChromium } from "./lib/chromium.mjs";
import { makeDatabases } from "./lib/databases.mjs";
import { root } from "./lib/program.mjs";

if (!findChromium()) {
  const lack = "Chromium is not installed (Debian: apt install chromium; or set CONVNET_CHROMIUM).";
  console.error((process.env.CI ? "" : "The pages were not walked through: ") + lack);
  process.exit(process.env.CI ? 1 : 0);
}

await makeDatabases();
const here = join(root, "browser"), named = process.argv.slice(2).map((path) => basename(path));
// The longest first, so that one does not run alone at the end.
const long = (file) => ["pages.test.mjs", "map.test.mjs"].includes(file);
const files = (named.length ? named : readdirSync(here).filter((file) => file.endsWith(".test.mjs"))).sort((a, b) => long(b) - long(a));
// A file that does not come to its end fails and is named, instead of holding up all.
run({ files: files.map((file) => join(here, file)), concurrency: 2, timeout: 1_200_000 })
  .on("test:fail", () => { process.exitCode = 1; })
  .pipe(new spec())
  .pipe(process.stdout);
