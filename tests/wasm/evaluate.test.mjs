// `flaneur evaluate --engine wasm`: the packaged engine gives the native engine's slates, and a
// package that does not is found out.
//
// Needs the command-line tool, whose path `cargo xtask test --only wasm` passes in FLANEUR_TOOL.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const tool = process.env.FLANEUR_TOOL;
const pkg = fileURLToPath(new URL("../../pkg", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "flaneur-evaluate-"));

before(() => {
  assert.ok(tool, "FLANEUR_TOOL is not set; run `cargo xtask test --only wasm`");
  run(["generate", "--seed", "5", "--events", "6000", "--items", "500", "--out", "log.parquet"], 0);
});
after(() => rmSync(folder, { recursive: true, force: true }));

function run(args, code) {
  const { status, stdout, stderr } = spawnSync(tool, args, { cwd: folder, encoding: "utf8" });
  assert.equal(status, code, `${stdout}\n${stderr}`);
  return { stdout, stderr };
}

function evaluate(folderOfPackage, code, ...more) {
  const asked = ["--methods", "flaneur", "--engine", "wasm", "--shoppers", "60", "--package", folderOfPackage];
  return run(["evaluate", "--events", "log.parquet", "--json", "out.json", ...asked, ...more], code);
}

test("both packaged builds give the native slates of 60 shoppers, bit for bit", () => {
  const { stdout } = evaluate(pkg, 0);
  const { package: found } = JSON.parse(readFileSync(join(folder, "out.json"), "utf8"));
  assert.deepEqual(found.builds, ["scalar", "simd"]);
  assert.deepEqual([found.shoppers, found.slates, found.identical], [60, 120, 120]);
  assert.match(stdout, /120 of 120 slates identical/);
});

test("so they do with another dial and another calibration", () => {
  const { stdout } = evaluate(pkg, 0, "--surprise", "0.5", "--calibration", "4");
  assert.match(stdout, /120 of 120 slates identical/);
});

test("a package that ranks otherwise ends the command with 5 and is told with shopper and place", () => {
  const other = join(folder, "other");
  mkdirSync(other);
  const manifest = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
  manifest.exports["."].node = "./entry.js";
  manifest.exports["./core.wasm"] = "./core.wasm";
  writeFileSync(join(other, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(other, "core.wasm"), readFileSync(join(pkg, "dist/core_bg.wasm")));
  const entry = new URL("../../pkg/dist/embedded.js", import.meta.url).href;
  const swapped = "({ ...slate, items: [slate.items[1], slate.items[0], ...slate.items.slice(2)] })";
  writeFileSync(
    join(other, "entry.js"),
    `import { open as real } from ${JSON.stringify(entry)};
     const swap = (slate) => ${swapped};
     export async function open(options) {
       const shop = await real(options);
       return { status: shop.status, profile: shop.profile, close: shop.close, rank: (request) => swap(shop.rank(request)) };
     }`,
  );
  const { stderr } = evaluate(other, 5);
  assert.match(stderr, /0 of 120 slates identical/);
  assert.match(stderr, /scalar, (shopper u\d+|a guest), at 20\d\d-.*, place 0:/);
});

test("a folder without a built package is refused before the log is read", () => {
  assert.match(evaluate(join(folder, "nowhere"), 3).stderr, /--package expects the folder of the npm package/);
});
