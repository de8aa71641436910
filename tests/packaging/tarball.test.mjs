// What is published: every file is listed and wanted, and every set-up finds its types.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { filesOf, manifest, tarball } from "./support/tarball.mjs";

const MODULES = `
  canonical catalog channel checks
  connect connect/arrange connect/catalog connect/page connect/queue connect/writer
  consent consent/consent-mode consent/index consent/shopify consent/source consent/strictest consent/tcf core database decide
  elements elements/base elements/centre elements/dial elements/en elements/fr elements/inspector elements/labels elements/leaves
  elements/order elements/shelf elements/terms elements/why
  embedded emitter engine errors events export factory first flaneur foreign gates id index inline journal loader locked log
  measure/attribution measure/base64url measure/bundle measure/canonical-json measure/contribution measure/deliver
  measure/exists measure/gate measure/ledger measure/limits measure/measurer measure/random measure/schedule
  measure/seal measure/store
  memory open options orders pack passthrough preference profile react request scope seal shelf sight slate storage upstream version
  vocabulary vue wait
  worker worker-embedded worker/desk worker/host worker/remote worker/seat worker/service
`.trim().split(/\s+/);
const TYPES = `
  connect connect/arrange connect/catalog connect/page connect/writer
  consent/consent-mode consent/index consent/shopify consent/strictest consent/tcf
  elements elements/base elements/centre elements/en elements/shelf elements/why
  embedded errors index react request shelf sight types types/catalog types/consent types/decide types/events types/experiment types/measure types/profile vue
  worker worker/host worker/types
`.trim().split(/\s+/);
const OTHERS = ["LICENSE-APACHE", "LICENSE-MIT", "package.json", "dist/core_bg.wasm", "dist/core_scalar_bg.wasm", "dist/upstream_bg.wasm"];

const packed = tarball();

test("every file in the tarball is wanted, and none is missing", () => {
  const wanted = [
    ...OTHERS,
    ...MODULES.map((name) => `dist/${name}.js`),
    ...TYPES.map((name) => `dist/${name}.d.ts`),
  ].sort();
  assert.deepEqual(filesOf(packed), wanted);
});

test("installing runs nothing and brings nothing along", () => {
  const { scripts, dependencies, peerDependencies, peerDependenciesMeta, optionalDependencies, sideEffects, type, bin } = manifest();
  for (const hook of ["preinstall", "install", "postinstall", "prepare"]) assert.equal(scripts?.[hook], undefined);
  assert.deepEqual([dependencies, optionalDependencies, bin], [undefined, undefined, undefined]);
  assert.deepEqual(Object.keys(peerDependencies), ["lit", "react", "vue"]);
  for (const peer of Object.keys(peerDependencies)) assert.equal(peerDependenciesMeta[peer].optional, true);
  assert.equal(sideEffects, false);
  assert.equal(type, "module");
});

test("publint finds nothing", async () => {
  const bytes = readFileSync(packed);
  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    strict: true,
  });
  assert.deepEqual(messages.map((message) => formatMessage(message, pkg, { color: false })), []);
});

test("are the types wrong? no", () => {
  const home = dirname(createRequire(import.meta.url).resolve("@arethetypeswrong/cli/package.json"));
  const wasm = Object.keys(manifest().exports).filter((entry) => entry.endsWith(".wasm")).map((entry) => entry.slice(2));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(home, "dist/index.js"), packed, "--profile", "esm-only", "--no-color", "--no-emoji", "--exclude-entrypoints", ...wasm],
    { encoding: "utf8" },
  );
  assert.equal(status, 0, stdout + stderr);
});

test("every file that a published type names is published", () => {
  const files = new Set(filesOf(packed));
  const missing = [...files].filter((name) => name.endsWith(".d.ts")).flatMap((file) => {
    const text = execFileSync("tar", ["-xzOf", packed, `package/${file}`], { encoding: "utf8" });
    const named = [...text.matchAll(/(?:from |import\()"(\.[^"]+)\.js"/g)].map(([, to]) => join(dirname(file), `${to}.d.ts`));
    return named.filter((name) => !files.has(name)).map((name) => `${file} names ${name}`);
  });
  assert.deepEqual(missing, []);
});

test("the published code has no default export but the generated ones, and names no local path", () => {
  for (const file of filesOf(packed).filter((name) => name.endsWith(".js"))) {
    const code = execFileSync("tar", ["-xzOf", packed, `package/${file}`], { encoding: "utf8", maxBuffer: 1 << 26 });
    if (!["dist/core.js", "dist/inline.js"].includes(file)) assert.ok(!/^export default/m.test(code), file);
    assert.ok(!/file:\/\/\/|\/home\/|\/root\//.test(code), file);
  }
});
