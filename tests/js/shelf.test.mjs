// A shelf: it moves because of what the shopper did, and not under a hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "../../pkg/dist/embedded.js";
import { Shelf } from "../../pkg/dist/shelf.js";
import { GRANTED, ITEMS, eventually, freshShop, idsOf } from "./support/shop.mjs";

const openShop = () => open({ shop: freshShop(), catalog: ITEMS, consent: { ...GRANTED, store: false }, storage: "memory" });
const shown = (shelf) => idsOf(shelf.view.slate).join();

test("a shelf that is drawn again stands still, and another is another draw", async (t) => {
  const shop = await openShop();
  t.after(() => shop.close());
  const request = { slot: "home", size: 12, surprise: 1 };
  const orders = new Set();
  for (let visit = 0; visit < 30; visit++) {
    const shelf = new Shelf(shop, request, () => {});
    const first = shown(shelf);
    for (let times = 0; times < 5; times++) shelf.refresh();
    shelf.refresh(false, { ...request, size: 11 });
    shelf.refresh(false, request);
    assert.equal(shown(shelf), first);
    orders.add(first);
    shelf.close();
  }
  assert.ok(orders.size > 1, "thirty shelves of one order");
});

test("a seed that the page does not know is one that it did not give", async (t) => {
  const shop = await openShop();
  t.after(() => shop.close());
  const request = { slot: "home", size: 12, surprise: 1, seed: undefined };
  const shelf = new Shelf(shop, request, () => {});
  const first = shown(shelf);
  for (let times = 0; times < 30; times++) {
    shelf.refresh(false, times % 2 ? request : undefined);
    assert.equal(shown(shelf), first);
  }
  shelf.close();
});

test("what the shopper does waits while the pointer or the focus is there, and shows once neither is", async (t) => {
  const shop = await openShop();
  globalThis.document = { activeElement: "a link", body: "the page" };
  t.after(() => (delete globalThis.document, shop.close()));
  for (const by of ["pointer", "focus"]) {
    let told = 0;
    const shelf = new Shelf(shop, { slot: "home", size: 6, seed: 1 }, () => told++);
    const before = shown(shelf);
    shelf.hold(by, true);
    shop.observe({ type: "dismiss", item: before.split(",")[0] });
    await eventually(() => shelf.view.waiting, by);
    assert.deepEqual([shown(shelf), told], [before, 1]);
    shelf.hold(by, false);
    shelf.hold(by, true); // only on its way to a neighbour
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(shown(shelf), before);
    shelf.hold(by, false);
    await eventually(() => !shelf.view.waiting, "its turn");
    assert.ok(!shown(shelf).includes(before.split(",")[0]));
    const after = [told, shown(shelf)];
    shelf.close();
    shop.observe({ type: "dismiss", item: shown(shelf).split(",")[0] });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([told, shown(shelf)], after, "a closed shelf follows nothing");
  }
});

test("whoever asks sees the waiting order at once, even under the pointer", async (t) => {
  const shop = await openShop();
  t.after(() => shop.close());
  const shelf = new Shelf(shop, { slot: "home", size: 6, seed: 1 }, () => {});
  const before = shown(shelf);
  shelf.hold("pointer", true);
  shop.observe({ type: "dismiss", item: before.split(",")[0] });
  await eventually(() => shelf.view.waiting, "the order");
  shelf.refresh(true);
  assert.equal(shelf.view.waiting, false);
  assert.notEqual(shown(shelf), before);
  shelf.close();
});
