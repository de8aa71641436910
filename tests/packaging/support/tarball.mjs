/** The tarball that npm would publish, and customers made from it. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A folder that goes away with the process. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), "flaneur-packaging-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The path of the packed tarball: the one that is given, else a fresh one. */
export function tarball() {
  return (packed ??= pack());
}

let packed;

function pack() {
  const given = process.env.FLANEUR_TARBALL;
  if (given) return given;
  const folder = scratch();
  const packed = execFileSync("npm", ["pack", join(root, "pkg"), "--json", "--ignore-scripts", "--pack-destination", folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return join(folder, JSON.parse(packed)[0].filename);
}

/** The files of the tarball. */
export function filesOf(path) {
  const listed = execFileSync("tar", ["-tzf", path], { encoding: "utf8" });
  return listed.trim().split("\n").map((name) => name.replace(/^package\//, "")).sort();
}

/** Places the package as npm would: it has no dependencies and runs nothing. */
export function unpack(path, home) {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  execFileSync("tar", ["-xzf", path, "--strip-components=1", "-C", home]);
}

export function manifest() {
  return JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8"));
}
