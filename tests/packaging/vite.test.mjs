import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build, createServer } from "vite";
import { launch, serve, visit } from "./support/chromium.mjs";
import { customer } from "./support/tarball.mjs";

const SHOP_ORDER = ["lamp-0", "lamp-1", "lamp-2", "lamp-3", "chair-0"];

let browser;
let folder;
/** The chunk that holds the inlined copy. */
let inline;

before(async () => {
  folder = customer("vite");
  await build({ root: folder, logLevel: "warn", build: { target: "es2022" } });
  const assets = readdirSync(join(folder, "dist/assets"));
  const base64 = readFileSync(join(folder, "node_modules/flaneur/dist/inline.js"), "utf8").match(/"([A-Za-z0-9+/]{8,64})/)[1];
  const holding = assets.filter((file) => readFileSync(join(folder, "dist/assets", file), "latin1").includes(base64));
  assert.equal(holding.length, 1, "the inlined copy is one chunk of its own");
  [inline] = holding;
  browser = await launch();
});
after(() => browser?.close());

const wasmOf = (requests) => requests.filter((url) => new URL(url).pathname.endsWith(".wasm"));
const inlineOf = (requests) => requests.filter((url) => url.endsWith(inline));

/** Serves the built customer while something runs. */
async function built(options, run) {
  const server = await serve(join(folder, "dist"), options);
  try {
    return await run(await visit(browser, server.url), server.url);
  } finally {
    await server.close();
  }
}

function ranks({ result, shown, errors }, engine) {
  assert.deepEqual(errors, []);
  assert.equal(result.status.engine, engine);
  assert.equal(result.status.items, 12);
  assert.equal(result.ids.length, 5);
  assert.ok(!result.ids.includes("lamp-0"), "it was dismissed");
  assert.deepEqual(shown, result.ids);
}

test("built: it ranks, one wasm file is fetched, the inlined copy is not", async () => {
  await built({}, (seen, url) => {
    ranks(seen, "simd");
    assert.equal(wasmOf(seen.requests).length, 1);
    assert.equal(inlineOf(seen.requests).length, 0);
    assert.ok(seen.requests.every((request) => request.startsWith(url)), "only the shop's own files");
  });
});

test("in development: it ranks and one wasm file is fetched", async () => {
  const server = await createServer({ root: folder, logLevel: "warn", server: { port: 0, host: "127.0.0.1", ws: false } });
  await server.listen();
  try {
    const seen = await visit(browser, server.resolvedUrls.local[0]);
    ranks(seen, "simd");
    assert.equal(wasmOf(seen.requests).length, 1);
  } finally {
    await server.close();
  }
});

test("a wasm file that went missing: the inlined copy is fetched and ranks", async () => {
  await built({ refuse: (path) => path.endsWith(".wasm") }, (seen) => {
    ranks(seen, "scalar");
    assert.equal(inlineOf(seen.requests).length, 1);
  });
});

test("a policy without wasm-unsafe-eval: the shop's order, a reason, and nothing downloaded in vain", async () => {
  await built({ headers: { "content-security-policy": "script-src 'self'" } }, ({ result, shown, requests, errors }) => {
    assert.deepEqual(errors, []);
    assert.equal(result.status.engine, "passthrough");
    assert.equal(result.status.reason, "wasm_blocked_by_csp");
    assert.deepEqual(result.ids, SHOP_ORDER);
    assert.deepEqual(shown, SHOP_ORDER);
    assert.equal(wasmOf(requests).length + inlineOf(requests).length, 0);
  });
});

test("a policy with wasm-unsafe-eval is all it takes", async () => {
  await built({ headers: { "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:" } }, (seen) => {
    ranks(seen, "simd");
  });
});
