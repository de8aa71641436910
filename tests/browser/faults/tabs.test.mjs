// Several pages of one shop at once, and pages that the browser puts to sleep.

import assert from "node:assert/strict";

import { fault } from "../support/fault.mjs";

const TABS = 3;
const EACH = 1000;
const RETURNS = 10;

fault(
  {
    name: "three tabs that write at once lose nothing and count nothing twice",
    injected: `${TABS} tabs observe ${EACH} events each, at the same time`,
    expected: `exactly ${TABS * EACH} events in every tab and on the disk`,
  },
  async (world) => {
    const shop = world.shopName();
    const tabs = [await world.page()];
    while (tabs.length < TABS) tabs.push(await world.tab(tabs[0]));
    await Promise.all(tabs.map((tab) => tab.run((shop) => openShop(shop).then(() => null), shop)));
    await Promise.all(
      tabs.map((tab, t) =>
        tab.run(
          async (t, each) => {
            for (let i = 0; i < each; i++) {
              view(`tab-${t}-${i}`, `item-${i % 60}`);
              if (i % 50 === 0) await sleep(0);
            }
            while (!(await window.shop.flush()));
          },
          t,
          EACH,
        ),
      ),
    );
    const counts = await Promise.all(
      tabs.map((tab) =>
        tab.run(async (all) => {
          for (let tries = 0; tries < 400 && window.shop.profile.inspect().events < all; tries++) await sleep(25);
          return window.shop.profile.inspect().events;
        }, TABS * EACH),
      ),
    );
    assert.deepEqual(counts, tabs.map(() => TABS * EACH));
    const next = await world.tab(tabs[0]);
    assert.equal(new Set(await next.run(async (shop) => (await openShop(shop), idsOf()), shop)).size, TABS * EACH);
  },
);

fault(
  {
    name: "the package keeps no page from the browser's cache of pages, and goes on when it comes back",
    injected: `${RETURNS} times away and back by history, right after an event`,
    expected: `the page comes back as it was (persisted), ${RETURNS} of ${RETURNS}, and every event is on the disk`,
  },
  async (world) => {
    const shop = world.shopName();
    const { page } = await world.browser({ flags: world.engine === "chromium" ? ["--enable-features=BackForwardCache"] : [] }, "/remote.html?cached");
    await page.run(async (shop, returns) => {
      await openShop(shop);
      window.resting = true; // nothing under way but what the package does
      let times = 0;
      const away = () => {
        view(`away-${times}`);
        location.href = "/back.html";
      };
      addEventListener("pageshow", async ({ persisted }) => {
        note({ times: ++times, persisted });
        if (times < returns) setTimeout(away, 50);
        else {
          while (!(await window.shop.flush())) await sleep(20);
          note({ ids: await idsOf(), storage: window.shop.status.storage });
        }
      });
      setTimeout(away, 50);
    }, shop, RETURNS);
    const deadline = Date.now() + 60_000;
    while (page.notes.length < RETURNS + 1 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    const end = page.notes.at(-1);
    assert.deepEqual(page.notes.slice(0, RETURNS), Array.from({ length: RETURNS }, (_, i) => ({ times: i + 1, persisted: true })));
    assert.deepEqual(end.ids.sort(), Array.from({ length: RETURNS }, (_, i) => `away-${i}`).sort());
    assert.equal(end.storage, "device");
  },
);
