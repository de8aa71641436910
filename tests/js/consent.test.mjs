import { databases, idsOnDisk, receiptsOnDisk } from "./support/database.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "../../pkg/dist/embedded.js";
import { GRANTED, IDS, ITEMS, coded, eventually, freshShop, idsOf } from "./support/shop.mjs";

const DENIED = { store: false, learn: false, rank: false, measure: false };

function openShop(shop, options = {}) {
  return open({ shop, catalog: ITEMS, seed: 1, ...options });
}

test("by default every gate is denied: nothing is written, nothing learnt, the shop's order stands", async () => {
  const name = freshShop();
  const shop = await openShop(name);
  assert.deepEqual(shop.consent.gates, DENIED);
  shop.observe({ type: "view_item", item: "rug-3" });
  const slate = shop.rank({ slot: "home", size: 12 });
  slate.seen();
  assert.deepEqual(idsOf(slate), IDS);
  for (const item of slate.items) {
    assert.deepEqual([item.score, item.propensity, item.discovery, item.reasons], [0, 1, false, []]);
  }
  assert.equal(shop.profile.inspect().events, 0);
  assert.equal(shop.status.storage, "memory");
  await shop.close();
  assert.ok(!(await databases()).includes(`flaneur:${name}`));
});

test("without store the log lives in memory and a reload knows nothing", async () => {
  const name = freshShop();
  const shop = await openShop(name, { consent: { learn: true, rank: true } });
  shop.observe({ type: "view_item", item: "rug-3" });
  assert.equal(shop.profile.inspect().events, 1);
  await shop.close();
  assert.equal(await idsOnDisk(name), undefined);
});

test("a reload still knows, and the stored choice is found again", async () => {
  const name = freshShop();
  const before = await openShop(name, { consent: GRANTED });
  before.observe({ type: "view_item", item: "rug-3", id: "e1" });
  before.observe({ type: "dismiss", item: "lamp-0", id: "e2" });
  const slate = before.rank({ slot: "home", size: 12, seed: 5 });
  assert.equal(before.status.storage, "device");
  await before.close();
  assert.deepEqual(await idsOnDisk(name), ["e1", "e2"]);
  const after = await openShop(name);
  assert.deepEqual(after.consent.gates, GRANTED);
  assert.equal(after.profile.inspect().events, 2);
  assert.deepEqual(idsOf(after.rank({ slot: "home", size: 12, seed: 5 })), idsOf(slate));
  await after.close();
});

test("the consent option wins over the stored choice, and an explicit no deletes what was stored", async () => {
  const name = freshShop();
  const before = await openShop(name, { consent: GRANTED });
  before.observe({ type: "view_item", item: "rug-3" });
  await before.close();
  const unknown = await openShop(name, { consent: { learn: true } }); // says nothing on store
  assert.equal(unknown.profile.inspect().events, 0);
  await unknown.close();
  assert.equal((await idsOnDisk(name)).length, 1, "unknown denies, but does not erase");
  const after = await openShop(name, { consent: { store: false } });
  await after.close();
  assert.equal(await idsOnDisk(name), undefined);
});

test("granting store writes what is in memory, losing it leaves nothing on the device", async () => {
  const name = freshShop();
  const shop = await openShop(name, { consent: { learn: true, rank: true } });
  shop.observe({ type: "view_item", item: "rug-3", id: "e1" });
  await shop.consent.set({ store: true });
  assert.deepEqual(await idsOnDisk(name), ["e1"]);
  shop.observe({ type: "view_item", item: "rug-2", id: "e2" });
  await eventually(async () => (await idsOnDisk(name)).length === 2, "the second event on disk");
  await shop.consent.set({ store: false });
  assert.equal(await idsOnDisk(name), undefined);
  assert.equal(shop.profile.inspect().events, 2, "memory stays");
  shop.observe({ type: "view_item", item: "rug-1", id: "e3" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(await idsOnDisk(name), undefined);
  await shop.consent.set({ store: true });
  assert.deepEqual(await idsOnDisk(name), ["e1", "e2", "e3"]);
  await shop.close();
});

test("store granted and lost in one breath ends as it was said last", async () => {
  const name = freshShop();
  const shop = await openShop(name, { consent: { learn: true } });
  shop.observe({ type: "view_item", item: "rug-3", id: "e1" });
  await Promise.all([shop.consent.set({ store: true }), shop.consent.set({ store: false })]);
  assert.equal(await idsOnDisk(name), undefined);
  await Promise.all([shop.consent.set({ store: true }), shop.consent.set({ store: false }), shop.consent.set({ store: true })]);
  assert.deepEqual(await idsOnDisk(name), ["e1"]);
  await shop.close();
});

test("losing learn stops learning, losing rank brings the shop's order back", async () => {
  const shop = await openShop(freshShop(), { consent: GRANTED });
  for (const item of ["rug-1", "rug-2", "rug-3"]) shop.observe({ type: "view_item", item });
  await shop.consent.set({ learn: false });
  shop.observe({ type: "view_item", item: "rug-0" });
  assert.equal(shop.profile.inspect().events, 3);
  const report = await shop.profile.import({ flaneur: 1, events: [{ id: "x", type: "view_item", at: 1, lines: [{ item: "a" }] }] });
  assert.equal(report.refused[0].code, "learn_denied");
  await shop.consent.set({ rank: false });
  assert.deepEqual(idsOf(shop.rank({ slot: "home", size: 12 })), IDS);
  await shop.close();
});

test("each choice leaves a receipt, kept like the log", async () => {
  const name = freshShop();
  const now = () => Date.UTC(2026, 10, 22);
  const shop = await openShop(name, { consent: { learn: true }, now });
  await shop.consent.set({ learn: true });
  await shop.consent.set({ store: true, rank: true });
  const receipts = await shop.consent.receipts();
  assert.equal(receipts.length, 2, "a choice that changes nothing is not recorded");
  const [first, second] = receipts;
  assert.equal(first.schemaVersion, "ISO/IEC TS 27560:2023");
  assert.equal(first.timestamp, "2026-11-22T00:00:00.000Z");
  assert.equal(first.controller, name);
  assert.equal(first.method, "api");
  assert.deepEqual(first.purposes, [
    { purpose: "store", state: "denied" },
    { purpose: "learn", state: "granted" },
    { purpose: "rank", state: "denied" },
    { purpose: "measure", state: "denied" },
  ]);
  assert.notEqual(first.recordId, second.recordId);
  await shop.close();
  const after = await openShop(name);
  const found = (await after.consent.receipts()).map(({ recordId }) => recordId);
  assert.deepEqual(found, receipts.map(({ recordId }) => recordId), "in their order, also of choices in one millisecond");
  await after.close();
});

test("what is withdrawn after a clock that ran ahead was set right has its receipt, the last of all", async () => {
  const name = freshShop();
  let now = Date.UTC(2026, 10, 1);
  const first = await openShop(name, { now: () => now });
  await first.consent.set(GRANTED);
  now += 40 * 86_400_000;
  await first.consent.set({ measure: true });
  await first.close();
  now -= 39 * 86_400_000;
  const second = await openShop(name, { now: () => now });
  await second.consent.set({ measure: false });
  await second.close();
  const third = await openShop(name, { now: () => now });
  const told = (await third.consent.receipts()).map(({ purposes }) => purposes[3].state);
  assert.deepEqual(told, ["denied", "granted", "denied"]);
  await third.close();
});

test("so has what a page, or its consent source, opens with", async () => {
  for (const given of [(gates) => gates, (gates) => ({ get: () => gates })]) {
    const name = freshShop();
    const [day, began] = [86_400_000, Date.UTC(2026, 10, 1)];
    let told;
    for (const [days, measure] of [[0, false], [40, true], [1, false], [2, false], [3, true], [41, true]]) {
      const shop = await openShop(name, { consent: given({ ...GRANTED, measure }), now: () => began + days * day });
      assert.equal(await shop.flush(), true);
      told = (await shop.consent.receipts()).map(({ purposes }) => purposes[3].state);
      await shop.close();
    }
    assert.deepEqual(told, ["denied", "granted", "denied", "granted"]);
    assert.equal((await receiptsOnDisk(name)).length, 4);
  }
});

test("a page that says the same as the page before makes no receipt and writes none again", async () => {
  const name = freshShop();
  const seen = [];
  for (const learn of [true, true, true, false, true]) {
    const shop = await openShop(name, { consent: { store: true, learn } });
    await shop.flush();
    seen.push(await shop.consent.receipts());
    await shop.close();
  }
  assert.deepEqual(seen.map((receipts) => receipts.length), [1, 1, 1, 2, 3]);
  assert.equal(seen[2][0].recordId, seen[0][0].recordId, "the first one is kept");
  const states = seen[4].map(({ purposes }) => purposes.find(({ purpose }) => purpose === "learn").state);
  assert.deepEqual(states, ["granted", "denied", "granted"]);
});

test("receipts are kept for 25 months and no more than 200, on the disk too", async () => {
  const name = freshShop();
  const began = Date.UTC(2026, 0, 1);
  let now = began;
  const openNow = (consent) => openShop(name, { consent, now: () => now });
  const first = await openNow({ store: true });
  for (let i = 0; i < 210; i++) {
    now += 60_000;
    await first.consent.set({ learn: i % 2 === 0 });
  }
  await first.close();
  assert.equal((await receiptsOnDisk(name)).length, 211);
  const second = await openNow({ store: true, learn: false });
  assert.equal((await second.consent.receipts()).length, 200);
  await second.close();
  const left = await receiptsOnDisk(name);
  assert.equal(left.length, 200);
  assert.ok(left.every((id) => !id.startsWith("receipt:2026-01-01T00:00:00")), "the oldest went");

  now = Date.UTC(2028, 2, 1);
  const third = await openNow({ store: true, learn: true });
  assert.deepEqual((await third.consent.receipts()).map(({ timestamp }) => timestamp), [new Date(now).toISOString()]);
  await third.close();
  assert.deepEqual((await receiptsOnDisk(name)).map((id) => id.slice(0, 18)), ["receipt:2028-03-01"]);
});

test("a gate of which nothing is said is left as it is", async () => {
  const shop = await openShop(freshShop(), { storage: "memory", consent: { store: undefined, learn: true } });
  assert.deepEqual(shop.consent.gates, { ...DENIED, learn: true });
  await shop.consent.set({ learn: undefined, rank: true });
  assert.deepEqual(shop.consent.gates, { ...DENIED, learn: true, rank: true });
  await shop.close();
});

test("gates are checked, and cannot be written to", async () => {
  const shop = await openShop(freshShop());
  await assert.rejects(shop.consent.set({ learn: 1 }), coded("value_type", "gates.learn"));
  await assert.rejects(shop.consent.set({ analytics: true }), coded("value_unknown"));
  await assert.rejects(shop.consent.set(null), coded("value_type"));
  assert.throws(() => {
    "use strict";
    shop.consent.gates.learn = true;
  }, TypeError);
  assert.deepEqual(shop.consent.gates, DENIED);
  await shop.close();
});

test("a consent source governs: it can grant and withdraw, and a choice can only restrict it", async () => {
  const name = freshShop();
  let tell;
  let ended = 0;
  const source = {
    get: async () => ({ store: true, learn: true }),
    subscribe(listener) {
      tell = listener;
      return () => ended++;
    },
  };
  const shop = await openShop(name, { consent: source });
  assert.deepEqual(shop.consent.gates, { ...DENIED, store: true, learn: true });
  const heard = [];
  shop.on("consent", (event) => heard.push(event.gates));
  await shop.consent.set({ rank: true });
  assert.equal(shop.consent.gates.rank, false, "the source has not granted it");
  tell({ store: true, learn: true, rank: true });
  assert.equal(shop.consent.gates.rank, true);
  await shop.consent.set({ learn: false });
  assert.equal(shop.consent.gates.learn, false);
  tell({ store: true, learn: true, rank: true });
  assert.equal(shop.consent.gates.learn, false, "the strictest wins");
  tell({ store: false });
  assert.deepEqual(shop.consent.gates, DENIED);
  await eventually(async () => (await idsOnDisk(name)) === undefined, "the deletion");
  assert.equal(heard.length, 3);
  const methods = (await shop.consent.receipts()).map(({ method }) => method);
  assert.ok(methods.includes("source") && methods.includes("api"));
  tell({ store: "yes", learn: 1, rank: null });
  assert.deepEqual(shop.consent.gates, DENIED);
  await shop.close();
  assert.equal(ended, 1);
});

test("what the shopper restricted stays restricted on the next page of a source that grants it", async () => {
  const name = freshShop();
  const source = { get: async () => ({ ...GRANTED, measure: true }) };
  const shop = await openShop(name, { consent: source });
  await shop.consent.set({ rank: false });
  await shop.close();
  for (const page of [1, 2]) {
    const next = await openShop(name, { consent: source });
    assert.deepEqual([page, next.consent.gates], [page, { ...GRANTED, measure: true, rank: false }]);
    assert.deepEqual((await next.consent.receipts()).map(({ method, purposes }) => `${method} ${purposes[2].state}`), ["source granted", "api denied"]);
    await next.close();
  }
  const back = await openShop(name, { consent: source });
  await back.consent.set({ rank: true });
  await back.close();
  const last = await openShop(name, { consent: source });
  assert.equal(last.consent.gates.rank, true);
  await last.close();
});

test("a consent source that follows other ways is restricted by what the shopper chose by hand, and not by what pages were opened with", async () => {
  const source = { get: async () => ({ ...GRANTED, measure: true }) };
  const name = freshShop();
  await (await openShop(name, { consent: { ...GRANTED, measure: false } })).close();
  for (const page of [1, 2]) {
    const next = await openShop(name, { consent: source });
    assert.deepEqual([page, next.consent.gates], [page, { ...GRANTED, measure: true }]);
    assert.deepEqual((await next.consent.receipts()).map(({ method, purposes }) => `${method} ${purposes[3].state}`), ["api denied", "source granted"]);
    await next.close();
  }
  const other = freshShop();
  const first = await openShop(other);
  await first.consent.set({ store: true, learn: true, rank: false });
  await first.close();
  await (await openShop(other)).close();
  const governed = await openShop(other, { consent: source });
  assert.deepEqual(governed.consent.gates, { ...GRANTED, rank: false, measure: true });
  await governed.close();
});

test("a choice by hand keeps its receipt while an older one is read that restricts the source too", async () => {
  const name = freshShop();
  const source = { get: async () => ({}), subscribe: (listener) => void (source.tell = listener) };
  const told = async (shop) => (await shop.consent.receipts()).map(({ method, purposes }) => `${method} ${purposes[2].state} ${purposes[3].state}`);
  const before = await openShop(name, { consent: source });
  source.tell({ ...GRANTED, measure: true });
  await before.consent.set({ rank: false });
  await before.close();
  const shop = await openShop(name, { consent: source });
  source.tell({ ...GRANTED, measure: true });
  await shop.consent.set({ measure: false });
  await eventually(() => !shop.consent.gates.rank, "the older choice");
  assert.ok((await told(shop)).includes("api granted denied"), "made before the older choice was known");
  assert.equal((await told(shop)).at(-1), "source denied denied");
  await shop.close();
});

for (const [what, source] of [
  ["throws", { get() { throw new Error("cmp"); } }],
  ["rejects", { get: () => Promise.reject(new Error("cmp")) }],
  ["answers nonsense", { get: () => 7 }],
]) {
  test(`a consent source that ${what} grants nothing and breaks nothing`, async () => {
    const { reportError } = globalThis;
    globalThis.reportError = () => {};
    const shop = await openShop(freshShop(), { consent: source });
    assert.deepEqual(shop.consent.gates, DENIED);
    assert.deepEqual(idsOf(shop.rank({ slot: "home", size: 3 })), IDS.slice(0, 3));
    globalThis.reportError = reportError;
    await shop.close();
  });
}

test("a consent source that waits for the shopper does not hold the shop up", { timeout: 10_000 }, async () => {
  let answer;
  const shop = await openShop(freshShop(), { consent: { get: () => new Promise((resolve) => (answer = resolve)) } });
  assert.deepEqual(shop.consent.gates, DENIED);
  answer({ learn: true });
  await eventually(() => shop.consent.gates.learn, "the late answer");
  await shop.close();
});

test("erase empties the log and keeps the choice", async () => {
  const name = freshShop();
  const shop = await openShop(name, { consent: GRANTED });
  for (const id of ["e1", "e2"]) shop.observe({ type: "view_item", item: "rug-1", id });
  await shop.profile.erase();
  assert.equal(shop.profile.inspect().events, 0);
  assert.deepEqual(await idsOnDisk(name), []);
  assert.deepEqual(shop.consent.gates, GRANTED);
  await shop.close();
  const after = await openShop(name);
  assert.equal(after.profile.inspect().events, 0);
  assert.deepEqual(after.consent.gates, GRANTED);
  await after.close();
});

test("forget deletes from the disk too", async () => {
  const name = freshShop();
  const shop = await openShop(name, { consent: GRANTED });
  shop.observe({ type: "view_item", item: "rug-1", id: "e1" });
  shop.observe({ type: "view_item", item: "rug-2", id: "e2" });
  shop.profile.forget({ item: "rug-1" });
  await shop.close();
  assert.deepEqual(await idsOnDisk(name), ["e2"]);
});

test("a browser of the language that the package is written in, and of no later day, tells the receipts", async (t) => {
  const { structuredClone: clone } = globalThis;
  t.after(() => (globalThis.structuredClone = clone));
  delete globalThis.structuredClone; // Chromium has it since 98, and ES2022 since 94
  const shop = await open({ shop: freshShop(), catalog: ITEMS, storage: "memory", consent: { learn: true } });
  const [receipt] = await shop.consent.receipts();
  receipt.purposes.length = 0;
  assert.equal((await shop.consent.receipts())[0].purposes.length, 4, "a copy");
  await shop.close();
});
