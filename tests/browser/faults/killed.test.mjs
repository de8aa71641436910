// The browser is killed in the middle of a write: what was acknowledged is there afterwards, whole.

import assert from "node:assert/strict";

import { fault } from "../support/fault.mjs";

/** How often the browser is killed. */
const KILLS = 16;

fault(
  {
    name: "a browser killed in the middle of a write loses nothing that was acknowledged",
    injected: `SIGKILL to the whole browser, ${KILLS} times at moments spread over a stream of writes`,
    expected: "0 torn records, 0 acknowledged events lost",
  },
  async (world) => {
    const shop = world.shopName();
    const { browser, page } = await world.browser();
    const acknowledged = new Set();
    for (let kill = 0; kill < KILLS; kill++) {
      if (kill > 0) await world.start(browser, page);
      const before = page.notes.length;
      const { ids, repairs } = await page.run(
        async (shop, kill, known) => {
          await openShop(shop);
          let ids = await idsOf();
          // A disk that is slow is not waited for: it tells later.
          for (let tries = 0; tries < 200 && known.some((id) => !ids.includes(id)); tries++) {
            await window.sleep(50);
            ids = await idsOf();
          }
          (async () => {
            for (let i = 0; ; i++) {
              view(`kill-${kill}-${i}`);
              if (await window.shop.flush()) await note(`kill-${kill}-${i}`);
            }
          })();
          return { ids, repairs: window.shop.status.repairs };
        },
        shop,
        kill,
        [...acknowledged],
      );
      const lost = [...acknowledged].filter((id) => !ids.includes(id));
      assert.deepEqual(lost, [], `lost at kill ${kill}`);
      assert.equal(repairs?.damaged ?? 0, 0, "no record is torn");
      const deadline = Date.now() + 5000;
      while (page.notes.length === before && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, (kill * 37) % 160));
      await browser.kill();
      for (const id of page.notes) acknowledged.add(id);
    }
    assert.ok(acknowledged.size >= KILLS, `only ${acknowledged.size} writes were acknowledged`);
  },
);
