// The same pack, log, seed and time give byte-identical slates natively and in Node.
//
// `tests/golden.rs` writes the vectors with the native engine; here both builds of the packaged
// core rank the same cases. `tests/browser/golden.test.mjs` does so in Chromium.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { rankCase } from "../support/golden.mjs";

const vectors = new URL("../vectors/golden/", import.meta.url);
const dist = new URL("../../pkg/dist/", import.meta.url);
const { now, cases } = JSON.parse(await readFile(new URL("slates.json", vectors), "utf8"));
const pack = new Uint8Array(await readFile(new URL("shop.flaneur", vectors)));

/** Instantiates one build in a module instance of its own: the glue holds one engine per instance. */
async function load(file) {
  const [glue, reader] = await Promise.all([import(new URL(`core.js?${file}`, dist)), import(new URL("slate.js", dist))]);
  glue.initSync({ module: await readFile(new URL(file, dist)) });
  return { Core: glue.Core, ...reader };
}

for (const file of ["core_bg.wasm", "core_scalar_bg.wasm"]) {
  test(`slates of ${file} equal the golden vectors bit for bit`, async () => {
    const engine = await load(file);
    assert.equal(cases.length, 100);
    for (const [number, golden] of cases.entries()) {
      const { id, lines } = rankCase(engine, pack, golden, now);
      assert.deepEqual(lines, golden.lines, `case ${number}`);
      assert.equal(id, golden.id, `case ${number}`);
    }
  });
}

test("the two builds differ in their code, not in their answers", async () => {
  const [simd, scalar] = await Promise.all(
    ["core_bg.wasm", "core_scalar_bg.wasm"].map((file) => readFile(new URL(file, dist))),
  );
  assert.notDeepEqual(simd, scalar);
});

test("a log that differs by one event gives other lines, so the comparison can fail", async () => {
  const engine = await load("core_bg.wasm");
  const number = cases.findIndex(({ events }) => events.length > 20);
  const { events, request } = cases[number];
  const changed = events.filter(({ type }) => !["view_item", "purchase", "add_to_cart"].includes(type));
  assert.ok(changed.length < events.length);
  assert.notDeepEqual(rankCase(engine, pack, { events: changed, request }, now).lines, cases[number].lines);
});
