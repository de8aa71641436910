// A page that emits events for others becomes personal by five lines; each thing that happened
// counts once; nothing is sent. The pages in `pages/shops` are three ways in which real shops do it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, newContext, until } from "./support/browser.mjs";
import { PAGES, ROOT, serve } from "./support/server.mjs";

let browser;
let server;
before(async () => {
  browser = await launch();
  server = await serve(PAGES);
});
after(async () => {
  await browser.close();
  await server.close();
});

const SHOP_ORDER = ["lamp", "chair", "rug"].flatMap((kind) => [0, 1, 2, 3].map((n) => `${kind}-${n}`));

async function enter(t, path, options) {
  const shopper = await newContext(t, browser, options);
  const page = await shopper.context.newPage();
  await page.goto(`${server.origin}/${path}`);
  await page.waitForFunction(() => globalThis.shop);
  return { ...shopper, page };
}

const listed = (page) => page.locator("#products li").evaluateAll((entries) => entries.map((entry) => entry.dataset.itemId));

/** What the log holds, as `type item` lines, oldest first. */
const logged = (page) =>
  page.evaluate(async () => {
    const { events } = JSON.parse(await (await shop.profile.export()).text());
    return events
      .filter(({ type }) => !["impression", "slate"].includes(type))
      .sort((a, b) => a.at - b.at)
      .map((event) => `${event.type} ${[event.item, event.lines, event.items].flat(2).filter(Boolean).map((line) => line.item ?? line).join()}`)
      .sort();
  });

const TOLD = {
  gtm: ["add_to_cart rug-1", "view_item rug-0"],
  gtag: ["add_to_cart rug-1", "purchase rug-1", "view_item rug-0"],
  split: ["add_to_cart rug-1", "view_item rug-0"],
};

for (const [shape, told] of Object.entries(TOLD)) {
  test(`${shape}: five lines make the page personal, and each event counts once`, async (t) => {
    const asked = server.asked.length;
    const { page, mishaps, outside } = await enter(t, `shops/${shape}.html`);
    assert.deepEqual(await logged(page), told);
    const first = await listed(page);
    assert.deepEqual([...first].sort(), [...SHOP_ORDER].sort(), "every product is still there");
    assert.deepEqual(new Set(first.slice(0, 4).map((id) => id.split("-")[0])).has("rug"), true);
    assert.ok(first.indexOf("rug-2") < SHOP_ORDER.indexOf("rug-2"), `rugs moved up: ${first}`);

    for (const id of ["chair-1", "chair-2", "chair-3"]) await page.evaluate((item) => act(item), id);
    assert.deepEqual(await logged(page), [...told, "view_item chair-1", "view_item chair-2", "view_item chair-3"].sort());
    await until("chairs move up", () => listed(page), (now) => now.indexOf("chair-0") < first.indexOf("chair-0") || now.indexOf("chair-0") < 4);

    await page.evaluate(async () => {
      const { connect } = await import("flaneur/connect");
      connect(shop);
      act("lamp-0");
    });
    assert.equal((await logged(page)).filter((line) => line === "view_item lamp-0").length, 1, "connected twice, counted once");

    assert.deepEqual(mishaps, []);
    assert.deepEqual(outside, []);
    const requests = server.asked.slice(asked);
    assert.ok(requests.every(({ method, url }) => method === "GET" && !url.includes("?")), JSON.stringify(requests));
  });

  test(`${shape}: at most five lines were added`, async () => {
    const html = await readFile(join(ROOT, "tests/browser/pages/shops", `${shape}.html`), "utf8");
    const [, added] = html.match(/<script type="module" data-added>([^]*?)<\/script>/);
    const lines = added.split("\n").filter((line) => line.trim() !== "");
    assert.ok(lines.length <= 5, `${lines.length} lines`);
    assert.ok(lines.every((line) => line.length <= 200));
  });
}

test("without consent the page stays as it was and nothing is learnt", async (t) => {
  const { page } = await enter(t, "shops/gtm.html");
  await page.evaluate(async () => {
    const { connect, arrange, catalogOf } = await import("flaneur/connect");
    const { open } = await import("flaneur");
    // What is sold out, or not in the catalog yet, keeps its place too.
    const catalog = catalogOf(document).map((item) => (item.id === "rug-0" ? { ...item, available: false } : item));
    globalThis.shop = await open({ shop: "denied", catalog });
    connect(shop, { dataLayer: [{ event: "view_item", ecommerce: { items: [{ item_id: "rug-0" }] } }] });
    const list = document.createElement("ul");
    list.id = "plain";
    const items = { b: "rug-0", c: "new-0", a: "lamp-0" };
    for (const id of Object.keys(items)) list.append(Object.assign(document.createElement("li"), { id }));
    for (const child of list.children) child.dataset.itemId = items[child.id];
    document.body.append(list);
    arrange(shop, list, { slot: "plain" });
  });
  assert.deepEqual(await logged(page), []);
  assert.deepEqual(await page.locator("#plain li").evaluateAll((nodes) => nodes.map((node) => node.id)), ["b", "c", "a"]);
});

test("when consent is taken back, the list is the shop's own again", async (t) => {
  const { page } = await enter(t, "shops/gtm.html");
  await page.mouse.move(0, 0);
  await page.evaluate(() => shop.observe({ type: "dismiss", item: "lamp-0" }));
  const moved = await listed(page);
  assert.notDeepEqual(moved, SHOP_ORDER);
  await page.evaluate(() => shop.consent.set({ learn: false, rank: false }));
  await until("the shop's order", () => listed(page), (now) => now.join() === SHOP_ORDER.join());
});

test("what the page takes out of a list stays out", async (t) => {
  const { page } = await enter(t, "shops/gtm.html");
  const before = await listed(page);
  await page.evaluate((item) => document.querySelector(`#products [data-item-id="${item}"]`).remove(), before[0]);
  await page.mouse.move(0, 0);
  for (const id of ["chair-1", "chair-2", "chair-3", "chair-0"]) await page.evaluate((item) => act(item), id);
  const after = await until("another order", () => listed(page), (now) => now.join() !== before.slice(1).join());
  assert.deepEqual([...after].sort(), before.slice(1).sort());
});

test("what a rule pins and the list does not hold leaves the list whole", async (t) => {
  const { page, mishaps } = await enter(t, "shops/gtm.html");
  const [ids, shown] = await page.evaluate(async () => {
    const { arrange } = await import("flaneur/connect");
    shop.rules([{ id: "pin", type: "pin", item: "lamp-0", position: 0 }]);
    const list = document.createElement("ul");
    for (const id of ["chair-0", "rug-0"]) list.append(Object.assign(document.createElement("li"), { id }));
    document.body.append(list);
    let shown;
    arrange(shop, list, { slot: "short", attribute: "id", shown: ({ items }) => (shown = items.map(({ id }) => id)) });
    return [[...list.children].map(({ id }) => id), shown];
  });
  assert.equal(shown[0], "lamp-0");
  assert.deepEqual(ids.sort(), ["chair-0", "rug-0"]);
  assert.deepEqual(mishaps, []);
});

test("nothing moves under the pointer; it does when the pointer leaves", async (t) => {
  const { page } = await enter(t, "shops/gtm.html");
  await page.locator("#products li").nth(5).hover();
  const held = await listed(page);
  for (const id of ["chair-1", "chair-2", "chair-3", "chair-0"]) await page.evaluate((item) => act(item), id);
  await page.waitForTimeout(100);
  assert.deepEqual(await listed(page), held);
  await page.mouse.move(0, 0);
  await until("the waiting order", () => listed(page), (now) => now.join() !== held.join());
});

test("nothing moves while the focus is in the list; it does when the focus leaves", async (t) => {
  const { page } = await enter(t, "shops/gtm.html");
  await page.mouse.move(0, 0);
  await page.locator("#products li").nth(5).evaluate((entry) => ((entry.tabIndex = 0), entry.focus()));
  const held = await listed(page);
  for (const id of ["chair-1", "chair-2", "chair-3", "chair-0"]) await page.evaluate((item) => act(item), id);
  await page.waitForTimeout(100);
  assert.deepEqual(await listed(page), held);
  await page.evaluate(() => document.activeElement.blur());
  await until("the waiting order", () => listed(page), (now) => now.join() !== held.join());
});

test("what was seen is told before what is clicked", async (t) => {
  const { page } = await enter(t, "shops/gtm.html");
  const told = await page.evaluate(async () => {
    const { watch } = await import("flaneur/connect");
    const box = document.createElement("button");
    Object.assign(box.style, { position: "fixed", left: 0, top: 0, width: "100px", height: "100px" });
    document.body.append(box);
    const told = [];
    const stop = watch({ seen: () => told.push("seen") }, [["box", box]]);
    box.addEventListener("click", () => told.push("clicked"));
    for (const end = performance.now() + 10_000; !told.includes("seen") && performance.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 10)); // a quarter of a second lies between what is seen and what is told
      told.length = 0;
      box.click();
    }
    stop();
    return told;
  });
  assert.deepEqual(told, ["seen", "clicked"]);
});

test("a page that is hidden sees nothing, and what was seen is told when the page goes", async (t) => {
  const { page } = await enter(t, "shops/gtm.html");
  const seen = await page.evaluate(async () => {
    const { watch } = await import("flaneur/connect");
    const show = (state) => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    };
    const box = document.createElement("div");
    Object.assign(box.style, { position: "fixed", left: 0, top: 0, width: "100px", height: "100px" });
    document.body.append(box);
    const told = [];
    show("hidden");
    const stop = watch({ seen: (ids) => told.push(...ids) }, [["box", box]]);
    await new Promise((resolve) => setTimeout(resolve, 1600));
    const hidden = [...told];
    show("visible");
    let atOnce = false;
    for (const end = performance.now() + 10_000; told.length === 0 && performance.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 10)); // a quarter of a second lies between what is seen and what is told
      const before = told.length;
      dispatchEvent(new Event("pagehide"));
      atOnce = told.length > before;
    }
    stop();
    return { hidden, told, atOnce };
  });
  assert.deepEqual(seen, { hidden: [], told: ["box"], atOnce: true });
});

test("an impression is half of an item in view for a second, and no less", async (t) => {
  const { page } = await enter(t, "shops/gtm.html", { viewport: { width: 600, height: 400 } });
  const seen = await page.evaluate(async () => {
    const { watch } = await import("flaneur/connect");
    const box = (top) => {
      const element = document.createElement("div");
      Object.assign(element.style, { position: "fixed", left: 0, top: `${top}px`, width: "100px", height: "100px" });
      document.body.append(element);
      return element;
    };
    const told = [];
    const brief = box(0);
    const elements = [["whole", box(0)], ["most", box(340)], ["least", box(360)], ["below", box(500)], ["brief", brief]];
    const began = performance.now();
    let first;
    const stop = watch({ seen: (ids) => { told.push(...ids); first ??= performance.now() - began; } }, elements);
    const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    const until = async (holds) => {
      for (const end = performance.now() + 10_000; !holds() && performance.now() < end; ) await sleep(10);
      await sleep(600); // what else would be told now
    };
    setTimeout(() => (brief.style.top = "900px"), 300);
    await until(() => told.length >= 2);
    const before = [...told];
    brief.style.top = "0px";
    await until(() => told.includes("brief"));
    stop();
    return { before, told, first };
  });
  assert.deepEqual(seen.before.sort(), ["most", "whole"]);
  assert.deepEqual(seen.told.sort(), ["brief", "most", "whole"]);
  assert.ok(seen.first >= 1000, `${seen.first} ms`);
});

test("the shop's reports hear of a list once, with the slot as its id, and we do not learn from our own words", async (t) => {
  const { page } = await enter(t, "shops/gtm.html");
  const before = await logged(page);
  const entry = await page.evaluate(async () => {
    const { pushList, stamp } = await import("flaneur/connect");
    const slate = shop.rank({ slot: "home", size: 3, seed: 1 });
    pushList(slate, dataLayer, (id) => ({ item_name: `The ${id}` }));
    return { ids: slate.items.map(({ id }) => id), last: dataLayer.slice(-2), stamped: stamp(slate, [{ item_id: slate.items[1].id, price: 3 }, { item_id: "elsewhere" }]) };
  });
  assert.deepEqual(entry.last[0], { ecommerce: null });
  assert.equal(entry.last[1].event, "view_item_list");
  assert.deepEqual(
    entry.last[1].ecommerce.items,
    entry.ids.map((id, index) => ({ item_name: `The ${id}`, item_id: id, item_list_id: "flaneur:home", index })),
  );
  assert.deepEqual(entry.stamped, [{ item_id: entry.ids[1], price: 3, item_list_id: "flaneur:home", index: 1 }, { item_id: "elsewhere" }]);
  assert.deepEqual(await logged(page), before);
});

test("PostHog and RudderStack: queued calls and the library that takes the queue's place count once", async (t) => {
  const { page } = await enter(t, "shops/gtm.html");
  const lines = await page.evaluate(async () => {
    const { connect } = await import("flaneur/connect");
    const heard = [];
    const spy = { observe: (event) => heard.push(`${event.event} ${event.properties.product_id}`) };
    const queue = [];
    queue.capture = (...args) => queue.push(["capture", ...args]);
    globalThis.posthog = queue;
    posthog.capture("Product Viewed", { product_id: "a" });
    const stop = connect(spy, { dataLayer: false, posthog: "posthog" });
    posthog.capture("Product Viewed", { product_id: "b" });
    // The library: takes the place of its snippet, plays the queue again, and has state of its own.
    class Library {
      sent = [];
      capture(event, properties) { this.sent.push(properties.product_id); return "ok"; }
    }
    const waiting = [...posthog];
    globalThis.posthog = new Library();
    for (const [, ...args] of waiting) posthog.capture(...args);
    const result = posthog.capture("Product Added", { product_id: "c" });
    posthog.capture("$pageview", {});
    const { sent } = posthog;
    stop();
    posthog.capture("Product Added", { product_id: "d" });
    return { heard, sent, result, plain: !Object.hasOwn(posthog, "capture") };
  });
  assert.deepEqual(lines.heard, ["Product Viewed a", "Product Viewed b", "Product Added c"]);
  assert.deepEqual(lines.sent, ["a", "b", "c", undefined, "d"]);
  assert.equal(lines.result, "ok");
  assert.equal(lines.plain, true, "what was wrapped is as it was");
});
