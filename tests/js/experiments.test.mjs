/** Experiments and the moment, through the real engine: arms that stay, results that stay here. */
import { secretOnDisk } from "./support/database.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";

import { deviceContext, open } from "../../pkg/dist/embedded.js";
import { GRANTED, IDS, ITEMS, coded, freshShop, idsOf } from "./support/shop.mjs";

const openShop = (options = {}) => open({ shop: freshShop(), catalog: ITEMS, consent: GRANTED, storage: "memory", seed: 1, ...options });
const ARMS = [{ name: "usual" }, { name: "lively", surprise: 1 }];

test("a device keeps its arm, another has its own, and the slate names it", async () => {
  const met = new Set();
  for (let device = 0; device < 24; device++) {
    const shop = await openShop();
    const arms = Array.from({ length: 4 }, (_, seed) => shop.rank({ slot: "home", size: 4, seed, experiment: { id: "dial", arms: ARMS } }).experiment);
    for (const part of arms) assert.deepEqual(part, arms[0]);
    assert.equal(arms[0].id, "dial");
    met.add(arms[0].arms.join());
    await shop.close();
  }
  // Both arms at one half: 24 devices of one arm come once in eight million.
  assert.deepEqual([...met].sort(), ["lively", "usual"]);
});

test("what the arms are made of is on the disk alone, outlives the page, and is another once everything is erased", async () => {
  const name = freshShop();
  const openHere = () => openShop({ shop: name, storage: "device" });
  const drawn = async (shop) => {
    shop.rank({ slot: "home", size: 4, experiment: { id: "dial", arms: ARMS } }).seen();
    await shop.flush();
    return secretOnDisk(name);
  };
  const first = await openHere();
  const secret = await drawn(first);
  assert.ok(Number.isSafeInteger(secret));
  const text = await (await first.profile.export()).text();
  assert.ok(text.includes("dial") && !text.includes(String(secret)), text);
  await first.close();
  const second = await openHere();
  assert.equal(await drawn(second), secret);
  await second.profile.erase();
  assert.equal(await secretOnDisk(name), undefined);
  const another = await drawn(second);
  assert.ok(Number.isSafeInteger(another));
  assert.notEqual(another, secret);
  await second.close();
});

test("what is held out keeps the shop's order", async () => {
  const shop = await openShop();
  const slate = shop.rank({ slot: "home", size: 5, experiment: { id: "x", holdout: 1, arms: ARMS } });
  assert.deepEqual(idsOf(slate), IDS.slice(0, 5));
  assert.deepEqual(slate.experiment, { id: "x", arms: ["holdout"] });
  await shop.consent.set({ rank: false });
  assert.equal(shop.rank({ slot: "home", size: 5, experiment: { id: "x", arms: ARMS } }).experiment, undefined);
  await shop.close();
});

test("an interleaved slate says who picked, and a choice is credited there, in the results and nowhere else", async () => {
  let now = Date.UTC(2026, 10, 26, 12);
  const shop = await openShop({ now: () => now });
  const slate = shop.rank({ slot: "home", size: 6, experiment: { id: "x", interleave: true, arms: ARMS } });
  assert.deepEqual(slate.items.map(({ arm }) => arm).sort(), ["lively", "lively", "lively", "usual", "usual", "usual"]);
  slate.seen();
  now += 1000; // of one millisecond, the log would not know which came first
  const [first] = slate.items;
  shop.observe({ type: "view_item", item: first.id });
  const [result] = shop.profile.experiments();
  assert.deepEqual([result.id, result.interleaved], ["x", true]);
  for (const arm of result.arms) {
    assert.deepEqual([arm.slates, arm.seen, arm.choices], [1, 3, arm.name === first.arm ? 1 : 0]);
    assert.ok(arm.rate.low >= 0 && arm.rate.low <= arm.rate.value && arm.rate.value <= arm.rate.high && arm.rate.high <= 1);
  }
  assert.equal(Math.sign(result.difference.value), first.arm === result.arms[0].name ? 1 : -1);
  assert.ok(result.difference.low < 0 && result.difference.high > 0, "one slate proves nothing");
  const text = await (await shop.profile.export()).text();
  assert.ok(/"experiment":\s*"x"/.test(text), text);
  await shop.profile.erase();
  assert.deepEqual(shop.profile.experiments(), []);
  await shop.close();
});

test("a faulty experiment is refused with its path", async () => {
  const shop = await openShop();
  const ask = (experiment) => () => shop.rank({ slot: "home", size: 2, experiment });
  assert.throws(ask({ id: "x", arms: [] }), coded("value_out_of_range", "request.experiment.arms"));
  assert.throws(ask({ id: "x" }), coded("value_missing", "request.experiment.arms"));
  assert.throws(ask({ id: "x", arms: [{ name: "a", surprize: 1 }] }), coded("value_unknown", "request.experiment.arms[0].surprize"));
  await shop.close();
});

test("the shop's moment reaches rules, events and what is learned", async () => {
  let weather = "rain";
  const shop = await openShop({
    context: () => ({ weather }),
    rules: [{ type: "boost", where: { category: "rug" }, by: 8, when: { weather: "rain" } }],
  });
  const first = () => shop.rank({ slot: "home", size: 1, surprise: 0 }).items[0].id;
  assert.ok(first().startsWith("rug"));
  assert.ok(!shop.rank({ slot: "home", size: 1, surprise: 0, context: { weather: "sun" } }).items[0].id.startsWith("rug"), "a call's own word wins");
  shop.observe({ type: "view_item", item: "lamp-1" });
  weather = "sun";
  shop.observe({ type: "view_item", item: "chair-1" });
  shop.observe({ type: "view_item", item: "rug-1", context: { store: "lyon" } });
  shop.observe({ event: "view_item", ecommerce: { items: [{ item_id: "lamp-2" }] } });
  const { events } = JSON.parse(await (await shop.profile.export()).text());
  const facets = Object.fromEntries(events.map(({ lines, facets }) => [lines[0].item, facets]));
  assert.deepEqual(facets, { "lamp-1": ["weather:rain"], "chair-1": ["weather:sun"], "rug-1": ["store:lyon"], "lamp-2": ["weather:sun"] });
  assert.throws(() => shop.observe({ type: "view_item", item: "lamp-1", context: { weather: 3 } }), coded("value_type", "event.context.weather"));
  await shop.close();
});

test("a shop that fails to say its moment is served all the same", async () => {
  const shop = await openShop({
    context: () => {
      throw new Error("no weather today");
    },
  });
  const { reportError } = globalThis;
  const told = [];
  globalThis.reportError = (e) => told.push(e);
  try {
    assert.equal(shop.rank({ slot: "home", size: 3 }).items.length, 3);
  } finally {
    globalThis.reportError = reportError;
  }
  await assert.rejects(openShop({ context: "rain" }), coded("option_type", "context"));
  assert.deepEqual(deviceContext(), {}, "there is no page here");
  await shop.close();
});

test("inspect tells the appetite for surprise and the evidence", async () => {
  const shop = await openShop();
  const { appetite, evidence } = shop.profile.inspect();
  for (const tier of ["near", "bridge", "far"]) assert.ok(Math.abs(appetite[tier] - 1 / 7) < 1e-12);
  assert.deepEqual(evidence, { seen: 0, choices: 0, enough: false });
  await shop.close();
});
