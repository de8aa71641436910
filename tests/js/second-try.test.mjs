// The runner of the browser tests: what fails is tried once more alone, what stumbled is told by name, and what fails twice fails.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const RUNNER = fileURLToPath(new URL("../../xtask/scripts/browser-tests.mjs", import.meta.url));
const HEAD = 'import { existsSync, writeFileSync } from "node:fs";\nimport { test } from "node:test";\n';
/** A test that fails the first time only. */
const stumbling = (name, mark) => `test(${JSON.stringify(name)}, () => { if (!existsSync(${JSON.stringify(mark)})) { writeFileSync(${JSON.stringify(mark)}, ""); throw new Error("stumbled"); } });\n`;

/** Runs files of tests; gives the exit code, the output, and the names of what passed at its second try. */
function ran(t, files) {
  const folder = mkdtempSync(join(tmpdir(), "second-try-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const paths = Object.entries(files).map(([name, code]) => {
    const path = join(folder, name);
    writeFileSync(path, HEAD + code(join(folder, `${name}.mark`)));
    return path;
  });
  const told = join(folder, "told.json");
  const { NODE_TEST_CONTEXT: _, ...env } = process.env; // within a test, the runner would run nothing
  const { status, stdout } = spawnSync(process.execPath, [RUNNER, told, ...paths], { env, encoding: "utf8" });
  return { status, stdout, unsteady: JSON.parse(readFileSync(told, "utf8")) };
}

test("what passes is run once", (t) => {
  const { status, stdout, unsteady } = ran(t, { "a.test.mjs": () => 'test("stands", () => {});\n' });
  assert.deepEqual([status, unsteady], [0, []]);
  assert.doesNotMatch(stdout, /once more/);
});

test("what stumbled passes at its second try, and is named", (t) => {
  const name = 'a "name" (with $igns) | and [more]';
  const { status, stdout, unsteady } = ran(t, { "a.test.mjs": (mark) => stumbling(name, mark), "b.test.mjs": () => 'test("stands", () => {});\n' });
  assert.deepEqual([status, unsteady], [0, [name]]);
  assert.match(stdout, /stumbled/);
  assert.match(stdout, /! passed at its second try: a "name"/);
});

test("what fails twice fails, beside what stumbled", (t) => {
  const { status, unsteady } = ran(t, { "a.test.mjs": (mark) => stumbling("stumbles", mark), "b.test.mjs": () => 'test("falls", () => { throw new Error("again"); });\n' });
  assert.deepEqual([status, unsteady], [1, ["stumbles"]]);
});

test("a file that ends before its tests is tried whole, and fails when it does so again", (t) => {
  const once = (mark) => `if (!existsSync(${JSON.stringify(mark)})) { writeFileSync(${JSON.stringify(mark)}, ""); process.exit(3); }\ntest("stands", () => {});\n`;
  const stumbled = ran(t, { "a.test.mjs": once });
  assert.equal(stumbled.status, 0);
  assert.match(stumbled.unsteady.join(), /a\.test\.mjs$/);
  const fallen = ran(t, { "a.test.mjs": () => "process.exit(3);\n" });
  assert.deepEqual([fallen.status, fallen.unsteady], [1, []]);
});

test("many failures are no stumbling: nothing is tried again", (t) => {
  const { status, stdout, unsteady } = ran(t, { "a.test.mjs": (mark) => [1, 2, 3, 4].map((n) => stumbling(`stumbles ${n}`, mark + n)).join("") });
  assert.deepEqual([status, unsteady], [1, []]);
  assert.doesNotMatch(stdout, /once more/);
});
