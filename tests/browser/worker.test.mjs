// The engine in a worker: the same answers, under a strict policy too, and no worker is ever needed.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, newContext } from "./support/browser.mjs";
import { PAGES, serve } from "./support/server.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function enter(t, faults = {}) {
  const server = await serve(PAGES, faults);
  t.after(() => server.close());
  const { context, mishaps, outside } = await newContext(t, browser);
  const page = await context.newPage();
  await page.goto(`${server.origin}/worker.html`);
  await page.waitForFunction(() => window.ready === true);
  return { page, mishaps, outside, server, context };
}

const policy = (text) => ({ "/worker.html": { headers: { "content-security-policy": text } } });

/** Learns, ranks, and says where that happened. */
const useIt = async () => {
  const shop = await window.openShop();
  await shop.observe({ type: "view_item", item: "item-7", at: 1e12 });
  await shop.observe({ event: "view_item", ecommerce: { items: [{ item_id: "item-13" }] } });
  const slate = await shop.rank({ slot: "home", size: 5, seed: 3, context: { hour: 9 } });
  await slate.seen();
  const view = await shop.profile.inspect();
  const { status } = shop;
  await shop.close();
  return { status, ids: slate.items.map(({ id }) => id), reasons: slate.items[0].reasons.length, events: view.events, session: view.session, uncaught: window.uncaught };
};

test("it answers what the page's own engine answers, and fetches one wasm file", async (t) => {
  const { page, server, mishaps, outside } = await enter(t);
  const there = await page.evaluate(useIt);
  assert.equal(there.status.thread, "worker");
  assert.equal(there.status.engine, "simd");
  assert.deepEqual(there.session, ["item-13"], "the other view was long ago");
  assert.ok(there.reasons > 0);
  const here = await page.evaluate(async () => {
    const { open } = await import("/pkg/index.js");
    const shop = await open({ shop: "page", catalog: window.items, consent: { learn: true, rank: true }, storage: "memory", seed: 1 });
    shop.observe({ type: "view_item", item: "item-7", at: 1e12 });
    shop.observe({ event: "view_item", ecommerce: { items: [{ item_id: "item-13" }] } });
    return shop.rank({ slot: "home", size: 5, seed: 3, context: { hour: 9 } }).items.map(({ id }) => id);
  });
  assert.deepEqual(there.ids, here);
  const asked = server.asked.map(({ path }) => path);
  assert.deepEqual(asked.filter((path) => path.endsWith(".wasm")).length, 2, "one for the worker, one for the comparison");
  assert.ok(!asked.some((path) => path.endsWith("inline.js")));
  assert.deepEqual([there.uncaught, mishaps, outside], [[], [], []]);
});

test("under a policy without wasm-unsafe-eval it runs in the worker", async (t) => {
  const { page, mishaps } = await enter(t, policy("default-src 'self'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src data:"));
  const there = await page.evaluate(useIt);
  assert.equal(there.status.thread, "worker");
  assert.equal(there.status.engine, "simd");
  assert.ok(there.reasons > 0);
  assert.deepEqual([there.uncaught, mishaps], [[], []]);
});

for (const [what, faults] of [
  ["a worker's script that is missing", { "/pkg/worker/host.js": { status: 404, body: "not found", type: "text/plain" } }],
  ["a policy that forbids workers", policy("script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'")],
  ["HTML in the place of the worker's script", { "/pkg/worker/host.js": { body: "<!doctype html>", type: "text/html" } }],
]) {
  test(`${what} leaves the engine on the page`, async (t) => {
    const { page } = await enter(t, faults);
    const there = await page.evaluate(useIt);
    assert.equal(there.status.thread, "page");
    assert.equal(there.status.engine, "simd");
    assert.ok(there.reasons > 0);
    assert.deepEqual(there.uncaught, []);
  });
}

test("no wasm anywhere: the shop's order, a reason, and no exception", async (t) => {
  const gone = { status: 404, body: "not found", type: "text/plain" };
  const { page } = await enter(t, { "/pkg/core_bg.wasm": gone, "/pkg/core_scalar_bg.wasm": gone, "/pkg/inline.js": gone });
  const there = await page.evaluate(useIt);
  assert.deepEqual([there.status.engine, there.status.reason], ["passthrough", "wasm_failed"]);
  assert.deepEqual(there.ids, ["item-0", "item-1", "item-2", "item-3", "item-4"]);
  assert.deepEqual(there.uncaught, []);
});

test("a worker that is killed is replaced once, then done without, and what was learnt stays", async (t) => {
  const { page } = await enter(t);
  const told = await page.evaluate(async () => {
    const shop = await window.openShop({ timeout: 2000 }); // a worker that lives answers within that
    let restored = 0;
    shop.on("change", ({ cause }) => (restored += cause === "restore" ? 1 : 0));
    await shop.observe({ type: "view_item", item: "item-7" });
    await shop.observe({ type: "dismiss", item: "item-9" });
    const before = (await shop.profile.inspect()).events;
    const told = [];
    for (const _ of [1, 2]) {
      window.workers.at(-1).terminate();
      const began = performance.now();
      const { items } = await shop.rank({ slot: "home", size: 60 });
      told.push({ thread: shop.status.thread, events: (await shop.profile.inspect()).events, dismissed: items.every(({ id }) => id !== "item-9"), milliseconds: performance.now() - began });
    }
    await shop.observe({ type: "view_item", item: "item-8" });
    const end = (await shop.profile.inspect()).events;
    await shop.close();
    return { before, told, end, restored, made: window.workers.length, uncaught: window.uncaught };
  });
  assert.deepEqual(told.told.map(({ thread }) => thread), ["worker", "page"]);
  assert.deepEqual(told.told.map(({ events }) => events), [told.before, told.before]);
  assert.ok(told.told.every(({ dismissed }) => dismissed));
  assert.equal(told.end, told.before + 1);
  assert.equal(told.made, 2);
  assert.ok(told.restored >= 1);
  assert.deepEqual(told.uncaught, []);
});

test("a silent worker is noticed without being asked", async (t) => {
  const { page } = await enter(t);
  const thread = await page.evaluate(async () => {
    const shop = await window.openShop({ timeout: 200 });
    window.workers.at(-1).terminate();
    const changed = new Promise((resolve) => shop.on("status", resolve));
    await changed;
    const made = window.workers.length;
    await shop.close();
    return made;
  });
  assert.equal(thread, 2);
});

test("with the store gate the worker's log is on the disk, once", async (t) => {
  const { page } = await enter(t);
  const counts = await page.evaluate(async () => {
    const options = { storage: "device", shop: "disk", consent: { store: true, learn: true, rank: true }, timeout: 400 };
    const shop = await window.openShop(options);
    await shop.observe({ type: "view_item", item: "item-1" });
    await shop.observe({ type: "view_item", item: "item-2" });
    while (!(await shop.flush()));
    window.workers.at(-1).terminate();
    const replaced = (await shop.profile.inspect()).events;
    await shop.close();
    const again = await window.openShop(options);
    const later = (await again.profile.inspect()).events;
    await again.consent.set({ store: false });
    await again.close();
    return { replaced, later, databases: (await indexedDB.databases()).length };
  });
  assert.deepEqual(counts, { replaced: 2, later: 2, databases: 0 });
});

test("mistakes, elements in events, and a consent source cross the distance", async (t) => {
  const { page } = await enter(t);
  const told = await page.evaluate(async () => {
    const listeners = new Set();
    const source = { get: () => ({ learn: true }), subscribe: (listener) => (listeners.add(listener), () => listeners.delete(listener)) };
    const shop = await window.openShop({ consent: source });
    const before = shop.consent.gates;
    const changed = new Promise((resolve) => shop.on("consent", resolve));
    for (const listener of listeners) listener({ learn: true, rank: true });
    await changed;
    const coded = await shop.rank({ slot: "home", size: 0 }).catch((e) => [window.flaneur.isFlaneurError(e), e.code, e.path]);
    const wrong = await shop.observe({ type: "view_item" }).catch((e) => [e.code, e.path]);
    await shop.observe({ event: "gtm.click", "gtm.element": document.body, callback() {} });
    await shop.observe({ event: "view_item", "gtm.element": document.body, ecommerce: { items: [{ item_id: "item-3" }] } });
    (function () {
      window.call = arguments;
    })("event", "view_item", { items: [{ item_id: "item-4" }] });
    await shop.observe(window.call);
    const { session } = await shop.profile.inspect();
    const after = shop.consent.gates;
    const unopened = await window.openShop({ catalog: [{ id: "a", price: -1 }] }).catch((e) => [e.code, e.path]);
    await shop.close();
    await shop.observe({ type: "view_item", item: "item-5" });
    return { before, after, coded, wrong, session, unopened, listeners: listeners.size, uncaught: window.uncaught };
  });
  assert.deepEqual(told.before, { store: false, learn: true, rank: false, measure: false });
  assert.deepEqual(told.after, { store: false, learn: true, rank: true, measure: false });
  assert.deepEqual(told.coded, [true, "value_out_of_range", "request.size"]);
  assert.deepEqual(told.wrong, ["value_missing", "event.item"]);
  assert.deepEqual(told.session.sort(), ["item-3", "item-4"]);
  assert.deepEqual(told.unopened, ["value_out_of_range", "catalog[0].price"]);
  assert.deepEqual([told.listeners, told.uncaught], [0, []]);
});

test("a rule that names an attribute of no item is reported to the page, and takes no worker's place away", async (t) => {
  const { page } = await enter(t);
  const [status, told] = await page.evaluate(async () => {
    const shop = await window.openShop({ rules: [{ type: "exclude", where: { attribute: "sponsored:true" } }] });
    await shop.intent();
    return [shop.status, window.uncaught];
  });
  assert.deepEqual([status.thread, told.length], ["worker", 1]);
  assert.match(told[0], /FlaneurError: .*attribute/);
});
