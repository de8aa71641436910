// Without an engine the shop's own order stands, and the reason is told.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { readPackIds } from "../../pkg/dist/pack.js";
import { GRANTED, IDS, ITEMS, coded, freshShop, idsOf } from "./support/shop.mjs";
import { isolated } from "./support/isolated.mjs";

const CONSENT = { ...GRANTED, store: false };

/** Opens a shop on a page without WebAssembly. */
async function withoutWasm(options = {}) {
  const { open } = await isolated();
  const real = globalThis.WebAssembly;
  delete globalThis.WebAssembly;
  try {
    return await open({ shop: freshShop(), catalog: ITEMS, consent: CONSENT, storage: "memory", ...options });
  } finally {
    globalThis.WebAssembly = real;
  }
}

/** The least that a pack needs for its ids to be read: a header, one row, one section. */
function packOf(ids, { version = 2, tag = "IDS ", width = 1 } = {}) {
  const texts = ids.map((id) => Buffer.from(id));
  const section = Buffer.alloc(5 + width * texts.length);
  section.writeUInt32LE(texts.length, 0);
  section.writeUInt8(width, 4);
  texts.forEach((text, i) => section.writeUIntLE(text.length, 5 + width * i, width));
  const body = Buffer.concat([section, ...texts]);
  const head = Buffer.alloc(48);
  head.write("FLANPACK", "latin1");
  head.writeUInt16LE(version, 8);
  head.writeUInt16LE(1, 10);
  head.writeUInt32LE(texts.length, 12);
  head.write(tag, 32, "latin1");
  head.writeUInt32LE(48, 40);
  head.writeUInt32LE(body.length, 44);
  return new Uint8Array(Buffer.concat([head, body]));
}

test("without wasm the shop's order stands and status says why", async () => {
  const shop = await withoutWasm();
  const { engine, reason, items } = shop.status;
  assert.deepEqual({ engine, reason, items }, { engine: "passthrough", reason: "wasm_unavailable", items: IDS.length });
  shop.observe({ type: "dismiss", item: "lamp-0" });
  const slate = shop.rank({ slot: "home", size: 3 });
  assert.deepEqual(idsOf(slate), IDS.slice(0, 3));
  assert.equal(slate.slot, "home");
  assert.ok(slate.id.length > 8);
  for (const [position, item] of slate.items.entries()) {
    assert.deepEqual(item, { id: IDS[position], position, score: 0, propensity: 1, discovery: false, reasons: [] });
  }
  slate.seen();
  assert.deepEqual(idsOf(shop.rank({ slot: "s", size: 9, candidates: ["b", "a", "b", "c"], exclude: ["a"] })), ["b", "c"]);
  assert.equal(shop.profile.inspect().events, 0);
  assert.equal(shop.profile.replay().verdict, "not_enough_evidence");
  shop.rules([]);
  shop.profile.forget({ item: "lamp-0" });
  shop.profile.declare({ surprise: 1 });
  await shop.update([{ id: "new" }]);
  assert.deepEqual(idsOf(shop.rank({ slot: "s", size: 9 })), ["new"]);
  const report = await shop.profile.import({ flaneur: 1, events: [{ id: "x" }] });
  assert.equal(report.refused[0].code, "wasm_unavailable");
  await shop.profile.erase();
  await shop.close();
});

test("without wasm a pack's order is read all the same", async () => {
  const ids = ["lamp", "ламп", "灯", "__proto__"];
  const shop = await withoutWasm({ catalog: packOf(ids) });
  assert.deepEqual(idsOf(shop.rank({ slot: "s", size: 9 })), ids);
  await shop.close();
});

test("without wasm a malformed catalog is still refused", async () => {
  await assert.rejects(withoutWasm({ catalog: [{ id: "a" }, {}] }), coded("value_missing", "catalog[1].id"));
  await assert.rejects(withoutWasm({ catalog: [3] }), coded("value_type", "catalog[0]"));
  await assert.rejects(withoutWasm({ catalog: Uint8Array.of(1) }), coded("pack_not_a_pack", "catalog"));
});

test("the ids of a pack are read in the shop's order, as the packer wrote them", async () => {
  assert.deepEqual(readPackIds(packOf(["a", "bb", "ccc"])), ["a", "bb", "ccc"]);
  assert.deepEqual(readPackIds(packOf([])), []);
  assert.deepEqual(readPackIds(packOf(["é", "x".repeat(300)], { width: 2 })), ["é", "x".repeat(300)]);
  const written = new Uint8Array(await readFile(new URL("../vectors/golden/shop.flaneur", import.meta.url)));
  const families = ["lamps", "tea", "paper", "garden", "games", "scarves", "audio", "cups"];
  const expected = Array.from({ length: 160 }, (_, i) => `${families[i % 8]}-${String(i).padStart(4, "0")}`);
  assert.deepEqual(readPackIds(written), expected);
});

test("a pack that is torn, flipped or of another version is refused", () => {
  const pack = packOf(["a", "bb", "ccc"]);
  assert.throws(() => readPackIds(packOf(["a"], { version: 1 })), coded("pack_version"));
  assert.throws(() => readPackIds(packOf(["a"], { tag: "NEW!" })), coded("pack_corrupt"));
  for (let length = 0; length < pack.length; length++) {
    assert.throws(() => readPackIds(pack.subarray(0, length)), (e) => /^pack_/.test(e.code), `cut at ${length}`);
  }
  for (let bit = 0; bit < pack.length * 8; bit++) {
    const flipped = pack.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    try {
      assert.ok(readPackIds(flipped).length <= 4); // ids carry no checksum here: another text is possible
    } catch (e) {
      assert.match(e.code, /^pack_/);
    }
  }
});

test("a catalog out of reach is pass-through until an update brings one", async () => {
  const { open } = await isolated();
  const shop = await open({ shop: freshShop(), catalog: "http://127.0.0.1:1/shop.pack", consent: CONSENT, storage: "memory", seed: 1 });
  assert.deepEqual([shop.status.engine, shop.status.reason, shop.status.items], ["passthrough", "catalog_unavailable", 0]);
  assert.deepEqual(idsOf(shop.rank({ slot: "s", size: 2 })), []);
  assert.deepEqual(idsOf(shop.rank({ slot: "s", size: 2, candidates: ["b", "a"] })), ["b", "a"]);
  const told = [];
  shop.on("status", ({ status }) => told.push(status.engine));
  await shop.update(ITEMS);
  assert.deepEqual(told, ["scalar"]);
  shop.observe({ type: "dismiss", item: "lamp-0" });
  assert.ok(!idsOf(shop.rank({ slot: "s", size: 12 })).includes("lamp-0"));
  await shop.close();
});

test("what happens while the catalog is out of reach is noted whole, and counts once it is there", async () => {
  const { open } = await isolated();
  const shop = await open({ shop: freshShop(), catalog: "http://127.0.0.1:1/shop.pack", consent: CONSENT, storage: "memory" });
  shop.observe({ type: "view_item", item: "lamp-0" });
  const document = JSON.parse(await (await shop.profile.export()).text());
  assert.deepEqual([document.events.length, document.incomplete], [1, undefined]);
  await shop.update(ITEMS);
  assert.deepEqual(shop.profile.inspect().session, ["lamp-0"]);
  await shop.close();
});

test("a catalog can come as a response, as JSON behind an address, and broken JSON is told", async () => {
  const { open } = await isolated();
  const answer = (body, init) => new Response(body, init);
  const common = { consent: CONSENT, storage: "memory" };
  const shop = await open({ shop: freshShop(), catalog: answer(` ${JSON.stringify(ITEMS)}`), ...common });
  assert.equal(shop.status.items, IDS.length);
  await shop.update(answer(`\ufeff${JSON.stringify(ITEMS.slice(1))}`)); // with a byte order mark
  assert.equal(shop.status.items, IDS.length - 1);
  await assert.rejects(open({ shop: freshShop(), catalog: answer("[{"), ...common }), coded("catalog_json", "catalog"));
  await assert.rejects(open({ shop: freshShop(), catalog: answer("{}"), ...common }), coded("catalog_json", "catalog"));
  for (const wrong of [answer("no", { status: 404 }), answer("\n <!doctype html><title>Welcome to this network</title>")]) {
    const gone = await open({ shop: freshShop(), catalog: wrong, ...common });
    assert.equal(gone.status.reason, "catalog_unavailable");
    await gone.close();
  }
  await shop.close();
});
