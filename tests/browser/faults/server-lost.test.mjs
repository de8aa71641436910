// WebKit loses the process that keeps its databases: the page finds the way back without a reload.

import assert from "node:assert/strict";

import { PATIENCE, fault } from "../support/fault.mjs";

const LOSSES = 20;
const HEALED_MS = 500;

/** Opens the shop, and has one event on its disk. */
const seeFirst = (page, shop) => page.run(async (shop) => (await openShop(shop), view("first"), window.shop.flush()), shop);
/** The events on its disk, for a page that comes back. */
async function seenLater(page, shop) {
  await page.run(() => window.shop.close());
  await page.go();
  return page.run(async (shop) => (await openShop(shop), (await idsOf()).sort()), shop);
}

fault(
  {
    name: "a lost database server is found again without a reload",
    injected: `SIGKILL to WebKit's network process, ${LOSSES} times in one page`,
    expected: `writing again within ${HEALED_MS} ms, ${LOSSES} of ${LOSSES}; 0 events lost; status.repairs counts it`,
    engines: ["webkit"],
    elsewhere: "the other engines open such a connection again by themselves",
  },
  async (world) => {
    const shop = world.shopName();
    const { browser, page } = await world.browser();
    await seeFirst(page, shop);
    const healed = [];
    for (let loss = 0; loss < LOSSES; loss++) {
      const watch = page.run(async (loss) => {
        while ((window.shop.status.repairs?.reconnected ?? 0) <= loss) await sleep(1);
        view(`after-${loss}`);
        while (!(await window.shop.flush())) await sleep(1);
        return Date.now();
      }, loss);
      await new Promise((resolve) => setTimeout(resolve, 100));
      const lost = Date.now(); // the page's clock is this machine's
      assert.ok(browser.killPart("WebKitNetworkProcess") >= 1, "there is a network process to kill");
      healed.push((await watch) - lost);
    }
    world.say(`writing again after ${healed.join(", ")} ms`);
    const { ids, repairs, storage } = await page.run(async () => ({ ids: await idsOf(), ...window.shop.status }));
    assert.equal(ids.length, 1 + LOSSES);
    assert.equal(storage, "device");
    assert.equal(repairs.reconnected, LOSSES);
    assert.equal((await seenLater(page, shop)).length, 1 + LOSSES, "on disk");
    assert.deepEqual(healed.filter((milliseconds) => milliseconds > HEALED_MS * PATIENCE), [], `healed after ${healed.join(", ")} ms`);
  },
);

fault(
  {
    name: "a lost database server is found again under Trusted Types",
    injected: "`require-trusted-types-for 'script'` without a policy for markup; SIGKILL to WebKit's network process",
    expected: "status.repairs counts it; both events are on disk",
    engines: ["webkit"],
    elsewhere: "the other engines open such a connection again by themselves",
  },
  async (world) => {
    const shop = world.shopName();
    const { browser, page } = await world.browser();
    await page.run(async () => {
      window.trustedTypes.createPolicy("default", { createScript: (text) => text }); // for the test's own orders
      const policy = Object.assign(document.createElement("meta"), { httpEquiv: "Content-Security-Policy", content: "require-trusted-types-for 'script'" });
      document.head.append(policy);
    });
    await seeFirst(page, shop);
    // Given before the loss: an order on its way in a lost process would never arrive.
    const finding = page.run(async () => {
      while (!window.shop.status.repairs?.reconnected) await sleep(20);
      view("after");
      for (let tries = 0; tries < 300 && !(await window.shop.flush()); tries++) await sleep(20);
      const { storage, repairs } = window.shop.status;
      return { storage, reconnected: repairs?.reconnected };
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(browser.killPart("WebKitNetworkProcess") >= 1, "there is a network process to kill");
    const found = await finding;
    assert.deepEqual(found, { storage: "device", reconnected: 1 });
    assert.deepEqual(await seenLater(page, shop), ["after", "first"]);
  },
);
