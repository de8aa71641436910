/**
 * Moves the version before a release: `npm run bump`. The release itself asks `node .ci/bump.mjs --check v1.2.3`.
 *
 * `changeset version` says which version comes next and what its changes are, but it knows npm packages only.
 * The engine is a crate that says its version, and the loader refuses one of another version than its own: the
 * crates follow, with the lock files, the constant and the pages that name the version. There is one changelog,
 * at the root, and not one in each package. And npm's manifests are laid out by hand: of each only the version changes.
 */

import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const CRATES = /(?<=^name = "(?:xtask|flaneur(?!-janus|-fuzz)[\w-]*)"\nversion = ")[^"]+/gm;

/** Every place that names the version, by file. */
export const PLACES = {
  "pkg/package.json": /(?<=^  "version": ")[^"]+/gm,
  "pkg/src/version.ts": /(?<=VERSION = ")[^"]+/g,
  "www/package.json": /(?<="flaneur": ")[^"]+/g,
  "package-lock.json": /(?<="name": "flaneur",\n      "version": "|"flaneur": ")[^"]+/g,
  "Cargo.toml": /(?<=^version = ")[^"]+/gm,
  "Cargo.lock": CRATES,
  "fuzz/Cargo.lock": CRATES,
  "operators/janus/Cargo.lock": CRATES,
  "docs/INTEGRATION.md": /(?<=flaneur-)\d[^ ]*(?=\.tgz)/g,
  "docs/PRIVACY.md": /(?<=describes version )\S+/g,
};

const MANIFESTS = ["pkg/package.json", "www/package.json"];

/** What does not agree with the package's version. */
export function disagreements(root) {
  const { version } = JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8"));
  return Object.entries(PLACES).flatMap(([path, pattern]) => {
    const found = readFileSync(join(root, path), "utf8").match(pattern) ?? ["no version"];
    return found.filter((other) => other !== version).map((other) => `${path} says ${other}, pkg/package.json ${version}`);
  });
}

const waiting = (root) => readdirSync(join(root, ".changeset")).filter((name) => name.endsWith(".md") && name !== "README.md");

/** What keeps a commit from being released under a tag. */
export function obstacles(root, tag) {
  const { version } = JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8"));
  const [heading] = readFileSync(join(root, "CHANGELOG.md"), "utf8").match(/^## .*$/m) ?? [];
  return [
    ...(tag === `v${version}` ? [] : [`the tag is ${tag}, the version ${version}`]),
    ...(heading === `## ${version}` ? [] : [`CHANGELOG.md starts with "${heading}"; expected "## ${version}"`]),
    ...waiting(root).map((name) => `.changeset/${name} waits; expected \`npm run bump\` before the tag`),
    ...disagreements(root),
  ];
}

/** Makes the next version of what waits in .changeset; gives its name. */
function bump(root) {
  const log = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  if (waiting(root).length === 0) throw new Error("nothing waits in .changeset; `npx changeset` says a change");
  if (/^## .*unreleased$/m.test(log)) throw new Error("CHANGELOG.md has a version that is unreleased; expected its release first, by its tag");
  const before = MANIFESTS.map((path) => [path, readFileSync(join(root, path), "utf8")]);

  const changeset = createRequire(import.meta.url).resolve("@changesets/cli/bin.js");
  const { status } = spawnSync(process.execPath, [changeset, "version"], { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error("`changeset version` failed; its message is above");
  const { version } = JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8"));

  for (const [path, text] of before) writeFileSync(join(root, path), text);
  for (const [path, pattern] of Object.entries(PLACES)) writeFileSync(join(root, path), readFileSync(join(root, path), "utf8").replaceAll(pattern, version));

  const own = join(root, "pkg/CHANGELOG.md");
  const lines = readFileSync(own, "utf8").split("\n").filter((line) => line !== "" && !/^#+ /.test(line));
  writeFileSync(join(root, "CHANGELOG.md"), log.replace(/^## /m, () => `## ${version}\n\n${lines.join("\n")}\n\n## `));
  rmSync(own);
  return version;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [check, tag] = process.argv.slice(2);
  const root = process.cwd();
  try {
    const faults = check === "--check" ? obstacles(root, tag) : [];
    if (faults.length > 0) throw new Error(faults.join("\n"));
    if (check !== "--check") console.log(`the version is ${bump(root)}`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
