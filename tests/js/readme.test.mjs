// The README's ceilings are the real ones. Its programs are run by snippets.test.mjs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

test("the README's table of ceilings is benches/budgets.toml", async () => {
  const budgets = [...(await read("benches/budgets.toml")).matchAll(/^\[\w+\."([^"]+)"\][^\n]*\nbrotli_bytes = ([\d_]+)$/gm)];
  const expected = budgets.map(({ 1: name, 2: bytes }) => [name, Number(bytes.replaceAll("_", ""))]);
  assert.ok(expected.length >= 4, `${expected.length} ceilings`);
  assert.equal(expected.length, (await read("benches/budgets.toml")).match(/^brotli_bytes\b/gm).length, "every ceiling is read");

  const [, table] = (await read("README.md")).match(/<!-- budgets -->\n([^]*?)<!-- \/budgets -->/) ?? [];
  assert.ok(table, "the README has the table between its markers");
  const rows = [...table.matchAll(/^\| `([^`]+)` \| ([\d,]+) \|$/gm)];
  assert.equal(rows.length + 2, table.trim().split("\n").length, "every line of the table is read");
  assert.deepEqual(rows.map(({ 1: name, 2: bytes }) => [name, Number(bytes.replaceAll(",", ""))]), expected);
});
