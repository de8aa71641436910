// What other people's data says is read, whatever state it is in; nothing of it throws.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { arrange, catalogOf, connect, shopifyItems } from "../../pkg/dist/connect.js";
import { open } from "../../pkg/dist/embedded.js";
import { freshShop } from "./support/shop.mjs";

/** A document with nothing but these JSON-LD blocks. */
const page = (...blocks) => ({ querySelectorAll: () => blocks.map((block) => ({ textContent: typeof block === "string" ? block : JSON.stringify(block) })) });

test("a product, a group with variants, a list and a graph are read from JSON-LD", () => {
  const product = {
    "@type": "Product", sku: "L-1", name: " Brass lamp ", brand: { "@type": "Brand", name: "Lumen" }, category: "Home > Lamps", color: "gold",
    image: ["https://shop.example/l1.jpg"], url: "/lamps/1", offers: [{ "@type": "Offer", price: "80.50", priceCurrency: "EUR", availability: "https://schema.org/OutOfStock" }],
  };
  const group = {
    "@type": "ProductGroup", productGroupID: "G", name: "Cup", brand: "Kami",
    hasVariant: [{ "@type": "Product", sku: "C-1", size: "S", offers: { price: 14 } }, { "@type": "Product", sku: "C-2", name: "Cup, large", offers: { "@type": "AggregateOffer", lowPrice: 18 } }],
  };
  const graph = { "@context": "https://schema.org", "@graph": [{ "@type": "WebSite" }, { "@type": "ItemList", itemListElement: [{ "@type": "ListItem", item: { "@type": ["Product", "Thing"], "@id": "https://shop.example/p/rug-7#product", name: "Rug" } }] }] };
  assert.deepEqual(catalogOf(page(product, group, graph, product)), [
    {
      id: "L-1", title: "Brass lamp", brand: "Lumen", category: ["Home", "Lamps"], price: 80.5, currency: "EUR", available: false,
      image: "https://shop.example/l1.jpg", url: "/lamps/1", attributes: { color: "gold" },
    },
    { id: "C-1", title: "Cup", brand: "Kami", price: 14, group: "G", attributes: { size: "S" } },
    { id: "C-2", title: "Cup, large", brand: "Kami", price: 18, group: "G" },
    { id: "rug-7", title: "Rug" },
  ]);
});

test("products that are named by an address alone are told apart, also where each page calls its own #product", () => {
  const idOf = (address) => catalogOf(page({ "@type": "Product", "@id": address }))[0]?.id;
  const named = { "https://a.example/p/rug-7/#product": "rug-7", "https://a.example/#rug-8": "rug-8", "#v1": "v1", "/lamps/1": "1", "https://a.example/p?id=42#product": "id=42", "urn:sku:9": "urn:sku:9", "https://a.example/": undefined };
  for (const [address, id] of Object.entries(named)) assert.equal(idOf(address), id, address);
});

test("a product has the id that a pack of the same JSON-LD gives it", async () => {
  // `flaneur pack` reads the same file: cli/tests/feeds.rs.
  const vectors = JSON.parse(await readFile(new URL("../vectors/jsonld/ids.json", import.meta.url), "utf8"));
  for (const { product, id } of vectors) {
    assert.equal(catalogOf(page({ "@type": "Product", ...product }))[0]?.id ?? null, id, JSON.stringify(product));
  }
});

test("of several offers the cheapest counts, as in the pack, and one that can be had is enough", async () => {
  const vectors = JSON.parse(await readFile(new URL("../vectors/jsonld/offers.json", import.meta.url), "utf8"));
  for (const { offers, price, currency } of vectors) {
    const [item] = catalogOf(page({ "@type": "Product", sku: "a", offers }));
    assert.deepEqual([item.price ?? null, item.currency ?? null], [price, currency], JSON.stringify(offers));
  }
  const offers = [
    { availability: "https://schema.org/OutOfStock" },
    { price: "12", priceSpecification: { priceCurrency: "EUR" }, availability: "https://schema.org/SoldOut" },
    { price: 9, availability: "https://schema.org/InStock" },
  ];
  const [item] = catalogOf(page({ "@type": "Product", sku: "a", offers }));
  assert.deepEqual(item, { id: "a", price: 9, currency: "EUR", available: true });
  assert.equal(catalogOf(page({ "@type": "Product", sku: "a", offers: offers.slice(0, 2) }))[0].available, false);
  offers[2].url = "/a";
  assert.equal(catalogOf(page({ "@type": "Product", sku: "a", offers }))[0].url, "/a", "the first that has one");
});

test("Shopify's three forms of a product give the same item", () => {
  const item = { id: "42", title: "Lamp", brand: "Lumen", category: "Lamps", tags: ["brass", "new"], price: 80.5, url: "/products/lamp" };
  const admin = { id: 42, title: "Lamp", vendor: "Lumen", product_type: "Lamps", tags: "brass, new", handle: "lamp", variants: [{ price: "80.50" }] };
  assert.deepEqual(shopifyItems({ products: [admin] }), [item]);
  assert.deepEqual(shopifyItems({ product: { ...admin, tags: ["brass", "new"] } }), [item]);
  const storefront = { id: 42, title: "Lamp", vendor: "Lumen", type: "Lamps", tags: ["brass", "new"], handle: "lamp", featured_image: "//cdn.example/l.jpg", variants: [{ price: 9000, available: true }, { price: 8050, available: false }] };
  assert.deepEqual(shopifyItems(storefront), [{ ...item, available: true, image: "//cdn.example/l.jpg" }]);
});

test("what is malformed is left out, and nothing throws", async () => {
  const deep = JSON.parse("[".repeat(40) + "]".repeat(40));
  const found = catalogOf(
    page("{ not json", "null", "42", deep, { "@type": "Product" }, { "@type": "Product", sku: "x".repeat(9999) }, { "@type": "Product", sku: "\u202eevil" },
      { "@type": "Product", sku: "ok", name: 7, brand: [], offers: { price: "free" }, image: "javascript:alert(1)", url: "data:text/html,x", category: {} },
      '{"@type":"Product","sku":"__proto__","__proto__":{"polluted":true}}'),
  );
  assert.deepEqual(found, [{ id: "ok", title: "7" }, { id: "__proto__" }]);
  assert.equal({}.polluted, undefined);
  for (const data of [null, undefined, 3, "text", [], [null, 1, {}], { products: "none" }, { id: 1, variants: "none", tags: 4, images: [null] }]) shopifyItems(data);
  assert.deepEqual(shopifyItems({ id: 1, variants: [{ price: "NaN" }, null], tags: { a: 1 } }), [{ id: "1", tags: [] }]);
  // What was read is a catalog that opens.
  const shop = await open({ shop: freshShop(), catalog: found, storage: "memory" });
  assert.equal(shop.status.items, 2);
  await shop.close();
});

test("Shopify's standard events are learnt, also beside a dataLayer that tells the same", async () => {
  const shop = await open({ shop: freshShop(), catalog: [{ id: "42" }, { id: "43" }], consent: { learn: true, rank: true }, storage: "memory" });
  let publish;
  const analytics = { subscribe: (name, listener) => (name === "all_standard_events" ? (publish = listener) : undefined) };
  const dataLayer = [];
  const end = connect(shop, { dataLayer, shopify: analytics });
  publish({ name: "product_viewed", id: "e1", data: { productVariant: { id: "gid://shopify/ProductVariant/9", product: { id: "gid://shopify/Product/42", vendor: "Lumen" } } } });
  dataLayer.push({ event: "view_item", ecommerce: { items: [{ item_id: "gid://shopify/Product/42" }] } });
  publish({ name: "page_viewed", id: "e2", data: {} });
  publish({ name: "checkout_completed", id: "e3", data: { checkout: { order: { id: "o1" }, lineItems: [{ quantity: 2, variant: { product: { id: "43" } } }] } } });
  publish({ name: "checkout_completed", id: "e4", data: { checkout: { order: { id: "o1" }, lineItems: [{ quantity: 2, variant: { product: { id: "43" } } }] } } });
  assert.deepEqual([shop.profile.inspect().events, shop.profile.inspect().bought], [2, ["43"]]);
  end();
  publish({ name: "product_viewed", id: "e5", data: { productVariant: { product: { id: "43" } } } });
  dataLayer.push({ event: "view_item", ecommerce: { items: [{ item_id: "43" }] } });
  assert.equal(shop.profile.inspect().events, 2);
  await shop.close();
});

test("a refund without items sends back the order that the log has, once, and nothing of another", async () => {
  const tell = [
    (order) => dataLayer.push({ event: "refund", ecommerce: { transaction_id: order } }),
    (order) => dataLayer.push(["event", "refund", { transaction_id: order, items: [] }]),
    (order) => tracker.track("Order Refunded", { order_id: order }),
  ];
  globalThis.tracker = { track() {} };
  const dataLayer = [];
  for (const refund of tell) {
    const shop = await open({ shop: freshShop(), catalog: [{ id: "a" }, { id: "b" }], consent: { learn: true, rank: true }, storage: "memory" });
    const end = connect(shop, { dataLayer, segment: "tracker" });
    dataLayer.push({ event: "purchase", ecommerce: { transaction_id: "T-1", items: [{ item_id: "a", quantity: 2 }, { item_id: "b" }] } });
    dataLayer.push({ event: "purchase", ecommerce: { transaction_id: "T-2", items: [{ item_id: "b" }] } });
    assert.deepEqual(shop.profile.inspect().bought.sort(), ["a", "b"]);
    refund("T-1");
    refund("T-1");
    refund("T-3");
    refund(undefined);
    assert.deepEqual(shop.profile.inspect().bought, ["b"]);
    const { events } = JSON.parse(await (await shop.profile.export()).text());
    const [order, sent] = ["purchase:T-1", "refund:T-1"].map((id) => events.find((event) => event.id === id).lines);
    assert.deepEqual(sent, order);
    assert.equal(events.length, 3);
    end();
    dataLayer.length = 0;
    await shop.close();
  }
  delete globalThis.tracker;
});

test("a queue's own calls keep their results, and a failure of ours never reaches them", () => {
  const reported = [];
  globalThis.reportError = (e) => reported.push(e.message);
  const layer = [];
  const end = connect({ observe: () => { throw new Error("ours"); } }, { dataLayer: layer });
  assert.equal(layer.push({ event: "view_item", ecommerce: { items: [{ item_id: "a" }] } }, null, 3, () => {}), 4);
  assert.deepEqual(reported, ["ours"]);
  end();
  assert.ok(!Object.hasOwn(layer, "push"));
  delete globalThis.reportError;
});

test("a tracker that cannot be listened to is the page's all the same", (t) => {
  const reported = [];
  globalThis.reportError = (e) => reported.push(e.message);
  t.after(() => delete globalThis.reportError);
  const end = connect({ observe: () => {} }, { dataLayer: false, segment: "sealed" });
  const tracker = Object.freeze({ track: () => 7 });
  globalThis.sealed = tracker;
  assert.equal(globalThis.sealed, tracker);
  assert.equal(reported.length, 1);
  end();
  delete globalThis.sealed;
});

test("a tracker that its page freezes is let go of, for the next one and at the end", (t) => {
  const reported = [];
  globalThis.reportError = (e) => reported.push(e.message);
  t.after(() => (delete globalThis.reportError, delete globalThis.frozen));
  const heard = [];
  globalThis.frozen = { track: () => 7 };
  const end = connect({ observe: ({ event }) => heard.push(event) }, { dataLayer: false, segment: "frozen" });
  Object.freeze(globalThis.frozen);
  const next = { track: () => 8 };
  globalThis.frozen = next;
  assert.equal(globalThis.frozen, next);
  assert.equal(next.track("Product Viewed", { product_id: "a" }), 8);
  Object.freeze(next);
  end();
  assert.equal(next.track("Product Viewed", { product_id: "b" }), 8);
  assert.deepEqual([heard, reported], [["Product Viewed"], []]);
});

const viewOf = (id) => ({ event: "view_item", ecommerce: { items: [{ item_id: id }] } });
const countOf = (shop) => shop.profile.inspect().events;
const openHere = () => open({ shop: freshShop(), catalog: [{ id: "a" }, { id: "b" }], consent: { learn: true, rank: true }, storage: "memory" });

test("one thing that three queues tell counts once, and as often as it happened", async () => {
  const shop = await openHere();
  const dataLayer = [];
  Object.assign(globalThis, { tracker: { track() {} }, hog: { capture() {} } });
  const end = connect(shop, { dataLayer, segment: "tracker", posthog: "hog" });
  const tell = () => {
    dataLayer.push(viewOf("a"));
    tracker.track("Product Viewed", { product_id: "a" });
    hog.capture("Product Viewed", { product_id: "a" });
  };
  tell();
  assert.equal(countOf(shop), 1);
  tell();
  assert.equal(countOf(shop), 2);
  end();
  delete globalThis.tracker;
  delete globalThis.hog;
  await shop.close();
});

test("a tracker's queue counts whether its snippet comes before or after, and what a page tells of one object twice is two", (t) => {
  t.after(() => delete globalThis.later);
  /** As the snippets of PostHog and Segment: the queue is there first, its methods come later. */
  const snippet = () => {
    const queue = (globalThis.later = globalThis.later ?? []);
    queue.track = (...args) => queue.push(["track", ...args]);
  };
  const product = { product_id: "a" };
  for (const isFirst of [true, false]) {
    const heard = [];
    const listen = () => connect({ observe: ({ event }) => heard.push(event) }, { dataLayer: false, segment: "later" });
    let end = isFirst ? listen() : undefined;
    snippet();
    later.track("Product Viewed", product);
    end ??= listen();
    later.track("Product Clicked", product);
    const waiting = [...later];
    globalThis.later = { track: () => 7 };
    for (const [, ...args] of waiting) later.track(...args);
    assert.equal(later.track("Product Added", product), 7);
    later.track("Product Added", product);
    assert.deepEqual(heard, ["Product Viewed", "Product Clicked", "Product Added", "Product Added"]);
    end();
    delete globalThis.later;
  }
});

test("one thing counts once where its sources name it by different ids, and two things with one id are two", async (t) => {
  const shop = await open({ shop: freshShop(), catalog: [{ id: "45360-32" }, { id: "45360-33" }], consent: { learn: true, rank: true }, storage: "memory" });
  const dataLayer = [];
  globalThis.tracker = { track() {} };
  t.after(() => delete globalThis.tracker);
  const end = connect(shop, { dataLayer, segment: "tracker" });
  // As Segment's specification and GA4's have it: the product and its variant there, the variant here.
  const segment = (sku) => tracker.track("Product Viewed", { product_id: "507f1f77", sku, variant: "blue", quantity: 1 });
  segment("45360-32");
  dataLayer.push(viewOf("45360-32"));
  dataLayer.push(viewOf("45360-33"));
  segment("45360-33");
  assert.equal(countOf(shop), 2);
  dataLayer.push({ event: "add_to_cart", ecommerce: { items: [{ item_id: "45360-32" }] } }, { event: "add_to_cart", ecommerce: { items: [{ item_id: "45360-33" }] } });
  assert.equal(countOf(shop), 4);
  end();
  await shop.close();
});

test("a queue that its page froze is read, and keeps nobody from going on", (t) => {
  const reported = [];
  globalThis.reportError = (e) => reported.push(e.name);
  t.after(() => delete globalThis.reportError);
  const heard = [];
  connect({ observe: ({ event }) => heard.push(event) }, { dataLayer: Object.freeze([viewOf("a")]) })();
  assert.deepEqual([heard, reported], [["view_item"], ["TypeError"]]);
});

test("what another queue tells more than a second later happened again", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2026, 10, 26, 12) });
  const shop = await openHere();
  const dataLayer = [];
  Object.assign(globalThis, { tracker: { track() {} }, hog: { capture() {} } });
  t.after(() => delete globalThis.tracker && delete globalThis.hog);
  connect(shop, { dataLayer, segment: "tracker", posthog: "hog" });
  dataLayer.push(viewOf("a"));
  t.mock.timers.tick(1000);
  tracker.track("Product Viewed", { product_id: "a" });
  assert.equal(countOf(shop), 1);
  t.mock.timers.tick(1);
  hog.capture("Product Viewed", { product_id: "a" });
  assert.equal(countOf(shop), 2);
  await shop.close();
});

test("items that are pushed apart from their event count for the next one, and once; a reset drops them", async () => {
  const shop = await openHere();
  const dataLayer = [];
  connect(shop, { dataLayer });
  const told = async () => JSON.parse(await (await shop.profile.export()).text()).events.map(({ type, lines }) => `${type} ${lines.map(({ item }) => item)}`).sort();
  dataLayer.push({ ecommerce: { items: [{ item_id: "a" }] } }, { event: "gtm.click" }, { event: "view_item" }, { event: "add_to_cart" });
  assert.deepEqual(await told(), ["view_item a"]);
  dataLayer.push({ ecommerce: { items: [{ item_id: "b" }] } }, { ecommerce: null }, { event: "view_item" });
  assert.deepEqual(await told(), ["view_item a"]);
  dataLayer.push({ ecommerce: { items: [{ item_id: "a" }] } }, viewOf("b"), { event: "add_to_cart" });
  assert.deepEqual(await told(), ["view_item a", "view_item b"], "an event with items of its own has no use for those");
  await shop.close();
});

test("who connects again does not hear what was heard, and the first to end leaves the others listening", async () => {
  const shop = await openHere();
  const dataLayer = [viewOf("a"), { ecommerce: { items: [{ item_id: "b" }] } }, { event: "view_item" }];
  globalThis.snippet = Object.assign([["track", "Product Added", { product_id: "b" }]], { track: (...args) => snippet.push(["track", ...args]) });
  const options = { dataLayer, segment: "snippet" };
  const first = connect(shop, options);
  snippet.track("Product Added", { product_id: "a" });
  assert.equal(countOf(shop), 4);
  const second = connect(shop, options);
  first();
  dataLayer.push(viewOf("b"));
  assert.equal(countOf(shop), 5);
  second();
  dataLayer.push({ event: "add_to_wishlist", ecommerce: { items: [{ item_id: "b" }] } });
  assert.equal(countOf(shop), 5);
  connect(shop, options)();
  assert.equal(countOf(shop), 6, "what came while nobody listened");
  delete globalThis.snippet;
  await shop.close();
});

test("a shop that is opened again on the page hears the queue again, and what stands there happened once", async () => {
  const name = freshShop();
  const again = viewOf("a"); // one object, pushed for each time that it happened
  const dataLayer = [viewOf("b"), { ecommerce: { items: [{ item_id: "b" }] } }, { event: "add_to_cart" }];
  const openAgain = () => open({ shop: name, catalog: [{ id: "a" }, { id: "b" }], storage: "memory", consent: { learn: true, rank: true } });
  const [first, second] = [await openAgain(), await openAgain()];
  const end = connect(first, { dataLayer });
  dataLayer.push(again);
  dataLayer.push(again);
  end();
  const count = countOf(first);
  assert.equal(count, 4);
  connect(second, { dataLayer })();
  assert.equal(countOf(second), 3, "a log of its own has what stands there");
  await second.profile.import(await first.profile.export());
  assert.equal(countOf(second), count, "and they are the same");
  await Promise.all([first.close(), second.close()]);
});

test("a shop that is opened again on the page does not learn from its queue what the shopper forgot, unless it was taken back", async () => {
  const name = freshShop();
  const purchase = { event: "purchase", ecommerce: { transaction_id: "T-1", items: [{ item_id: "b" }] } };
  const dataLayer = [viewOf("a"), viewOf("b"), viewOf("b"), purchase];
  const openAgain = (shop = name) => open({ shop, catalog: [{ id: "a" }, { id: "b" }], storage: "memory", consent: { learn: true, rank: true } });
  const first = await openAgain();
  connect(first, { dataLayer });
  first.profile.forget({ item: "a" });
  first.profile.forget({ item: "b" });
  assert.equal(countOf(first), 0);
  assert.equal(first.profile.undo(), true);
  assert.equal(countOf(first), 3, "what was forgotten last");
  await first.close();
  const second = await openAgain();
  connect(second, { dataLayer });
  assert.equal(countOf(second), 3);
  dataLayer.push(viewOf("a"));
  assert.equal(countOf(second), 4, "what happens since is learnt");
  await second.profile.erase();
  await second.close();
  const third = await openAgain();
  connect(third, { dataLayer });
  assert.equal(countOf(third), 0, "all of it was erased");
  dataLayer.push(viewOf("a"));
  assert.equal(countOf(third), 1);
  await third.close();
  const other = await openAgain(freshShop());
  connect(other, { dataLayer })();
  assert.equal(countOf(other), 6, "which is no other shop's");
  await other.close();
});

test("what a queue tells happens at the time of the clock that its shop was given", async () => {
  const times = [Date.UTC(2026, 0, 5), Date.UTC(2099, 0, 5)];
  for (const now of times) {
    const shop = await open({ shop: freshShop(), catalog: [{ id: "a" }], storage: "memory", consent: { learn: true, rank: true }, now: () => now });
    connect(shop, { dataLayer: [viewOf("a")] })();
    assert.equal(JSON.parse(await (await shop.profile.export()).text()).events[0].at, now);
    await shop.close();
  }
});

test("what two queues told is one event in a shop that is opened again, whichever it hears first", async (t) => {
  globalThis.tracker = { track() {} };
  t.after(() => delete globalThis.tracker);
  const dataLayer = [];
  const [first, second] = [await openHere(), await openHere()];
  connect(first, { dataLayer, segment: "tracker" });
  tracker.track("Product Viewed", { product_id: "a" });
  dataLayer.push(viewOf("a"));
  connect(second, { dataLayer, segment: "tracker" });
  const told = async (shop) => JSON.parse(await (await shop.profile.export()).text()).events.map(({ id, at }) => [id, at]);
  assert.deepEqual(await told(second), await told(first));
  await Promise.all([first.close(), second.close()]);
});

test("what a page tells of an object anew is another event in a shop that is opened again", async (t) => {
  globalThis.tracker = { track() {} };
  t.after(() => delete globalThis.tracker);
  const [product, again] = [{ product_id: "a" }, viewOf("b")];
  const dataLayer = [again, again];
  const name = freshShop();
  const openAgain = () => open({ shop: name, catalog: [{ id: "a" }, { id: "b" }], storage: "memory", consent: { learn: true, rank: true } });
  const [first, second] = [await openAgain(), await openAgain()];
  connect(first, { dataLayer, segment: "tracker" }); // goes on, as the page of a shop that was closed does
  tracker.track("Product Viewed", product);
  dataLayer.push(again);
  const before = countOf(first);
  await second.profile.import(await first.profile.export());
  connect(second, { dataLayer, segment: "tracker" });
  assert.equal(countOf(second), before);
  tracker.track("Product Added", product);
  dataLayer.push(again);
  assert.deepEqual([countOf(first), countOf(second)], [before + 2, before + 2]);
  await second.profile.import(await first.profile.export());
  assert.equal(countOf(second), before + 2, "and they are the same");
  await Promise.all([first.close(), second.close()]);
});

test("a page without the list is left as it is, so that one script serves every page", async () => {
  const shop = await open({ shop: freshShop(), catalog: [{ id: "a" }], storage: "memory", consent: { learn: true, rank: true } });
  arrange(shop, null, { slot: "home" })();
  await shop.close();
});
