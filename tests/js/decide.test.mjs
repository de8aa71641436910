// Decisions through the package: what is chosen, why, and what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "../../pkg/dist/embedded.js";
import { contribution } from "../../pkg/dist/measure/contribution.js";
import { GRANTED, coded, freshShop } from "./support/shop.mjs";
import { isolated } from "./support/isolated.mjs";

const NOW = Date.UTC(2026, 10, 26, 12);
const CATALOG = [
  { id: "lamp", title: "Brass lamp", price: 80 },
  { id: "coupon", kind: "offer", margin: 20 },
  { id: "fitting", kind: "service", margin: 40 },
  { id: "tip", kind: "content", margin: 1 },
];

function openShop(options = {}) {
  return open({ shop: freshShop(), catalog: CATALOG, consent: { ...GRANTED, store: false }, storage: "memory", seed: 1, now: () => NOW, ...options });
}

test("a decision names its choice, adds up, and says what became of the others", async () => {
  const shop = await openShop();
  const decision = shop.decide({ slot: "strip", candidates: ["coupon", { id: "fitting", channels: ["email"] }, { id: "lamp", value: 5 }], channel: "page", explore: 0 });
  assert.equal(decision.choice.id, "coupon");
  assert.equal(decision.runnerUp.id, "lamp");
  assert.equal(decision.silence, undefined);
  assert.deepEqual(decision.trace[1], { id: "fitting", barrier: "channel" });
  const sum = decision.choice.reasons.reduce((total, { weight, value }) => total + weight * value, 0);
  assert.ok(Math.abs(sum - decision.choice.utility) < 1e-12);
  await shop.close();
});

test("an id alone is an item's: one that left the catalog is not shown as a message of the shop's own", async () => {
  const shop = await openShop();
  const decision = shop.decide({ slot: "strip", candidates: ["gone", "coupon", { id: "hello" }], explore: 0 });
  assert.deepEqual(decision.trace.map(({ id, barrier }) => [id, barrier]), [["gone", "unavailable"], ["coupon", undefined], ["hello", undefined]]);
  const none = shop.decide({ slot: "strip", candidates: ["gone"] });
  assert.equal(none.choice, undefined);
  await shop.close();
});

test("candidates that are too many, or have holes, are refused by name, and nothing foreign escapes", async () => {
  const shop = await openShop();
  const decide = (candidates) => () => shop.decide({ slot: "strip", candidates });
  assert.throws(decide(new Array(1e9)), coded("value_too_many", "request.candidates"));
  assert.throws(decide([, "coupon"]), coded("value_type", "request.candidates[0]"));
  const trap = Object.defineProperty({ id: "coupon" }, "value", { enumerable: true, get: () => { throw new Error("mine"); } });
  assert.throws(decide(["lamp", trap]), coded("value_malformed", "request.candidates[1]"));
  assert.throws(decide([{ id: "coupon", value: Infinity }]), coded("value_not_finite", "request.candidates[0].value"));
  await shop.close();
});

test("what several candidates have alike holds for each of them, and what only looks alike is refused in its place", async () => {
  const shop = await openShop();
  const decide = (candidates) => shop.decide({ slot: "strip", candidates, channel: "page", explore: 0 });
  const alike = () => ({ when: { hours: [20, 22] }, channels: ["page"] });
  const open = { when: { hours: [0, 24] }, channels: ["page"] };
  const { trace } = decide([{ id: "coupon", ...alike() }, { id: "tip", ...open }, { id: "fitting", ...alike() }, { id: "lamp", ...alike(), caps: { day: 2 } }]);
  assert.deepEqual(trace.map(({ barrier }) => barrier), ["window", undefined, "window", "window"]);
  const utilities = (about) => decide(["coupon", "tip"].map((id) => ({ id, about }))).trace.map(({ utility }) => utility);
  assert.deepEqual(utilities("lamp"), utilities(["lamp"]));
  assert.throws(() => decide([{ id: "tip", ...open }, { id: "coupon", when: { hours: [0, NaN] } }]), coded("value_not_finite", "request.candidates[1].when.hours"));
  const dated = (from) => ({ id: "tip", when: { from } });
  assert.throws(() => decide([dated("2026-11-20"), dated(new Date("2026-11-20"))]), coded("value_type", "request.candidates[1].when.from"));
  assert.throws(() => decide([{ id: "tip", channels: ["page"] }, { id: "coupon", about: 7 }]), coded("value_type", "request.candidates[1].about"));
  await shop.close();
});

test("what became of opportunities is one answer of four, from the log alone", async () => {
  const outcome = async (then) => {
    const shop = await openShop();
    const decision = shop.decide({ slot: "strip", candidates: ["coupon"], explore: 0 });
    then?.(shop, decision);
    const { events } = JSON.parse(await (await shop.profile.export()).text());
    await shop.close();
    return contribution({ metric: "opportunity_outcome" }, { events });
  };
  assert.equal(await outcome(), 0, "what was not seen did not happen");
  assert.equal(await outcome((shop, decision) => decision.seen()), 1);
  assert.equal(await outcome((shop, decision) => (decision.seen(), shop.observe({ type: "dismiss", item: "coupon" }))), 2);
  assert.equal(await outcome((shop, decision) => (decision.seen(), shop.observe({ type: "select_item", item: "coupon", slate: decision.id }))), 3);
  const elsewhere = (shop, decision) => (decision.seen(), shop.observe({ type: "select_item", item: "lamp" }));
  assert.equal(await outcome(elsewhere), 1, "another item, from elsewhere");
});

test("what was seen counts for the caps, once, until it is forgotten", async () => {
  const shop = await openShop();
  const request = { slot: "strip", candidates: [{ id: "coupon", caps: { day: 1 } }], explore: 0 };
  const decision = shop.decide(request);
  assert.equal(shop.profile.inspect().events, 0, "deciding logs nothing");
  decision.seen();
  decision.seen();
  assert.equal(shop.profile.inspect().events, 1);
  const silent = shop.decide(request);
  assert.deepEqual([silent.choice, silent.silence, silent.trace[0].barrier], [undefined, "barred", "day"]);
  silent.seen();
  assert.equal(shop.profile.inspect().events, 1, "silence is not seen");
  shop.profile.forget({ item: "coupon" });
  assert.equal(shop.decide(request).choice.id, "coupon");
  await shop.close();
});

test("while learning is denied this page alone counts, and nothing is logged", async () => {
  const shop = await openShop({ consent: { rank: true } });
  const request = { slot: "strip", candidates: [{ id: "coupon", caps: { day: 1 } }], explore: 0 };
  shop.decide(request).seen();
  assert.equal(shop.profile.inspect().events, 0);
  assert.equal(shop.decide(request).silence, "barred");
  assert.equal(shop.intent().evidence, "not_enough");
  await shop.close();
});

test("the intent of a session says how sure it is", async () => {
  const shop = await openShop();
  assert.deepEqual(shop.intent(), { evidence: "not_enough", events: 0, calibrated: false, about: [] });
  for (let n = 0; n < 3; n++) shop.observe({ type: "view_item", item: "lamp", at: NOW - 60_000 + n });
  shop.observe({ type: "add_to_cart", item: "lamp", at: NOW - 1000 });
  const { evidence, stage, purchase, calibrated } = shop.intent();
  assert.deepEqual([evidence, stage, calibrated], ["enough", "deciding", false]);
  assert.ok(purchase > 0 && purchase < 1);
  await shop.close();
});

test("a slate traces its rules and says why an item is absent", async () => {
  const shop = await openShop({ rules: [{ id: "no-offers", type: "exclude", where: { kind: "offer" } }] });
  const slate = shop.rank({ slot: "home", size: 4, explain: ["coupon", "lamp"] });
  assert.deepEqual(slate.trace, [{ rule: "rules[0]", id: "no-offers", type: "exclude", outcome: "fired", count: 1 }]);
  assert.deepEqual(slate.absent, [{ id: "coupon", because: "rule", rule: "rules[0]" }, { id: "lamp" }]);
  const own = shop.rank({ slot: "home", size: 4, rules: [{ type: "quota", where: { kind: "message" }, atLeast: 1 }] });
  assert.deepEqual([own.short, own.trace], ["request.rules[0]", undefined]);
  await shop.close();
});

test("without wasm there is silence with its reason, and not enough evidence", async () => {
  const { open: openIsolated } = await isolated();
  const real = globalThis.WebAssembly;
  delete globalThis.WebAssembly;
  const shop = await openIsolated({ shop: freshShop(), catalog: CATALOG, consent: { ...GRANTED, store: false }, storage: "memory" }).finally(() => {
    globalThis.WebAssembly = real;
  });
  const decision = shop.decide({ slot: "strip" });
  assert.deepEqual([decision.silence, decision.choice, decision.propensity, decision.slot], ["no_engine", undefined, 1, "strip"]);
  decision.seen();
  assert.equal(shop.intent().evidence, "not_enough");
  assert.throws(() => shop.decide({}), coded("value_missing", "request.slot"));
  await shop.close();
});
