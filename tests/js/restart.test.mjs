// An engine that fails is rebuilt from the log, and the page sees no exception.

import assert from "node:assert/strict";
import { test } from "node:test";
import { GRANTED, IDS, ITEMS, coded, freshShop, idsOf } from "./support/shop.mjs";
import { isolated } from "./support/isolated.mjs";

const NOW = Date.UTC(2026, 10, 22);
const CONSENT = { ...GRANTED, store: false };

/** Makes the engine fail as a trap does, so many times. */
function failing(Core, method, times = 1) {
  const real = Core.prototype[method];
  let left = times;
  Core.prototype[method] = function (...args) {
    if (left-- > 0) throw new WebAssembly.RuntimeError("unreachable");
    return real.apply(this, args);
  };
  return () => (Core.prototype[method] = real);
}

async function shopWithCore(options = {}) {
  const { open, core } = await isolated();
  const shop = await open({ shop: freshShop(), catalog: ITEMS, consent: CONSENT, storage: "memory", seed: 1, now: () => NOW, ...options });
  const told = [];
  shop.on("status", ({ code, status }) => told.push([code, status.engine]));
  return { shop, told, Core: core.Core, open };
}

test("an engine that fails is rebuilt from the log, and the call gets the shop's order", async () => {
  const { shop, told, Core } = await shopWithCore();
  shop.observe({ type: "view_item", item: "rug-1", id: "e1" });
  shop.observe({ type: "dismiss", item: "rug-2", id: "e2" });
  const before = shop.profile.inspect();
  failing(Core, "rank");
  const slate = shop.rank({ slot: "home", size: 12 });
  assert.deepEqual(idsOf(slate), IDS);
  slate.seen(); // of no engine: nothing to log, nothing thrown
  assert.deepEqual(told, [["engine_restarted", "scalar"]]);
  assert.deepEqual(shop.profile.inspect(), before);
  assert.equal(shop.status.engine, "scalar");
  assert.ok(!idsOf(shop.rank({ slot: "home", size: 12 })).includes("rug-2"), "gates, catalog and log are back");
  await shop.close();
});

test("rules come back too", async () => {
  const { shop, Core } = await shopWithCore({ rules: [{ type: "pin", item: "rug-3", position: 0 }] });
  failing(Core, "inspect");
  assert.equal(shop.profile.inspect().events, 0);
  assert.equal(idsOf(shop.rank({ slot: "home", size: 3 }))[0], "rug-3");
  await shop.close();
});

test("a slate of before a restart may say that it was seen: that is lost, and nothing else is", async () => {
  const { shop, told, Core } = await shopWithCore();
  const slate = shop.rank({ slot: "home", size: 3 });
  failing(Core, "inspect");
  shop.profile.inspect();
  slate.seen();
  assert.equal(shop.profile.inspect().events, 0, "the engine of now does not know that slate");
  shop.rank({ slot: "home", size: 3 }).seen();
  assert.equal(shop.profile.inspect().events, 1);
  assert.deepEqual(told, [["engine_restarted", "scalar"]]);
  await shop.close();
});

test("an event that makes the engine fail costs that event", async () => {
  const { shop, Core } = await shopWithCore();
  shop.observe({ type: "view_item", item: "rug-1" });
  failing(Core, "observe");
  shop.observe({ type: "view_item", item: "rug-2" });
  shop.observe({ type: "view_item", item: "rug-3" });
  assert.equal(shop.profile.inspect().events, 2);
  await shop.close();
});

test("a coded error is the page's to mend, not a failure", async () => {
  const { shop, told } = await shopWithCore();
  for (let i = 0; i < 5; i++) assert.throws(() => shop.rank({ slot: "home", size: -1 }), coded("value_out_of_range", "request.size"));
  assert.deepEqual(told, []);
  await shop.close();
});

test("three failures within a minute are enough", async () => {
  let clock = Date.UTC(2026, 10, 22);
  const { shop, told, Core } = await shopWithCore({ now: () => clock });
  shop.observe({ type: "view_item", item: "rug-1" });
  const mend = failing(Core, "rank", Infinity);
  for (let i = 0; i < 4; i++) {
    assert.deepEqual(idsOf(shop.rank({ slot: "home", size: 3 })), IDS.slice(0, 3));
    clock += 70_000;
  }
  assert.equal(shop.status.engine, "scalar", "far apart they are endured");
  for (let i = 0; i < 3; i++) shop.rank({ slot: "home", size: 3 });
  assert.deepEqual([shop.status.engine, shop.status.reason], ["passthrough", "engine_unstable"]);
  assert.deepEqual(told.at(-1), ["engine_unstable", "passthrough"]);
  mend();
  assert.deepEqual(idsOf(shop.rank({ slot: "home", size: 3 })), IDS.slice(0, 3));
  assert.equal(shop.profile.inspect().events, 0);
  await shop.profile.erase();
  await shop.close();
});

test("a failure of one shop's engine does not take another shop's with it", async () => {
  const { shop, Core, open } = await shopWithCore();
  const other = await open({ shop: freshShop(), catalog: ITEMS, consent: CONSENT, storage: "memory", seed: 1 });
  other.observe({ type: "dismiss", item: "rug-1" });
  failing(Core, "inspect");
  shop.profile.inspect();
  assert.equal(other.profile.inspect().events, 1);
  assert.ok(!idsOf(other.rank({ slot: "home", size: 12 })).includes("rug-1"));
  assert.equal(other.status.engine, "scalar");
  await shop.close();
  await other.close();
});

test("a catalog that the engine fails on leaves the one before in force", async () => {
  const { shop, Core } = await shopWithCore();
  failing(Core, "loadItems");
  await assert.rejects(shop.update([{ id: "x" }]), coded("engine_restarted", "catalog"));
  assert.equal(shop.status.items, IDS.length);
  await shop.close();
});
