// Whatever a page hands over, it gets a coded error or an answer, and nothing breaks.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "../../pkg/dist/embedded.js";
import { GRANTED, IDS, ITEMS, coded, freshShop, idsOf } from "./support/shop.mjs";

/** 10 MB of text. */
const HUGE = "x".repeat(10_000_000);
const parsed = (json) => JSON.parse(json);

/** Each refused, with the path to the field. */
const ITEM_FAULTS = [
  ["no id", {}, "catalog[1].id"],
  ["an empty id", { id: "" }, "catalog[1].id"],
  ["an id that is a number", { id: 7 }, "catalog[1].id"],
  ["an id of 10 MB", { id: HUGE }, "catalog[1].id"],
  ["an id with a lone surrogate", { id: "a\ud800" }, "catalog[1].id"],
  ["an id with a NUL", { id: "a\0" }, "catalog[1].id"],
  ["an id that turns the text's direction", { id: "a\u202eb" }, "catalog[1].id"],
  ["an id that stands twice", { id: "first" }, "catalog[1].id"],
  ["a price that is not a number", { id: "b", price: NaN }, "catalog[1].price"],
  ["an infinite price", { id: "b", price: Infinity }, "catalog[1].price"],
  ["a negative price", { id: "b", price: -1 }, "catalog[1].price"],
  ["a price as text", { id: "b", price: "9.50" }, "catalog[1].price"],
  ["a title of 10 MB", { id: "b", title: HUGE }, "catalog[1].title"],
  ["a title that is an object", { id: "b", title: {} }, "catalog[1].title"],
  ["a brand that is a list", { id: "b", brand: ["Acme"] }, "catalog[1].brand"],
  ["a category that is a number", { id: "b", category: 3 }, "catalog[1].category"],
  ["a category level of 10 MB", { id: "b", category: ["Home", HUGE] }, "catalog[1].category[1]"],
  ["a tag that is a number", { id: "b", tags: ["new", 3] }, "catalog[1].tags[1]"],
  ["a thousand tags", { id: "b", tags: Array.from({ length: 1000 }, (_, i) => `t${i}`) }, "catalog[1].tags"],
  ["an unknown kind", { id: "b", kind: "gadget" }, "catalog[1].kind"],
  ["an availability as text", { id: "b", available: "yes" }, "catalog[1].available"],
  ["a date that is none", { id: "b", added: "soon" }, "catalog[1].added"],
  ["an embedding with a hole", { id: "b", embedding: [0.1, NaN] }, "catalog[1].embedding"],
  ["an embedding that the others lack", { id: "b", embedding: [0.1, 0.2] }, "catalog[1].embedding"],
  ["a __proto__ attribute", parsed('{"id":"b","attributes":{"__proto__":"x"}}'), "catalog[1].attributes"],
  ["an attribute that is an object", { id: "b", attributes: { colour: {} } }, "catalog[1].attributes"],
  ["null", null, "catalog[1]"],
  ["a text", "b", "catalog[1]"],
];

let shop;

before(async () => {
  shop = await open({ shop: freshShop(), catalog: ITEMS, consent: { ...GRANTED, store: false }, storage: "memory", seed: 1 });
});
after(() => shop.close());

/** What was loaded before still serves, and the engine never had to restart. */
function stillServes() {
  assert.equal(shop.status.engine, "scalar");
  assert.equal(shop.status.items, IDS.length);
  assert.equal(idsOf(shop.rank({ slot: "home", size: 12 })).length, 12);
  assert.equal({}.polluted, undefined);
}

for (const [what, item, path] of ITEM_FAULTS) {
  test(`an item with ${what} is refused where it stands`, async () => {
    await assert.rejects(shop.update([{ id: "first" }, item]), (e) => {
      assert.equal(e.name, "FlaneurError", e.stack);
      assert.match(e.code, /^value_/);
      assert.ok(e.path?.startsWith(path), `${e.path} is not under ${path}`);
      assert.ok(e.message.length < 500, "a message does not repeat what it was given");
      return true;
    });
    stillServes();
  });
}

for (const [what, bytes] of [
  ["nothing", new Uint8Array()],
  ["noise", Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) % 251)],
  ["a header and no more", new TextEncoder().encode("FLANPACK")],
  ["a header that promises too much", Uint8Array.from([...new TextEncoder().encode("FLANPACK"), 2, 0, ...new Array(60).fill(255)])],
  ["another version's header", Uint8Array.from([...new TextEncoder().encode("FLANPACK"), 9, 0, ...new Array(60).fill(0)])],
]) {
  test(`a pack of ${what} is refused`, async () => {
    await assert.rejects(shop.update(bytes), (e) => e.name === "FlaneurError" && /^pack_/.test(e.code));
    stillServes();
  });
}

for (const [what, rules] of [
  ["an unknown type", [{ type: "explode" }]],
  ["a boost beyond bounds", [{ type: "boost", where: { brand: "Acme" }, by: 1e9 }]],
  ["a boost of NaN", [{ type: "boost", where: { brand: "Acme" }, by: NaN }]],
  ["a pin off the slate", [{ type: "pin", item: "rug-1", position: -1 }]],
  ["a cap of a half", [{ type: "cap", per: "brand", max: 0.5 }]],
  ["a condition that is none", [{ type: "exclude", where: {} }]],
  ["a rule that is null", [null]],
]) {
  test(`a rule with ${what} is refused with its place`, () => {
    assert.throws(() => shop.rules(rules), (e) => e.name === "FlaneurError" && e.path?.startsWith("rules"));
    stillServes();
  });
}

for (const [what, request] of [
  ["a dial beyond 1", { surprise: 2 }],
  ["a dial that is NaN", { surprise: NaN }],
  ["a seed below 0", { seed: -1 }],
  ["an hour of 99", { context: { hour: 99 } }],
  ["a context that is a text", { context: "morning" }],
  ["a rule that is none", { rules: [{ type: "explode" }] }],
  ["an unknown guard", { allow: ["everything"] }],
]) {
  test(`a request with ${what} is refused with its place`, () => {
    assert.throws(() => shop.rank({ slot: "home", size: 3, ...request }), (e) => e.name === "FlaneurError" && e.path?.startsWith("request."));
    stillServes();
  });
}

test("a table of orders costs what its bytes cost, however many columns and empty rows they are", async () => {
  const wide = `item,date${",note".repeat(100_000)}\n${"rug-1,2026-01-05\n".repeat(100_000)}`;
  const empty = `item,date\n${"\n".repeat(15_000_000)}rug-2,2026-01-06\n`;
  for (const table of [wide, empty]) {
    const { added, refused } = await shop.profile.import(new Blob([table]));
    assert.deepEqual([added, refused], [1, []]);
  }
  await shop.profile.forget({ all: true });
  stillServes();
});

test("ids that are names of JavaScript's own work like any other", async () => {
  const odd = ["__proto__", "constructor", "toString", "hasOwnProperty", "مصباح", "灯", "👩‍👩‍👧"];
  const own = await open({
    shop: freshShop(),
    catalog: odd.map((id) => ({ id, brand: "__proto__" })),
    consent: { learn: true, rank: true },
    storage: "memory",
    seed: 1,
  });
  for (const item of odd) own.observe({ type: "view_item", item, id: `e-${item}` });
  assert.deepEqual(new Set(idsOf(own.rank({ slot: "s", size: 9, allow: ["seen"] }))), new Set(odd));
  const document = JSON.parse(await (await own.profile.export()).text());
  assert.deepEqual(document.events.map(({ lines }) => lines[0].item).sort(), [...odd].sort());
  own.profile.forget({ item: "__proto__" });
  assert.equal(own.profile.inspect().events, odd.length - 1);
  await own.close();
});

test("arguments whose getters throw, or that are not there, get a coded error and break nothing", () => {
  const thrower = (field, more) => Object.defineProperty({ ...more }, field, { enumerable: true, get: () => { throw new Error("no"); } });
  const rank = { slot: "home", size: 3 };
  for (const [call, code, path] of [
    [() => shop.rank(thrower("slot", rank)), "value_malformed", "request"],
    [() => shop.rank({ ...rank, context: thrower("weather") }), "value_malformed", "request"],
    [() => shop.decide(thrower("slot", {})), "value_malformed", "request"],
    [() => shop.decide({ slot: "strip", context: thrower("weather") }), "value_malformed", "request"],
    [() => shop.profile.forget(thrower("event")), "value_malformed", "what"],
    [() => shop.profile.declare(thrower("attribute")), "value_malformed", "preference"],
    [() => shop.measure.attribute(null), "value_type", "query"],
    [() => shop.measure.attribute({ channels: 5 }), "value_type", "query.channels"],
  ]) {
    assert.throws(call, coded(code, path));
    stillServes();
  }
});

test("a shop's clock that tells no time is not believed", async () => {
  for (const time of [NaN, Infinity, undefined, "noon"]) {
    const other = await open({ shop: freshShop(), catalog: ITEMS, consent: { ...GRANTED, store: false }, storage: "memory", seed: 1, now: () => time });
    const before = Date.now();
    other.observe({ type: "view_item", item: "rug-1" });
    const [{ at }] = JSON.parse(await (await other.profile.export()).text()).events;
    assert.ok(at >= before && at <= Date.now(), `${time}: ${at}`);
    assert.equal(idsOf(other.rank({ slot: "home", size: 12 })).length, 12);
    assert.equal(other.status.engine, "scalar");
    await other.close();
  }
});

test("a standing moment without a word keeps every event; with a wrong one it is told", async () => {
  let context = { weather: null, season: "winter" };
  const failures = [];
  globalThis.reportError = (e) => failures.push(e);
  const other = await open({ shop: freshShop(), catalog: ITEMS, consent: { ...GRANTED, store: false }, storage: "memory", context: () => context });
  const ga4 = { event: "view_item", ecommerce: { items: [{ item_id: "rug-1" }] } };
  other.observe({ type: "view_item", item: "rug-0" });
  other.observe(ga4);
  assert.equal(other.profile.inspect().events, 2);
  context = { weather: 5 };
  assert.throws(() => other.observe({ type: "view_item", item: "rug-2" }), coded("value_type", "context.weather"));
  other.observe(ga4);
  assert.equal(other.profile.inspect().events, 3);
  assert.deepEqual(failures.map(({ path }) => path), ["context.weather"]);
  delete globalThis.reportError;
  await other.close();
});

test("a page whose old libraries put other functions on arrays gives the same answers", async (t) => {
  // Prototype 1.7 and MooTools 1.4 do this on every page that has them.
  const { from } = Array;
  const { entries } = Array.prototype;
  const change = () => {
    Object.prototype.extended = () => {};
    Array.from = (some) => (some == null ? [] : typeof some.length === "number" ? Array.prototype.slice.call(some) : []);
    Array.prototype.entries = function () {
      return this.slice();
    };
  };
  const restore = () => {
    Array.from = from;
    delete Object.prototype.extended;
    Object.defineProperty(Array.prototype, "entries", { value: entries, configurable: true, enumerable: false, writable: true });
  };
  t.after(restore);
  const shop = await open({ shop: freshShop(), catalog: ITEMS, consent: GRANTED, storage: "memory" });
  const [first, second] = IDS;
  change();
  const bought = [first, { item: second, quantity: 2 }];
  shop.observe({ type: "purchase", items: bought });
  const { silence } = shop.decide({ slot: "hero", candidates: [{ id: "note", kind: "message", value: 2 }, second] });
  restore();
  assert.deepEqual(shop.profile.inspect().bought.sort(), [first, second].sort());
  assert.notEqual(silence, "no_candidate");
  await shop.close();
  change();
  const { items } = shop.rank({ slot: "home", size: 2 });
  restore();
  assert.deepEqual(items.map(({ id }) => id), IDS.slice(0, 2), "the shop's own order, when the engine is gone");
});
