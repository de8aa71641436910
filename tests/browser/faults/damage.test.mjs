// What is on the disk is damaged: every damage is noticed, and costs no more than what it hit.

import assert from "node:assert/strict";

import { fault } from "../support/fault.mjs";

const FLIPS = 1000;
const WHOLE = 100;

fault(
  {
    name: "every flipped bit in a stored record is noticed, and costs that record only",
    injected: `one random bit flipped in each of ${FLIPS} stored records, of ${FLIPS + WHOLE}`,
    expected: `${FLIPS} refused, ${WHOLE} kept; status.repairs.damaged is ${FLIPS}; the damaged records are gone from the disk`,
  },
  async (world) => {
    const page = await world.page();
    const shop = world.shopName();
    const outcome = await page.run(
      async (name, flips, whole) => {
        await openShop(name);
        for (let i = 0; i < flips + whole; i++) view(`event-${i}`, `item-${i % 60}`);
        while (!(await window.shop.flush())) await sleep(5);
        await window.shop.close();
        const db = await new Promise((resolve) => (indexedDB.open(`flaneur:${name}`).onsuccess = ({ target }) => resolve(target.result)));
        const transaction = db.transaction("log", "readwrite");
        let flipped = 0;
        transaction.objectStore("log").openCursor().onsuccess = ({ target: { result: cursor } }) => {
          if (!cursor || flipped === flips) return;
          const bytes = cursor.value.slice();
          const bit = Math.floor(Math.random() * bytes.length * 8);
          bytes[bit >> 3] ^= 1 << (bit & 7);
          cursor.update(bytes);
          flipped++;
          cursor.continue();
        };
        await new Promise((resolve) => (transaction.oncomplete = resolve));
        db.close();
        await openShop(name);
        const first = { events: (await idsOf()).length, damaged: window.shop.status.repairs?.damaged };
        await window.shop.close();
        await openShop(name);
        return { flipped, first, again: { events: (await idsOf()).length, repairs: window.shop.status.repairs ?? null } };
      },
      shop,
      FLIPS,
      WHOLE,
    );
    assert.deepEqual(outcome, {
      flipped: FLIPS,
      first: { events: WHOLE, damaged: FLIPS },
      again: { events: WHOLE, repairs: null },
    });
  },
);
