// The engine is missing, wrong, or fails while it works: the shop keeps its order and nothing is thrown.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { VERSION } from "../../../pkg/dist/version.js";
import { fault } from "../support/fault.mjs";

const read = (file) => readFile(new URL(`../../../pkg/dist/${file}`, import.meta.url));
const HTML = "<!doctype html><title>Not found</title>";

/** Both builds answered alike. */
const both = (fault) => ({ "/pkg/core_bg.wasm": fault, "/pkg/core_scalar_bg.wasm": fault });

/** How the shop works, and what it shows first. Run in the page. */
async function opened(shop) {
  await openShop(shop);
  const { engine, reason } = window.shop.status;
  view("seen");
  return { engine, reason: reason ?? null, first: order(3).length };
}

const INLINED = { engine: "scalar", reason: null, first: 3 };

for (const [what, answer, expected] of [
  ["is not there (404)", { status: 404, body: "not found", type: "text/plain" }, INLINED],
  ["is a page instead (HTML, 200)", { body: HTML, type: "text/html" }, INLINED],
  ["is cut short", async () => ({ body: (await read("core_bg.wasm")).subarray(0, 5000) }), INLINED],
  ["has the wrong type", { type: "text/plain" }, { engine: "simd", reason: null, first: 3 }],
  [
    "belongs to another version",
    async () => ({ body: Buffer.from((await read("core_bg.wasm")).toString("latin1").replaceAll(VERSION, VERSION.replaceAll(/\d/g, "9")), "latin1") }),
    { engine: "passthrough", reason: "wasm_wrong_version", first: 3 },
  ],
]) {
  fault(
    {
      name: `a wasm file that ${what} does not stop the shop`,
      injected: "the server's answer for the file",
      expected: expected.engine === "passthrough" ? "the shop's own order; status says why" : `status.engine is ${expected.engine}`,
      },
    async (world) => {
      const server = await world.server(both(typeof answer === "function" ? await answer() : answer));
      const page = await world.page("/remote.html", server.origin);
      assert.deepEqual(await page.run(opened, world.shopName()), expected);
    },
  );
}

fault(
  {
    name: "a browser without WebAssembly keeps the shop's order",
    injected: "WebAssembly deleted before the package loads, as in the lockdown mode of Apple's systems",
    expected: "status says wasm_unavailable; 0 exceptions",
  },
  async (world) => {
    const page = await world.page();
    const found = await page.run(`async (shop) => { delete globalThis.WebAssembly; return (${opened})(shop); }`, world.shopName());
    assert.deepEqual(found, { engine: "passthrough", reason: "wasm_unavailable", first: 3 });
  },
);

fault(
  {
    name: "a browser that is started without WebAssembly keeps the shop's order",
    injected: "Firefox: javascript.options.wasm=false; WebKit: JSC_useWasm=0",
    expected: "status says wasm_unavailable; 0 exceptions",
    engines: ["firefox", "webkit"],
    elsewhere: "Chromium has no switch for it alone; its compilers off is a fault of its own",
  },
  async (world) => {
    const options = {
      firefox: { preferences: { "javascript.options.wasm": false } },
      webkit: { environment: { JSC_useWasm: "0" } },
    }[world.engine];
    const { page } = await world.browser(options);
    assert.deepEqual(await page.run(opened, world.shopName()), { engine: "passthrough", reason: "wasm_unavailable", first: 3 });
  },
);

fault(
  {
    name: "a policy that forbids wasm keeps the shop's order",
    injected: "Content-Security-Policy without 'wasm-unsafe-eval'",
    expected: "status says wasm_blocked_by_csp; 0 exceptions",
  },
  async (world) => {
    const policy = "default-src 'self'; script-src 'self'; connect-src 'self'";
    const server = await world.server({ "/strict.html": { headers: { "content-security-policy": policy } } });
    const { page } = await world.browser({}, "/strict.html", server.origin);
    const deadline = Date.now() + 20_000;
    while (page.notes.length === 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 25));
    assert.deepEqual(page.notes, [{ engine: "passthrough", reason: "wasm_blocked_by_csp", order: ["item-0", "item-1", "item-2"] }]);
  },
);

fault(
  {
    name: "a page without workers, locks and channels works",
    injected: "Worker, SharedWorker, BroadcastChannel and navigator.locks deleted",
    expected: "slates and writes as ever",
  },
  async (world) => {
    const page = await world.page();
    const found = await page.run(async (shop) => {
      for (const name of ["Worker", "SharedWorker", "BroadcastChannel"]) delete globalThis[name];
      Object.defineProperty(navigator, "locks", { configurable: true, value: undefined });
      await openShop(shop);
      view("kept");
      return [await window.shop.flush(), order().length];
    }, world.shopName());
    assert.deepEqual(found, [true, 12]);
  },
);
