// Makes the databases and walks through their pages: all that is in *.test.mjs, or the files that are named.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { findChromium } from "./lib/chromium.mjs";
import { makeDatabases } from "./lib/databases.mjs";
import { root } from "./lib/program.mjs";

/** missing says what keeps the walks from being done here, if anything does. */
function missing() {
  if (parseInt(process.versions.node) < 20) return `Node.js ${process.version} is too old to drive a browser: 20 or newer is needed.`;
  if (!findChromium()) return "Chromium is not installed (Debian: apt install chromium; or set CONVNET_CHROMIUM).";
}

const lack = missing();
if (lack) {
  console.error((process.env.CI ? "" : "The pages were not walked through: ") + lack);
  process.exit(process.env.CI ? 1 : 0);
}
await makeDatabases();
const here = join(root, "browser");
const named = process.argv.slice(2);
const files = (named.length ? named : readdirSync(here)).filter((file) => file.endsWith(".test.mjs")).map((file) => join(here, file));
const walk = spawn(process.execPath, ["--test", "--test-concurrency=2", "--test-reporter=spec", ...files], { stdio: "inherit" });
walk.on("exit", (code) => process.exit(code ?? 1));
