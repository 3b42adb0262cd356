// The built program: run to its end, or serving a file on a port that the system chooses.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const artefacts = join(root, "build/browser");
export const database = (name) => join(artefacts, name + ".db");
const binary = join(root, "bin/convnet");

/** run runs convnet to its end; another exit code than 0 is an error unless it is among the allowed ones. */
export async function run(args, allowed = []) {
  try {
    return (await promisify(execFile)(binary, args, { cwd: root, maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    if (allowed.includes(error.code)) return error.stdout;
    throw error;
  }
}

/** serve serves a copy of a database, so that nobody else sees what is done to it. It returns the site's address and how to stop it. */
export async function serve(name, ...flags) {
  const copy = database(`${name} ${process.pid}`);
  await copyFile(database(name), copy);
  const server = spawn(binary, ["serve", "--db", copy, "--listen", "127.0.0.1:0", ...flags], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(server, "exit"), release = guard(server.pid);
  const stop = async () => { release(); await ended; await rm(copy); };
  return { address: await addressOf(server), stop };
}

/** guard ends a process when it is released, and when this one is no more, however it has ended: its end of a pipe closes. */
function guard(pid) {
  const waiting = spawn("sh", ["-c", 'read _; kill "$0"', String(pid)], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  return () => waiting.stdin.end();
}

/** addressOf waits until a server says where it listens. Its log is read to the end: it must not fill the pipe. */
function addressOf(server) {
  return new Promise((resolve, reject) => {
    let said = "";
    server.stderr.setEncoding("utf8").on("data", (words) => {
      said = (said + words).slice(-10_000);
      const [address] = said.match(/http:\/\/[0-9.]+:[0-9]+\b/) ?? [];
      if (address) resolve(address);
    }).on("end", () => reject(new Error("the server did not say where it listens:\n" + said)));
  });
}
