// The databases that are walked through: the demo with its pictures, scorecard and maps, a snapshot of it, one with images
// that no network has seen, and an empty one.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { artefacts, database, root, run } from "./program.mjs";

const labels = join(root, "internal/cnn/demo/labels.csv");
const emoji = join(root, "node_modules/emoji-datasource-google/img/google/64");

export async function makeDatabases() {
  await rm(artefacts, { recursive: true, force: true });
  await mkdir(artefacts, { recursive: true });
  await Promise.all([makeDemo(), makeEmpty(), ingest("bare", "pictures")]);
  await run(["snapshot", "--quiet", "--db", database("demo"), "--license", "MIT", database("shipped")]);
}

/** A picture of each of a layer's first channels is enough to see what pages with pictures look like. */
export async function makeDemo() {
  await mkdir(artefacts, { recursive: true });
  await rm(database("demo"), { force: true });
  await ingest("demo", "demo", "--model", "demo");
  await run(["evaluate", "--quiet", "--db", database("demo")]);
  await run(["visualize", "--quiet", "--db", database("demo"), "--model", "demo", "--layers", "all", "--channels", "0-5", "--size", "48", "--steps", "16"]);
}

/** An ingest of nothing is refused and leaves a database without a dataset. */
async function makeEmpty() {
  const nothing = await mkdtemp(join(tmpdir(), "convnet-nothing-"));
  await run(["ingest", "--quiet", "--db", database("empty"), "--dataset", "none", nothing], [1]);
  await rm(nothing, { recursive: true });
}

function ingest(name, dataset, ...flags) {
  return run(["ingest", "--quiet", "--db", database(name), "--dataset", dataset, "--labels", labels, "--license", "MIT", ...flags, emoji]);
}
