// The queue of writes, against a database that refuses, hangs or goes away.

import { changeOnDisk, databases, idsOnDisk, keysOnDisk, recordsOnDisk } from "./support/database.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "../../pkg/dist/embedded.js";
import { DeviceStore } from "../../pkg/dist/storage.js";
import { GRANTED, IDS, ITEMS, eventually, freshShop, idsOf } from "./support/shop.mjs";

const BYTES = Uint8Array.of(1, 2, 3);

function openShop(shop, options = {}) {
  return open({ shop, catalog: ITEMS, seed: 1, consent: GRANTED, ...options });
}

/** A store with what it told. */
function freshStore(shop = freshShop()) {
  const told = [];
  let vanished = 0;
  const store = new DeviceStore(shop, {
    trouble: (reason) => told.push(reason),
    vanished: () => vanished++,
    refill: () => told.push("refill"),
    repaired: (repair, count) => told.push(`${repair} ${count}`),
  });
  return { shop, store, told, vanished: () => vanished };
}

/** Replaces IndexedDB while something runs. */
async function withFactory(factory, run) {
  const real = globalThis.indexedDB;
  Object.defineProperty(globalThis, "indexedDB", { configurable: true, writable: true, value: factory });
  try {
    return await run(real);
  } finally {
    Object.defineProperty(globalThis, "indexedDB", { configurable: true, writable: true, value: real });
  }
}

test("reading without leave to create leaves no database behind", async () => {
  const { shop, store } = freshStore();
  assert.equal(await store.read(false), undefined);
  assert.ok(!(await databases()).includes(`flaneur:${shop}`));
  await store.close(() => {});
});

test("the same holds where databases cannot be listed", async () => {
  const name = freshShop();
  await withFactory(
    new Proxy(indexedDB, {
      get: (target, name) => (name === "databases" ? undefined : typeof target[name] === "function" ? target[name].bind(target) : target[name]),
    }),
    async () => {
      const { store } = freshStore(name);
      assert.equal(await store.read(false), undefined);
      await store.close(() => {});
    },
  );
  assert.ok(!(await databases()).includes(`flaneur:${name}`));
});

test("writes begun before the database is open are kept, in order", async () => {
  const { shop, store } = freshStore();
  store.put("a", BYTES);
  store.put("b", BYTES);
  store.drop(["a"]);
  store.put("c", BYTES);
  await store.flush();
  assert.deepEqual(await idsOnDisk(shop), ["b", "c"]);
  store.put("d", BYTES);
  store.clear();
  store.put("e", BYTES);
  await store.flush();
  assert.deepEqual(await idsOnDisk(shop), ["e"]);
  await store.close(() => {});
});

test("a database that another page deletes is not made again", async () => {
  const { shop, store, vanished } = freshStore();
  store.put("a", BYTES);
  await store.flush();
  await new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(`flaneur:${shop}`);
    request.onsuccess = resolve;
    request.onerror = reject;
  });
  assert.equal(vanished(), 1);
  assert.equal(await idsOnDisk(shop), undefined);
  await store.close(() => {});
});

test("a refused write is tried again and nothing is lost", async () => {
  const { shop, store, told } = freshStore();
  await store.read(true);
  const { transaction } = IDBDatabase.prototype;
  let refusals = 2;
  IDBDatabase.prototype.transaction = function (...args) {
    if (args[1] === "readwrite" && refusals-- > 0) throw new DOMException("full", "QuotaExceededError");
    return transaction.apply(this, args);
  };
  try {
    store.put("a", BYTES);
    store.put("b", BYTES);
    await eventually(() => told.includes("storage_unavailable"), "the trouble");
    store.drop(["a"]);
    await eventually(async () => (await idsOnDisk(shop))?.join() === "b", "the retry");
  } finally {
    IDBDatabase.prototype.transaction = transaction;
  }
  assert.equal(told.at(-1), undefined, "the trouble is over");
  await store.close(() => {});
});

test("what was written while a write was refused outlives it", async () => {
  const { shop, store, told } = freshStore();
  await store.read(true);
  const { transaction } = IDBDatabase.prototype;
  let refusals = 2;
  IDBDatabase.prototype.transaction = function (...args) {
    if (args[1] !== "readwrite" || refusals-- <= 0) return transaction.apply(this, args);
    store.drop(["a"]);
    store.put("b", Uint8Array.of(9));
    throw new DOMException("full", "QuotaExceededError");
  };
  try {
    store.put("a", BYTES);
    store.put("b", BYTES);
    await eventually(() => told.includes("storage_unavailable"), "the trouble");
    await eventually(() => store.flush(), "the retry");
  } finally {
    IDBDatabase.prototype.transaction = transaction;
  }
  assert.deepEqual((await store.read(false)).records, [["b", Uint8Array.of(9)]]);
  await store.close(() => {});
  assert.deepEqual(await idsOnDisk(shop), ["b"]);
});

for (const [what, factory] of [
  ["is missing", undefined],
  ["throws when opened", { open() { throw new DOMException("denied", "SecurityError"); }, deleteDatabase() { throw new DOMException("denied", "SecurityError"); }, databases: () => Promise.reject(new Error("denied")) }],
]) {
  test(`where storage ${what}, the shop works from memory and says so`, async () => {
    await withFactory(factory, async () => {
      const shop = await openShop(freshShop());
      shop.observe({ type: "view_item", item: "rug-1" });
      assert.equal(shop.profile.inspect().events, 1);
      assert.equal(shop.status.storage, "memory");
      assert.equal(shop.status.storageReason, "storage_unavailable");
      await shop.profile.erase();
      await shop.consent.set({ store: false });
      await shop.close();
    });
  });
}

test("a database that never answers does not hold the shop up, and is written once it does", { timeout: 15_000 }, async () => {
  const held = [];
  await withFactory(
    {
      open: (...args) => {
        const request = {};
        held.push({ args, request });
        return request;
      },
      deleteDatabase: () => ({}),
      databases: async () => [],
    },
    async () => {
      const shop = await openShop(freshShop());
      assert.equal(shop.status.storage, "memory");
      assert.equal(shop.status.storageReason, "storage_timeout");
      shop.observe({ type: "view_item", item: "rug-1" });
      assert.equal(shop.rank({ slot: "home", size: 2 }).items.length, 2);
      const statuses = [];
      shop.on("status", ({ code }) => statuses.push(code));
      await shop.consent.set({ store: false });
      assert.equal(shop.status.storageReason, "storage_delete_blocked");
      assert.deepEqual(statuses, ["storage_delete_blocked"]);
      await shop.close();
    },
  );
});

test("a damaged record costs one event", async () => {
  const name = freshShop();
  const before = await openShop(name);
  for (const id of ["e1", "e2", "e3"]) before.observe({ type: "view_item", item: "rug-1", id });
  await before.close();
  await changeOnDisk(name, ([first, ...rest]) => {
    first[first.length >> 1] ^= 0x10;
    return [first, ...rest];
  });
  const after = await openShop(name);
  assert.equal(after.profile.inspect().events, 2);
  assert.deepEqual(after.status.repairs, { damaged: 1, replayed: 0, reconnected: 0, rebuilt: 0, merged: 0 });
  await after.close();
  assert.equal(await recordsOnDisk(name), 2, "the damaged record is gone");
});

test("a record that was moved to another's place is a damaged one", async () => {
  const name = freshShop();
  const before = await openShop(name);
  for (const id of ["e1", "e2", "e3"]) before.observe({ type: "view_item", item: "rug-1", id });
  await before.close();
  await changeOnDisk(name, ([one, two, three]) => [two, one, three]);
  const after = await openShop(name);
  assert.deepEqual([after.profile.inspect().events, after.status.repairs.damaged], [1, 2]);
  await after.close();
});

test("the keys can be used and not read", async () => {
  const name = freshShop();
  const shop = await openShop(name);
  await shop.close();
  const { cipher, mark } = await keysOnDisk(name);
  assert.deepEqual([cipher.extractable, mark.extractable], [false, false]);
});

test("an erasure without an engine is an erasure", async () => {
  const name = freshShop();
  const before = await openShop(name);
  before.observe({ type: "view_item", item: "rug-1", id: "e1" });
  await before.close();
  const real = globalThis.WebAssembly;
  delete globalThis.WebAssembly;
  const { open: openFresh } = await import("./support/isolated.mjs");
  try {
    const shop = await openFresh({ shop: name, catalog: ITEMS });
    assert.equal(shop.status.reason, "wasm_unavailable");
    assert.deepEqual(shop.consent.gates, GRANTED, "consent works without the engine");
    assert.deepEqual(idsOf(shop.rank({ slot: "home", size: 3 })), IDS.slice(0, 3));
    shop.observe({ type: "view_item", item: "rug-2" });
    const document = JSON.parse(await (await shop.profile.export()).text());
    assert.equal(document.incomplete, "wasm_unavailable");
    assert.deepEqual(await idsOnDisk(name), ["e1"]);
    await shop.profile.erase();
    assert.deepEqual(await idsOnDisk(name), []);
    await shop.consent.set({ store: false });
    assert.equal(await idsOnDisk(name), undefined);
    await shop.close();
  } finally {
    globalThis.WebAssembly = real;
  }
});

test("a flush, or a close, that comes while store is being granted writes what was observed before", async () => {
  for (const end of ["flush", "close"]) {
    const shop = freshShop();
    const handle = await openShop(shop, { consent: { learn: true } });
    handle.observe({ type: "view_item", item: IDS[0], id: "e1" });
    const granted = handle.consent.set({ store: true });
    const ended = await handle[end]();
    assert.deepEqual([ended, await idsOnDisk(shop)], [end === "flush" ? true : undefined, ["e1"]]);
    await granted;
    await handle.close();
  }
});

test("what the disk tells after store was withdrawn stays out, and closes nothing that was opened since", { timeout: 15_000 }, async () => {
  const shop = freshShop();
  const before = await openShop(shop);
  before.observe({ type: "view_item", item: ITEMS[0].id, id: "e1" });
  await before.close();
  for (const chosen of [{ rank: false }, { rank: false, store: false }]) {
    const release = await hold(shop);
    const late = await openShop(shop, { consent: undefined });
    assert.equal(late.consent.gates.rank, false, "the disk has not answered");
    const done = late.consent.set(chosen);
    release();
    await done;
    await eventually(() => late.consent.gates.learn, "what the disk tells of gates that were not chosen since");
    assert.deepEqual(late.consent.gates, { ...GRANTED, store: true, ...chosen });
    assert.equal(late.profile.inspect().events, chosen.store === false ? 0 : 1);
    await late.close();
  }
  assert.equal((await databases()).includes(`flaneur:${shop}`), false);
});

test("what a late reading would tidy up does not make a withdrawn database again", { timeout: 15_000 }, async () => {
  for (const untidy of ["an old receipt", "a damaged record"]) {
    const shop = freshShop();
    let now = Date.UTC(2020, 0, 1);
    const before = await openShop(shop, { now: () => now });
    for (const id of ["e1", "e2"]) before.observe({ type: "view_item", item: ITEMS[0].id, id });
    await before.close();
    if (untidy === "an old receipt") now = Date.UTC(2024, 0, 1);
    else await changeOnDisk(shop, ([first, second]) => [first.map((byte) => byte ^ 1), second]);
    const release = await hold(shop);
    const late = await openShop(shop, { consent: undefined, now: () => now });
    assert.equal(late.consent.gates.rank, false, "the disk has not answered");
    const done = late.consent.set({ store: false });
    release();
    await done;
    await eventually(() => late.consent.gates.learn, "what the disk tells of gates that were not chosen since");
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual([untidy, (await databases()).includes(`flaneur:${shop}`)], [untidy, false]);
    await late.close();
  }
});

test("a page that is still taking the keys is in no one's way who deletes the database", async () => {
  const { shop, store } = freshStore();
  store.put("a", BYTES);
  await store.flush();
  await store.close(() => {});
  for (let turns = 0; turns < 12; turns++) {
    const opening = freshStore(shop);
    const read = opening.store.read(true);
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    const other = freshStore(shop);
    assert.deepEqual([turns, await other.store.destroy()], [turns, true]);
    await read;
    await opening.store.close(() => {});
  }
});

/** Keeps everyone from a shop's records until the function that it gives is called. */
async function hold(shop) {
  const db = await new Promise((resolve) => (indexedDB.open(`flaneur:${shop}`).onsuccess = ({ target }) => resolve(target.result)));
  db.onversionchange = () => db.close();
  const store = db.transaction(["log", "consent"], "readwrite").objectStore("log");
  let held = true;
  const ask = () => (store.count().onsuccess = () => held && ask());
  ask();
  return () => {
    held = false;
    db.close();
  };
}
