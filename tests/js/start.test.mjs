// What opening does to the page and to the engine: it lets the page work in between, and its rehearsal leaves nothing.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { isFlaneurError, open } from "../../pkg/dist/embedded.js";
import * as glue from "../../pkg/dist/core.js";
import { GRANTED, ITEMS, coded, freshShop } from "./support/shop.mjs";

/** Opens a shop in a page that is looked at or not; returns how often the page could work in between. */
async function breathsOf(t, hidden) {
  let breaths = 0;
  globalThis.document = { hidden };
  globalThis.scheduler = { yield: async () => void breaths++ };
  t.after(() => {
    delete globalThis.document;
    delete globalThis.scheduler;
  });
  const shop = await open({ shop: freshShop(), catalog: ITEMS, consent: GRANTED, seed: 1, storage: "memory" });
  assert.equal(shop.rank({ slot: "home", size: 3 }).items.length, 3);
  await shop.close();
  return breaths;
}

test("opening is several tasks while somebody looks at the page", async (t) => {
  assert.ok((await breathsOf(t, false)) >= 4);
});

test("a malformed catalog is told to the caller alone, however long the page works in between", async (t) => {
  const unhandled = [];
  const note = (reason) => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  globalThis.document = { hidden: false };
  globalThis.scheduler = { yield: () => new Promise((resolve) => setTimeout(resolve, 20)) };
  t.after(() => {
    process.off("unhandledRejection", note);
    delete globalThis.document;
    delete globalThis.scheduler;
  });
  await assert.rejects(open({ shop: freshShop(), catalog: new Response('{"id":1}'), consent: GRANTED }), coded("catalog_json", "catalog"));
  await assert.rejects(open({ shop: freshShop(), catalog: new Uint8Array(3), consent: GRANTED }), isFlaneurError);
  await assert.rejects(open({ shop: freshShop(), catalog: [{ id: 3 }], consent: GRANTED }), isFlaneurError);
  assert.deepEqual(unhandled, []);
});

test("a hidden page, whose timers the browser slows down, opens in one go", async (t) => {
  assert.equal(await breathsOf(t, true), 0);
});

test("a rehearsal changes neither slates nor the log", async (t) => {
  const now = Date.UTC(2026, 5, 1);
  const shop = await open({ shop: freshShop(), catalog: ITEMS, consent: GRANTED, storage: "memory" }); // loads the engine
  t.after(() => shop.close());
  const cores = [new glue.Core(7), new glue.Core(7)];
  for (const core of cores) {
    core.loadItems(ITEMS);
    core.setGates(true, true);
    core.observe({ type: "view_item", lines: [{ item: ITEMS[1].id }], id: "one", at: now }, now);
  }
  const [plain, rehearsed] = cores;
  for (let i = 0; i < 3; i++) rehearsed.rehearse(now);
  assert.deepEqual(rehearsed.rank({ slot: "home", size: 4 }, now), plain.rank({ slot: "home", size: 4 }, now));
  assert.deepEqual(rehearsed.events(), plain.events());
  cores.forEach((core) => core.free());
});

test("a pack is loaded in two steps, and whole when the engine is replaced in between", async (t) => {
  const [{ Engine }, { resetEngine }] = await Promise.all(["engine", "loader"].map((name) => import(`../../pkg/dist/${name}.js`)));
  const shop = await open({ shop: freshShop(), catalog: ITEMS, storage: "memory" }); // loads the engine
  await shop.close();
  const loaded = { glue, engine: "scalar", generation: 0 };
  const pack = new Uint8Array(await readFile(new URL("../vectors/golden/shop.flaneur", import.meta.url)));
  globalThis.document = { hidden: false };
  t.after(() => {
    delete globalThis.document;
    delete globalThis.scheduler;
  });
  for (const meanwhile of [() => {}, () => resetEngine(loaded)]) {
    const engine = new Engine(loaded, { seed: 1, now: Date.now, records: () => [], restarted: () => assert.fail("nothing failed") });
    let items;
    globalThis.scheduler = {
      yield: async () => {
        items = engine.use((core) => core.items, () => undefined);
        meanwhile();
      },
    };
    assert.equal(await engine.loadInSteps({ pack }), true);
    assert.equal(items, 0, "between the steps what was loaded before serves");
    assert.equal(engine.use((core) => core.items, () => undefined), 160);
    const torn = pack.slice(0, -9);
    await assert.rejects(engine.loadInSteps({ pack: torn }), coded("pack_truncated", "catalog.sections"));
    assert.equal(engine.use((core) => core.items, () => undefined), 160);
    engine.close();
  }
});
