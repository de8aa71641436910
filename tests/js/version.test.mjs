// Everything that names the version names the same one, and a release moves all of it together.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { disagreements, obstacles, PLACES } from "../../.ci/bump.mjs";
import { VERSION } from "../../pkg/dist/version.js";
import { ROOT } from "./support/snippets.mjs";

/** A copy of what a release touches, as it is once the present version is out. */
function copy(t) {
  const root = mkdtempSync(join(tmpdir(), "release-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const path of [...Object.keys(PLACES), "package.json", "CHANGELOG.md", ".changeset"]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    cpSync(join(ROOT, path), join(root, path), { recursive: true, filter: (source) => !/\.changeset\/(?!README).*\.md$/.test(source) });
  }
  const files = (path, change) => (change ? writeFileSync(join(root, path), change) : readFileSync(join(root, path), "utf8"));
  files("CHANGELOG.md", files("CHANGELOG.md").replace(/^(## \S+) – unreleased$/m, "$1"));
  const node = (...words) => spawnSync(process.execPath, [join(ROOT, ".ci/bump.mjs"), ...words], { cwd: root, encoding: "utf8" });
  return { root, files, node };
}

test("the package, its code, the crates, the lock files and the pages have one version", () => {
  assert.equal(JSON.parse(readFileSync(`${ROOT}pkg/package.json`, "utf8")).version, VERSION);
  assert.deepEqual(disagreements(ROOT), []);
});

test("a changeset becomes the next version, everywhere, and its line in the changelog", (t) => {
  const { root, files, node } = copy(t);
  const before = Object.fromEntries([...Object.keys(PLACES), "CHANGELOG.md"].map((path) => [path, files(path)]));
  assert.deepEqual(obstacles(root, `v${VERSION}`), []);
  files(".changeset/a-fix.md", '---\n"flaneur": patch\n---\n\nA fix.\n');
  files(".changeset/a-call.md", '---\n"flaneur": minor\n---\n\nBREAKING: a call has another name.\nWrite `two()` for `one()`.\n');
  assert.equal(node("--check", `v${VERSION}`).status, 1, "what waits is not left behind by a release");

  const { status, stderr } = node();
  assert.equal(status, 0, stderr);
  const [major, minor] = VERSION.split(".").map(Number);
  const next = `${major}.${minor + 1}.0`;
  assert.equal(JSON.parse(files("pkg/package.json")).version, next);
  assert.deepEqual(obstacles(root, `v${next}`), []);
  assert.equal(node("--check", `v${next}`).status, 0);
  for (const [path, pattern] of Object.entries(PLACES)) assert.equal(files(path).replaceAll(pattern, VERSION), before[path], `${path}: nothing but the version changed`);
  const entry = `## ${next}\n\n- BREAKING: a call has another name.\n  Write \`two()\` for \`one()\`.\n- A fix.\n\n`;
  assert.equal(files("CHANGELOG.md"), before["CHANGELOG.md"].replace("## ", () => `${entry}## `));
  assert.ok(!existsSync(join(root, "pkg/CHANGELOG.md")) && !existsSync(join(root, "www/CHANGELOG.md")), "there is one changelog");
  assert.match(node().stderr, /nothing waits/, "no version without a change");
});

test("a place with another version, another tag, or a version that is not out yet would be noticed", (t) => {
  const { root, files, node } = copy(t);
  for (const path of Object.keys(PLACES).filter((path) => path !== "pkg/package.json")) {
    const text = files(path);
    files(path, text.replace(PLACES[path], "9.9.9"));
    assert.equal(disagreements(root).length, text.match(PLACES[path]).length, path);
    files(path, text);
  }
  assert.match(node("--check", "v9.9.9").stderr, /the tag is v9\.9\.9/);
  files("CHANGELOG.md", `## ${VERSION} – unreleased\n`);
  files(".changeset/a-fix.md", '---\n"flaneur": patch\n---\n\nA fix.\n');
  assert.match(node().stderr, /unreleased/);
  assert.match(node("--check", `v${VERSION}`).stderr, /CHANGELOG\.md starts with/);
});
