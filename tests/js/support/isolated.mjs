/**
 * `open` as a page gets it that never loaded an engine: the loader keeps the first engine, so a
 * test that needs none opens with sources of its own.
 */

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const dist = fileURLToPath(new URL("../../../pkg/dist", import.meta.url));

/** Imports an entry of a copy of the package, with a loader that has loaded nothing yet. */
export async function isolated(entry = "embedded") {
  const copy = mkdtempSync(join(tmpdir(), "flaneur-"));
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
  cpSync(dist, copy, { recursive: true });
  cpSync(join(dist, "../package.json"), join(copy, "package.json"));
  const module = await import(pathToFileURL(join(copy, `${entry}.js`)).href);
  const core = await import(pathToFileURL(join(copy, "core.js")).href);
  return { ...module, core, copy };
}

export async function open(options) {
  return (await isolated()).open(options);
}
