// Copies ONNX Runtime's library for this machine from the pinned npm package to bin/, after checking its SHA-256.
// The npm lock file already pins the package's own hash; this one also catches a package altered on disk.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const libraries = {
  "linux-x64": ["linux/x64/libonnxruntime.so.1", "ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23"],
  "linux-arm64": ["linux/arm64/libonnxruntime.so.1", "1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76"],
  "darwin-arm64": ["darwin/arm64/libonnxruntime.1.dylib", "685d2be5dba1309c89d3a5324b7fd06a5c42f1a61bfea32d14c4cc28d072121d"],
  "win32-x64": ["win32/x64/onnxruntime.dll", "508c362f5673483dd3a086379c392795b2e42d10d5e6f3f90ebd7ac21c97af67"],
  "win32-arm64": ["win32/arm64/onnxruntime.dll", "6c3a2abf5c6aca11c48a0d338a91af309f2266f25ce2e4084e6a87bbcb0fbfd0"],
};

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const platform = `${process.platform}-${process.arch}`;
if (process.env.CONVNET_ONNXRUNTIME) {
  console.log(`ONNX Runtime: using CONVNET_ONNXRUNTIME=${process.env.CONVNET_ONNXRUNTIME}`);
  process.exit(0);
}
if (!libraries[platform]) {
  fail(`The npm package onnxruntime-node carries no library for ${platform}. Install ONNX Runtime 1.24 or newer yourself and set CONVNET_ONNXRUNTIME to the path of its library.`);
}

const [path, want] = libraries[platform];
const source = join(root, "node_modules/onnxruntime-node/bin/napi-v6", path);
const target = join(root, "bin", path.split("/").pop());
const sha256 = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

if (existsSync(target) && sha256(target) === want) process.exit(0);
if (!existsSync(source)) fail(`${source} is missing: run 'npm ci --ignore-scripts' and try again.`);
const have = sha256(source);
if (have !== want) {
  fail(`${source} is not the pinned library (SHA-256 ${have}, expected ${want}): remove node_modules and run 'make setup' again.`);
}
mkdirSync(dirname(target), { recursive: true });
copyFileSync(source, target + ".part");
renameSync(target + ".part", target); // a copy cut short never looks like a library
console.log(`ONNX Runtime: ${target}`);
