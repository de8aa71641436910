// Without the engine the shop keeps its own order, nothing is thrown, and `status.reason` says why.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, newContext } from "./support/browser.mjs";
import { openMinimal } from "./support/minimal.mjs";
import { PAGES, serve } from "./support/server.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const HTML = { body: "<!doctype html><title>Not found</title>", type: "text/html; charset=utf-8" };
const GONE = { status: 404, body: "not found", type: "text/plain" };
const WASM = ["/pkg/core_bg.wasm", "/pkg/core_scalar_bg.wasm"];
const all = (fault, paths) => Object.fromEntries(paths.map((path) => [path, fault]));

/** Every call a page can make, on a shop with every gate open. */
function useEverything() {
  return async () => {
    const shop = await window.flaneur.open({
      shop: "fallback",
      catalog: window.items,
      consent: { store: true, learn: true, rank: true },
      seed: 1,
    });
    const order = (request) => shop.rank(request).items.map(({ id, score, propensity, reasons }) => [id, score, propensity, reasons.length]);
    const slates = [order({ slot: "home", size: 5 })];
    shop.observe({ type: "view_item", item: "item-7", id: "seen" });
    shop.observe({ event: "purchase", ecommerce: { items: [{ item_id: "item-8" }] } });
    shop.profile.declare({ attribute: "brand:brand-1", liking: 1 });
    shop.rules([{ type: "pin", item: "item-9", position: 0 }]);
    const slate = shop.rank({ slot: "home", size: 5, exclude: ["item-0"] });
    slate.seen();
    slates.push(order({ slot: "home", size: 3, candidates: ["item-5", "item-3", "item-4", "item-1"], exclude: ["item-3"] }));
    shop.profile.forget({ event: "seen" });
    shop.profile.forget({ item: "item-7" });
    const view = shop.profile.inspect();
    const exported = JSON.parse(await (await shop.profile.export()).text());
    const imported = await shop.profile.import({ flaneur: 1, events: [{ id: "a", type: "view_item", at: 1 }] });
    await shop.update(window.items.slice(10));
    slates.push(order({ slot: "home", size: 2 }));
    await shop.consent.set({ rank: false });
    await shop.profile.erase();
    const { status } = shop;
    await shop.close();
    let coded;
    try {
      shop.rank({ slot: "home", size: 0 });
    } catch (e) {
      coded = window.flaneur.isFlaneurError(e) && e.code;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { slates, excluded: slate.items.map(({ id }) => id), view, exported, imported, status, coded, uncaught: window.uncaught };
  };
}

const plain = (...ids) => ids.map((id) => [`item-${id}`, 0, 1, 0]);

async function keepsTheShopsOrder(t, faults, reason, init) {
  const server = await serve(PAGES, faults);
  t.after(() => server.close());
  const { context, mishaps, outside } = await newContext(t, browser);
  if (init) await context.addInitScript(init);
  const page = await openMinimal(context, server.origin);
  const outcome = await page.evaluate(useEverything());
  assert.deepEqual(outcome.slates, [plain(0, 1, 2, 3, 4), plain(5, 4, 1), plain(10, 11)]);
  assert.deepEqual(outcome.excluded, ["item-1", "item-2", "item-3", "item-4", "item-5"]);
  assert.equal(outcome.status.engine, "passthrough");
  assert.equal(outcome.status.reason, reason);
  assert.equal(outcome.view.events, 0);
  assert.equal(outcome.exported.incomplete, reason);
  assert.deepEqual([outcome.imported.added, outcome.imported.refused[0].code], [0, reason]);
  assert.equal(outcome.coded, "value_out_of_range", "the page's own mistakes are still told");
  assert.deepEqual(outcome.uncaught, []);
  assert.deepEqual(mishaps, []);
  assert.deepEqual(outside, []);
}

test("a content security policy without wasm-unsafe-eval leaves the shop's order", async (t) => {
  const policy = { headers: { "content-security-policy": "script-src 'self'" } };
  await keepsTheShopsOrder(t, { "/minimal.html": policy }, "wasm_blocked_by_csp");
});

test("missing wasm files and a missing inline copy leave the shop's order", async (t) => {
  await keepsTheShopsOrder(t, all(GONE, [...WASM, "/pkg/inline.js"]), "wasm_failed");
});

test("HTML in the place of the wasm files and of the inline copy leaves the shop's order", async (t) => {
  await keepsTheShopsOrder(t, all(HTML, [...WASM, "/pkg/inline.js"]), "wasm_failed");
});

test("wasm files that are torn leave the shop's order", async (t) => {
  const torn = { body: Buffer.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 5]), type: "application/wasm" };
  await keepsTheShopsOrder(t, { ...all(torn, WASM), "/pkg/inline.js": GONE }, "wasm_failed");
});

test("a missing glue file leaves the shop's order", async (t) => {
  await keepsTheShopsOrder(t, { "/pkg/core.js": GONE }, "wasm_failed");
});

test("a browser without WebAssembly leaves the shop's order", async (t) => {
  await keepsTheShopsOrder(t, {}, "wasm_unavailable", () => delete globalThis.WebAssembly);
});

async function engineOf(t, faults) {
  const server = await serve(PAGES, faults);
  t.after(() => server.close());
  const { context, mishaps } = await newContext(t, browser);
  const page = await openMinimal(context, server.origin);
  const engine = await page.evaluate(async () => {
    const shop = await window.flaneur.open({ shop: "fallback", catalog: window.items, storage: "memory" });
    const { engine } = shop.status;
    await shop.close();
    return engine;
  });
  assert.deepEqual(mishaps, []);
  return { engine, asked: server.asked.map(({ path }) => path) };
}

test("with nothing in the way the SIMD build runs, and only that one is fetched", async (t) => {
  const { engine, asked } = await engineOf(t, {});
  assert.equal(engine, "simd");
  assert.deepEqual(asked.filter((path) => path.endsWith(".wasm") || path.endsWith("inline.js")), ["/pkg/core_bg.wasm"]);
});

test("missing wasm files alone cost nothing but the inline copy's download", async (t) => {
  const { engine, asked } = await engineOf(t, all(GONE, WASM));
  assert.equal(engine, "scalar");
  assert.ok(asked.includes("/pkg/inline.js"));
});

test("HTML with status 200 in the place of the wasm file is not taken for it", async (t) => {
  const { engine } = await engineOf(t, all(HTML, WASM));
  assert.equal(engine, "scalar");
});

test("a wrong MIME type does not matter when the bytes are right", async (t) => {
  const { engine } = await engineOf(t, all({ type: "text/plain" }, WASM));
  assert.equal(engine, "simd");
});
