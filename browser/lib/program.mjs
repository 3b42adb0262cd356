// The built program: run to its end, or serving a file on a port that the system chooses.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
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

/** serve serves a database and returns the site's address and how to stop it. */
export async function serve(name, ...flags) {
  const server = spawn(binary, ["serve", "--db", database(name), "--listen", "127.0.0.1:0", ...flags], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(server, "exit");
  const stop = async () => { if (server.exitCode === null) server.kill("SIGTERM"); await ended; };
  process.once("exit", () => server.kill("SIGTERM")); // a walk that breaks off leaves nothing running
  const said = [];
  for await (const line of createInterface({ input: server.stderr })) {
    said.push(line);
    const [address] = line.match(/http:\/\/[0-9.:]+/) ?? [];
    if (!address) continue;
    server.stderr.resume(); // its log must not fill the pipe
    return { address, stop };
  }
  throw new Error("the server did not say where it listens:\n" + said.join("\n"));
}
