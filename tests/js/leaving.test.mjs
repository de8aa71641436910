// Pages that leave while something is still being written, and what others decide before it is found or they come back.

import { idsOnDisk } from "./support/database.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "../../pkg/dist/embedded.js";
import { Journal } from "../../pkg/dist/journal.js";
import { GRANTED, ITEMS, eventually, freshShop } from "./support/shop.mjs";

const see = (id) => ({ type: "view_item", item: "lamp-0", id });
const deferred = () => {
  let resolve;
  return { promise: new Promise((settle) => (resolve = settle)), resolve };
};
const settle = () => new Promise((resolve) => setTimeout(resolve, 50));
const turnsOf = async (count) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

class Kept {
  getItem(key) {
    return this[key] ?? null;
  }
  setItem(key, value) {
    this[key] = value;
  }
  removeItem(key) {
    delete this[key];
  }
}

/** Pages that leave and come back, each by itself, and keep what they leave in one storage. A page that sleeps hears nothing: no page here has a channel. */
function pages(t) {
  const { BroadcastChannel } = globalThis;
  delete globalThis.BroadcastChannel;
  const localStorage = new Kept();
  Object.defineProperty(globalThis, "localStorage", { value: localStorage, configurable: true });
  globalThis.document = { hidden: true };
  const { prepare } = Journal.prototype;
  let prepared = Promise.resolve();
  Journal.prototype.prepare = function (seal) {
    return (prepared = Promise.all([prepared, prepare.call(this, seal)]));
  };
  t.after(() => {
    Journal.prototype.prepare = prepare;
    globalThis.BroadcastChannel = BroadcastChannel;
    for (const name of ["localStorage", "document", "addEventListener"]) delete globalThis[name];
  });
  /** Resolves when the pages can hide what they may have to leave. */
  const ready = () => turnsOf(3).then(() => prepared);
  const openPage = async (shop, options = { consent: GRANTED }) => {
    const target = new EventTarget();
    globalThis.addEventListener = target.addEventListener.bind(target);
    const page = await open({ shop, catalog: ITEMS, ...options });
    await page.flush();
    await ready();
    return Object.assign(Object.create(page), {
      leave: () => target.dispatchEvent(new Event("pagehide")),
      wake: () => target.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true })),
      events: async () => JSON.parse(await (await page.profile.export()).text()).events.map(({ id }) => id),
    });
  };
  return { openPage, ready, left: () => Object.keys(localStorage) };
}

test("a page that leaves is not held up by what it still had to write", async (t) => {
  const { openPage, left } = pages(t);
  for (const how of ["flush", "close", "consent"]) {
    const shop = freshShop();
    const page = await openPage(shop);
    page.observe(see("e1"));
    const chosen = how === "consent" && page.consent.set({ rank: false });
    page.leave();
    const start = performance.now();
    await (chosen || page[how]());
    assert.ok(performance.now() - start < 500, `${how} took ${performance.now() - start} ms`);
    await page.close();
    const next = await openPage(shop, {});
    assert.deepEqual([how, await next.events(), next.consent.gates.rank], [how, ["e1"], how !== "consent"]);
    await next.close();
    assert.deepEqual(left(), []);
  }
});

test("a page that comes back writes nothing that another page found, and decided otherwise since", async (t) => {
  const { openPage, ready, left } = pages(t);
  const decided = {
    "nothing": [() => {}, ["e0", "e1"], true],
    "an erasure": [(page) => page.profile.erase(), [], true],
    "forgetting": [(page) => page.profile.forget({ event: "e1" }), ["e0"], true],
    "a choice": [(page) => page.consent.set({ rank: false }), ["e0", "e1"], false],
  };
  for (const [what, [decide, events, rank]] of Object.entries(decided)) {
    const shop = freshShop();
    const sleeper = await openPage(shop);
    sleeper.observe(see("e0"));
    await sleeper.flush();
    await ready();
    sleeper.observe(see("e1"));
    void sleeper.consent.set({ measure: true });
    sleeper.leave();
    assert.equal(left().length, 1);
    const other = await openPage(shop, {});
    assert.deepEqual([await other.events(), other.consent.gates], [["e0", "e1"], { ...GRANTED, measure: true }]);
    await decide(other);
    await other.close();
    sleeper.wake();
    await settle();
    assert.deepEqual([what, await sleeper.events(), sleeper.consent.gates.rank], [what, events, rank]);
    await sleeper.close();
    assert.deepEqual([what, await idsOnDisk(shop)], [what, events]);
    const next = await openPage(shop, {});
    assert.deepEqual([what, await next.events(), next.consent.gates.rank], [what, events, rank]);
    await next.close();
  }
});

test("a page that comes back has what was agreed to meanwhile, unless its visitor is a child", async (t) => {
  const { openPage } = pages(t);
  for (const audience of ["general", "minor"]) {
    const shop = freshShop();
    const sleeper = await openPage(shop, { audience });
    sleeper.leave();
    const other = await openPage(shop);
    other.observe(see("e1"));
    await other.close();
    sleeper.wake();
    await settle();
    const isChild = audience === "minor";
    assert.deepEqual(Object.values(sleeper.consent.gates), isChild ? [false, false, false, false] : Object.values(GRANTED));
    assert.deepEqual(await sleeper.events(), isChild ? [] : ["e1"]);
    assert.equal((await sleeper.consent.receipts()).length, isChild ? 0 : 1);
    await sleeper.consent.set({ store: false });
    sleeper.leave();
    sleeper.wake();
    await settle();
    assert.equal(sleeper.consent.gates.store, false);
    await sleeper.close();
    assert.deepEqual(await idsOnDisk(shop), isChild ? ["e1"] : undefined);
  }
});

test("a page that was opened with gates of its own comes back with those, whatever was agreed to before", async (t) => {
  const { openPage } = pages(t);
  for (const consent of [{}, { learn: true, rank: true }]) {
    const shop = freshShop();
    await (await openPage(shop)).close();
    const page = await openPage(shop, { consent });
    const { gates } = page.consent;
    page.leave();
    page.wake();
    await settle();
    assert.deepEqual([page.consent.gates, page.status.storage], [gates, "memory"]);
    await page.close();
  }
});

test("a page that comes back, and leaves again, writes what nobody found meanwhile", async (t) => {
  const { openPage, ready, left } = pages(t);
  const shop = freshShop();
  const page = await openPage(shop);
  page.observe(see("e1"));
  page.leave();
  assert.equal(left().length, 1);
  page.wake();
  await eventually(() => left().length === 0, "that it is written");
  page.observe(see("e2"));
  await ready();
  page.leave();
  page.wake(); // and away before it looked
  page.leave();
  assert.deepEqual(await page.events(), ["e1", "e2"]);
  const next = await openPage(shop);
  assert.deepEqual(await next.events(), ["e1", "e2"]);
  await next.close();
  await page.close();
});

for (const [what, decide, there] of [
  ["erased", (page) => page.profile.erase(), []],
  ["withdrawn", (page) => page.consent.set({ store: false }), undefined],
]) {
  test(`what a page left behind stays away when the shop is ${what} while it is read`, async (t) => {
    const { openPage, left } = pages(t);
    for (const read of [(page) => page.wake(), (page) => page.profile.forget({ event: "e0" })]) {
      const shop = freshShop();
      const [gone, page] = [await openPage(shop), await openPage(shop)];
      page.observe(see("e0"));
      await page.flush();
      gone.observe(see("e1"));
      gone.leave();
      assert.equal(left().length, 1);
      const { promise, resolve } = deferred();
      const { recall } = Journal.prototype;
      Journal.prototype.recall = async function (seal) {
        const found = await recall.call(this, seal);
        resolve(decide(page)); // what was left is in hand, and not written yet
        return found;
      };
      read(page);
      await promise;
      Journal.prototype.recall = recall;
      await settle();
      assert.deepEqual([left(), await idsOnDisk(shop)], [[], there]);
      await Promise.all([gone.close(), page.close()]);
    }
  });
}

test("a choice that a page left behind does not win over a later one", async (t) => {
  const { openPage, left } = pages(t);
  // the last says what was so before, which makes no receipt
  for (const [said, forgets] of [[{ measure: true }, false], [{ measure: true }, true], [{ rank: true }, false]]) {
    const shop = freshShop();
    const [gone, page] = [await openPage(shop), await openPage(shop)];
    void gone.consent.set(said);
    gone.leave();
    assert.equal(left().length, 1);
    await new Promise((resolve) => setTimeout(resolve, 5)); // receipts are dated in milliseconds
    await page.consent.set({ rank: false });
    if (forgets) page.profile.forget({ event: "e0" }); // which finds what was left
    await settle();
    await page.close();
    const next = await openPage(shop, {});
    assert.deepEqual(next.consent.gates, { ...GRANTED, rank: false });
    await Promise.all([next.close(), gone.close()]);
    assert.deepEqual(left(), []);
  }
});
