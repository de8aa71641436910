// The page is left right after something happened: the next page has it.

import assert from "node:assert/strict";

import { PATIENCE, fault } from "../support/fault.mjs";

/** How often a page is left. */
const NAVIGATIONS = 100;
/** How often one is left in the middle of many writes, and how many. */
const BURSTS = 20;
const BURST = 100;
/** How long the next page may wait for its database, in milliseconds. */
const READY_MS = 300;

fault(
  {
    name: "an event noted in the click that leaves the page is on the next page",
    injected: `${NAVIGATIONS} navigations in the task that observes an event`,
    expected: `0 of ${NAVIGATIONS} events lost`,
  },
  async (world) => {
    const shop = world.shopName();
    const page = await world.page();
    await page.run((shop) => void openShop(shop), shop);
    for (let i = 0; i < NAVIGATIONS; i++) {
      await page.run(async (shop) => void (window.shop ?? (await openShop(shop))), shop);
      await page.flee((i) => view(`leave-${i}`), i);
    }
    const ids = await page.run(async (shop) => (await openShop(shop), idsOf()), shop);
    const expected = Array.from({ length: NAVIGATIONS }, (_, i) => `leave-${i}`);
    assert.deepEqual(expected.filter((id) => !ids.includes(id)), []);
  },
);

fault(
  {
    name: "a page left in the middle of many writes does not hold up the next one, and loses nothing",
    injected: `${BURSTS} navigations right after ${BURST} events`,
    expected: `the next page's database answers within ${READY_MS} ms, ${BURSTS} of ${BURSTS}; 0 of ${BURSTS * BURST} events lost`,
  },
  async (world) => {
    const shop = world.shopName();
    const page = await world.page();
    const ready = [];
    for (let i = 0; i < BURSTS; i++) {
      await page.run((shop) => openShop(shop).then(() => null), shop);
      await page.flee(
        (i, burst) => {
          for (let n = 0; n < burst; n++) view(`burst-${i}-${n}`, `item-${n % 60}`);
        },
        i,
        BURST,
      );
      ready.push(
        await page.run(async (shop) => {
          const start = performance.now();
          const db = await new Promise((resolve, reject) => {
            const request = indexedDB.open(`flaneur:${shop}`);
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
          await new Promise((resolve) => (db.transaction("log").objectStore("log").count().onsuccess = resolve));
          db.close();
          return Math.round(performance.now() - start);
        }, shop),
      );
    }
    const ids = new Set(await page.run(async (shop) => (await openShop(shop), idsOf()), shop));
    const lost = Array.from({ length: BURSTS * BURST }, (_, i) => `burst-${Math.floor(i / BURST)}-${i % BURST}`).filter((id) => !ids.has(id));
    assert.deepEqual(lost, []);
    assert.deepEqual(ready.filter((milliseconds) => milliseconds > READY_MS * PATIENCE), [], `ready after ${ready.join(", ")} ms`);
  },
);
