// The page around the package is unusual: patched, doubled, or loaded again and again.

import assert from "node:assert/strict";

import { fault } from "../support/fault.mjs";

/** Runs a shop in a page whose built-ins were changed by a text, before the package loads. */
async function workIn(world, damage) {
  const page = await world.page();
  return page.run(
    async (shop, damage) => {
      const wait = sleep;
      (0, eval)(damage);
      await openShop(shop);
      view("kept");
      let saved = false;
      for (let tries = 0; tries < 100 && !saved; tries++) saved = await window.shop.flush() || (await wait(20), false);
      const found = { saved, places: order().length, events: (await idsOf()).length };
      await window.shop.close();
      return found;
    },
    world.shopName(),
    damage,
  );
}

const WORKS = { saved: true, places: 12, events: 1 };

for (const [what, damage] of [
  ["fetch is wrapped", "{ const real = fetch; globalThis.fetch = function (...given) { return new Promise((resolve, reject) => real.apply(window, given).then(resolve, reject)); }; }"],
  ["Promise is patched", "{ const real = Promise.prototype.then; Promise.prototype.then = function (...given) { return real.apply(this, given.map((f) => f && ((value) => f(value)))); }; globalThis.zone = Promise; }"],
  ["the built-ins are frozen", "for (const of_ of [Object, Array, Promise, Map, Set, String, Uint8Array, Function]) { Object.freeze(of_); Object.freeze(of_.prototype); }"],
  ["arrays have more methods, and for…in finds them", "Array.prototype.last = function () { return this[this.length - 1]; }; Object.prototype.inherited = 1;"],
  ["JSON is patched as old libraries do", "Array.prototype.toJSON = undefined; Object.prototype.toJSON = undefined;"],
]) {
  fault({ name: `the package works where ${what}`, injected: "before the package is loaded", expected: "slates, writes and export as ever; 0 exceptions" }, async (world) =>
    assert.deepEqual(await workIn(world, damage), WORKS),
  );
}

fault(
  {
    name: "two copies of the package on one page share the log and not their mistakes",
    injected: "the package imported twice, from two addresses, on the same shop",
    expected: "what one observes the other knows; closing one leaves the other at work",
  },
  async (world) => {
    const page = await world.page();
    const found = await page.run(async (shop) => {
      const [one, two] = await Promise.all([import("/pkg/index.js?one"), import("/pkg/index.js?two")]);
      const options = { shop, catalog: window.items, seed: 1, now: () => window.NOW, consent: window.GRANTED };
      const [first, second] = [await one.open(options), await two.open(options)];
      first.observe({ type: "view_item", item: "item-7", id: "of-one", at: window.NOW - 5 });
      second.observe({ type: "view_item", item: "item-8", id: "of-two", at: window.NOW - 5 });
      for (let tries = 0; tries < 200 && first.profile.inspect().events + second.profile.inspect().events < 4; tries++) await sleep(10);
      const events = [first.profile.inspect().events, second.profile.inspect().events];
      await first.close();
      return { events, places: second.rank({ slot: "home", size: 5 }).items.length, saved: await second.flush() };
    }, world.shopName());
    assert.deepEqual(found, { events: [2, 2], places: 5, saved: true });
  },
);

fault(
  {
    name: "a component that mounts twice, or is loaded again ten times, leaves nothing behind",
    injected: "open and close in turn, the second before the first is done; then ten times",
    expected: "0 exceptions; the log is what it was; no connection to the database is left open",
  },
  async (world) => {
    const page = await world.page();
    const found = await page.run(async (shop) => {
      const { open } = await window.load();
      const options = { shop, catalog: window.items, seed: 1, now: () => window.NOW, consent: window.GRANTED };
      const [first, second] = await Promise.all([open(options), open(options)]);
      await first.close();
      second.observe({ type: "view_item", item: "item-7", id: "strict", at: window.NOW - 5 });
      await second.close();
      const events = [];
      for (let i = 0; i < 10; i++) {
        const shop = await open(options);
        if (i % 2 === 0) events.push(shop.profile.inspect().events);
        await shop.close();
      }
      const gone = await new Promise((resolve) => {
        const request = indexedDB.deleteDatabase(`flaneur:${shop}`);
        request.onblocked = () => resolve("a connection was left open");
        request.onsuccess = () => resolve("nothing held it");
      });
      return { events, gone };
    }, world.shopName());
    assert.deepEqual(found, { events: [1, 1, 1, 1, 1], gone: "nothing held it" });
  },
);

fault(
  {
    name: "a page without randomness still ranks, in the same order every time",
    injected: "crypto.getRandomValues and crypto.randomUUID throw",
    expected: "slates and events as ever; what cannot be sealed is not written; 0 exceptions",
  },
  async (world) => {
    const page = await world.page();
    const found = await page.run(async (shop) => {
      const fail = () => {
        throw new DOMException("no entropy", "OperationError");
      };
      Crypto.prototype.getRandomValues = fail;
      Crypto.prototype.randomUUID = fail;
      await openShop(shop);
      view("kept");
      const orders = [order(), order()];
      const saved = await window.shop.flush();
      const db = await new Promise((resolve) => (indexedDB.open(`flaneur:${shop}`).onsuccess = ({ target }) => resolve(target.result)));
      const count = (store) => new Promise((resolve) => (db.transaction(store).objectStore(store).count().onsuccess = ({ target }) => resolve(target.result)));
      const written = db.objectStoreNames.contains("log") ? (await count("log")) + (await count("consent")) : 0;
      db.close();
      return { same: JSON.stringify(orders[0]) === JSON.stringify(orders[1]), places: orders[0].length, events: (await idsOf()).length, saved, written };
    }, world.shopName());
    assert.deepEqual(found, { same: true, places: 12, events: 1, saved: false, written: 0 });
  },
);
