// The workflows keep what they promise: what is published is what was tested, with provenance and without a secret.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./support/tarball.mjs";

const home = join(root, ".github/workflows");
const read = (name) => readFileSync(join(home, name), "utf8");
/** The text of one job. */
const job = (text, name) => text.split(/^ {2}(?=\w+:$)/m).find((part) => part.startsWith(`${name}:`));

test("no workflow knows a secret or a host, and each says what it may do", () => {
  for (const name of readdirSync(home)) {
    const text = read(name);
    assert.doesNotMatch(text, /secrets\.|https?:\/\/|registry-url/, name);
    assert.match(text, /^permissions:/m, name);
  }
});

test("every action is named by a commit, its version beside it, and what is published meets no cache", () => {
  for (const name of readdirSync(home)) {
    const actions = [...read(name).matchAll(/uses: (.*)$/gm)].map(([, action]) => action);
    assert.ok(actions.length > 0, name);
    for (const action of actions) assert.match(action, /^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, name);
  }
  const release = read("release.yml");
  assert.doesNotMatch(release, /actions\/cache/);
  assert.equal(release.split("actions/setup-node").length, release.split("package-manager-cache: false").length);
});

test("what is published is the tested tarball, and only that job has an identity", () => {
  const text = read("release.yml");
  const publish = job(text, "publish");
  assert.match(publish, /needs: test/);
  assert.match(publish, /npm publish .*--provenance/);
  assert.doesNotMatch(publish, /checkout|npm (ci|install|pack)|cargo/, "nothing is built again");
  assert.equal(text.split("id-token: write").length, 2);
  assert.match(job(text, "test"), /upload-artifact/);
});

test("a version is proposed by the command that people run, and the job that does it publishes nothing", () => {
  const propose = job(read("release.yml"), "propose");
  assert.match(propose, /if: github\.event_name == 'workflow_dispatch'/);
  assert.match(propose, /run: npm run bump$/m);
  assert.doesNotMatch(propose, /publish|id-token/);
  assert.match(job(read("release.yml"), "test"), /if: github\.event_name == 'push'/);
});

test("the workflows run the command that people run, and the tag is the package's version", () => {
  for (const name of ["ci.yml", "release.yml"]) assert.match(read(name), /run: \.ci\/run$/m, name);
  assert.ok(existsSync(join(root, ".ci/run")) && statSync(join(root, ".ci/run")).mode & 0o100);
  assert.match(job(read("release.yml"), "test"), /bump\.mjs --check "\$GITHUB_REF_NAME"/);
});

test("the workflows test where the command installs browsers by itself", () => {
  for (const name of ["ci.yml", "release.yml"]) {
    const text = job(read(name), "test");
    assert.match(text, /^ {6}image: rust:1-bookworm\b/m, name); // xtask/src/setup/browser.rs: Debian, and root, as containers are
    assert.match(text, /^ {6}- run: \.ci\/run\n {8}env:\n {10}HOME: \/root\b/m, name);
  }
});
