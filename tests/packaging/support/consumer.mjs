/**
 * The projects of `tests/packaging/consumers`: each one is installed from its lock file once, gets the
 * tarball as npm would place it, and is built and served by its own scripts.
 *
 * Who adds one: a folder with a `package.json` of exact versions and a lock file without hosts
 * (`npm install --package-lock-only --omit-lockfile-registry-resolved`). Its `packaging` says, for each
 * row of the table in docs/PACKAGING.md, what `dev` and `build` do: fetch the wasm `file`, or use the
 * `inline` copy. `script` is the suffix of its scripts; what it needs beside them comes from `shop/`.
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { root, tarball, unpack } from "./tarball.mjs";

const HOME = join(root, "tests/packaging");
/** Kept from one run to the next, for the installed packages. */
const SCRATCH = join(root, "target/packaging");
/** How long a project may take to build, or its server to answer, in milliseconds. */
const PATIENCE_MS = 240_000 * Number(process.env.FLANEUR_PATIENCE ?? 1);

/** Names of the consumers, in the table's order. */
export const NAMES = ["vite-5", "vite-6", "vite-7", "vite-8", "webpack-5", "next", "parcel", "esbuild", "rollup", "cdn", "vitest", "node"];

/** The rows that a consumer declares, with the version that its manifest pins. */
export function rowsOf(name) {
  const { packaging, dependencies, devDependencies } = manifestOf(name);
  const pinned = { ...dependencies, ...devDependencies };
  return packaging.map((row) => ({ ...row, version: pinned[row.tool] }));
}

function manifestOf(name) {
  return JSON.parse(readFileSync(join(HOME, "consumers", name, "package.json"), "utf8"));
}

/** Every folder of consumers that there is. */
export function folders() {
  return readdirSync(join(HOME, "consumers"), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** A consumer's folder, installed, with its files and the package as they are now. */
export async function prepare(name) {
  const folder = join(SCRATCH, name);
  const source = join(HOME, "consumers", name);
  const lock = join(source, "package-lock.json");
  const stamp = join(folder, "node_modules/.installed");
  const wanted = existsSync(lock) ? createHash("sha256").update(readFileSync(lock)).update(process.version).digest("hex") : "";
  const installed = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
  mkdirSync(folder, { recursive: true });
  for (const entry of readdirSync(folder)) {
    if (entry !== "node_modules" || !installed) rmSync(join(folder, entry), { recursive: true, force: true });
  }
  cpSync(join(HOME, "shop"), folder, { recursive: true });
  cpSync(source, folder, { recursive: true });
  if (!installed) {
    if (wanted) await finished(folder, ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]);
    mkdirSync(join(folder, "node_modules"), { recursive: true });
    writeFileSync(stamp, wanted);
  }
  for (const cache of [".vite", ".vite-temp", ".cache"]) rmSync(join(folder, "node_modules", cache), { recursive: true, force: true });
  unpack(tarball(), join(folder, "node_modules/flaneur"));
  return folder;
}

/** Runs a script of a consumer to its end. */
export function run(folder, script, environment) {
  return finished(folder, ["npm", "run", "--silent", script], environment);
}

/** Starts a script of a consumer that serves, waits for its first answer, uses it and ends it. */
export async function serving(folder, script, use) {
  const port = await freePort();
  const server = begin(folder, ["npm", "run", "--silent", script], { PORT: String(port) });
  const url = `http://127.0.0.1:${port}/`;
  let running = true;
  const stopped = server.ended.then((why) => {
    running = false;
    throw new Error(`${script} ${why}`);
  });
  stopped.catch(() => {}); // its end is expected later
  try {
    await Promise.race([answering(url, () => running), stopped]);
    return await use(url);
  } catch (e) {
    throw new Error(`${e.message}\n${server.said()}`, { cause: e });
  } finally {
    await server.end();
  }
}

/** All files below a folder, with their bytes. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ name: entry.name, bytes: readFileSync(join(entry.parentPath, entry.name)) }));
}

async function finished(folder, command, environment) {
  const child = begin(folder, command, environment);
  const timer = setTimeout(() => child.end(), PATIENCE_MS);
  const why = await child.ended;
  clearTimeout(timer);
  if (why !== "ended with 0") throw new Error(`${command.join(" ")} in ${folder} ${why}\n${child.said()}`);
  return child.said();
}

/** A child in a process group of its own, so that what it starts ends with it. */
function begin(folder, [program, ...words], environment = {}) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NO_COLOR: "1", ...environment };
  delete env.NODE_TEST_CONTEXT; // or a test runner inside reports to this one
  const child = spawn(program, words, { cwd: folder, detached: true, env, stdio: ["pipe", "pipe", "pipe"] }); // esbuild serves while its input is open
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said = (said + text).slice(-20_000)));
  const ended = new Promise((resolve) => {
    child.once("error", (e) => resolve(`did not start: ${e.message}`));
    child.once("close", (code, signal) => resolve(`ended with ${code ?? signal}`));
  });
  const kill = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It ended meanwhile.
    }
  };
  process.once("exit", kill);
  const end = async () => {
    kill();
    await ended;
    process.off("exit", kill);
  };
  ended.then(() => process.off("exit", kill));
  return { ended, end, said: () => said };
}

async function answering(url, isRunning) {
  for (const until = Date.now() + PATIENCE_MS; isRunning() && Date.now() < until; ) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no answer from ${url}`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
