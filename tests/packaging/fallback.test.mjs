// What a built page does where the wasm file is gone or a policy forbids compiling.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "../browser/support/browser.mjs";
import { serve, visit } from "./support/chromium.mjs";
import { prepare, run } from "./support/consumer.mjs";

const SHOP_ORDER = ["lamp-0", "lamp-1", "lamp-2", "lamp-3", "chair-0"];

let browser;
let folder;
before(async () => {
  folder = await prepare("vite-8");
  await run(folder, "build");
  browser = await launch();
});
after(() => browser?.close());

/** Visits the built page under a server's conditions. */
async function visited(options) {
  const server = await serve(join(folder, "dist"), options);
  try {
    return await visit(browser, server.url);
  } finally {
    await server.close();
  }
}

test("a wasm file that went missing: the inlined copy is fetched and ranks", async () => {
  const { result, requests } = await visited({ refuse: (path) => path.endsWith(".wasm") });
  assert.equal(result.status.engine, "scalar");
  assert.ok(!result.ids.includes("lamp-0"));
  assert.equal(requests.filter((url) => /inline[^/]*\.js$/.test(url)).length, 1);
});

test("a policy without wasm-unsafe-eval: the shop's order, a reason, and nothing downloaded in vain", async () => {
  const { result, shown, requests } = await visited({ headers: { "content-security-policy": "script-src 'self'" } });
  assert.equal(result.status.engine, "passthrough");
  assert.equal(result.status.reason, "wasm_blocked_by_csp");
  assert.deepEqual([result.ids, shown], [SHOP_ORDER, SHOP_ORDER]);
  assert.deepEqual(requests.filter((url) => /\.wasm$|inline[^/]*\.js$/.test(url)), []);
});

test("a policy with wasm-unsafe-eval is all it takes, and nothing leaves the shop", async () => {
  const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";
  const { result, requests, errors } = await visited({ headers: { "content-security-policy": policy } });
  assert.deepEqual(errors, []);
  assert.equal(result.status.engine, "simd");
  const [page] = requests;
  assert.ok(requests.every((url) => url.startsWith(page)), `${requests}`);
});
