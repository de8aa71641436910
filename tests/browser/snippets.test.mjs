// The documentation's pieces of pages, each built by Vite and run in Chromium on a stage of its own.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "vite";
import { compileScript, parse } from "vue/compiler-sfc";

import { blocks, STAGES, wayOf } from "../js/support/snippets.mjs";
import { launch, newContext } from "./support/browser.mjs";
import { ROOT, serve } from "./support/server.mjs";
import { ITEMS, stages } from "./support/stages.mjs";

const pieces = blocks().filter((block) => wayOf(block) === "stage");
const stageOf = ({ name }) => stages[STAGES[name]];
const folderOf = (piece) => `${stageOf(piece).raw ? "raw/" : ""}${piece.name.replace(/[^a-z0-9]+/gi, "-")}`;

/** Single-file components, by Vue's own compiler. */
const vue = {
  name: "single-file-components",
  transform(code, id) {
    if (!id.endsWith(".vue")) return undefined;
    const { descriptor, errors } = parse(code, { filename: id });
    if (errors.length > 0) throw errors[0];
    return compileScript(descriptor, { id: "piece", inlineTemplate: true }).content;
  },
};

let browser;
let server;
let folder;

before(async () => {
  mkdirSync(join(ROOT, "target"), { recursive: true });
  folder = mkdtempSync(join(ROOT, "target/pieces-"));
  const input = pieces.flatMap((piece) => {
    const home = join(folder, folderOf(piece));
    for (const [name, text] of Object.entries(stageOf(piece).files(piece.code))) {
      mkdirSync(dirname(join(home, name)), { recursive: true });
      writeFileSync(join(home, name), text);
    }
    return stageOf(piece).raw ? [] : [join(home, "index.html")];
  });
  const define = { "process.env.NODE_ENV": '"development"', __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" };
  await build({ root: folder, configFile: false, logLevel: "warn", define, plugins: [vue], oxc: { jsx: { runtime: "automatic" } }, build: { target: "es2022", outDir: "dist", minify: false, rolldownOptions: { input } } });
  browser = await launch();
  const catalog = { body: JSON.stringify(ITEMS), type: "application/json" };
  const home = folder.slice(ROOT.length);
  server = await serve({ "/flaneur/": "pkg/dist", "/raw/": `${home}/raw`, "/": `${home}/dist` }, { "/shop.flaneur": catalog });
});
after(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("every stage is used", () => {
  assert.deepEqual(Object.keys(stages).sort(), [...new Set(Object.values(STAGES))].sort());
});

for (const piece of pieces) {
  test(`the piece at ${piece.name} runs, and the page is what the text says`, async (t) => {
    const { context, mishaps, outside } = await newContext(t, browser);
    const page = await context.newPage();
    await page.goto(`${server.origin}/${folderOf(piece)}/`);
    await stageOf(piece).holds(page).catch((e) => {
      throw new Error(`${e.message}\n${mishaps.join("\n")}`, { cause: e });
    });
    assert.deepEqual([mishaps, outside], [[], []]);
  });
}
