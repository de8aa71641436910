// Every set-up of the table in docs/PACKAGING.md, from the tarball, in a real browser: the shop becomes
// personal, one wasm file is fetched, and the inlined copy only where the file cannot be.

import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "../browser/support/browser.mjs";
import { serve, visit } from "./support/chromium.mjs";
import { NAMES, filesBelow, folders, prepare, rowsOf, run, serving } from "./support/consumer.mjs";
import { root } from "./support/tarball.mjs";
import { matrix, replaceMatrix } from "./support/matrix.mjs";

const SHOP_ORDER = ["lamp-0", "lamp-1", "lamp-2", "lamp-3", "chair-0"];
/** Where a project's build lies, and what of it the browser may load. */
const OUTPUT = { next: ".next/static" };

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test("the table of docs/PACKAGING.md is the consumers that are checked", () => {
  assert.deepEqual(folders().sort(), [...NAMES].sort());
  const path = join(root, "docs/PACKAGING.md");
  const text = readFileSync(path, "utf8");
  const wanted = replaceMatrix(text, matrix());
  if (process.env.FLANEUR_BLESS) writeFileSync(path, wanted);
  else assert.equal(text, wanted, "FLANEUR_BLESS=1 writes the table anew");
});

for (const name of NAMES.filter((name) => name !== "cdn")) {
  let ready;
  const folder = () => (ready ??= prepare(name));
  for (const row of rowsOf(name)) {
    const title = [row.setup, row.needs].filter(Boolean).join(", with ");
    const suffix = row.script ?? "";
    if (row.test) test(`${title}: its own test passes`, async () => void (await run(await folder(), `test${suffix}`)));
    if (row.dev) {
      test(`${title}, in development: personal, by ${row.dev}`, async () => {
        await serving(await folder(), `dev${suffix}`, async (url) => {
          if (row.server) await drawnByServer(url);
          await personal(url, row.dev);
        });
      });
    }
    if (row.build) {
      test(`${title}, built: personal, by ${row.build}, nothing twice`, async () => {
        const home = await folder();
        rmSync(join(home, "dist"), { recursive: true, force: true }); // what a server left there
        await run(home, `build${suffix}`);
        emitted(home, join(home, OUTPUT[name] ?? "dist"), row.build);
        if (row.server) {
          await serving(home, `start${suffix}`, async (url) => {
            await drawnByServer(url);
            await personal(url, row.build);
          });
        } else await built(join(home, "dist"), (url) => personal(url, row.build));
      });
    }
  }
}

/** What a shopper meets at an address. */
async function personal(url, by) {
  const { result, shown, requests, scripts, errors } = await visit(browser, url);
  assert.equal(result.status.engine, by === "file" ? "simd" : "scalar");
  assert.equal(result.status.items, 12);
  assert.equal(result.ids.length, SHOP_ORDER.length);
  assert.ok(!result.ids.includes("lamp-0"), "it was dismissed");
  assert.ok(result.ids.some((id) => id.startsWith("rug")), `a rug was looked at: ${result.ids}`);
  assert.deepEqual(shown, result.ids);
  const fetched = requests.filter((request) => new URL(request).pathname.endsWith(".wasm"));
  assert.equal(scripts.filter(hasInlineCopy).length, by === "file" ? 0 : 1, "scripts with the inlined copy");
  if (by === "file") {
    assert.equal(fetched.length, 1, `one wasm file: ${fetched}`);
    assert.deepEqual(errors, []);
  } else {
    // The address that a bundler left behind is tried once, and its refusal is all that may be said.
    assert.ok(fetched.length <= 1, `${fetched}`);
    assert.deepEqual(errors.filter((error) => !error.includes("404")), []);
  }
}

/** The first paint of a server component: made by the engine, in the shop's order. */
async function drawnByServer(url) {
  const html = await (await fetch(url)).text();
  assert.match(html, /data-engine="scalar"/);
  assert.equal([...html.matchAll(/<li>([^<]*)<\/li>/g)].length, SHOP_ORDER.length);
}

async function built(folder, use) {
  const server = await serve(folder);
  try {
    await use(server.url);
  } finally {
    await server.close();
  }
}

/** The build holds no module twice, and the inlined copy in a chunk of its own. */
function emitted(home, folder, by) {
  const files = filesBelow(folder);
  const copies = (module) => {
    const bytes = readFileSync(join(home, "node_modules/flaneur/dist", module));
    return files.filter((file) => file.bytes.equals(bytes)).length;
  };
  assert.equal(copies("core_bg.wasm"), by === "file" ? 1 : 0);
  for (const module of ["core_scalar_bg.wasm", "upstream_bg.wasm"]) assert.ok(copies(module) <= 1, module);
  const inlined = files.filter(({ name, bytes }) => /\.m?js$/.test(name) && hasInlineCopy(bytes.toString("latin1")));
  assert.equal(inlined.length, 1, `chunks with the inlined copy: ${inlined.map(({ name }) => name)}`);
  assert.ok(inlined[0].bytes.length < INLINE_LENGTH + 4096, `the copy is alone in its chunk: ${inlined[0].name}`);
}

const SCALAR = readFileSync(join(root, "pkg/dist/core_scalar_bg.wasm")).toString("base64");
const INLINE_LENGTH = SCALAR.length;

/** Whether a script holds the scalar module in base64. */
function hasInlineCopy(text) {
  return text.includes(SCALAR.slice(0, 128));
}
