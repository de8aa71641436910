// Every vocabulary becomes the one strict form of an event, and nothing hostile gets through.

import assert from "node:assert/strict";
import { test } from "node:test";
import { translate } from "../../pkg/dist/events.js";
import { engineRequest } from "../../pkg/dist/request.js";
import { coded } from "./support/shop.mjs";

const AT = Date.UTC(2026, 10, 22, 12);
const moment = { now: AT, newId: () => "made" };

/** What comes out, less the local hour and weekday, which depend on where the test runs. */
function read(input, knows) {
  const event = translate(input, knows ? { ...moment, knows } : moment);
  if (!event) return undefined;
  const { hour, weekday, ...rest } = event;
  assert.equal(typeof hour, "number");
  assert.equal(typeof weekday, "number");
  return rest;
}

const base = { id: "made", at: AT };

const OWN = [
  ["an item", { type: "view_item", item: "a" }, { type: "view_item", lines: [{ item: "a" }] }],
  [
    "several items",
    { type: "purchase", id: "o-1", at: "2026-01-02T03:04:05Z", items: ["a", { item: "b", quantity: 2, price: 9.5 }] },
    {
      type: "purchase",
      id: "o-1",
      at: Date.UTC(2026, 0, 2, 3, 4, 5),
      lines: [{ item: "a" }, { item: "b", quantity: 2, price: 9.5 }],
    },
  ],
  [
    "an unknown item's digest",
    { type: "view_item", items: [{ item: "x", brand: "Acme", category: ["Home", "Lamps"] }] },
    { type: "view_item", lines: [{ item: "x", brand: "Acme", category: "Home > Lamps" }] },
  ],
  ["a search", { type: "search", query: "  red lamp " }, { type: "search", query: "red lamp" }],
  ["a mute", { type: "mute", attribute: "brand:Acme" }, { type: "mute", attribute: "brand:Acme" }],
  ["a touch", { type: "touch", channel: "email" }, { type: "touch", channel: "email" }],
  ["a dwell", { type: "dwell", item: "a", value: 12.5 }, { type: "dwell", lines: [{ item: "a" }], value: 12.5 }],
  ["a date", { type: "begin_checkout", at: new Date(5) }, { type: "begin_checkout", at: 5 }],
  [
    "a place",
    { type: "select_item", item: "a", slot: "home", slate: "s1" },
    { type: "select_item", lines: [{ item: "a" }], slot: "home", slate: "s1" },
  ],
];

const GA4 = [
  [
    "a dataLayer object",
    {
      event: "view_item",
      ecommerce: {
        currency: "EUR",
        items: [
          { item_id: "a", item_name: "A", item_brand: "Acme", item_category: "Home", item_category2: "Lamps", price: "9.50", quantity: "2" },
        ],
      },
    },
    { type: "view_item", lines: [{ item: "a", brand: "Acme", category: "Home > Lamps", price: 9.5, quantity: 2 }] },
  ],
  [
    "a gtag call",
    ["event", "add_to_cart", { items: [{ item_id: 42 }] }],
    { type: "add_to_cart", lines: [{ item: "42" }] },
  ],
  [
    "a list on one of our slots",
    { event: "view_item_list", ecommerce: { item_list_id: "flaneur:home", items: [{ item_id: "a" }] } },
    { type: "view_item_list", lines: [{ item: "a" }], slot: "home" },
  ],
  [
    "what was taken from one of our slots, as stamp says it",
    { event: "select_item", ecommerce: { item_list_id: "results", items: [{ item_id: "a", item_list_id: "flaneur:home", index: 2 }] } },
    { type: "select_item", lines: [{ item: "a" }], slot: "home" },
  ],
  [
    "a basket of several lists: an event has one slot",
    { event: "add_to_cart", ecommerce: { items: ["flaneur:home", "flaneur:pdp"].map((item_list_id, i) => ({ item_id: `${i}`, item_list_id })) } },
    { type: "add_to_cart", lines: [{ item: "0" }, { item: "1" }] },
  ],
  [
    "a list of the shop's own on an item",
    { event: "select_item", ecommerce: { items: [{ item_id: "a", item_list_id: "related" }] } },
    { type: "select_item", lines: [{ item: "a" }] },
  ],
  [
    "an order, once",
    { event: "purchase", ecommerce: { transaction_id: "T-1", items: [{ item_id: "a" }] } },
    { type: "purchase", id: "purchase:T-1", lines: [{ item: "a" }] },
  ],
  ["a search", { event: "view_search_results", search_term: "lamp" }, { type: "search", query: "lamp" }],
  [
    "what can be read of a malformed one",
    {
      event: "purchase",
      ecommerce: {
        transaction_id: {},
        items: [null, 3, "a", {}, { item_id: "" }, { item_id: "x".repeat(300) }, { item_id: "b", price: NaN, quantity: -1, item_brand: {} }],
      },
    },
    { type: "purchase", lines: [{ item: "b" }] },
  ],
  ["the clearing of the data layer", { ecommerce: null }, undefined],
  ["a tag manager's start", { event: "gtm.js", "gtm.start": 1 }, undefined],
  ["a page view", ["event", "page_view", {}], undefined],
  ["a configuration", ["config", "G-1"], undefined],
  ["an event without items", { event: "view_item", ecommerce: {} }, undefined],
  ["an event whose items are no list", { event: "view_item", ecommerce: { items: "a" } }, undefined],
];

const SEGMENT = [
  [
    "a product",
    {
      type: "track",
      event: "Product Viewed",
      messageId: "m-1",
      timestamp: "2026-01-02T00:00:00Z",
      properties: { product_id: "a", sku: "A1", brand: "Acme", category: "Lamps", price: 9, quantity: 1, name: "A" },
    },
    {
      type: "view_item",
      id: "m-1",
      at: Date.UTC(2026, 0, 2),
      lines: [{ item: "a", brand: "Acme", category: "Lamps", price: 9, quantity: 1 }],
    },
  ],
  [
    "an order",
    { event: "Order Completed", properties: { order_id: 7, products: [{ product_id: "a" }, { sku: "B" }] } },
    { type: "purchase", id: "purchase:7", lines: [{ item: "a" }, { item: "B" }] },
  ],
  [
    "a list",
    { event: "product list viewed", properties: { list_id: "home", products: [{ product_id: "a" }] } },
    { type: "view_item_list", lines: [{ item: "a" }], slot: "home" },
  ],
  ["a search", { event: "Products Searched", properties: { query: "lamp" } }, { type: "search", query: "lamp" }],
  ["something else", { event: "Signed Up", properties: { product_id: "a" } }, undefined],
  ["no product", { event: "Product Viewed", properties: {} }, undefined],
];

const SHOPIFY = [
  [
    "a product",
    {
      id: "sh-1",
      name: "product_viewed",
      type: "standard",
      timestamp: "2026-01-02T00:00:00.000Z",
      data: {
        productVariant: {
          id: "111",
          sku: "A1",
          price: { amount: 9.5, currencyCode: "EUR" },
          product: { id: "11", vendor: "Acme", type: "Lamps", title: "A" },
        },
      },
    },
    { type: "view_item", id: "sh-1", at: Date.UTC(2026, 0, 2), lines: [{ item: "11", price: 9.5, brand: "Acme", category: "Lamps" }] },
  ],
  [
    "a cart line",
    { name: "product_added_to_cart", data: { cartLine: { quantity: 2, merchandise: { id: "111", product: { id: "11" } } } } },
    { type: "add_to_cart", lines: [{ item: "11", quantity: 2 }] },
  ],
  [
    "an order",
    {
      name: "checkout_completed",
      data: { checkout: { order: { id: "9" }, lineItems: [{ quantity: 1, variant: { id: "111", product: { id: "11" } } }] } },
    },
    { type: "purchase", id: "purchase:9", lines: [{ item: "11", quantity: 1 }] },
  ],
  [
    "a collection",
    { name: "collection_viewed", data: { collection: { id: "c1", productVariants: [{ id: "111", product: { id: "11" } }] } } },
    { type: "view_item_list", lines: [{ item: "11" }], slot: "c1" },
  ],
  [
    "a search",
    { name: "search_submitted", data: { searchResult: { query: "lamp", productVariants: [] } } },
    { type: "search", query: "lamp" },
  ],
  ["a page view", { name: "page_viewed", data: {} }, undefined],
  ["no data", { name: "product_viewed" }, undefined],
];

for (const [vocabulary, table] of Object.entries({ OWN, GA4, SEGMENT, SHOPIFY })) {
  for (const [what, input, expected] of table) {
    test(`${vocabulary}: ${what}`, () => assert.deepEqual(read(input), expected && { ...base, ...expected }));
  }
}

test("an arguments object is a gtag call", () => {
  const call = (function () {
    return arguments;
  })("event", "view_item", { items: [{ item_id: "a" }] });
  assert.deepEqual(read(call), { ...base, type: "view_item", lines: [{ item: "a" }] });
});

test("of several ids, the one that the catalog holds counts", () => {
  const event = {
    name: "product_viewed",
    data: { productVariant: { id: "gid://shopify/ProductVariant/111", sku: "A1", product: { id: "gid://shopify/Product/11" } } },
  };
  for (const known of ["11", "111", "A1"]) {
    assert.deepEqual(read(event, (id) => id === known).lines, [{ item: known }]);
  }
  assert.deepEqual(read(event, () => false).lines, [{ item: "gid://shopify/Product/11" }]);
});

// A Sunday at noon in Greenwich.
for (const [zone, hour, weekday, utcOffset] of [["Europe/Paris", 13, 0, 60], ["America/St_Johns", 8, 0, -210], ["Asia/Kathmandu", 17, 0, 345], ["Pacific/Kiritimati", 2, 1, 840]]) {
  test(`an event and a request come with the local hour and weekday: ${zone}`, (t) => {
    const { TZ } = process.env;
    t.after(() => (TZ === undefined ? delete process.env.TZ : (process.env.TZ = TZ)));
    process.env.TZ = zone;
    const event = translate({ type: "view_item", item: "a" }, moment);
    assert.deepEqual([event.hour, event.weekday], [hour, weekday]);
    assert.deepEqual(engineRequest({ slot: "home", size: 1 }, AT).context, { hour, weekday, utcOffset });
    assert.deepEqual(engineRequest({ slot: "home", size: 1, context: { hour: 9 } }, AT).context, { hour: 9, weekday, utcOffset });
    const unsaid = { hour: undefined, weather: undefined };
    assert.deepEqual(engineRequest({ slot: "home", size: 1, context: unsaid }, AT, { ...unsaid, weather: "rain", weekday: undefined }).context, { hour, weekday, utcOffset, weather: "rain" });
  });
}

const MISTAKES = [
  [undefined, "value_type", "event"],
  [null, "value_type", "event"],
  ["view_item", "value_type", "event"],
  [{}, "value_missing", "event.type"],
  [{ type: "veiw_item", item: "a" }, "value_unknown", "event.type"],
  [{ type: "__proto__", item: "a" }, "value_unknown", "event.type"],
  [{ type: "constructor", item: "a" }, "value_unknown", "event.type"],
  [{ type: "view_item" }, "value_missing", "event.item"],
  [{ type: "view_item", items: [] }, "value_missing", "event.item"],
  [{ type: "view_item", item: 42 }, "value_type", "event.item"],
  [{ type: "view_item", item: "" }, "value_empty", "event.item"],
  [{ type: "view_item", item: "x".repeat(10_000_000) }, "value_too_long", "event.item"],
  [{ type: "view_item", item: "\ud800" }, "value_malformed", "event.item"],
  [{ type: "view_item", items: "a" }, "value_type", "event.items"],
  [{ type: "view_item", items: [3] }, "value_type", "event.items[0]"],
  [{ type: "view_item", items: [{}] }, "value_type", "event.items[0].item"],
  [{ type: "purchase", items: ["a", { item: "b", price: NaN }] }, "value_not_finite", "event.items[1].price"],
  [{ type: "purchase", items: [{ item: "b", price: -1 }] }, "value_out_of_range", "event.items[0].price"],
  [{ type: "purchase", items: [{ item: "b", quantity: 0 }] }, "value_out_of_range", "event.items[0].quantity"],
  [{ type: "purchase", items: [{ item: "b", quantity: "2" }] }, "value_type", "event.items[0].quantity"],
  [{ type: "view_item", item: "a", id: 7 }, "value_type", "event.id"],
  [{ type: "view_item", item: "a", at: "yesterday" }, "value_malformed", "event.at"],
  [{ type: "view_item", item: "a", at: Infinity }, "value_malformed", "event.at"],
  [{ type: "mute" }, "value_missing", "event.attribute"],
  [{ type: "touch" }, "value_missing", "event.channel"],
  [{ type: "search" }, "value_missing", "event.query"],
  [{ type: "search", query: 3 }, "value_type", "event.query"],
  [{ type: "dwell", item: "a", value: Infinity }, "value_not_finite", "event.value"],
];

for (const [input, code, path] of MISTAKES) {
  const shown = String(JSON.stringify(input)).slice(0, 60);
  test(`a mistake in the page's own shape is told: ${shown}`, () => {
    assert.throws(() => translate(input, moment), coded(code, path));
  });
}

test("what a shopper types is never the page's mistake", () => {
  assert.equal(read({ type: "search", query: "   " }), undefined);
  assert.equal(read({ type: "search", query: "" }), undefined);
  assert.equal(read({ type: "search", query: "x".repeat(10_000_000) }).query.length, 256);
  assert.equal(read({ type: "search", query: "lamp\ud83d" }).query, "lamp");
  assert.equal(read({ event: "search", search_term: `${"x".repeat(255)}\u{1f4a1}` }).query.length, 255);
});

test("hostile objects neither throw nor leak into prototypes", () => {
  const throwing = { event: "view_item", get ecommerce() { throw new Error("no"); } };
  assert.equal(read(throwing), undefined);
  const polluting = JSON.parse('{"event":"view_item","ecommerce":{"items":[{"item_id":"a","__proto__":{"polluted":1}}]}}');
  assert.deepEqual(read(polluting).lines, [{ item: "a" }]);
  assert.equal({}.polluted, undefined);
  const many = { event: "view_item_list", ecommerce: { items: Array.from({ length: 1_000_000 }, (_, i) => ({ item_id: i })) } };
  assert.equal(read(many).lines.length, 200);
});

test("an event of ours stays one, whatever else the page writes on it", () => {
  for (const more of [{ name: "Rug" }, { event: "click" }, { name: "Rug", event: "click", ecommerce: null }]) {
    assert.deepEqual(read({ type: "view_item", item: "rug-1", ...more }).lines, [{ item: "rug-1" }], JSON.stringify(more));
  }
  assert.equal(read({ type: "track", event: "Product Viewed", properties: { product_id: "a" } }).type, "view_item");
  assert.equal(read({ type: "standard", name: "search_submitted", data: { searchResult: { query: "lamp" } } }).type, "search");
  assert.equal(read({ type: "purchase", event: "purchase", ecommerce: { items: [{ item_id: "a" }] } }).lines[0].item, "a");
});

test("what cannot be read is told where it is ours, and never throws anything else", () => {
  const thrower = (field, more) => Object.defineProperty({ ...more }, field, { enumerable: true, get: () => { throw new Error("no"); } });
  const gone = Proxy.revocable({}, {});
  gone.revoke();
  assert.equal(read(thrower("event", {})), undefined);
  assert.equal(read(gone.proxy), undefined);
  assert.throws(() => translate(thrower("item", { type: "view_item" }), moment), coded("value_malformed", "event"));
});
