// Another version of the package left, holds or deletes the database.

import assert from "node:assert/strict";

import { PATIENCE, fault } from "../support/fault.mjs";

/** Makes the database of a version; run in the page. */
const MAKE = `window.make = (name, version, fill) => new Promise((resolve, reject) => {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => {
    for (const store of ["log", "consent", "meta"]) request.result.createObjectStore(store);
    fill?.(request.transaction);
  };
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
})`;

fault(
  {
    name: "records of version 1 of the database are taken over, and sealed",
    injected: "a database as version 1 wrote it, in plain",
    expected: "the events and the choice are there; nothing is left in plain",
  },
  async (world) => {
    const page = await world.page();
    const found = await page.run(
      async (name, make) => {
        (0, eval)(make);
        // A record is the engine's own; its bytes are in the export of a memory-only shop's channel.
        const records = [];
        const channel = new BroadcastChannel(`flaneur:${name}-source`);
        channel.onmessage = ({ data }) => data.records && records.push(...data.records);
        await openShop(`${name}-source`);
        view("old-1", "item-12");
        view("old-2", "item-18");
        while (records.length < 2) await sleep(5);
        channel.close();
        await window.shop.consent.set({ store: false });
        await window.shop.close();
        const db = await window.make(`flaneur:${name}`, 1, (transaction) => {
          records.forEach((record, i) => transaction.objectStore("log").put(record, `old-${i + 1}`));
          transaction.objectStore("consent").put({ store: true, learn: true, rank: true }, "choice");
        });
        db.close();
        await openShop(name, { consent: undefined });
        const ids = await idsOf();
        const { gates } = window.shop.consent;
        await window.shop.close();
        const after = await window.make(`flaneur:${name}`);
        const values = await new Promise((resolve) => (after.transaction("log").objectStore("log").getAll().onsuccess = ({ target }) => resolve(target.result)));
        const { version } = after;
        after.close();
        const plain = values.filter((bytes) => new TextDecoder("latin1").decode(bytes).includes("item-1")).length;
        return { ids, gates, version, records: values.length, plain };
      },
      world.shopName(),
      MAKE,
    );
    assert.deepEqual(found, {
      ids: ["old-1", "old-2"],
      gates: { store: true, learn: true, rank: true, measure: false },
      version: 2,
      records: 2,
      plain: 0,
    });
  },
);

fault(
  {
    name: "after a downgrade the log goes on, and what the newer version wrote stays",
    injected: "a database of version 9 with a record that this version cannot read",
    expected: "storage is device; the unknown record is untouched",
  },
  async (world) => {
    const page = await world.page();
    const found = await page.run(
      async (name, make) => {
        (0, eval)(make);
        const db = await window.make(`flaneur:${name}`, 9, (transaction) => transaction.objectStore("log").put(new Uint8Array([0xf9, 1, 2]), "newer"));
        db.close();
        await openShop(name);
        view("now");
        const saved = await window.shop.flush();
        const { storage } = window.shop.status;
        await window.shop.close();
        await openShop(name);
        const ids = await idsOf();
        await window.shop.close();
        const after = await window.make(`flaneur:${name}`);
        const newer = await new Promise((resolve) => (after.transaction("log").objectStore("log").get("newer").onsuccess = ({ target }) => resolve(target.result)));
        const { version } = after;
        after.close();
        return { saved, storage, ids, version, newer: [...(newer ?? [])] };
      },
      world.shopName(),
      MAKE,
    );
    assert.deepEqual(found, { saved: true, storage: "device", ids: ["now"], version: 9, newer: [0xf9, 1, 2] });
  },
);

fault(
  {
    name: "an old tab that holds the database back does not hold the shop up, and nothing is lost",
    injected: "a tab with version 1 open that ignores the request to let go",
    expected: "the shop opens within 3 s, from memory, and says storage_upgrade_blocked; everything is written when the tab lets go",
  },
  async (world) => {
    const name = world.shopName();
    const old = await world.page();
    await old.run(async (name, make) => ((0, eval)(make), void (window.held = await window.make(`flaneur:${name}`, 1))), name, MAKE);
    const page = await world.tab(old);
    const before = await page.run(async (name) => {
      const start = performance.now();
      await openShop(name);
      const milliseconds = performance.now() - start;
      view("meanwhile");
      while (window.shop.status.storageReason === "storage_timeout") await sleep(10);
      return { milliseconds, places: order().length, ...window.shop.status };
    }, name);
    assert.ok(before.milliseconds < 3000 * PATIENCE, `opened after ${before.milliseconds} ms`);
    assert.deepEqual([before.places, before.storage, before.storageReason], [12, "memory", "storage_upgrade_blocked"]);
    await old.run(() => window.held.close());
    const after = await page.run(async () => {
      while (window.shop.status.storage !== "device") await sleep(10);
      return { saved: await window.shop.flush(), ids: await idsOf() };
    });
    assert.deepEqual(after, { saved: true, ids: ["meanwhile"] });
    const next = await world.tab(page);
    assert.deepEqual(await next.run(async (name) => (await openShop(name), idsOf()), name), ["meanwhile"]);
  },
);

fault(
  {
    name: "a database that is deleted under the page is not made again",
    injected: "deleteDatabase from another tab",
    expected: "store counts as withdrawn; the visit goes on from memory",
  },
  async (world) => {
    const name = world.shopName();
    const page = await world.page();
    await page.run(async (name) => (await openShop(name), view("kept"), window.shop.flush()), name);
    const other = await world.tab(page);
    await other.run((name) => new Promise((resolve) => (indexedDB.deleteDatabase(`flaneur:${name}`).onsuccess = () => resolve(null))), name);
    const found = await page.run(async (name) => {
      while (window.shop.consent.gates.store) await sleep(5);
      view("later");
      await window.shop.flush();
      const databases = async () => (await indexedDB.databases()).filter((db) => db.name.includes(name)).map((db) => db.name);
      // The page deletes too, for itself, and a database is listed until that is done.
      for (let tries = 0; tries < 200 && (await databases()).length > 0; tries++) await sleep(10);
      return { storage: window.shop.status.storage, ids: await idsOf(), databases: await databases() };
    }, name);
    assert.deepEqual(found, { storage: "memory", ids: ["kept", "later"], databases: [] });
  },
);

fault(
  {
    name: "a site whose storage the browser clears counts as one that the shopper cleared",
    injected: "Storage.clearDataForOrigin of Chromium's debugger, with the shop open",
    expected: "store counts as withdrawn; the visit goes on from memory, and nothing is on the disk",
    engines: ["chromium"],
    elsewhere: "the others clear a page that is open only by the window's menu; the fault before is the same to the package",
  },
  async (world) => {
    const name = world.shopName();
    const { browser, page } = await world.browser();
    await page.run(async (name) => (await openShop(name), view("kept"), window.shop.flush()), name);
    const { chromium } = await import("playwright-core");
    const debug = await chromium.connectOverCDP(await browser.debugger());
    const [context] = debug.contexts();
    const session = await context.newCDPSession(context.pages()[0]);
    await session.send("Storage.clearDataForOrigin", { origin: world.origin, storageTypes: "all" });
    const found = await page.run(async (name) => {
      for (let tries = 0; tries < 400 && window.shop.consent.gates.store; tries++) await sleep(10);
      view("later");
      await window.shop.flush();
      const databases = async () => (await indexedDB.databases()).filter((db) => db.name.includes(name)).map((db) => db.name);
      for (let tries = 0; tries < 200 && (await databases()).length > 0; tries++) await sleep(10); // as above
      return { store: window.shop.consent.gates.store, storage: window.shop.status.storage, ids: await idsOf(), databases: await databases() };
    }, name);
    assert.deepEqual(found, { store: false, storage: "memory", ids: ["kept", "later"], databases: [] });
  },
);
