// Pages that leave while something is still being written, and what others decide before it is found or they come back.

import "./support/database.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "../../pkg/dist/embedded.js";
import { GRANTED, ITEMS, freshShop } from "./support/shop.mjs";

const see = (id) => ({ type: "view_item", item: "lamp-0", id });
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
  t.after(() => {
    globalThis.BroadcastChannel = BroadcastChannel;
    for (const name of ["localStorage", "document", "addEventListener"]) delete globalThis[name];
  });
  const openPage = async (shop, options = { consent: GRANTED }) => {
    const target = new EventTarget();
    globalThis.addEventListener = target.addEventListener.bind(target);
    const page = await open({ shop, catalog: ITEMS, ...options });
    await page.flush();
    await turnsOf(20); // it gets ready to hide what it may have to leave
    return Object.assign(Object.create(page), {
      leave: () => target.dispatchEvent(new Event("pagehide")),
      wake: () => target.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true })),
      events: async () => JSON.parse(await (await page.profile.export()).text()).events.map(({ id }) => id),
    });
  };
  return { openPage, left: () => Object.keys(localStorage) };
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
