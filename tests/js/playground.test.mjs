// What the playground reads: product feeds as shops have them, and dumps of a dataLayer, also strange ones.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { open } from "flaneur";

import { pageModules } from "./support/page.mjs";

const [{ COLUMNS, readFeed }, { hear, readDump }] = await pageModules("playground/feed.ts", "playground/hearing.ts");

const plain = (value) => JSON.parse(JSON.stringify(value));
const ids = (text) => readFeed(text).items.map(({ id }) => id);

test("a table keeps its last line when its last cell is empty, and every line whatever ends it", () => {
  assert.deepEqual(ids("id,title,brand\na,b,\nc,d,"), ["a", "c"]);
  assert.deepEqual(ids("id\ttitle\tbrand\na\tb\t\nc\t\t"), ["a", "c"]);
  for (const end of ["\n", "\r\n", "\r", "\r\r\n"]) assert.deepEqual(ids(["id,title", "a,b", "c,d", ""].join(end)), ["a", "c"], JSON.stringify(end));
  assert.deepEqual(plain(readFeed('\uFEFFid,title\na,"two\nlines, ""quoted"""\n').items), [{ id: "a", title: 'two\nlines, "quoted"' }]);
});

test("lines of JSON that are left out are named by their own numbers, in their order", () => {
  const { items, left, form } = readFeed('{"id":"1"}\nbroken\n\n{"title":"x"}\n{"id":"1"}\n{"id":"2"}');
  assert.deepEqual([items.map(({ id }) => id), form], [["1", "2"], "lines"]);
  assert.deepEqual(plain(left), [{ at: 2, because: "not_json" }, { at: 4, because: "no_id" }, { at: 5, because: "twice" }]);
});

test("an object where a word belongs leaves that field out, and nothing else", () => {
  const odd = { toString: 1, valueOf: 1 };
  const { items, form } = readFeed(JSON.stringify([{ id: "a", tags: [odd, "oak"], brand: odd, category: [odd] }, { id: "b" }]));
  assert.deepEqual(plain(items), [{ id: "a", tags: ["oak"] }, { id: "b" }]);
  assert.equal(form, "json");
});

test("what is out of stock is read as such in the words that flaneur pack knows", () => {
  const available = (value) => readFeed(JSON.stringify([{ id: "a", availability: value }])).items[0].available;
  for (const no of [false, 0, "0", "no", "n", "non", "false", "out of stock", "out_of_stock", "OutOfStock", "https://schema.org/OutOfStock", "http://schema.org/SoldOut", "unavailable", "discontinued", "archived"]) assert.equal(available(no), false, String(no));
  for (const yes of [true, 1, "12", "in stock", "https://schema.org/InStock", "preorder", "backorder", "now"]) assert.equal(available(yes), true, String(yes));
  assert.equal(available(null), undefined);
});

test("prices are read as flaneur pack reads them", () => {
  const price = (price) => readFeed(JSON.stringify([{ id: "a", price }])).items[0].price;
  const { read, no_number, no_currency } = JSON.parse(readFileSync(new URL("../vectors/prices.json", import.meta.url), "utf8"));
  for (const [text, value] of Object.entries({ ...read, ...no_currency })) assert.equal(price(text), value, text);
  for (const wrong of no_number) assert.equal(price(wrong), undefined, wrong);
});

test("a reduced price counts while its dates say so, and 0 reduces nothing", () => {
  const price = (sale_price, dates) => readFeed(JSON.stringify([{ id: "a", price: "20 EUR", sale_price, sale_price_effective_date: dates }])).items[0].price;
  assert.deepEqual([price("5 EUR"), price("0 EUR"), price("25 EUR"), price("")], [5, 20, 20, 20]);
  assert.equal(price("5 EUR", "2020-01-01T00:00+0100/2020-02-01T00:00+0100"), 20, "over");
  assert.equal(price("5 EUR", "2999-01-01T00:00Z/2999-02-01"), 20, "not yet");
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString().slice(0, 16).replace("T", " ");
  assert.equal(price("5 EUR", `/${hourAgo}`), 20, "an end with an hour is no whole day, as in flaneur pack");
  const today = new Date().toISOString().slice(0, 10);
  for (const on of ["2020-01-01T00:00+0100/2999-02-01T00:00", "2020-01-01/", "/2999-01-01", `${today}/${today}`, "/", ""]) assert.equal(price("5 EUR", on), 5, on);
});

/** What a shop of two items hears of a dump, as outcomes. */
async function outcomes(t, entries) {
  let now = Date.UTC(2026, 10, 1);
  const shop = await open({ shop: "playground", catalog: [{ id: "a" }, { id: "b" }, { id: "test", category: "Pregnancy tests" }], storage: "memory", now: () => now, consent: { learn: true, rank: true } });
  t.after(() => shop.close());
  return (await hear(shop, readDump(JSON.stringify(entries)), () => true, () => (now += 1000))).map(({ outcome }) => outcome);
}
const view = (item_id, fields = {}) => ({ event: "view_item", ecommerce: { items: [{ item_id, ...fields }] } });

test("a dump that is longer than the log counts to its end", async (t) => {
  const all = await outcomes(t, Array.from({ length: 4200 }, (_, n) => view("ab"[n % 2])));
  assert.deepEqual([all.length, new Set(all)], [4200, new Set(["counted"])]);
});

test("only what has an order number is said to be told before by it", async (t) => {
  const sensitive = view("test", { item_category: "Pregnancy tests" });
  const order = { event: "purchase", ecommerce: { transaction_id: "T-1", items: [{ item_id: "a" }] } };
  const segment = { event: "Order Completed", properties: { order_id: 7, products: [{ product_id: "b" }] } };
  assert.deepEqual(await outcomes(t, [sensitive, sensitive, order, order, segment, segment]), ["refused", "refused", "counted", "known", "counted", "known"]);
});

test("an object where a name or a number belongs stops nothing", async (t) => {
  const odd = { toString: 1, valueOf: 1 };
  const strange = [{ event: "purchase", ecommerce: { transaction_id: odd, items: [{ item_id: "a" }] } }, { 0: "event", 1: odd }, { 0: odd }, null, 1, "x", [], {}, { event: odd }, { event: "view_item", ecommerce: { items: [null, odd, "a"] } }];
  const all = await outcomes(t, [...strange, view("b")]);
  assert.equal(all.length, strange.length + 1);
  assert.equal(all.at(-1), "counted");
});

test("a long dump leaves the page its turns, says how far it is, and ends when it is told to", async (t) => {
  const shop = await open({ shop: "playground", catalog: [{ id: "a" }, { id: "b" }], storage: "memory", consent: { learn: true, rank: true } });
  t.after(() => shop.close());
  const entries = readDump(JSON.stringify(Array.from({ length: 5000 }, (_, n) => view("ab"[n % 2]))));
  let turns = 0;
  const clock = setInterval(() => turns++);
  t.after(() => clearInterval(clock));
  const steps = [];
  const all = await hear(shop, entries, () => true, () => undefined, { told: (done) => steps.push(done) });
  assert.equal(all.length, 5000);
  assert.ok(steps.length > 2 && turns > 2, `${steps.length} steps, ${turns} turns`);
  assert.deepEqual(steps, [...new Set(steps)].sort((a, b) => a - b));

  const end = new AbortController();
  const part = await hear(shop, entries, () => true, () => undefined, { told: () => end.abort(), signal: end.signal });
  assert.ok(part.length > 0 && part.length < 5000, `${part.length}`);
});

test("a column has every name that flaneur pack knows it by, in its order, and a French feed is read", () => {
  const table = readFileSync(new URL("../../cli/src/read/draft.rs", import.meta.url), "utf8");
  const here = { Id: "id", Title: "title", Brand: "brand", Category: "category", Tags: "tags", Price: "price", SalePrice: "sale", Currency: "currency", Available: "available", Added: "added", Group: "group", Kind: "kind" };
  const found = new Set();
  for (const [, field, list] of table.matchAll(/\(\s*Field::(\w+),\s*&\[([^\]]*)\]/g)) {
    if (!here[field]) continue;
    const names = [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
    assert.deepEqual(COLUMNS[here[field]].slice(0, names.length), names, field);
    found.add(field);
  }
  assert.deepEqual([...found].sort(), Object.keys(here).sort());
  const { items } = readFeed("Référence;Nom;Marque;Catégorie;Prix TTC;Prix-promo;Disponibilité\na;Lampe;Lumen;Maison > Lampes;19,99;15,50;Hors stock\n");
  assert.deepEqual(items, [{ id: "a", title: "Lampe", brand: "Lumen", category: ["Maison", "Lampes"], price: 15.5, available: false }]);
  assert.deepEqual(readFeed("ID,Name,In stock?\n1,Lamp,0\n").items, [{ id: "1", title: "Lamp", available: false }]);
});
