// What RULES.md says of refused rules is what the page's own code hears: each path of its table, with each code.

import assert from "node:assert/strict";
import { test } from "node:test";

import { open } from "flaneur";

import { read } from "./support/snippets.mjs";

const brand = { brand: "Kami" };
const boost = { type: "boost", where: brand, by: 1 };

/** A list of rules for each code and path of the table. */
const MADE = {
  "value_unknown rules[2].where.any[1].not.attribute": [boost, boost, { ...boost, where: { any: [brand, { not: { attribute: "colour:red" } }] } }],
  "value_unknown rules[0].prioriy": [{ ...boost, prioriy: 1 }],
  "value_type rules[0].when.until": [{ ...boost, when: { until: "2026-11-31" } }],
  "value_type rules[0].priority": [{ ...boost, priority: "high" }],
  "value_missing rules[0].where": [{ type: "boost", by: 1 }],
  "value_empty rules[0].where": [{ ...boost, where: {} }],
  "value_not_finite rules[0].by": [{ ...boost, by: NaN }],
  "value_out_of_range rules[0].by": [{ ...boost, by: 11 }],
  "value_conflict rules[2].over[0]": [{ ...boost, id: "a" }, { ...boost, id: "b", over: "c" }, { ...boost, id: "c", over: "b" }],
  "value_duplicate rules[1].id": [{ ...boost, id: "a" }, { ...boost, id: "a" }],
  "value_too_many rules[100]": Array.from({ length: 101 }, () => ({ type: "quota", where: brand, atMost: 1 })),
};

/** Each code and path that the table names together. */
function told(guide) {
  const [, table] = guide.match(/^## What is refused\n([^]*)/m);
  return [...table.matchAll(/^\| (`value_[^|]+) \| ([^|]+) \|/gm)].flatMap(([, codes, paths]) => {
    const names = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    return names(codes).flatMap((code) => names(paths).map((path) => `${code} ${path}`));
  });
}

test("every fault of a rule has the code and the path that docs/RULES.md gives it", async () => {
  assert.deepEqual(told(read("docs/RULES.md")).sort(), Object.keys(MADE).sort());
  const shop = await open({ shop: "refused", catalog: [{ id: "lamp-1", ...brand }], storage: "memory" });
  for (const [fault, rules] of Object.entries(MADE)) {
    const [code, path] = fault.split(" ");
    assert.throws(() => shop.rules(rules), { name: "FlaneurError", code, path });
  }
  await shop.close();
});

test("a shop opens when the last item with an attribute that a rule names has left its catalog, and says so", async (t) => {
  const told = [];
  const before = globalThis.reportError;
  globalThis.reportError = (error) => told.push(`${error.code} ${error.path}`);
  t.after(() => (globalThis.reportError = before));
  const catalog = [{ id: "lamp-1", attributes: { sponsored: true } }, { id: "lamp-2" }];
  const rules = [{ type: "cap", per: "brand", max: 1 }, { type: "exclude", where: { attribute: "sponsored:true" } }];
  const shop = await open({ shop: "left", catalog: catalog.slice(1), rules, storage: "memory" });
  assert.deepEqual(told, ["value_unknown rules[1].where.attribute"]);
  const shown = () => shop.rank({ slot: "home", size: 2 }).items.map(({ id }) => id);
  assert.deepEqual(shown(), ["lamp-2"]);
  await shop.update(catalog);
  assert.deepEqual(shown(), ["lamp-2"]); // the rule holds as soon as an item has it
  await shop.close();
  await assert.rejects(open({ shop: "left", catalog, rules: [{ ...rules[1], by: "x" }], storage: "memory" }), { name: "FlaneurError" });
});
