// Prints the table of BENCHMARKS.md: the weighted score of the default pooling, as `convnet` computes it, against the
// original's flattened maps (original.json, by baseline.py). Usage: node scripts/pooling/table.mjs DATA [convnet flags]
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [data, ...flags] = process.argv.slice(2);
if (!data || !existsSync(join(data, "weights"))) {
  console.error("usage: node scripts/pooling/table.mjs DATA [ingest flags], where DATA holds weights/ and datasets/");
  process.exit(2);
}
const original = JSON.parse(readFileSync(new URL("original.json", import.meta.url)));
const weights = { vgg19: "vgg19_notop.h5.gz", densenet121: "densenet121.h5", mobilenetv2: "mobilenetv2_notop.h5" };
const datasets = ["caltech10x20", "tinyimagenet10x20", "clothing10x20", "cifar10-10x20"];

const home = mkdtempSync(join(tmpdir(), "convnet-"));
const convnet = (...args) =>
  execFileSync("bin/convnet", args, { env: { ...process.env, CONVNET_HOME: home }, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** bestAndMean of {layer: score} over the layers of the other side, so that both speak of the same eight. */
const bestAndMean = (scores, layers) => {
  const values = layers.map((layer) => scores[layer]);
  return { best: Math.max(...values), mean: values.reduce((a, b) => a + b) / values.length };
};
const pair = ({ best, mean }) => `${best.toFixed(1)} / ${mean.toFixed(1)}`;
const average = (all) => ({
  best: all.reduce((sum, s) => sum + s.best, 0) / all.length,
  mean: all.reduce((sum, s) => sum + s.mean, 0) / all.length,
});

function measure(network) {
  convnet("models", "add", network, "--weights", join(data, "weights", weights[network]));
  let widest = 0;
  const rows = datasets.map((dataset) => {
    const db = join(home, `${network}-${dataset}.db`);
    convnet("ingest", "--quiet", "--db", db, "--dataset", dataset, "--model", network, ...flags, join(data, "datasets", dataset));
    const { scores: layers } = JSON.parse(convnet("evaluate", "--json", "--db", db, "--dataset", dataset, "--metric", "cosine"));
    widest = Math.max(widest, ...layers.map((l) => l.dimension));
    const ours = Object.fromEntries(layers.map((l) => [l.layer, l.weighted_score]));
    const names = Object.keys(ours);
    return { theirs: bestAndMean(original[network][dataset], names), ours: bestAndMean(ours, names) };
  });
  return { rows, widest };
}

try {
  console.log(`| network | best / mean of eight | ${datasets.join(" | ")} | average | widest vector |`);
  console.log(`|---|---|${datasets.map(() => "---|").join("")}---|---|`);
  for (const network of Object.keys(weights)) {
    const { rows, widest } = measure(network);
    const theirs = rows.map((r) => r.theirs), ours = rows.map((r) => r.ours);
    console.log(`| ${network} | original | ${theirs.map(pair).join(" | ")} | ${pair(average(theirs))} | flattened |`);
    console.log(`| | default pooling | ${ours.map(pair).join(" | ")} | ${pair(average(ours))} | ${widest} |`);
  }
} finally {
  rmSync(home, { recursive: true });
}
