// What the documentation shows is true: its programs run as they are, and its ceilings are the real ones.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

/** The `js` blocks of a page, each with the line it starts at. */
function blocks(markdown) {
  return [...markdown.matchAll(/^```js\n([^]*?)^```$/gm)].map(({ 1: code, index }) => ({
    code,
    line: markdown.slice(0, index).split("\n").length,
  }));
}

/**
 * Stands in front of each program: answers what the page's own server would, and nothing else.
 * A program that asks for anything unknown fails, even when it swallows the error.
 */
const SERVER = `
  const catalog = JSON.stringify([{ id: "lamp-1", price: 80 }, { id: "cup-1", price: 14 }]);
  const files = { "/shop.flaneur": () => new Response(catalog, { headers: { "content-type": "application/json" } }) };
  globalThis.fetch = async (address) => {
    const file = files[String(address)];
    if (file) return file();
    process.exitCode = 1;
    throw new Error("nothing is served at " + address);
  };
`;

/** Runs a module in a Node of its own, from here, so that "flaneur" is the workspace's package. */
function run(code) {
  const options = { cwd: fileURLToPath(new URL(".", import.meta.url)), encoding: "utf8", timeout: 30_000 };
  const server = `data:text/javascript,${encodeURIComponent(SERVER)}`;
  const program = ["--unhandled-rejections=throw", "--import", server, "--input-type=module", "--eval", code];
  return new Promise((resolve) => {
    execFile(process.execPath, program, options, (error, stdout, stderr) => resolve({ error, stdout, stderr }));
  });
}

for (const [page, atLeast] of [["README.md", 1], ["docs/INTEGRATION.md", 7], ["docs/RULES.md", 1]]) {
  const found = blocks(await read(page));

  test(`${page} has its programs`, () => {
    assert.ok(found.length >= atLeast, `${found.length} js blocks in ${page}`);
  });

  for (const { code, line } of found) {
    test(`the program at ${page}:${line} runs as it is and says something`, async () => {
      const { error, stdout, stderr } = await run(code);
      assert.equal(error, null, stderr);
      assert.equal(stderr, "");
      assert.notEqual(stdout.trim(), "");
    });
  }
}

test("a program that throws, or asks for a file that nobody serves, would be noticed", async () => {
  assert.notEqual((await run("throw new Error('no')")).error, null);
  assert.notEqual((await run("void Promise.reject(new Error('no'))")).error, null);
  assert.notEqual((await run("await fetch('/other').catch(() => {})")).error, null);
  assert.equal((await run("console.log((await (await fetch('/shop.flaneur')).json()).length)")).stdout, "2\n");
});

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
