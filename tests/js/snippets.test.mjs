// What the documentation shows is true: every block of every page runs, and says how.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { transformWithOxc } from "vite";

import { blocks, blocksOf, FILES, NOT_RUN, read, ROOT, STAGES, wayOf } from "./support/snippets.mjs";
import { firesOf } from "./support/firing.mjs";

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

const all = blocks();
const way = (wanted) => all.filter((block) => wayOf(block) === wanted);
const programs = way("program");

test("every block of the documentation is run, or says why not", () => {
  const unknown = all.filter((block) => wayOf(block) === undefined).map(({ name, language, line }) => `${name} (${language}, line ${line})`);
  assert.deepEqual(unknown, [], "name its stage, its file or its reason in tests/js/support/snippets.mjs");
  assert.ok(programs.length >= 15, `${programs.length} programs`);
  const names = all.map(({ name }) => name);
  const stale = [STAGES, FILES, NOT_RUN].flatMap((list) => Object.keys(list)).filter((name) => !names.includes(name));
  assert.deepEqual(stale, [], "these name no block: take them out of tests/js/support/snippets.mjs");
});

for (const { name, language, code } of programs) {
  test(`the program at ${name} runs as it is and says something`, async () => {
    const { error, stdout, stderr } = await run(language === "ts" ? (await transformWithOxc(code, "program.ts")).code : code);
    assert.equal(error, null, stderr);
    assert.equal(stderr, "");
    assert.notEqual(stdout.trim(), "");
  });
}

test("every program is right for the type checker", (t) => {
  mkdirSync(join(ROOT, "target"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, "target/snippets-")); // of this run alone, and below the workspace's packages
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = programs.map(({ name, language, code }, i) => {
    const file = join(folder, `${i}-${name.replace(/[^a-z0-9]+/gi, "-")}.m${language}`);
    writeFileSync(file, code);
    return file;
  });
  // What a page with GA4 has.
  const page = join(folder, "page.d.ts");
  writeFileSync(page, "declare var dataLayer: unknown[];\n");
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  const options = ["--noEmit", "--allowJs", "--checkJs", "--strict", "--noImplicitAny", "false", "--target", "es2022", "--module", "esnext"];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, "--moduleResolution", "bundler", "--types", "", page, ...files], { cwd: folder, encoding: "utf8" });
  assert.equal(status, 0, stdout);
});

for (const { name, code } of way("rules")) {
  test(`the rules at ${name} are taken by the engine, and each does something`, async () => {
    const { idle, fired } = await firesOf(JSON.parse(code));
    assert.deepEqual(idle, []);
    assert.ok(fired > 0);
  });
}

for (const { name, code } of way("file")) {
  test(`the block at ${name} is ${FILES[name]}, which another test runs`, () => {
    assert.match(FILES[name], /^tests\/(browser\/pages|packaging\/(consumers|shop))\//);
    assert.equal(code, read(FILES[name]).replaceAll(/^.*\bfor the test\b.*\n/gm, ""));
  });
}

test("a program that throws, or asks for a file that nobody serves, would be noticed", async () => {
  assert.notEqual((await run("throw new Error('no')")).error, null);
  assert.notEqual((await run("void Promise.reject(new Error('no'))")).error, null);
  assert.notEqual((await run("await fetch('/other').catch(() => {})")).error, null);
  assert.equal((await run("console.log((await (await fetch('/shop.flaneur')).json()).length)")).stdout, "2\n");
});

test("a rule that does nothing would be noticed", async () => {
  const { idle, fired } = await firesOf([{ type: "boost", where: { category: "Nothing" }, by: 1 }, { type: "cap", per: "brand", max: 2 }]);
  assert.deepEqual([idle, fired], [["rules[0] boost is idle"], 1]);
});

test("a block in a language that nobody runs would be noticed", () => {
  const [first, second, third] = blocksOf("X.md", "## A title: here\n\n```js\n1;\n```\n\n```js\n2;\n```\n\n```rust\nfn\n```\n");
  assert.deepEqual([first.name, second.name, third.line], ["X.md#a-title-here", "X.md#a-title-here-2", 11]);
  assert.deepEqual([first, second, third].map(wayOf), ["program", "program", undefined]);
});
