// Malformed input through the package's public functions, on the real engine.
//
// Each fault gives a FlaneurError with a stable code and the path to the field, and what was loaded
// before still serves: after every case the same request must give the same slate, bit for bit, and
// the engine must not have been restarted.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { open } from "../../pkg/dist/embedded.js";
import { linesOf } from "../support/golden.mjs";

const NOW = Date.UTC(2026, 10, 22, 12);
const HUGE = "x".repeat(10_000_000);
const ITEMS = Array.from({ length: 40 }, (_, i) => ({
  id: `item-${i}`,
  title: `Thing ${i}`,
  brand: `brand-${i % 3}`,
  category: ["all", `shelf-${i % 4}`],
  tags: [`tag-${i % 5}`],
  price: 5 + i,
}));
const PACK = new Uint8Array(await readFile(new URL("../vectors/golden/shop.flaneur", import.meta.url)));
const OPTIONS = { shop: "malformed", consent: { learn: true, rank: true }, storage: "memory", seed: 1, now: () => NOW };

/** An own property, as `JSON.parse` makes it; a literal would set the prototype. */
const parsed = (json) => JSON.parse(json);
const list = (length, entry) => Array.from({ length }, (_, i) => entry(i));

let shop;
let expected;
const statusEvents = [];

before(async () => {
  shop = await open({ ...OPTIONS, catalog: ITEMS });
  shop.rules([{ type: "bury", where: { brand: "brand-2" }, by: 1 }]);
  for (const [at, item] of ["item-4", "item-8", "item-12"].entries()) {
    shop.observe({ type: "view_item", item, id: `view-${at}`, at: NOW - 60_000 * (3 - at) });
  }
  shop.observe({ type: "dismiss", item: "item-20", id: "dismissed", at: NOW - 1000 });
  shop.on("status", (event) => statusEvents.push(event));
  expected = served();
});
after(() => shop.close());

function served() {
  const slate = shop.rank({ slot: "home", size: 12, seed: 3, context: { hour: 12 } });
  return { lines: linesOf(slate), events: shop.profile.inspect().events, items: shop.status.items };
}

/** What was loaded before still serves. */
function stillServes() {
  assert.deepEqual(served(), expected);
  assert.deepEqual(statusEvents, [], "the engine never had to restart");
  assert.equal(shop.status.engine, "scalar");
  assert.deepEqual(Object.keys(Object.prototype), [], "nothing leaked into every object");
}

function isFault(code, path) {
  return (error) => {
    assert.equal(error.name, "FlaneurError", error.stack);
    assert.equal(error.code, code, error.message);
    assert.equal(error.path, path);
    assert.ok(error.message.length < 300, "a message never repeats what it was given");
    return true;
  };
}

test("the slate that must not change is personal, so that losing anything would show", async () => {
  const blank = await open({ ...OPTIONS, catalog: ITEMS });
  const cold = linesOf(blank.rank({ slot: "home", size: 12, seed: 3, context: { hour: 12 } }));
  await blank.close();
  assert.notDeepEqual(expected.lines, cold);
  assert.equal(expected.events, 4);
});

const b = (fields) => ({ id: "b", ...fields });

describe("an item", () => {
  const faults = {
    "whose price is NaN": [b({ price: NaN }), "value_not_finite", "price"],
    "whose price is infinite": [b({ price: Infinity }), "value_not_finite", "price"],
    "whose price is infinitely negative": [b({ price: -Infinity }), "value_not_finite", "price"],
    "whose price is negative": [b({ price: -0.01 }), "value_out_of_range", "price"],
    "whose price is 1e308": [b({ price: 1e308 }), "value_out_of_range", "price"],
    "whose price is text": [b({ price: "9.50" }), "value_type", "price"],
    "whose price is a BigInt": [b({ price: 10n }), "value_type", "price"],
    "without an id": [{ title: "nameless" }, "value_missing", "id"],
    "with an empty id": [{ id: "" }, "value_empty", "id"],
    "with a number as id": [{ id: 7 }, "value_type", "id"],
    "with a symbol as id": [{ id: Symbol("b") }, "value_type", "id"],
    "with an id that stands twice": [{ id: "first" }, "value_duplicate", "id"],
    "with an id of 257 bytes": [{ id: "x".repeat(257) }, "value_too_long", "id"],
    "with an id of 257 bytes in 129 characters": [{ id: `x${"ü".repeat(128)}` }, "value_too_long", "id"],
    "with an id of 10 MB": [{ id: HUGE }, "value_too_long", "id"],
    "with half a character at the end of its id": [{ id: "a\ud83d" }, "value_malformed", "id"],
    "with half a character at the start of its id": [{ id: "\ude00a" }, "value_malformed", "id"],
    "with a right-to-left override in its id": [{ id: "a\u202eb" }, "value_malformed", "id"],
    "with a direction isolate in its id": [{ id: "a\u2066b\u2069" }, "value_malformed", "id"],
    "with a NUL in its id": [{ id: "a\0b" }, "value_malformed", "id"],
    "with a line break in its id": [{ id: "a\nb" }, "value_malformed", "id"],
    "with a bell in its id": [{ id: "a\u0007" }, "value_malformed", "id"],
    "with a C1 control in its id": [{ id: "a\u0085" }, "value_malformed", "id"],
    "with a NUL in its title": [b({ title: "a\0b" }), "value_malformed", "title"],
    "with a title of 10 MB": [b({ title: HUGE }), "value_too_long", "title"],
    "with a number as title": [b({ title: 7 }), "value_type", "title"],
    "with a list as brand": [b({ brand: ["Acme"] }), "value_type", "brand"],
    "with a brand of 10 MB": [b({ brand: HUGE }), "value_too_long", "brand"],
    "of an unknown kind": [b({ kind: "gadget" }), "value_unknown", "kind"],
    "of the kind __proto__": [b({ kind: "__proto__" }), "value_unknown", "kind"],
    "with a number as kind": [b({ kind: 1 }), "value_type", "kind"],
    "with a number as category": [b({ category: 3 }), "value_type", "category"],
    "with a number among its categories": [b({ category: ["all", 1] }), "value_type", "category[1]"],
    "with a category of 10 MB": [b({ category: ["all", HUGE] }), "value_too_long", "category[1]"],
    "with a number as tags": [b({ tags: 5 }), "value_type", "tags"],
    "with a null among its tags": [b({ tags: ["new", null] }), "value_type", "tags[1]"],
    "with 65 tags": [b({ tags: list(65, (i) => `t${i}`) }), "value_too_many", "tags"],
    "with text as availability": [b({ available: "yes" }), "value_type", "available"],
    "with a number as group": [b({ group: 3 }), "value_type", "group"],
    "added soon": [b({ added: "soon" }), "value_type", "added"],
    "added at NaN": [b({ added: NaN }), "value_out_of_range", "added"],
    "added in 3 billion years": [b({ added: 1e20 }), "value_out_of_range", "added"],
    "with an object as time of adding": [b({ added: {} }), "value_type", "added"],
    "with text as attributes": [b({ attributes: "red" }), "value_type", "attributes"],
    "with an object as attribute": [b({ attributes: { colour: {} } }), "value_type", "attributes.colour"],
    "with NaN as attribute": [b({ attributes: { size: NaN } }), "value_type", "attributes.size"],
    "with an attribute __proto__": [
      parsed('{"id":"b","attributes":{"__proto__":"x"}}'),
      "value_malformed",
      "attributes.__proto__",
    ],
    "with an attribute constructor": [b({ attributes: { constructor: "x" } }), "value_malformed", "attributes.constructor"],
    "with an attribute prototype": [b({ attributes: { prototype: "x" } }), "value_malformed", "attributes.prototype"],
    "with an attribute whose name has a colon": [b({ attributes: { "a:b": "x" } }), "value_malformed", "attributes.a:b"],
    "with 65 attributes": [
      b({ attributes: Object.fromEntries(list(65, (i) => [`k${i}`, "v"])) }),
      "value_too_many",
      "attributes",
    ],
    "with text as embedding": [b({ embedding: "close" }), "value_type", "embedding"],
    "with NaN in its embedding": [b({ embedding: [1, 2, NaN] }), "value_not_finite", "embedding[2]"],
    "with NaN in its Float32Array": [b({ embedding: new Float32Array([1, NaN]) }), "value_not_finite", "embedding[1]"],
    "with a number no 32 bits hold in its embedding": [b({ embedding: [1e300] }), "value_not_finite", "embedding[0]"],
    "with an empty embedding": [b({ embedding: [] }), "value_out_of_range", "embedding"],
    "with an embedding of 1,025 numbers": [b({ embedding: list(1025, () => 1) }), "value_out_of_range", "embedding"],
    "that contains itself": [
      (() => {
        const item = b({ attributes: {} });
        item.attributes.self = item;
        return item;
      })(),
      "value_type",
      "attributes.self",
    ],
    "that is null": [null, "value_type", ""],
    "that is undefined": [undefined, "value_type", ""],
    "that is text": ["b", "value_type", ""],
    "that is a number": [3, "value_type", ""],
    "that is a function": [() => ({ id: "b" }), "value_type", ""],
    "that is a list": [[], "value_type", ""],
    "whose fields cannot be listed": [
      new Proxy({}, {
        ownKeys() {
          throw new Error("a proxy of the page");
        },
      }),
      "value_malformed",
      "",
    ],
    "whose getter throws": [
      {
        id: "b",
        get price() {
          throw new Error("a getter of the page");
        },
      },
      "value_malformed",
      "price",
    ],
    "that is a Map": [new Map([["id", "b"]]), "value_missing", "id"],
  };
  for (const [what, [item, code, field]] of Object.entries(faults)) {
    const path = field === "" ? "catalog[1]" : `catalog[1].${field}`;
    test(`${what} is refused by update and by open`, async () => {
      const catalog = [{ id: "first" }, item];
      await assert.rejects(shop.update(catalog), isFault(code, path));
      await assert.rejects(open({ ...OPTIONS, catalog }), isFault(code, path));
      stillServes();
    });
  }

  test("with another embedding length than the first is refused", async () => {
    const catalog = [{ id: "a", embedding: [1, 2] }, b({ embedding: [1, 2, 3] })];
    await assert.rejects(shop.update(catalog), isFault("value_conflict", "catalog[1].embedding"));
    stillServes();
  });

  test("without the embedding that the others have is refused", async () => {
    const catalog = [{ id: "a", embedding: [1, 2] }, { id: "b" }];
    await assert.rejects(shop.update(catalog), isFault("value_conflict", "catalog[1].embedding"));
    stillServes();
  });

  test("that is a hole in the array is refused", async () => {
    const catalog = [{ id: "a" }, { id: "c" }, { id: "d" }];
    delete catalog[1];
    await assert.rejects(shop.update(catalog), isFault("value_type", "catalog[1]"));
    stillServes();
  });
});

describe("what is unusual but right", () => {
  test("is accepted: embeddings as lists and as Float32Arrays", async () => {
    const own = await open({
      ...OPTIONS,
      catalog: [
        { id: "a", embedding: [1, 0] },
        { id: "b", embedding: new Float32Array([1, 0]) },
        { id: "c", embedding: new Float32Array([0, 1]) },
      ],
    });
    own.observe({ type: "view_item", item: "a", id: "look" });
    const [first] = own.rank({ slot: "home", size: 2, seed: 1, surprise: 0 }).items;
    assert.equal(first.id, "b", "the nearest by the shop's own vectors");
    await own.close();
  });

  test("is accepted: right-to-left titles and ids, emoji, names of JavaScript's own", async () => {
    const odd = ["שלום", "مصباح", "灯", "👩‍👩‍👧", "__proto__", "constructor", "toString", "x".repeat(256)];
    const items = odd.map((id) => ({ id, title: `\u202e${id} עולם \u202c`, brand: id, tags: ["__proto__"] }));
    const own = await open({ ...OPTIONS, catalog: [...items, parsed('{"id":"last","__proto__":{"price":-1}}')] });
    assert.equal(own.status.engine, "scalar");
    const shown = own.rank({ slot: "home", size: 20, seed: 1 }).items.map(({ id }) => id);
    assert.deepEqual(shown.toSorted(), [...odd, "last"].toSorted());
    for (const [at, item] of odd.entries()) own.observe({ type: "view_item", item, id: `__proto__${at}` });
    own.observe({ type: "view_item", item: "last", id: "__proto__" });
    assert.equal(own.profile.inspect().events, odd.length + 1);
    own.profile.forget({ event: "__proto__" });
    own.profile.forget({ item: "__proto__" });
    assert.equal(own.profile.inspect().events, odd.length - 1);
    await own.close();
    assert.deepEqual(Object.keys(Object.prototype), []);
  });
});

describe("a catalog", () => {
  const things = {
    "an object": {},
    "a number": 3,
    "a function": () => [],
    "true": true,
    "a Map": new Map(),
    "a Date": new Date(NOW),
    "something with a length": { length: 1, 0: { id: "a" } },
    "another typed array": new Int16Array(8),
  };
  for (const [what, catalog] of Object.entries(things)) {
    test(`that is ${what} is refused`, async () => {
      await assert.rejects(shop.update(catalog), isFault("value_type", "catalog"));
      await assert.rejects(open({ ...OPTIONS, catalog }), isFault("option_type", "catalog"));
      stillServes();
    });
  }
  for (const catalog of [null, undefined]) {
    test(`that is ${catalog} is refused`, async () => {
      await assert.rejects(shop.update(catalog), isFault("value_type", "catalog"));
      await assert.rejects(open({ ...OPTIONS, catalog }), isFault("option_missing", "catalog"));
      stillServes();
    });
  }

  const answers = {
    "other text": ["Welcome to this network", "pack_not_a_pack", "catalog"],
    "a JSON object": ['{"items":[]}', "catalog_json", "catalog"],
    "torn JSON": ['[{"id":"a"},{"id', "catalog_json", "catalog"],
    "items with an id twice": ['[{"id":"a"},{"id":"a"}]', "value_duplicate", "catalog[1].id"],
    "items with an attribute __proto__": [
      '[{"id":"a","attributes":{"__proto__":"x"}}]',
      "value_malformed",
      "catalog[0].attributes.__proto__",
    ],
  };
  for (const [what, [text, code, path]] of Object.entries(answers)) {
    test(`that is a response with ${what} is refused`, async () => {
      await assert.rejects(shop.update(new Response(text)), isFault(code, path));
      await assert.rejects(open({ ...OPTIONS, catalog: new Response(text) }), isFault(code, path));
      stillServes();
    });
  }

  test("that is not there is refused by update; open serves nothing and says why", async () => {
    const gone = () => new Response("gone", { status: 404 });
    const another = () => new Response("<!doctype html><title>Welcome to this network</title>");
    for (const wrong of [gone, another]) {
      await assert.rejects(shop.update(wrong()), isFault("catalog_unavailable", "catalog"));
      const own = await open({ ...OPTIONS, catalog: wrong() });
      assert.deepEqual([own.status.engine, own.status.reason], ["passthrough", "catalog_unavailable"]);
      assert.deepEqual(own.rank({ slot: "home", size: 3 }).items, []);
      await own.close();
      stillServes();
    }
  });
});

/** Where a pack's header, table and sections begin and end. */
function sectionsOf(pack) {
  const view = new DataView(pack.buffer, pack.byteOffset, pack.byteLength);
  return list(view.getUint16(10, true), (row) => {
    const at = 32 + 16 * row;
    const start = view.getUint32(at + 8, true);
    const tag = String.fromCharCode(...pack.subarray(at, at + 4));
    return { tag, start, end: start + view.getUint32(at + 12, true) };
  });
}

describe("a pack", () => {
  const refuses = async (bytes, check) => {
    await assert.rejects(shop.update(bytes), check);
    await assert.rejects(open({ ...OPTIONS, catalog: bytes }), check);
  };

  test("that is whole is accepted, so that the faults below are what is refused", async () => {
    const own = await open({ ...OPTIONS, catalog: PACK });
    assert.deepEqual([own.status.engine, own.status.items], ["scalar", 160]);
    await own.close();
  });

  test("that ends early is refused, wherever it ends", async () => {
    const sections = sectionsOf(PACK);
    assert.ok(sections.length >= 12, "the pack has its sections");
    const edges = new Set([8, 9, 16, 31, 32, 33, 48, 32 + 16 * sections.length]);
    for (const { start, end } of sections) for (const at of [start, start + 1, end - 1, end]) edges.add(at);
    edges.delete(PACK.length);
    for (const end of edges) await refuses(PACK.slice(0, end), (error) => {
      assert.equal(error.name, "FlaneurError", `${end}: ${error.stack}`);
      assert.equal(error.code, "pack_truncated", `${end} bytes`);
      assert.match(error.path, /^catalog\.(header|sections)$/, `${end} bytes`);
      return true;
    });
    stillServes();
  });

  test("that ends within its first bytes is not a pack", async () => {
    for (const end of [0, 1, 7]) await refuses(PACK.slice(0, end), isFault("pack_not_a_pack", "catalog"));
    await refuses(new ArrayBuffer(0), isFault("pack_not_a_pack", "catalog"));
    stillServes();
  });

  test("with bytes after its end is refused", async () => {
    await refuses(Uint8Array.from([...PACK, 0]), isFault("pack_corrupt", "catalog.header"));
    stillServes();
  });

  test("of another version is refused", async () => {
    for (const version of [0, 1, 65_535]) {
      const bytes = PACK.slice();
      new DataView(bytes.buffer).setUint16(8, version, true);
      await refuses(bytes, isFault("pack_version", "catalog"));
    }
    stillServes();
  });

  test("with any bit of any byte flipped is refused: 200 at random and each header bit", async () => {
    let state = 12_345;
    const random = (below) => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) % below;
    const flips = list(200, () => random(PACK.length * 8));
    const header = list(32 * 8, (bit) => bit);
    const tags = new Set(sectionsOf(PACK).map(({ tag }) => tag.trim()));
    const codes = new Set();
    for (const bit of [...flips, ...header]) {
      const bytes = PACK.slice();
      bytes[bit >> 3] ^= 1 << (bit & 7);
      await assert.rejects(shop.update(bytes), (error) => {
        assert.equal(error.name, "FlaneurError", `bit ${bit}: ${error.stack}`);
        assert.match(error.code, /^pack_(not_a_pack|version|truncated|corrupt)$/, `bit ${bit}`);
        const [root, place, ...rest] = error.path.split(".");
        assert.deepEqual([root, rest], ["catalog", []], `bit ${bit}: ${error.path}`);
        assert.ok(place === undefined || ["header", "sections"].includes(place) || tags.has(place), `bit ${bit}: ${error.path}`);
        codes.add(error.code);
        return true;
      });
    }
    assert.ok(codes.size >= 3, `different faults have different codes: ${[...codes]}`);
    stillServes();
  });

  test("of noise, or of HTML, is refused", async () => {
    await refuses(Uint8Array.from(list(5000, (i) => (i * 37) % 251)), isFault("pack_not_a_pack", "catalog"));
    await refuses(new TextEncoder().encode("<!doctype html><p>Sign in"), isFault("pack_not_a_pack", "catalog"));
    stillServes();
  });
});

describe("rules", () => {
  const where = { brand: "brand-0" };
  const faults = {
    "an object": [{}, "value_type", "rules"],
    "null": [null, "value_type", "rules"],
    "text": ["exclude everything", "value_type", "rules"],
    "a rule that is null": [[null], "value_type", "rules[0]"],
    "a rule that is text": [["exclude"], "value_type", "rules[0]"],
    "a rule without type": [[{ where }], "value_missing", "rules[0].type"],
    "a rule of an unknown type": [[{ type: "exclude", where }, { type: "explode" }], "value_unknown", "rules[1].type"],
    "a rule of the type __proto__": [[{ type: "__proto__" }], "value_unknown", "rules[0].type"],
    "a rule of the type 3": [[{ type: 3 }], "value_type", "rules[0].type"],
    "a where of 10 MB": [[{ type: "exclude", where: { brand: HUGE } }], "value_too_long", "rules[0].where.brand"],
    "an empty where": [[{ type: "exclude", where: {} }], "value_empty", "rules[0].where"],
    "a where of __proto__ alone": [
      parsed('[{"type":"exclude","where":{"__proto__":{"brand":"x"}}}]'),
      "value_unknown",
      "rules[0].where.__proto__",
    ],
    "an unknown condition beside a known one": [
      [{ type: "exclude", where: { brand: "brand-0", color: "red" } }],
      "value_unknown",
      "rules[0].where.color",
    ],
    "no where": [[{ type: "bury", by: 1 }], "value_missing", "rules[0].where"],
    "text as where": [[{ type: "exclude", where: "all" }], "value_type", "rules[0].where"],
    "an unknown kind in where": [[{ type: "exclude", where: { kind: "gadget" } }], "value_unknown", "rules[0].where.kind"],
    "an attribute without colon": [[{ type: "exclude", where: { attribute: "red" } }], "value_malformed", "rules[0].where.attribute"],
    "NaN as price limit": [[{ type: "exclude", where: { priceBelow: NaN } }], "value_not_finite", "rules[0].where.priceBelow"],
    "text as price limit": [[{ type: "exclude", where: { priceAbove: "9" } }], "value_type", "rules[0].where.priceAbove"],
    "a number among ids": [[{ type: "exclude", where: { ids: ["item-1", 3] } }], "value_type", "rules[0].where.ids[1]"],
    "a boost of NaN": [[{ type: "boost", where, by: NaN }], "value_not_finite", "rules[0].by"],
    "a boost of infinity": [[{ type: "boost", where, by: Infinity }], "value_not_finite", "rules[0].by"],
    "a boost of 0": [[{ type: "boost", where, by: 0 }], "value_out_of_range", "rules[0].by"],
    "a bury of less than 0": [[{ type: "bury", where, by: -1 }], "value_out_of_range", "rules[0].by"],
    "a boost of 1e308": [[{ type: "boost", where, by: 1e308 }], "value_out_of_range", "rules[0].by"],
    "a boost of text": [[{ type: "boost", where, by: "2" }], "value_type", "rules[0].by"],
    "a boost of nothing": [[{ type: "boost", where }], "value_missing", "rules[0].by"],
    "a pin between two places": [[{ type: "pin", item: "item-1", position: 1.5 }], "value_out_of_range", "rules[0].position"],
    "a pin before the first place": [[{ type: "pin", item: "item-1", position: -1 }], "value_out_of_range", "rules[0].position"],
    "a pin at NaN": [[{ type: "pin", item: "item-1", position: NaN }], "value_not_finite", "rules[0].position"],
    "a pin of nothing": [[{ type: "pin", position: 0 }], "value_missing", "rules[0].item"],
    "a pin nowhere": [[{ type: "pin", item: "item-1" }], "value_missing", "rules[0].position"],
    "an unknown per": [[{ type: "cap", per: "colour", max: 1 }], "value_unknown", "rules[0].per"],
    "a cap per nothing": [[{ type: "cap", max: 1 }], "value_missing", "rules[0].per"],
    "a cap of 0": [[{ type: "cap", per: "brand", max: 0 }], "value_out_of_range", "rules[0].max"],
    "a cap of a half": [[{ type: "cap", per: "brand", max: 0.5 }], "value_out_of_range", "rules[0].max"],
    "a number as slots": [[{ type: "exclude", where, slots: 3 }], "value_type", "rules[0].slots"],
    "a number among slots": [[{ type: "exclude", where, slots: ["home", 3] }], "value_type", "rules[0].slots[1]"],
    "10,001 rules": [list(10_001, () => ({ type: "exclude", where })), "value_too_many", "rules"],
  };
  for (const [what, [rules, code, path]] of Object.entries(faults)) {
    test(`with ${what} are refused, and those in force stay`, async () => {
      assert.throws(() => shop.rules(rules), isFault(code, path));
      if (Array.isArray(rules)) await assert.rejects(open({ ...OPTIONS, catalog: ITEMS, rules }), isFault(code, path));
      stillServes();
    });
  }
});

describe("a list of rules", () => {
  const where = { brand: "brand-1" };
  const itself = { brand: "brand-1" };
  itself.not = itself;
  const deep = list(9, (i) => i).reduce((inner) => ({ not: inner }), where);
  const cap = (fields) => ({ type: "cap", per: "kind", max: 2, ...fields });
  const faults = {
    "with an attribute that no item has": [[{ type: "exclude", where: { attribute: "colour:red" } }], "value_unknown", "rules[0].where.attribute"],
    "with a field that no rule has": [[cap({ prioriy: 1 })], "value_unknown", "rules[0].prioriy"],
    "with a condition that holds itself": [[{ type: "exclude", where: itself }], "value_too_many", undefined],
    "with conditions 9 deep": [[{ type: "exclude", where: deep }], "value_too_many", `rules[0].where${".not".repeat(8)}`],
    "with a priority of NaN": [[cap({ priority: NaN })], "value_not_finite", "rules[0].priority"],
    "with a priority of 1001": [[cap({ priority: 1001 })], "value_out_of_range", "rules[0].priority"],
    "that stand over one another in a circle": [[cap({ id: "a", over: "b" }), cap({ id: "b", over: "a" })], "value_conflict", "rules[1].over[0]"],
    "over a rule that is not there": [[cap({ over: ["x"] })], "value_unknown", "rules[0].over[0]"],
    "of one id": [[cap({ id: "a" }), cap({ id: "a" })], "value_duplicate", "rules[1].id"],
    "with a window that never opens": [[cap({ when: { from: "2026-02-01", until: "2026-01-01" } })], "value_conflict", "rules[0].when.until"],
    "with a day that is none": [[cap({ when: { from: "someday" } })], "value_type", "rules[0].when.from"],
    "with a time zone in a local time": [[cap({ when: { from: "2026-02-01T10:00Z" } })], "value_type", "rules[0].when.from"],
    "with an hour of 25": [[cap({ when: { hours: [9, 25] } })], "value_out_of_range", "rules[0].when.hours"],
    "with a quota of NaN": [[{ type: "quota", where, atLeast: NaN }], "value_not_finite", "rules[0].atLeast"],
    "with a share of 2": [[{ type: "quota", where, atMostShare: 2 }], "value_out_of_range", "rules[0].atMostShare"],
    "with quotas that leave no number": [
      [{ type: "quota", where, atMost: 1 }, { type: "quota", where, atLeast: 2 }],
      "value_conflict",
      "rules[1].atLeast",
    ],
  };
  for (const [what, [rules, code, path]] of Object.entries(faults)) {
    test(`${what} is refused`, () => {
      assert.throws(() => shop.rules(rules), path === undefined ? (e) => isFault(code, e.path)(e) : isFault(code, path));
      stillServes();
    });
  }
});

describe("a decide request", () => {
  const one = (fields) => ({ slot: "strip", candidates: [{ id: "item-1" }, { id: "own", ...fields }] });
  const faults = {
    "that is null": [null, "value_type", "request"],
    "without slot": [{}, "value_missing", "request.slot"],
    "with text as candidates": [{ slot: "s", candidates: "all" }, "value_type", "request.candidates"],
    "with a candidate of null": [{ slot: "s", candidates: [null] }, "value_type", "request.candidates[0]"],
    "with 1,001 candidates": [{ slot: "s", candidates: list(1001, (i) => `c-${i}`) }, "value_too_many", "request.candidates"],
    "with a candidate without id": [{ slot: "s", candidates: [{}] }, "value_missing", "request.candidates[0].id"],
    "with an unknown kind": [one({ kind: "gadget" }), "value_unknown", "request.candidates[1].kind"],
    "with a value of NaN": [one({ value: NaN }), "value_not_finite", "request.candidates[1].value"],
    "with a cost below 0": [one({ cost: -1 }), "value_out_of_range", "request.candidates[1].cost"],
    "with a cap of half a view": [one({ caps: { day: 0.5 } }), "value_out_of_range", "request.candidates[1].caps.day"],
    "with a cap by the year": [one({ caps: { year: 1 } }), "value_unknown", "request.candidates[1].caps.year"],
    "with a budget below 0": [{ slot: "s", pressure: { budget: -1 } }, "value_out_of_range", "request.pressure.budget"],
    "with one quiet hour": [{ slot: "s", pressure: { quiet: [8] } }, "value_type", "request.pressure.quiet"],
    "that only explores": [{ slot: "s", explore: 1 }, "value_out_of_range", "request.explore"],
    "with weather of 1,000 letters": [{ slot: "s", context: { weather: "x".repeat(1000) } }, "value_malformed", "request.context.weather"],
    "at half past nine": [{ slot: "s", context: { hour: 9.5 } }, "value_out_of_range", "request.context.hour"],
  };
  for (const [what, [request, code, path]] of Object.entries(faults)) {
    test(`${what} is refused`, () => {
      assert.throws(() => shop.decide(request), isFault(code, path));
      stillServes();
    });
  }
});

describe("an event", () => {
  const view = (fields) => ({ type: "view_item", item: "item-1", ...fields });
  const line = (fields) => ({ type: "purchase", items: ["item-2", { item: "item-1", ...fields }] });
  const faults = {
    "that is null": [null, "value_type", ""],
    "that is text": ["view_item", "value_type", ""],
    "that is an empty list": [[], "value_missing", "type"],
    "without type": [{ item: "item-1" }, "value_missing", "type"],
    "of an unknown type": [{ type: "explode", item: "item-1" }, "value_unknown", "type"],
    "of the type __proto__": [{ type: "__proto__", item: "item-1" }, "value_unknown", "type"],
    "of the type constructor": [{ type: "constructor", item: "item-1" }, "value_unknown", "type"],
    "of the type 3": [{ type: 3, item: "item-1" }, "value_unknown", "type"],
    "without item": [{ type: "view_item" }, "value_missing", "item"],
    "with an empty list of items": [{ type: "purchase", items: [] }, "value_missing", "item"],
    "with an empty item": [view({ item: "" }), "value_empty", "item"],
    "with a number as item": [view({ item: 3 }), "value_type", "item"],
    "with an item of 10 MB": [view({ item: HUGE }), "value_too_long", "item"],
    "with half a character in its item": [view({ item: "a\ud800" }), "value_malformed", "item"],
    "with a direction override in its item": [view({ item: "a\u202e" }), "value_malformed", "item"],
    "with a NUL in its item": [view({ item: "a\0" }), "value_malformed", "item"],
    "with text as items": [{ type: "purchase", items: "item-1" }, "value_type", "items"],
    "with null among its items": [{ type: "purchase", items: ["item-1", null] }, "value_type", "items[1]"],
    "with a line without item": [{ type: "purchase", items: [{ quantity: 1 }] }, "value_type", "items[0].item"],
    "with a NUL in a line's item": [line({ item: "a\0" }), "value_malformed", "items[1].item"],
    "with a negative quantity": [line({ quantity: -1 }), "value_out_of_range", "items[1].quantity"],
    "with a quantity of 1e308": [line({ quantity: 1e308 }), "value_out_of_range", "items[1].quantity"],
    "with a price of 1e308": [line({ price: 1e308 }), "value_out_of_range", "items[1].price"],
    "with a quantity of 0": [line({ quantity: 0 }), "value_out_of_range", "items[1].quantity"],
    "with a quantity of NaN": [line({ quantity: NaN }), "value_not_finite", "items[1].quantity"],
    "with text as quantity": [line({ quantity: "2" }), "value_type", "items[1].quantity"],
    "with a negative price": [line({ price: -1 }), "value_out_of_range", "items[1].price"],
    "with a price of infinity": [line({ price: Infinity }), "value_not_finite", "items[1].price"],
    "with a number as brand": [line({ brand: 3 }), "value_type", "items[1].brand"],
    "at yesterday": [view({ at: "yesterday" }), "value_malformed", "at"],
    "at NaN": [view({ at: NaN }), "value_malformed", "at"],
    "before 1970": [view({ at: -1 }), "value_malformed", "at"],
    "at a date that is none": [view({ at: new Date(NaN) }), "value_malformed", "at"],
    "at an object": [view({ at: {} }), "value_malformed", "at"],
    "at 1e20": [view({ at: 1e20 }), "value_out_of_range", "at"],
    "with an empty id": [view({ id: "" }), "value_empty", "id"],
    "with a number as id": [view({ id: 3 }), "value_type", "id"],
    "with an id of 129 characters": [view({ id: "x".repeat(129) }), "value_too_long", "id"],
    "with a line break in its id": [view({ id: "a\nb" }), "value_malformed", "id"],
    "that searches for nothing": [{ type: "search" }, "value_missing", "query"],
    "that searches for a number": [{ type: "search", query: 3 }, "value_type", "query"],
    "that mutes nothing": [{ type: "mute" }, "value_missing", "attribute"],
    "that mutes an attribute without colon": [{ type: "mute", attribute: "red" }, "value_malformed", "attribute"],
    "that mutes 10 MB": [{ type: "mute", attribute: `brand:${HUGE}` }, "value_too_long", "attribute"],
    "that dwells for less than nothing": [{ type: "dwell", item: "item-1", value: -1 }, "value_out_of_range", "value"],
    "that dwells for NaN": [{ type: "dwell", item: "item-1", value: NaN }, "value_not_finite", "value"],
    "that dwells for 1e308 seconds": [{ type: "dwell", item: "item-1", value: 1e308 }, "value_out_of_range", "value"],
    "that touches through nothing": [{ type: "touch" }, "value_missing", "channel"],
    "with a number as slot": [view({ slot: 3 }), "value_type", "slot"],
    "with a slate of 10 MB": [view({ slate: HUGE }), "value_too_long", "slate"],
  };
  for (const [what, [event, code, field]] of Object.entries(faults)) {
    test(`${what} is refused and learns nothing`, () => {
      assert.throws(() => shop.observe(event), isFault(code, field === "" ? "event" : `event.${field}`));
      stillServes();
    });
  }

  test("with 201 items keeps the first 200, as documented", async () => {
    const own = await open({ ...OPTIONS, catalog: list(201, (i) => ({ id: `i${i}` })) });
    own.observe({ type: "purchase", id: "large", items: list(201, (i) => `i${i}`) });
    assert.equal(own.profile.inspect().bought.length, 200);
    await own.close();
  });

  test("that searches for 10 MB is clipped, not refused, and its text is kept nowhere", async () => {
    const own = await open({ ...OPTIONS, catalog: ITEMS });
    own.observe({ type: "search", query: `kettle ${HUGE}`, id: "long" });
    const document = await (await own.profile.export()).text();
    assert.equal(JSON.parse(document).events.length, 1);
    assert.ok(!document.includes("kettle"));
    assert.ok(document.length < 2000);
    await own.close();
  });

  test("of another vocabulary never throws, whatever it holds", () => {
    for (const event of [
      { event: "view_item", ecommerce: { items: [{ item_id: HUGE }, null, { item_id: {} }] } },
      { event: "purchase", ecommerce: { items: "x", transaction_id: NaN } },
      { event: "__proto__", ecommerce: {} },
      { name: "product_viewed", data: { productVariant: 3 } },
      { event: "Product Viewed", properties: { product_id: "a\ud800" } },
      ["event", "view_item", { items: [{}] }],
      parsed('{"event":"view_item","ecommerce":{"items":[{"__proto__":{"item_id":"item-1"}}]}}'),
    ]) {
      shop.observe(event);
    }
    stillServes();
  });
});

describe("a rank request", () => {
  const r = (fields) => ({ slot: "home", size: 3, ...fields });
  const faults = {
    "that is null": [null, "value_type", ""],
    "that is text": ["home", "value_type", ""],
    "without slot": [{ size: 3 }, "value_missing", "slot"],
    "with an empty slot": [r({ slot: "" }), "value_empty", "slot"],
    "with a number as slot": [r({ slot: 3 }), "value_type", "slot"],
    "with a slot of 10 MB": [r({ slot: HUGE }), "value_too_long", "slot"],
    "without size": [{ slot: "home" }, "value_missing", "size"],
    "of size 0": [r({ size: 0 }), "value_out_of_range", "size"],
    "of size 1.5": [r({ size: 1.5 }), "value_out_of_range", "size"],
    "of size -1": [r({ size: -1 }), "value_out_of_range", "size"],
    "of size 1e9": [r({ size: 1e9 }), "value_out_of_range", "size"],
    "of size NaN": [r({ size: NaN }), "value_out_of_range", "size"],
    "of size text": [r({ size: "12" }), "value_type", "size"],
    "with a surprise of 2": [r({ surprise: 2 }), "value_out_of_range", "surprise"],
    "with a surprise of NaN": [r({ surprise: NaN }), "value_out_of_range", "surprise"],
    "with text as surprise": [r({ surprise: "much" }), "value_type", "surprise"],
    "with text as candidates": [r({ candidates: "item-1" }), "value_type", "candidates"],
    "with null among its candidates": [r({ candidates: ["item-1", null] }), "value_type", "candidates[1]"],
    "with a candidate of 10 MB": [r({ candidates: [HUGE] }), "value_too_long", "candidates[0]"],
    "with an object as exclude": [r({ exclude: {} }), "value_type", "exclude"],
    "with a number among what it excludes": [r({ exclude: ["item-1", 3] }), "value_type", "exclude[1]"],
    "with an object as like": [r({ like: {} }), "value_type", "like"],
    "with a number among its likes": [r({ like: [3] }), "value_type", "like[0]"],
    "with a seed below 0": [r({ seed: -1 }), "value_out_of_range", "seed"],
    "with a seed between two numbers": [r({ seed: 1.5 }), "value_out_of_range", "seed"],
    "with a seed beyond 2^53": [r({ seed: 2 ** 53 }), "value_out_of_range", "seed"],
    "at 24 o'clock": [r({ context: { hour: 24 } }), "value_out_of_range", "context.hour"],
    "with text as hour": [r({ context: { hour: "9" } }), "value_type", "context.hour"],
    "with an unknown rule": [r({ rules: [{ type: "explode" }] }), "value_unknown", "rules[0].type"],
    "with an object as rules": [r({ rules: {} }), "value_type", "rules"],
  };
  for (const [what, [request, code, field]] of Object.entries(faults)) {
    test(`${what} is refused`, () => {
      assert.throws(() => shop.rank(request), isFault(code, field === "" ? "request" : `request.${field}`));
      stillServes();
    });
  }
});

describe("a document to import", () => {
  const documents = {
    "that is null": [null, "import_format", ""],
    "that is text": ["{}", "import_format", ""],
    "that is empty": [{}, "import_format", "flaneur"],
    "of another version": [{ flaneur: 2, events: [] }, "import_format", "flaneur"],
    "without events": [{ flaneur: 1 }, "import_format", "events"],
    "whose events are an object": [{ flaneur: 1, events: {} }, "import_format", "events"],
    "that is HTML": [new Blob(["<!doctype html>"]), "import_json", undefined],
    "that ends early": [new Blob(['{"flaneur":1,"events":[{"id":"a","ty']), "import_json", undefined],
    "that is an empty buffer": [new ArrayBuffer(0), "import_json", undefined],
    "of more than 16 MiB": [new Blob([new Uint8Array(16 * 1024 * 1024 + 1)]), "import_too_large", undefined],
    "of 100,001 events": [{ flaneur: 1, events: list(100_001, () => null) }, "import_too_large", undefined],
  };
  for (const [what, [document, code, path]] of Object.entries(documents)) {
    test(`${what} is refused`, async () => {
      await assert.rejects(shop.profile.import(document), isFault(code, path));
      stillServes();
    });
  }

  const event = (fields) => ({ id: "bad", type: "view_item", at: NOW - 1000, lines: [{ item: "item-3" }], ...fields });
  const events = {
    "that is null": [null, "value_type", ""],
    "that is text": ["view_item", "value_type", ""],
    "without id": [{ type: "view_item", at: NOW, lines: [{ item: "item-3" }] }, "value_missing", "id"],
    "without type": [{ id: "bad", at: NOW, lines: [{ item: "item-3" }] }, "value_missing", "type"],
    "of an unknown type": [event({ type: "explode" }), "value_unknown", "type"],
    "two days ahead": [event({ at: NOW + 2 * 86_400_000 }), "value_out_of_range", "at"],
    "at a text": [event({ at: "2026-11-22" }), "value_type", "at"],
    "at NaN": [event({ at: NaN }), "value_out_of_range", "at"],
    "without lines": [event({ lines: [] }), "value_missing", "lines"],
    "whose lines are an object": [event({ lines: {} }), "value_type", "lines"],
    "of 201 lines": [event({ lines: list(201, () => ({ item: "item-1" })) }), "value_too_many", "lines"],
    "with a number as a line's item": [event({ lines: [{ item: 3 }] }), "value_type", "lines[0].item"],
    "with a direction override in a line's item": [
      event({ lines: [{ item: "item-1" }, { item: "a\u202e" }] }),
      "value_malformed",
      "lines[1].item",
    ],
    "with a negative quantity": [event({ lines: [{ item: "item-1", quantity: -1 }] }), "value_out_of_range", "lines[0].quantity"],
    "with a price of NaN": [event({ lines: [{ item: "item-1", price: NaN }] }), "value_not_finite", "lines[0].price"],
    "with a digest that is no number": [event({ lines: [{ item: "item-1", digest: ["zz"] }] }), "value_malformed", "lines[0].digest"],
    "at 24 o'clock": [event({ hour: 24 }), "value_out_of_range", "hour"],
    "with an attribute without colon": [event({ attribute: "red" }), "value_malformed", "attribute"],
    "with an attribute of 10 MB": [event({ attribute: `brand:${HUGE}` }), "value_too_long", "attribute"],
    "with an id of 129 bytes": [event({ id: "x".repeat(129) }), "value_too_long", "id"],
    "with a NUL in its id": [event({ id: "a\0" }), "value_malformed", "id"],
    "with a shown place below 0": [
      event({ type: "impression", shown: [{ item: "a", position: -1, propensity: 1, score: 0, discovery: false }] }),
      "value_type",
      "shown[0].position",
    ],
  };
  for (const [what, [bad, code, field]] of Object.entries(events)) {
    test(`loses an event ${what}, says where, and keeps the others`, async () => {
      const own = await open({ ...OPTIONS, catalog: ITEMS });
      const good = (id) => ({ id, type: "view_item", at: NOW - 1000, lines: [{ item: "item-1" }] });
      const report = await own.profile.import({ flaneur: 1, events: [good("first"), bad, good("last")] });
      const path = field === "" ? "events[1]" : `events[1].${field}`;
      assert.deepEqual([report.added, report.known], [2, 0]);
      assert.deepEqual(report.refused.map(({ path, code }) => [path, code]), [[path, code]]);
      assert.equal(own.profile.inspect().events, 2);
      await own.close();
      stillServes();
    });
  }
});
