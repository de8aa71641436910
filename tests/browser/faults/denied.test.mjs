// The page gets no storage, or less than it wants.

import assert from "node:assert/strict";

import { dapTask, signed } from "../../js/support/tasks.mjs";
import { fault } from "../support/fault.mjs";

/** Opens a shop and uses all of it; what it says about itself. Run in the page. */
async function useAll(shop, bundle) {
  await openShop(shop, { ...bundle, consent: { ...GRANTED, measure: true } });
  view("seen");
  const saved = await window.shop.flush();
  const { measure } = window.shop;
  await sleep(2500); // what measures looks when the page has a moment
  const measured = [await measure.preview(), await measure.ledger(), (await measure.budget()).week.spent];
  const places = order().length;
  const { storage, storageReason } = window.shop.status;
  const ids = await idsOf();
  await window.shop.profile.erase();
  await window.shop.consent.set({ store: false });
  await window.shop.close();
  return { saved, measured, places, storage, storageReason, ids };
}

const FROM_MEMORY = { saved: false, measured: [[], [], 0], places: 12, storage: "memory", storageReason: "storage_unavailable", ids: ["seen"] };

fault(
  {
    name: "a frame without an origin works from memory",
    injected: "Content-Security-Policy: sandbox allow-scripts: every storage, lock and channel throws",
    expected: "slates, events, export and erasure work; status says storage_unavailable; nothing is measured, nor complained of",
  },
  async (world) => {
    const server = await world.server({ "/remote.html": { headers: { "content-security-policy": "sandbox allow-scripts" } } });
    const { page } = await world.browser({}, "/remote.html", server.origin);
    assert.deepEqual(await page.run(useAll, "sandboxed", await signed("sandboxed", [dapTask()])), FROM_MEMORY);
  },
);

/** How each browser is told to keep nothing, as its user can. */
const FORBIDDEN = {
  chromium: { settings: { profile: { default_content_setting_values: { cookies: 2 } } } },
  firefox: { preferences: { "network.cookie.cookieBehavior": 2 } },
  webkit: { features: ["-IndexedDBAPI"] },
};

fault(
  {
    name: "a browser that is told to keep nothing works from memory",
    injected: "Chromium: all cookies blocked; Firefox: network.cookie.cookieBehavior=2; WebKit: --features=-IndexedDBAPI",
    expected: "slates, events, export and erasure work; status says storage_unavailable; nothing is measured, nor complained of",
  },
  async (world) => {
    const { page } = await world.browser(FORBIDDEN[world.engine]);
    assert.deepEqual(await page.run(useAll, "forbidden", await signed("forbidden", [dapTask()])), FROM_MEMORY);
  },
);

fault(
  {
    name: "a private window works, and leaves nothing behind",
    injected: "Chromium: --incognito; Firefox: browser.privatebrowsing.autostart; WebKit: --private",
    expected: "slates and events work; a new start on the same profile finds no database",
  },
  async (world) => {
    const options = {
      chromium: { flags: ["--incognito"] },
      firefox: { preferences: { "browser.privatebrowsing.autostart": true }, flags: ["-private-window"] },
      webkit: { flags: ["--private"] },
    }[world.engine];
    const { browser, page } = await world.browser(options);
    const shop = world.shopName();
    assert.deepEqual(await page.run(async (shop) => (await openShop(shop), view("private"), await window.shop.flush(), [order().length, await idsOf()]), shop), [12, ["private"]]);
    await browser.kill();
    await world.start(browser, page);
    assert.deepEqual(await page.run(async (shop) => (await indexedDB.databases()).filter(({ name }) => name.includes(shop)), shop), []);
  },
);

fault(
  {
    name: "a promise of lasting storage is never asked for, so one that never settles holds nothing up",
    injected: "navigator.storage.persist replaced by a promise that never settles",
    expected: "0 calls; the shop opens and writes",
  },
  async (world) => {
    const page = await world.page();
    const found = await page.run(async (shop) => {
      let calls = 0;
      Object.defineProperty(navigator, "storage", { configurable: true, value: { persist: () => (calls++, new Promise(() => {})), estimate: () => (calls++, new Promise(() => {})) } });
      await openShop(shop);
      view("kept");
      return [await window.shop.flush(), calls];
    }, world.shopName());
    assert.deepEqual(found, [true, 0]);
  },
);
