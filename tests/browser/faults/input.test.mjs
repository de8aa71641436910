// What the shop or the shopper's clock says is wrong: it is refused in so many words, or does no harm.

import assert from "node:assert/strict";

import { fault } from "../support/fault.mjs";

/** Opens a shop on a catalog made by a text; the code of the refusal, or how it works. Run in the page. */
async function openOn(shop, text) {
  const catalog = (0, eval)(text);
  try {
    await openShop(shop, { catalog });
  } catch (e) {
    return { refused: e.code, path: e.path };
  }
  const slate = window.shop.rank({ slot: "home", size: 100 }).items;
  return { places: slate.length, finite: slate.every(({ score }) => Number.isFinite(score)), first: slate[0]?.id };
}

for (const [what, text, expected] of [
  ["a price that is not a number", "[{ id: 'a', price: NaN }]", { refused: "value_not_finite", path: "catalog[0].price" }],
  ["a price without end", "[{ id: 'a', price: Infinity }]", { refused: "value_not_finite", path: "catalog[0].price" }],
  ["a price of 1e308", "[{ id: 'a', price: 1e308 }, { id: 'b', price: 5 }]", "any"],
  ["a title of 10 MB", "[{ id: 'a', title: 'x'.repeat(10_000_000) }, { id: 'b' }]", "any"],
  ["a million tags", "[{ id: 'a', tags: Array.from({ length: 1_000_000 }, (_, i) => 't' + i) }]", "any"],
  ["a million items", "Array.from({ length: 1_000_001 }, (_, i) => ({ id: 'i' + i }))", "any"],
  ["the same id twice", "[{ id: 'a', title: 'one' }, { id: 'a', title: 'two' }]", "any"],
  ["ids that look alike", "[{ id: '\\u00e9' }, { id: 'e\\u0301' }, { id: 'E\\u0301' }]", { places: 3, finite: true, first: "any" }],
  ["the names of built-ins as ids", "[{ id: '__proto__' }, { id: 'constructor' }, { id: 'toString' }]", { places: 3, finite: true, first: "any" }],
  ["half a character in an id", "[{ id: 'a\\ud800' }]", "any"],
  ["a zero character in a title", "[{ id: 'a', title: 'x\\0y' }, { id: 'b' }]", "any"],
  ["right-to-left marks, markup and script addresses", "[{ id: 'a', title: '\\u202e<img src=x onerror=alert(1)>', url: 'javascript:alert(1)', image: 'javascript:alert(2)' }]", "any"],
]) {
  fault(
    {
      name: `a catalog with ${what} is ranked or refused in so many words`,
      injected: "plain items",
      expected: expected === "any" ? "a slate of finite scores, or a coded error with a path" : expected.refused ? `${expected.refused} at ${expected.path}` : `${expected.places} places`,
      },
    async (world) => {
      const page = await world.page();
      const found = await page.run(openOn, world.shopName(), text);
      if (found.refused !== undefined) {
        assert.match(found.refused, /^[a-z_]+$/);
        assert.match(found.path, /^catalog/);
      } else {
        assert.ok(found.finite && found.places >= 1);
      }
      if (expected !== "any") assert.deepEqual({ ...found, ...(found.first !== undefined && { first: "any" }) }, expected);
      assert.equal(await page.run(() => ({}).polluted ?? Object.keys(Object.prototype).length), 0, "no prototype was changed");
    },
  );
}

fault(
  {
    name: "a clock that jumps back ten years or forward fifty does no harm",
    injected: "the clock of the shop, between one call and the next",
    expected: "finite scores at every time; the order comes back with the time",
  },
  async (world) => {
    const page = await world.page();
    const found = await page.run(async (shop) => {
      let now = window.NOW;
      await openShop(shop, { now: () => now });
      for (const [i, item] of ["item-12", "item-18", "item-24"].entries()) view(`seen-${i}`, item);
      const rank = () => window.shop.rank({ slot: "home", size: 12, seed: 5 }).items;
      const before = rank().map(({ id }) => id);
      const finite = [];
      for (const years of [-10, 50, -60, 0]) {
        now = window.NOW + years * 31_557_600_000;
        finite.push(rank().every(({ score, propensity }) => Number.isFinite(score) && propensity >= 0 && propensity <= 1));
      }
      return { finite, same: JSON.stringify(before) === JSON.stringify(order()) };
    }, world.shopName());
    assert.deepEqual(found, { finite: [true, true, true, true], same: true });
  },
);

fault(
  {
    name: "a coarse clock makes no difference to what is kept",
    injected: "every reading of the clock rounded to 100 ms; Firefox also with privacy.resistFingerprinting",
    expected: "a thousand events in one tick are a thousand events",
  },
  async (world) => {
    const { page } = await world.browser(world.engine === "firefox" ? { preferences: { "privacy.resistFingerprinting": true } } : {});
    const found = await page.run(async (shop) => {
      await openShop(shop, { now: () => Math.floor(Date.now() / 100) * 100 });
      for (let i = 0; i < 1000; i++) window.shop.observe({ type: "view_item", item: `item-${i % 60}`, id: `tick-${i}` });
      while (!(await window.shop.flush())) await sleep(10);
      return [(await idsOf()).length, order().length];
    }, world.shopName());
    assert.deepEqual(found, [1000, 12]);
  },
);

fault(
  {
    name: "a pack that is swapped between a slate and the click on it loses neither",
    injected: "update with another catalog between rank and observe",
    expected: "the click on an item that is gone is in the log; the new catalog is ranked",
  },
  async (world) => {
    const page = await world.page();
    const found = await page.run(async (shop) => {
      await openShop(shop);
      const slate = window.shop.rank({ slot: "home", size: 5, seed: 5 });
      await window.shop.update([{ id: "new-1" }, { id: "new-2" }]);
      slate.seen();
      window.shop.observe({ type: "select_item", item: slate.items[0].id, id: "click", slot: "home", slate: slate.id, at: window.NOW - 1 });
      return { ids: await idsOf(), places: order().sort() };
    }, world.shopName());
    assert.deepEqual(found, { ids: ["click"], places: ["new-1", "new-2"] });
  },
);

fault(
  {
    name: "consent withdrawn in the middle of a write leaves nothing on the device",
    injected: "consent.set({ store: false }) in the task of 500 events",
    expected: "no database and no key of localStorage, now and after a reload",
  },
  async (world) => {
    const page = await world.page();
    const shop = world.shopName();
    const stored = async (shop) => [(await indexedDB.databases()).filter(({ name }) => name.includes(shop)).length, Object.keys(localStorage).filter((key) => key.includes(shop)).length];
    const now = await page.run(
      `async (shop) => {
        await openShop(shop);
        for (let i = 0; i < 500; i++) view("withdrawn-" + i);
        await window.shop.consent.set({ store: false });
        return (${stored})(shop);
      }`,
      shop,
    );
    assert.deepEqual(now, [0, 0]);
    await page.go();
    assert.deepEqual(await page.run(stored, shop), [0, 0]);
  },
);
