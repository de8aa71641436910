// On a phone, by finger: the elements, a list that the page drew, and the demo shop.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, newContext, until } from "./support/browser.mjs";
import { PAGES, SHOP, serve } from "./support/server.mjs";
import { enter as enterShop, exported, go, home, homeShelf, openPanel, some, view } from "./support/shop.mjs";
import { PHONE, TURNED, fingerOf, middleOf } from "./support/touch.mjs";

let browser;
let pages;
let server;
before(async () => {
  browser = await launch();
  [pages, server] = await Promise.all([serve(PAGES), serve(SHOP)]);
});
after(async () => {
  await browser.close();
  await Promise.all([pages.close(), server.close()]);
});

/** A page of the tests' own, on a phone. */
async function enter(t, path, options = PHONE) {
  const shopper = await newContext(t, browser, options);
  shopper.context.setDefaultTimeout(60_000);
  const page = await shopper.context.newPage();
  await page.goto(`${pages.origin}/${path}`);
  await page.waitForFunction(() => globalThis.shop);
  return { ...shopper, page, finger: await fingerOf(page) };
}

/** The demo shop on a phone, its question answered. */
async function enterDemo(t, options = {}) {
  const shopper = await enterShop(t, browser, server.origin, { options: { ...PHONE, ...options } });
  await shopper.page.locator("shop-toast-bar .toast > .round").first().tap();
  return { ...shopper, finger: await fingerOf(shopper.page) };
}

const LISTS = [
  ["a shelf of the elements", "elements.html", "flaneur-shelf [data-item]", "item"],
  ["a list that the page drew", "shops/gtm.html", "#products li", "itemId"],
];

for (const [name, path, entries, key] of LISTS) {
  test(`a tap opens what the finger was put on, though another order came meanwhile: ${name}`, async (t) => {
    const { page, finger } = await enter(t, path);
    // Where a second tap would zoom, the first one waits for it before it becomes a click.
    await page.evaluate(() => document.querySelector("meta[name=viewport]")?.remove());
    const listed = () => page.locator(entries).evaluateAll((all, key) => all.map(({ dataset }) => dataset[key]), key);
    await page.locator(`${entries} a`).nth(3).waitFor();
    const opened = () => page.evaluate(() => location.hash);
    const learn = ([kind, moment]) => {
      const more = () => [1, 2, 3].forEach((n) => shop.observe({ type: "add_to_cart", items: [`${kind}-${n}`] }));
      return moment ? addEventListener(moment, more, { once: true }) : more();
    };
    for (const [kind, moment] of [["chair"], ["rug", "pointerup"], ["lamp"]]) {
      const before = await listed();
      await finger.down(await middleOf(page.locator(`${entries} a`).nth(1)));
      await page.evaluate(learn, [kind, moment]);
      await page.waitForTimeout(100);
      assert.deepEqual(await listed(), before, "nothing moves under the finger");
      await finger.up();
      await until("something opens", opened, (hash) => hash !== "" && hash !== "#");
      assert.equal(await opened(), `#${before[1]}`);
      await page.evaluate(() => (document.activeElement?.blur(), (location.hash = "")));
      await until("the order that waited", listed, (now) => now.join() !== before.join());
    }
  });
}

test("of a sideways list on a phone that is turned, what only peeps in was not seen", async (t) => {
  const { page, finger } = await enter(t, "shops/gtm.html", TURNED);
  const seen = await page.evaluate(async () => {
    const { watch } = await import("flaneur/connect");
    document.head.insertAdjacentHTML("beforeend", '<meta name="viewport" content="width=device-width">');
    const row = document.createElement("ul");
    Object.assign(row.style, { position: "fixed", inset: 0, margin: 0, padding: 0, display: "flex", gap: "10px", overflowX: "auto", background: "white" });
    const entries = Array.from({ length: 8 }, (_, n) => {
      const entry = document.createElement("li");
      // As high as most of the window, and the fourth has 20 pixels of 230 in it.
      Object.assign(entry.style, { flex: "none", width: "230px", height: "220px" });
      row.append(entry);
      return [`card-${n}`, entry];
    });
    document.body.append(row);
    globalThis.told = [];
    watch({ seen: (ids) => told.push(...ids) }, entries);
    await new Promise((resolve) => setTimeout(resolve, 1600));
    return [...told];
  });
  assert.deepEqual(seen, ["card-0", "card-1", "card-2"]);
  await finger.swipe([600, 100], [-480, 10]);
  const told = await until("what was swiped into view", () => page.evaluate(() => told), (ids) => ids.includes("card-4"));
  assert.ok(!told.includes("card-7"), told.join());
});

test("a tap opens what the finger was put on, though another order came meanwhile: a shelf of the demo shop", async (t) => {
  const { page, finger, mishaps } = await enterDemo(t);
  const before = await home(page);
  await finger.down(await middleOf(page.locator('[data-shelf="home"] li[data-item] h3 a').nth(2)));
  await page.evaluate((ids) => {
    const { flaneur } = document.querySelector("shop-app").store; // as from another tab
    for (const item of ids) flaneur.observe({ type: "add_to_cart", items: [item] });
  }, before.slice(3, 8));
  await page.waitForTimeout(200);
  assert.deepEqual(await homeShelf(page), before, "nothing moves under the finger");
  await finger.up();
  await until("something opens", () => page.evaluate(() => location.hash), (hash) => hash.startsWith("#/item/"));
  assert.equal(await page.evaluate(() => location.hash), `#/item/${before[2]}`);
  const now = await home(page);
  assert.notDeepEqual(now, before);
  await page.locator(`[data-shelf="home"] li[data-item="${now[1]}"] [data-action="dismiss"]`).tap();
  await until("what a tap sent away is gone", () => homeShelf(page), (ids) => !ids.includes(now[1]));
  await page.locator('[data-shelf="home"] .gone').waitFor({ state: "detached" });
  assert.deepEqual(mishaps, []);
});

test("a finger that scrolls past the dial leaves it where it stood, and one that goes along it moves it", async (t) => {
  const { page, finger, mishaps } = await enterDemo(t);
  const { page: elements, finger: other } = await enter(t, "elements.html");
  await elements.locator("flaneur-centre[inline] flaneur-dial input").waitFor();
  await openPanel(page, "controls");
  const dials = [
    ["the drawer's", page, finger, page.locator("shop-controls input[type=range]"), 0.3],
    ["the dial's own page", page, finger, page.locator("page-dial input"), 0.8],
    ["the element", elements, other, elements.locator("flaneur-centre[inline] flaneur-dial input"), 0.3],
  ];
  const known = (of) => of.evaluate(() => (globalThis.shop ?? document.querySelector("shop-app").store.flaneur).profile.inspect());
  for (const [name, on, hand, dial, usual] of dials) {
    if (name === "the dial's own page") await go(page, "#/dial", "page-dial input");
    assert.equal((await known(on)).surprise, usual, name);
    const { y, height, x, width } = await dial.evaluate((input) => (input.scrollIntoView({ block: "center" }), input.getBoundingClientRect().toJSON()));
    const stood = await dial.inputValue();
    await hand.swipe([x + width * 0.6, y + height / 2], [2, -150]);
    await until(`${name}: the page scrolls`, () => dial.evaluate((input) => input.getBoundingClientRect().y), (now) => now < y - 50);
    await on.waitForTimeout(100); // what the finger set would be said when it is lifted
    assert.equal(await dial.inputValue(), stood, name);
    assert.equal((await known(on)).surprise, usual, `${name}: nothing was said`);
    const again = await dial.evaluate((input) => (input.scrollIntoView({ block: "center" }), input.getBoundingClientRect().toJSON()));
    await hand.swipe([x + width * 0.2, again.y + height / 2], [width * 0.6, 4]);
    await until(`${name} moves`, () => dial.inputValue(), (value) => Number(value) === 0.8);
    await until(`${name} is heeded`, () => known(on), ({ surprise }) => surprise === 0.8);
  }
  assert.deepEqual(mishaps, []);
});

test("moving the dial ranks nothing anew: a slow phone stood still at each step", async (t) => {
  const { page } = await enterDemo(t);
  await go(page, "#/dial", "page-dial table");
  await page.evaluate(() => {
    const { store } = document.querySelector("shop-app");
    const { flaneur } = store;
    globalThis.ranked = 0;
    store.flaneur = Object.create(flaneur, { rank: { value: (request) => (ranked++, flaneur.rank(request)) } });
  });
  const marked = () => page.locator('page-dial tr[aria-current="true"] td').first().textContent();
  const before = await marked();
  await page.locator("page-dial input").fill("0.9");
  await until("another line", marked, (now) => now !== before);
  assert.equal(await page.evaluate(() => ranked), 0);
  await page.evaluate((item) => document.querySelector("shop-app").store.view(item), some("Lighting", 1)[0]);
  await until("what was learned counts", () => page.evaluate(() => ranked), (count) => count > 0);
});

test("the time that another app took is not time spent on an item", async (t) => {
  const { page, mishaps } = await enterDemo(t);
  await page.evaluate(() => {
    const now = performance.now.bind(performance);
    globalThis.ahead = 0;
    performance.now = () => now() + ahead;
    globalThis.show = (state) => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    };
  });
  const [first, second] = some("Lighting", 2);
  const pass = (seconds) => page.evaluate((more) => void (ahead += more * 1000), seconds);
  await view(page, first);
  await pass(20);
  await page.evaluate(() => show("hidden"));
  await pass(8 * 3600);
  await page.evaluate(() => show("visible"));
  await pass(10);
  await view(page, second);
  await home(page);
  const { events } = await exported(page);
  const spent = events.filter(({ type }) => type === "dwell");
  assert.equal(spent.length, 1);
  assert.ok(spent[0].value >= 30 && spent[0].value < 60, `${spent[0].value} seconds`);
  assert.deepEqual(mishaps, []);
});

test("a long dialog of the elements keeps its way out in view, and the page behind it where it was", async (t) => {
  for (const options of [PHONE, TURNED]) {
    const { page, finger } = await enter(t, "elements.html?lang=fr", options);
    await page.locator("flaneur-shelf [data-act=centre]").tap();
    const dialog = page.locator("flaneur-shelf flaneur-centre dialog[open]");
    await dialog.locator("[data-act=event]").first().waitFor();
    const top = await page.evaluate(() => scrollY);
    const { x, y, width, height } = await dialog.boundingBox();
    const swipe = () => finger.swipe([x + width / 2, y + height * 0.85], [0, -height * 0.6]);
    const far = () => dialog.evaluate((node) => node.scrollHeight - node.clientHeight - node.scrollTop);
    for (let before = Infinity; (await far()) > 1 && (await far()) < before; before = await far()) await swipe();
    await swipe();
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => scrollY), top, "the page behind");
    await dialog.locator("[data-act=close]").evaluate((button) => {
      const { top, bottom, left } = button.getBoundingClientRect();
      if (top < 0 || bottom > innerHeight || button.getRootNode().elementFromPoint(left + 5, (top + bottom) / 2) !== button) throw new Error(`the way out is at ${top}`);
    });
    await dialog.locator("[data-act=close]").tap();
    await dialog.waitFor({ state: "detached" });
  }
});

test("a swipe in the drawer that has come to its end leaves the page behind it where it was", async (t) => {
  const { page, finger, mishaps } = await enterDemo(t);
  await home(page);
  await openPanel(page, "controls");
  const body = page.locator("shop-panel .body");
  const { x, y, width, height } = await body.boundingBox();
  await body.evaluate((node) => node.scrollTo(0, node.scrollHeight));
  for (const _ of [1, 2]) await finger.swipe([x + width - 8, y + height * 0.8], [0, -height * 0.5]);
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => scrollY), 0);
  assert.deepEqual(mishaps, []);
});

test("what is written in has letters so large that no phone zooms in to write them", async (t) => {
  const { page, mishaps } = await enterDemo(t);
  const small = [];
  for (const [hash, ready] of [["#/playground", "page-playground textarea"], ["#/studio", "page-studio textarea"]]) {
    await go(page, hash, ready);
    small.push(...(await page.locator("textarea, select, input:not([type=file], [type=checkbox], [type=range])").evaluateAll((fields) => fields.filter((field) => field.checkVisibility() && parseFloat(getComputedStyle(field).fontSize) < 16).map(({ outerHTML }) => outerHTML.slice(0, 80)))));
  }
  assert.deepEqual(small, []);
  assert.deepEqual(mishaps, []);
});

for (const saves of [true, false]) {
  test(`the pictures of the whole shop are ${saves ? "not fetched for who saves data" : "kept for later"}`, async (t) => {
    const shopper = await newContext(t, browser, { ...PHONE, serviceWorkers: "allow" });
    await shopper.context.addInitScript((saveData) => Object.defineProperty(navigator, "connection", { value: { saveData } }), saves);
    const page = await shopper.context.newPage();
    const before = server.asked.length;
    const pictures = () => new Set(server.asked.slice(before).filter(({ path }) => path.startsWith("/catalog/pictures/")).map(({ path }) => path)).size;
    await page.goto(`${server.origin}/?seed=1#/privacy`);
    await page.evaluate(() => navigator.serviceWorker.ready);
    if (saves) {
      await page.waitForTimeout(1000);
      assert.equal(pictures(), 0);
    } else await until("the pictures", async () => pictures(), (count) => count > 100, 30_000);
  });
}
