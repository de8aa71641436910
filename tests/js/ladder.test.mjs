// The way back to a database that is lost or broken, rung by rung, with a page's factory that fails on demand.

import { idsOnDisk } from "./support/database.mjs";
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Database } from "../../pkg/dist/database.js";
import { DeviceStore } from "../../pkg/dist/storage.js";
import { eventually, freshShop } from "./support/shop.mjs";

const real = globalThis.indexedDB;
const BYTES = Uint8Array.of(1, 2, 3);

afterEach(() => {
  place(real);
  delete globalThis.document;
});

function place(factory) {
  Object.defineProperty(globalThis, "indexedDB", { configurable: true, writable: true, value: factory });
}

/** A factory whose databases fail to open while `broken` says so; deleting mends what `mends` says. */
function failing(broken, deleted = () => {}) {
  return {
    databases: () => real.databases(),
    open(name, version) {
      if (!broken(name)) return version === undefined ? real.open(name) : real.open(name, version);
      const request = { error: new DOMException("Connection to Indexed Database server lost", "UnknownError") };
      setTimeout(() => request.onerror({ preventDefault() {} }), 0);
      return request;
    },
    deleteDatabase(name) {
      deleted(name);
      return real.deleteDatabase(name);
    },
  };
}

/** A document whose frames have that factory; counts the frames that are in it. */
function documentOf(factory) {
  const frames = new Set();
  const createElement = () => {
    const listeners = [];
    const frame = {
      contentWindow: { indexedDB: factory },
      setAttribute() {},
      addEventListener: (_, listener) => listeners.push(listener),
      remove: () => frames.delete(frame),
      loaded: () => listeners.forEach((listener) => listener()),
    };
    return frame;
  };
  const append = (frame) => {
    frames.add(frame);
    setTimeout(frame.loaded, 0);
  };
  globalThis.document = { createElement, documentElement: { append } };
  return frames;
}

function freshStore(shop = freshShop()) {
  const told = [];
  const store = new DeviceStore(shop, {
    trouble: (reason) => told.push(reason),
    vanished: () => told.push("vanished"),
    refill: () => told.push("refill"),
    repaired: (repair) => told.push(repair),
  });
  return { shop, store, told };
}

test("a factory that lost its server is replaced by that of one fresh frame, and nothing is lost", async () => {
  const { shop, store, told } = freshStore();
  store.put("a", BYTES);
  await store.flush();
  await store.close(() => {});
  place(failing(() => true));
  const frames = documentOf(real);
  const again = new DeviceStore(shop, { trouble: () => {}, vanished: () => told.push("vanished"), refill: () => told.push("refill"), repaired: (repair) => told.push(repair) });
  assert.deepEqual((await again.read(false)).records.map(([id]) => id), ["a"]);
  again.put("b", BYTES);
  await eventually(() => again.flush(), "the write");
  assert.deepEqual(told.filter(Boolean), ["reconnected"]);
  assert.equal(frames.size, 1);
  await again.close(() => {});
  assert.equal(frames.size, 0, "the frame goes with the store");
  place(real);
  assert.deepEqual(await idsOnDisk(shop), ["a", "b"]);
});

test("a database that two factories find broken is made again, and everything is asked for once more", async () => {
  const { shop, store, told } = freshStore();
  let broken = true;
  const factory = failing((name) => broken && !name.endsWith("~"), () => (broken = false));
  place(factory);
  documentOf(factory);
  store.put("a", BYTES);
  await eventually(() => store.flush(), "the write");
  assert.ok(told.includes("rebuilt") && told.includes("refill"));
  await store.close(() => {});
  place(real);
  assert.deepEqual(await idsOnDisk(shop), ["a"]);
});

test("a database that stays broken gives way to one of another name", async () => {
  const { shop, store, told } = freshStore();
  const factory = failing((name) => !name.endsWith("~"));
  place(factory);
  documentOf(factory);
  store.put("a", BYTES);
  await eventually(() => store.flush(), "the write");
  assert.ok(told.includes("rebuilt"));
  await store.close(() => {});
  place(real);
  assert.deepEqual(await idsOnDisk(`${shop}~`), ["a"]);
});

test("what was written under the other name is taken over when the database opens again, and what was forgotten stays so", async () => {
  const { shop, store } = freshStore();
  store.put("before", BYTES);
  store.put("forgotten-meanwhile", BYTES);
  await store.flush();
  await store.close(() => {});
  const factory = { ...failing((name) => !name.endsWith("~")), deleteDatabase: () => failing(() => true).open("") };
  const meanwhile = freshStore(shop);
  place(factory);
  documentOf(factory);
  await meanwhile.store.read(true);
  meanwhile.store.put("during", BYTES);
  meanwhile.store.putChoice({ store: true }, []);
  meanwhile.store.drop(["forgotten-meanwhile"]);
  await eventually(() => meanwhile.store.flush(), "the write");
  await meanwhile.store.close(() => {});
  const between = freshStore(shop);
  const seen = await between.store.read(false);
  assert.deepEqual(seen.records.map(([id]) => id), ["during"], "while it is broken, the spare alone is read");
  await between.store.close(() => {});
  place(real);
  const after = freshStore(shop);
  const stored = await after.store.read(false);
  assert.deepEqual(stored.records.map(([id]) => id).sort(), ["before", "during"]);
  assert.deepEqual(stored.choice, { store: true });
  assert.ok(after.told.includes("merged"));
  await eventually(() => after.store.flush(), "the write");
  await eventually(async () => !(await real.databases()).some(({ name }) => name === `flaneur:${shop}~`), "the spare is gone");
  await after.store.close(() => {});
  assert.deepEqual(await idsOnDisk(shop), ["before", "during"]);
});

test("an erasure under the other name is an erasure of both", async () => {
  const { shop, store } = freshStore();
  store.put("before", BYTES);
  store.putSecret(7);
  await store.flush();
  await store.close(() => {});
  const factory = { ...failing((name) => !name.endsWith("~")), deleteDatabase: () => failing(() => true).open("") };
  const meanwhile = freshStore(shop);
  place(factory);
  documentOf(factory);
  meanwhile.store.put("during", BYTES);
  await eventually(() => meanwhile.store.flush(), "the write");
  meanwhile.store.clear();
  await eventually(() => meanwhile.store.flush(), "the erasure");
  meanwhile.store.put("after", BYTES);
  await eventually(() => meanwhile.store.flush(), "the write");
  await meanwhile.store.close(() => {});
  place(real);
  const after = freshStore(shop);
  const { records, secret } = await after.store.read(true);
  assert.deepEqual(records.map(([id]) => id), ["after"]);
  assert.equal(secret, undefined, "what chose the arms of experiments is erased with the log");
  await eventually(() => after.store.flush(), "the write");
  await after.store.close(() => {});
  assert.deepEqual(await idsOnDisk(shop), ["after"]);
  const later = freshStore(shop);
  assert.equal((await later.store.read(true)).secret, undefined);
  await later.store.close(() => {});
});

test("of two choices under both names the later one holds, and what is withdrawn while they are read stays so", async () => {
  const receipt = (recordId, second) => ({ recordId, timestamp: `2026-01-01T00:00:0${second}.000Z` });
  const told = { early: [{ rank: true }, [receipt("early", 1)]], late: [{ rank: false }, [receipt("late", 2)]] };
  for (const [first, spare, withdrawn] of [["early", "late"], ["late", "early"], ["early", "late", "withdrawn"]]) {
    const shop = freshShop();
    const under = async (name, id, choice) => {
      const { store } = freshStore(name);
      store.put(id, BYTES);
      store.putChoice(...told[choice]);
      await store.flush();
      await store.close(() => {});
    };
    await under(shop, "before", first);
    await under(`${shop}~`, "during", spare); // the spare, as if it had served
    const { store } = freshStore(shop);
    const openSpare = Database.prototype.openSpare;
    let done;
    Database.prototype.openSpare = async function () {
      const found = await openSpare.call(this);
      if (withdrawn) done = store.destroy();
      return found;
    };
    const stored = await store.read(false);
    Database.prototype.openSpare = openSpare;
    await done;
    await eventually(() => store.flush(), "the write");
    await eventually(async () => !(await real.databases()).some(({ name }) => name === `flaneur:${shop}~`), "the spare is gone");
    await store.close(() => {});
    assert.deepEqual(await idsOnDisk(shop), withdrawn ? undefined : ["before", "during"]);
    if (withdrawn) continue;
    assert.deepEqual(stored.choice, { rank: false });
    const next = freshStore(shop);
    assert.deepEqual((await next.store.read(false)).choice, { rank: false });
    await next.store.close(() => {});
  }
});

test("a disk that is full or forbidden is never taken for a broken one", async () => {
  for (const name of ["QuotaExceededError", "SecurityError"]) {
    const { store, told } = freshStore();
    let deleted = 0;
    place({
      ...failing(() => true, () => deleted++),
      open() {
        const request = { error: new DOMException("no", name) };
        setTimeout(() => request.onerror({ preventDefault() {} }), 0);
        return request;
      },
    });
    documentOf(globalThis.indexedDB);
    store.put("a", BYTES);
    await eventually(() => told.includes("storage_unavailable"), "the trouble");
    assert.equal(deleted, 0, name);
    await store.destroy();
  }
});
