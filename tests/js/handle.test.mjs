// The handle with a real engine: it ranks, learns, updates and closes as the contract says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isFlaneurError, open } from "../../pkg/dist/embedded.js";
import { GRANTED, IDS, ITEMS, coded, eventually, freshShop, idsOf } from "./support/shop.mjs";

const OPEN = { learn: true, rank: true };

function openShop(options = {}) {
  return open({ shop: freshShop(), catalog: ITEMS, consent: OPEN, storage: "memory", seed: 1, ...options });
}

const MISTAKES = [
  [undefined, "option_missing", undefined],
  [{}, "option_missing", "shop"],
  [{ shop: 3, catalog: [] }, "option_type", "shop"],
  [{ shop: "", catalog: [] }, "shop_name", "shop"],
  [{ shop: "my shop", catalog: [] }, "shop_name", "shop"],
  [{ shop: "x".repeat(65), catalog: [] }, "shop_name", "shop"],
  [{ shop: "s" }, "option_missing", "catalog"],
  [{ shop: "s", catalog: null }, "option_missing", "catalog"],
  [{ shop: "s", catalog: 3 }, "option_type", "catalog"],
  [{ shop: "s", catalog: {} }, "option_type", "catalog"],
  [{ shop: "s", catalog: [], consent: true }, "option_type", "consent"],
  [{ shop: "s", catalog: [], consent: { store: "yes" } }, "value_type", "consent.store"],
  [{ shop: "s", catalog: [], consent: { marketing: true } }, "value_unknown", "consent"],
  [{ shop: "s", catalog: [], rules: {} }, "option_type", "rules"],
  [{ shop: "s", catalog: [], wasm: 3 }, "option_type", "wasm"],
  [{ shop: "s", catalog: [], storage: "cookie" }, "option_type", "storage"],
  [{ shop: "s", catalog: [], now: 3 }, "option_type", "now"],
  [{ shop: "s", catalog: [], seed: -1 }, "option_type", "seed"],
  [{ shop: "s", catalog: [], seed: 0.5 }, "option_type", "seed"],
];

for (const [options, code, path] of MISTAKES) {
  test(`open tells a mistake: ${code} at ${path} of ${JSON.stringify(options)?.slice(0, 60)}`, async () => {
    await assert.rejects(open(options), coded(code, path));
  });
}

test("of the candidates the engine shows those that the catalog has, whatever gate is shut", async () => {
  const shop = await open({ shop: freshShop(), catalog: ITEMS, storage: "memory" });
  const candidates = ["not-in-the-catalog", "lamp-1", "lamp-0"];
  assert.deepEqual(idsOf(shop.rank({ slot: "home", size: 3, candidates })), ["lamp-1", "lamp-0"]);
  await shop.consent.set({ rank: true });
  assert.deepEqual(idsOf(shop.rank({ slot: "home", size: 3, candidates })).sort(), ["lamp-0", "lamp-1"]);
  await shop.close();
});

test("a malformed catalog rejects with the path to the field", async () => {
  await assert.rejects(openShop({ catalog: [{ id: "a" }, { id: "b", price: NaN }] }), (e) => {
    return isFlaneurError(e) && e.path === "catalog[1].price";
  });
  await assert.rejects(openShop({ catalog: Uint8Array.of(1, 2, 3) }), coded("pack_not_a_pack"));
});

test("what was viewed comes up, and what was dismissed goes away", async () => {
  const shop = await openShop();
  for (const item of ["rug-1", "rug-2", "rug-0"]) shop.observe({ type: "view_item", item });
  const slate = shop.rank({ slot: "home", size: 6 });
  assert.equal(slate.slot, "home");
  assert.ok(idsOf(slate).some((id) => id.startsWith("rug")));
  assert.deepEqual(slate.items.map(({ position }) => position), [0, 1, 2, 3, 4, 5]);
  const gone = idsOf(slate)[0];
  shop.observe({ type: "dismiss", item: gone });
  assert.ok(!idsOf(shop.rank({ slot: "home", size: 12 })).includes(gone));
  await shop.close();
});

test("candidates and exclusions are honoured", async () => {
  const shop = await openShop();
  const candidates = ["lamp-3", "lamp-1", "rug-0"];
  assert.deepEqual(idsOf(shop.rank({ slot: "s", size: 5, candidates })).sort(), [...candidates].sort());
  assert.ok(!idsOf(shop.rank({ slot: "s", size: 12, exclude: ["lamp-1"] })).includes("lamp-1"));
  await shop.close();
});

test("what is undefined is what is left out: of items, events and requests", async () => {
  const nothing = (...names) => Object.fromEntries(names.map((name) => [name, undefined]));
  const bare = { shop: freshShop(), storage: "memory", consent: GRANTED, seed: 1, now: () => 1_800_000_000_000 };
  const names = ["kind", "title", "brand", "category", "tags", "price", "currency", "available", "image", "url", "added", "margin", "group", "attributes", "embedding"];
  const slates = await Promise.all(
    [() => ({}), nothing].map(async (missing) => {
      const shop = await open({ ...bare, catalog: ITEMS.map((item) => ({ ...missing(...names), ...item })) });
      shop.observe({ ...missing("at", "items", "query", "attribute", "value", "slot", "slate", "context", "channel"), type: "view_item", item: "rug-1", id: "view" });
      shop.observe({ ...missing("item", "at", "slate"), type: "add_to_cart", id: "cart", items: [{ ...missing("quantity", "price", "brand", "category"), item: "lamp-2" }] });
      const { items } = shop.rank({ ...missing("candidates", "exclude", "like", "context", "surprise", "calibration", "rules", "experiment", "allow", "explain"), slot: "home", size: 6, seed: 7 });
      const answer = items.map(({ id, score, reasons }) => ({ id, score, reasons: [...reasons] }));
      await shop.close();
      return answer;
    }),
  );
  assert.ok(slates[0].some(({ reasons }) => reasons.length > 0));
  assert.deepEqual(slates[1], slates[0]);
});

const REQUESTS = [
  [undefined, "value_type", "request"],
  [{ size: 1 }, "value_missing", "request.slot"],
  [{ slot: "", size: 1 }, "value_empty", "request.slot"],
  [{ slot: "x".repeat(10_000_000), size: 1 }, "value_too_long", "request.slot"],
  [{ slot: "s" }, "value_missing", "request.size"],
  [{ slot: "s", size: 0 }, "value_out_of_range", "request.size"],
  [{ slot: "s", size: 1001 }, "value_out_of_range", "request.size"],
  [{ slot: "s", size: 1.5 }, "value_out_of_range", "request.size"],
  [{ slot: "s", size: NaN }, "value_out_of_range", "request.size"],
  [{ slot: "s", size: "3" }, "value_type", "request.size"],
  [{ slot: "s", size: 1, candidates: "a" }, "value_type", "request.candidates"],
  [{ slot: "s", size: 1, exclude: ["a", 3] }, "value_type", "request.exclude[1]"],
  [{ slot: "s", size: 1, like: ["x".repeat(10_000_000)] }, "value_too_long", "request.like[0]"],
];

for (const engine of ["engine", "pass-through"]) {
  test(`a mistaken request is told alike by the ${engine}`, async () => {
    const shop = await openShop();
    if (engine === "pass-through") await shop.close();
    for (const [request, code, path] of REQUESTS) {
      assert.throws(() => shop.rank(request), coded(code, path), JSON.stringify(request)?.slice(0, 60));
    }
    assert.equal(shop.rank({ slot: "s", size: 3 }).items.length, 3);
    await shop.close();
  });
}

test("an update that fails leaves the catalog before in force", async () => {
  const shop = await openShop();
  await assert.rejects(shop.update([{ id: "" }]), isFlaneurError);
  await assert.rejects(shop.update(Uint8Array.of(1)), coded("pack_not_a_pack"));
  await assert.rejects(shop.update("http://127.0.0.1:1/none.pack"), coded("catalog_unavailable"));
  await assert.rejects(shop.update(3), coded("value_type", "catalog"));
  assert.equal(shop.status.items, IDS.length);
  await shop.update([{ id: "only" }]);
  assert.equal(shop.status.items, 1);
  assert.deepEqual(idsOf(shop.rank({ slot: "s", size: 3 })), ["only"]);
  await shop.close();
});

test("in a catalog of another language items keep what was learned and refused, and attributes as far as they are called the same", async () => {
  const translate = { lamp: "lampe", chair: "chaise", rug: "tapis" };
  const french = ITEMS.map((item) => ({ ...item, category: ["Maison", translate[item.category[1]]] }));
  const shop = await openShop();
  shop.observe({ type: "view_item", item: "lamp-0" });
  shop.observe({ type: "dismiss", item: "rug-0" });
  shop.observe({ type: "mute", attribute: "category:chair" });
  shop.observe({ type: "mute", attribute: "brand:Acme" });
  const left = () => idsOf(shop.rank({ slot: "home", size: 12, allow: ["seen"] })).sort();
  const seen = () => [shop.profile.inspect().session, shop.profile.inspect().affinities.map(({ attribute }) => attribute)];
  const before = [left(), seen()];
  assert.deepEqual(before[0], ["lamp-0", "lamp-2", "rug-2"]);
  assert.ok(before[1][1].includes("category:lamp"));
  await shop.update(french);
  assert.deepEqual(left(), ["chair-0", "chair-2", "lamp-0", "lamp-2", "rug-2"]);
  assert.deepEqual(seen(), [["lamp-0"], before[1][1].filter((attribute) => !attribute.startsWith("category:"))]);
  await shop.update(ITEMS);
  assert.deepEqual([left(), seen()], before, "nothing was lost on the way");
  await shop.close();
});

test("the twenty-four strongest affinities are listed, of those that are known", async () => {
  const shop = await openShop({ catalog: Array.from({ length: 40 }, (_, i) => ({ id: `item-${i}`, brand: `Brand ${i}` })) });
  for (let i = 0; i < 40; i++) shop.observe({ type: i < 3 ? "purchase" : "view_item", item: `item-${i}` });
  const listed = shop.profile.inspect().affinities;
  assert.equal(listed.length, 24);
  assert.deepEqual(listed.slice(0, 3).map(({ attribute }) => attribute).sort(), ["brand:Brand 0", "brand:Brand 1", "brand:Brand 2"]);
  await shop.close();
});

test("of two updates the later one holds, whichever arrives first", async () => {
  const shop = await openShop();
  let arrive;
  const slow = shop.update(new Response(new ReadableStream({ start: (controller) => void (arrive = () => { controller.enqueue(new TextEncoder().encode('[{"id":"old"}]')); controller.close(); }) })));
  await shop.update([{ id: "new" }]);
  arrive();
  await slow;
  assert.deepEqual(idsOf(shop.rank({ slot: "s", size: 3 })), ["new"]);
  await shop.close();
});

test("rules that are wrong leave those before in force", async () => {
  const shop = await openShop({ rules: [{ type: "pin", item: "rug-3", position: 0 }] });
  assert.throws(() => shop.rules([{ type: "explode" }]), isFlaneurError);
  assert.throws(() => shop.rules("none"), coded("value_type", "rules"));
  assert.equal(idsOf(shop.rank({ slot: "s", size: 3 }))[0], "rug-3");
  await shop.close();
});

test("listeners hear once per task, can leave, and cannot break anything", async () => {
  const shop = await openShop();
  const heard = [];
  const reported = [];
  const { reportError, console: { error } } = globalThis;
  globalThis.reportError = (e) => reported.push(e.message);
  shop.on("change", () => {
    throw new Error("listener");
  });
  const leave = shop.on("change", (event) => heard.push(event.cause));
  for (let i = 0; i < 5; i++) shop.observe({ type: "view_item", item: IDS[i] });
  await eventually(() => heard.length > 0);
  assert.deepEqual(heard, ["observe"]);
  assert.deepEqual(reported, ["listener"]);
  leave();
  leave();
  shop.observe({ type: "view_item", item: "rug-3" });
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(heard.length, 1);
  assert.throws(() => shop.on("changed", () => {}), coded("value_unknown", "type"));
  assert.throws(() => shop.on("change", 3), coded("value_type", "listener"));
  globalThis.reportError = reportError;
  globalThis.console.error = error;
  await shop.close();
});

test("seen logs each item of a slate once, and only what it showed", async () => {
  const shop = await openShop();
  const changes = [];
  shop.on("change", (event) => changes.push(event));
  const slate = shop.rank({ slot: "home", size: 4 });
  slate.seen(idsOf(slate).slice(0, 2));
  slate.seen(idsOf(slate).slice(0, 2));
  assert.equal(shop.profile.inspect().events, 1);
  slate.seen();
  assert.equal(shop.profile.inspect().events, 2);
  slate.seen();
  slate.seen(["not-there"]);
  assert.equal(shop.profile.inspect().events, 2);
  assert.throws(() => slate.seen("lamp-0"), coded("value_type", "seen"));
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(changes, [], "an impression must not make a page rank again, or it would never end");
  await shop.close();
});

test("other vocabularies' faults never throw, and their events count", async () => {
  const shop = await openShop();
  shop.observe({ event: "view_item", ecommerce: { items: [{ item_id: "rug-1" }] } });
  shop.observe(["event", "view_item", { items: [{ item_id: "é".repeat(200) }] }]); // too many bytes for the engine
  shop.observe({ event: "view_item", ecommerce: { items: [{ item_id: "\u202e" }] } });
  shop.observe({ ecommerce: null });
  assert.equal(shop.profile.inspect().events, 1);
  assert.throws(() => shop.observe({ type: "view_itm", item: "a" }), coded("value_unknown", "event.type"));
  await shop.close();
});

test("preferences are checked and logged", async () => {
  const shop = await openShop();
  shop.profile.declare({ attribute: "brand:Acme", liking: 1 });
  shop.profile.declare({ item: "rug-1", liking: -1 });
  shop.profile.declare({ surprise: 0.75 });
  const view = shop.profile.inspect();
  assert.equal(view.events, 3);
  assert.equal(view.surprise, 0.75);
  assert.equal(view.declared.length, 2);
  for (const [preference, code, path] of [
    [undefined, "value_type", "preference"],
    [{ liking: 1 }, "value_missing", "preference.attribute"],
    [{ attribute: "brand:Acme" }, "value_missing", "preference.liking"],
    [{ attribute: "Acme", liking: 1 }, "value_malformed", "preference.attribute"],
    [{ item: 3, liking: 1 }, "value_type", "preference.item"],
    [{ item: "a", liking: 1.5 }, "value_out_of_range", "preference.liking"],
    [{ item: "a", liking: NaN }, "value_not_finite", "preference.liking"],
    [{ surprise: 2 }, "value_out_of_range", "preference.surprise"],
  ]) {
    assert.throws(() => shop.profile.declare(preference), coded(code, path), JSON.stringify(preference));
  }
  await shop.close();
});

test("forgetting an item takes its events out of everything", async () => {
  const shop = await openShop();
  shop.observe({ type: "view_item", item: "rug-1", id: "e1" });
  shop.observe({ type: "view_item", item: "rug-2", id: "e2" });
  shop.profile.forget({ item: "rug-1" });
  const { events } = JSON.parse(await (await shop.profile.export()).text());
  assert.deepEqual(events.map(({ id }) => id), ["e2"]);
  for (const [what, code, path] of [
    [undefined, "value_type", "forget"],
    [{}, "value_missing", "forget"],
    [{ everything: true }, "value_missing", "forget"],
    [{ item: 3 }, "value_type", "forget.item"],
    [{ attribute: "Acme" }, "value_malformed", "forget.attribute"],
    [{ since: "yesterday" }, "value_type", "forget.since"],
    [{ since: 1, until: NaN }, "value_not_finite", "forget.until"],
  ]) {
    assert.throws(() => shop.profile.forget(what), coded(code, path), JSON.stringify(what));
  }
  assert.equal(shop.profile.inspect().events, 1);
  shop.profile.forget({ all: true });
  assert.equal(shop.profile.inspect().events, 0);
  await shop.close();
});

test("an export can be imported elsewhere, once", async () => {
  // One moment for both: evidence fades by the millisecond.
  const moment = Date.now();
  const one = await openShop({ now: () => moment });
  one.observe({ type: "view_item", item: "rug-1", id: "e1" });
  one.observe({ type: "purchase", items: [{ item: "rug-2", quantity: 2, price: 9 }], id: "e2" });
  const blob = await one.profile.export();
  assert.equal(blob.type, "application/json");
  const document = JSON.parse(await blob.text());
  assert.equal(document.flaneur, 1);
  assert.equal(document.events.length, 2);
  const two = await openShop({ now: () => moment });
  assert.deepEqual(await two.profile.import(blob), { added: 2, known: 0, refused: [] });
  assert.deepEqual(await two.profile.import(await blob.arrayBuffer()), { added: 0, known: 2, refused: [] });
  assert.deepEqual(await two.profile.import(document), { added: 0, known: 2, refused: [] });
  assert.deepEqual(two.profile.inspect(), one.profile.inspect());
  const mixed = await two.profile.import({ flaneur: 1, events: [{ id: 3 }, document.events[0]] });
  assert.equal(mixed.known, 1);
  assert.match(mixed.refused[0].path, /^events\[0\]/);
  for (const [data, code] of [
    [new Blob(["{"]), "import_json"],
    [new TextEncoder().encode("nothing").buffer, "import_json"],
    [{}, "import_format"],
    [{ flaneur: 2, events: [] }, "import_format"],
    [{ flaneur: 1, events: {} }, "import_format"],
    [null, "import_format"],
    [new Blob([new Uint8Array(17 * 1024 * 1024)]), "import_too_large"],
    [{ flaneur: 1, events: new Array(100_001).fill({}) }, "import_too_large"],
  ]) {
    await assert.rejects(two.profile.import(data), coded(code), code);
  }
  await Promise.all([one.close(), two.close()]);
});

test("after close nothing throws, nothing is learnt, and the shop's order stands", async () => {
  const shop = await openShop();
  shop.observe({ type: "view_item", item: "rug-1" });
  await shop.close();
  await shop.close();
  shop.observe({ type: "view_item", item: "rug-2" });
  shop.profile.declare({ surprise: 1 });
  shop.profile.forget({ all: true });
  assert.deepEqual(idsOf(shop.rank({ slot: "s", size: 3 })), IDS.slice(0, 3));
  assert.equal(shop.profile.inspect().events, 0);
  assert.equal(shop.status.reason, "closed");
  await shop.consent.set(GRANTED);
  await shop.profile.erase();
  await shop.update(ITEMS);
  const report = await shop.profile.import({ flaneur: 1, events: [{ id: "x" }] });
  assert.equal(report.refused[0].code, "closed");
});

test("methods can be passed around without their object", async () => {
  const { rank, observe, profile: { inspect }, close } = await openShop();
  observe({ type: "view_item", item: "rug-1" });
  assert.equal(inspect().events, 1);
  assert.equal(rank({ slot: "s", size: 1 }).items.length, 1);
  await close();
});

test("using releases the handle, where the language has it", async () => {
  const shop = await openShop();
  if (typeof Symbol.dispose === "symbol") {
    shop[Symbol.dispose]();
    assert.equal(shop.status.reason, "closed");
  } else {
    assert.ok(!("undefined" in shop));
    await shop.close();
  }
});

test("the widest level of a category is looked at for sensitive words, however long those below it are", async () => {
  const catalog = ["other", "tests"].map((id) => ({ id: `known-${id}`, brand: `Brand of ${id}` }));
  const shop = await openShop({ catalog });
  const names = Array.from({ length: 4 }, (_, i) => `${i} `.padEnd(200, "long "));
  const seen = (id, widest) => {
    const levels = [widest, ...names].map((level, i) => [`item_category${i === 0 ? "" : i + 1}`, level]);
    shop.observe({ event: "purchase", ecommerce: { transaction_id: id, items: [{ item_id: id, item_brand: `Brand of ${id}`, ...Object.fromEntries(levels) }] } });
  };
  seen("other", "Boxes");
  seen("tests", "Pregnancy tests");
  const learned = JSON.stringify(shop.profile.inspect().affinities).toLowerCase();
  assert.deepEqual(["brand of other", "brand of tests"].filter((brand) => learned.includes(brand)), ["brand of other"]);
  await shop.close();
});
