// The demo shop in real Chromium, with the real package: what a shopper does moves the shelves at
// once, says why, can be undone, and stays on the device.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, newContext, storedBy, until } from "./support/browser.mjs";
import { ROOT, SHOP, serve } from "./support/server.mjs";
import {
  NOWHERE,
  closePanel,
  departmentOf,
  enter,
  exported,
  go,
  home,
  homeShelf,
  imported,
  items,
  openPanel,
  openTab,
  share,
  some,
  view,
} from "./support/shop.mjs";

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([launch(), serve(SHOP)]);
});
after(async () => {
  await browser.close();
  await server.close();
});

for (const department of ["Lighting", "Tea & coffee", "Jewellery"]) {
  test(`five looks at ${department} raise its share of the home shelf, and "why" names those looks`, async (t) => {
    const { page, mishaps } = await enter(t, browser, server.origin);
    const cold = share(await home(page), department);
    const looks = some(department, 5);
    assert.equal(looks.length, 5);
    for (const id of looks) await view(page, id);
    const shelf = await home(page);
    assert.ok(share(shelf, department) > cold, `${share(shelf, department)} of ${shelf} against ${cold}`);

    const named = new Set();
    for (const id of shelf.filter((id) => departmentOf(id) === department)) {
      const card = page.locator(`[data-shelf="home"] li[data-item="${id}"]`);
      if ((await card.getAttribute("data-discovery")) !== null) continue;
      await card.locator('[data-action="why"]').click();
      const dialog = page.locator(`[data-why="${id}"]`);
      await dialog.waitFor();
      const causes = await dialog.locator(".cause a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
      for (const href of causes) {
        const cause = decodeURIComponent(href.replace("#/item/", ""));
        assert.ok(looks.includes(cause), `${id} is said to be there because of ${cause}, which nobody looked at`);
        named.add(cause);
      }
      const parts = await dialog.locator("li .part").allTextContents();
      const number = (text) => Number(text.replace("−", "-").replace(/[^\d.-]/g, ""));
      const sum = parts.reduce((total, part) => total + number(part), 0);
      const score = number(await dialog.locator("[data-score]").textContent());
      assert.ok(Math.abs(sum - score) <= 0.005 * (parts.length + 1), `${parts} add up to ${sum}, not ${score}`);
      await dialog.locator('[data-action="close"]').click();
    }
    assert.ok(named.size > 0, "at least one of the looks is named");
    assert.deepEqual(mishaps, []);
  });
}

test("a dismissal takes the item away in the same frame, and it stays away after a reload", async (t) => {
  const { page, mishaps } = await enter(t, browser, server.origin);
  const [, , dismissed] = await home(page);
  const frame = page.evaluate((id) => {
    const shelf = document.querySelector("shop-app").shadowRoot.querySelector("page-home").shadowRoot.querySelector('shop-shelf[name="home"]');
    const isThere = () => shelf.shadowRoot.querySelector(`li[data-item="${CSS.escape(id)}"]`) !== null;
    const before = isThere();
    return new Promise((resolve) => {
      // A frame that is requested while the click is handled comes before the next painting.
      addEventListener("click", () => requestAnimationFrame(() => resolve({ before, after: isThere() })), { capture: true, once: true });
    });
  }, dismissed);
  const card = page.locator(`[data-shelf="home"] li[data-item="${dismissed}"]`);
  await card.locator('[data-action="dismiss"]').click();
  assert.deepEqual(await frame, { before: true, after: false });

  await page.reload();
  await page.locator('[data-shelf="home"] li[data-item]').first().waitFor();
  const shown = await page.locator("li[data-item]").evaluateAll((entries) => entries.map((entry) => entry.dataset.item));
  assert.ok(shown.length > 12);
  assert.ok(!shown.includes(dismissed));
  const department = departmentOf(dismissed);
  await go(page, `#/c/${encodeURIComponent(department)}`, "li[data-item]");
  const there = await page.locator("li[data-item]").evaluateAll((entries) => entries.map((entry) => entry.dataset.item));
  assert.ok(!there.includes(dismissed));
  assert.deepEqual(mishaps, []);
});

test("forgetting an interest gives, item for item, what a fresh shopper with the remaining log gets", async (t) => {
  const { page, mishaps } = await enter(t, browser, server.origin, { at: NOWHERE });
  for (const id of [...some("Lighting", 5), ...some("Garden", 4)]) await view(page, id);
  const known = await home(page);
  await go(page, NOWHERE, "shop-header");
  const full = await exported(page);

  await openPanel(page, "knows");
  const interests = page.locator("[data-interest]");
  const before = await interests.count();
  assert.ok(before >= 1);
  await interests.first().locator('[data-action="forget-interest"]').click();
  await until("interests", () => interests.count(), (count) => count < before);
  await closePanel(page);
  const left = await exported(page);
  assert.ok(left.events.length < full.events.length, "events are gone");
  const slate = await home(page);
  assert.notDeepEqual(slate, known);

  const fresh = await enter(t, browser, server.origin, { at: NOWHERE });
  await imported(fresh.page, left.text);
  assert.deepEqual(await home(fresh.page), slate);
  assert.deepEqual([...mishaps, ...fresh.mishaps], []);
});

test("withdrawing store leaves no record and no database", async (t) => {
  const { page, mishaps } = await enter(t, browser, server.origin, { at: NOWHERE });
  for (const id of some("Kitchen", 3)) await view(page, id);
  const logged = ({ databases }) => databases.find(({ name }) => name === "flaneur:demo")?.records.log ?? 0;
  await until("records", () => storedBy(page), (stored) => logged(stored) >= 3);
  await openPanel(page, "controls");
  await page.locator('[data-action="gate-store"]').click();
  await until("databases", () => storedBy(page).then(({ databases }) => databases), (databases) => databases.length === 0);
  await page.reload();
  await page.locator("shop-header").waitFor();
  assert.deepEqual((await storedBy(page)).databases, []);
  assert.deepEqual(mishaps, []);
});

test("any thing of the shop says whether it is on the home shelf, why or why not, and what each rule did", async (t) => {
  const { page, mishaps } = await enter(t, browser, server.origin);
  for (const id of some("Lighting", 3)) await view(page, id);
  const shelf = await home(page);
  const ask = async (id) => {
    await view(page, id);
    await page.locator(`[data-whether="${id}"] [data-action="whether"]`).click();
    await page.locator("[data-verdict]").waitFor();
    const rules = await page.locator("[data-rule]").evaluateAll((rows) => rows.map((row) => row.dataset.rule));
    return { verdict: await page.locator("[data-verdict]").getAttribute("data-verdict"), rules };
  };
  const sold = items.find(({ available = true, kind = "product" }) => !available && kind === "product").id;
  const { verdict, rules } = await ask(sold);
  assert.equal(verdict, "unavailable");
  assert.deepEqual([...rules].sort(), ["one-variant", "tea-season", "welcome-offer"], "each rule of the shelf is told");
  assert.equal((await ask(shelf[0])).verdict, "guard", "it is being looked at this moment");
  const shown = await home(page);
  const other = items.find(({ id, available = true, kind = "product" }) => available && kind === "product" && !shown.includes(id) && departmentOf(id) === "Garden").id;
  assert.ok(["score", "candidate", "limit", "guard"].includes((await ask(other)).verdict));
  await page.locator('.answers [data-action="dismiss"]').click();
  await until("the verdict", () => page.locator("[data-verdict]").getAttribute("data-verdict"), (verdict) => verdict === "refused" || verdict === "request");
  // The keyboard reaches and opens it.
  await view(page, sold);
  await page.locator(`[data-whether="${sold}"] summary`).focus();
  await page.keyboard.press("Enter");
  await page.locator('[data-verdict="unavailable"]').waitFor();
  assert.deepEqual(mishaps, []);
});

test("what is opened from a shelf is noted as chosen from it, and the drawer's log shows what it takes to learn", async (t) => {
  const { page, mishaps } = await enter(t, browser, server.origin);
  const seen = () => page.evaluate(async () => JSON.parse(await (await document.querySelector("shop-app").store.export()).text()).events.flatMap(({ type, shown = [] }) => (type === "impression" ? shown : [])).map(({ item }) => item));
  for (let visit = 0; visit < 2; visit++) {
    const [, , third] = await home(page);
    const before = (await seen()).filter((id) => id === third).length;
    await page.locator(`[data-shelf="home"] li[data-item="${third}"]`).scrollIntoViewIfNeeded();
    await until("the shelf notes what stayed in view", seen, (ids) => ids.filter((id) => id === third).length > before);
    await view(page, third);
  }
  const { events } = await exported(page);
  const impressions = events.filter(({ type }) => type === "impression").flatMap(({ shown = [] }) => shown);
  assert.ok(impressions.some(({ base }) => typeof base === "number"), "a seen entry holds what it teaches");
  const looks = events.filter(({ type }) => type === "view_item");
  assert.ok(looks.length >= 2 && looks.every(({ slate }) => slate === undefined), "an ordinary event names no slate");
  const first = looks.at(-1);
  assert.ok(impressions.some(({ item }) => item === first.lines[0].item), "and was seen on one");
  assert.deepEqual(mishaps, []);
});

test("a second tab follows without a reload", async (t) => {
  const { page, context, mishaps } = await enter(t, browser, server.origin, { at: NOWHERE });
  const other = await openTab(context, server.origin);
  const before = await homeShelf(other);
  await other.evaluate(() => (window.sameDocument = true));
  const cold = share(before, "Audio");
  for (const id of some("Audio", 5)) await view(page, id);
  const moved = await until("the other tab's shelf", () => homeShelf(other), (shelf) => share(shelf, "Audio") > cold);
  const [, dismissed] = moved;
  await go(page, `#/item/${dismissed}`, `[data-product="${dismissed}"]`);
  await page.locator('.answers [data-action="dismiss"]').click();
  await until("the other tab's shelf", () => homeShelf(other), (shelf) => shelf.length > 0 && !shelf.includes(dismissed));
  await openPanel(page, "controls");
  await page.locator('[data-action="erase"]').click();
  await page.locator('[data-action="erase-confirm"]').click();
  assert.deepEqual(await until("the other tab's shelf", () => homeShelf(other), (shelf) => shelf.join() === before.join()), before);
  assert.equal(await other.evaluate(() => window.sameDocument), true);
  assert.deepEqual(mishaps, []);
});

test("after a first visit everything works with the network gone", async (t) => {
  const own = await serve(SHOP);
  let open = true;
  const shut = async () => {
    if (open) await own.close();
    open = false;
  };
  t.after(shut);
  const { page, context, mishaps } = await enter(t, browser, own.origin, { options: { serviceWorkers: "allow" } });
  const pictures = items.filter(({ image }) => image).length;
  assert.ok(pictures > 300);
  await until(
    "kept files",
    () => storedBy(page).then(({ cached }) => cached.length),
    (count) => count > pictures,
    60_000,
  );
  await context.setOffline(true);
  await shut(); // whatever the browser thinks, nobody answers any more

  await page.reload();
  await page.locator('[data-shelf="home"] li[data-item]').first().waitFor();
  const cold = share(await homeShelf(page), "Textiles");
  for (const id of some("Textiles", 5)) await view(page, id);
  const warm = await home(page);
  assert.ok(share(warm, "Textiles") > cold);
  await until(
    "pictures",
    () =>
      page.evaluate(() => {
        const shelf = document.querySelector("shop-app").shadowRoot.querySelector("page-home").shadowRoot.querySelector("shop-shelf");
        const images = [...shelf.shadowRoot.querySelectorAll("shop-card")].flatMap((card) =>
          [...card.shadowRoot.querySelectorAll("shop-picture")].flatMap((picture) => [...picture.shadowRoot.querySelectorAll("img")]),
        );
        return images.filter((image) => image.complete && image.naturalWidth > 0).length;
      }),
    (count) => count >= 6,
  );
  await page.reload();
  await page.locator('[data-shelf="home"] li[data-item]').first().waitFor();
  assert.ok(share(await homeShelf(page), "Textiles") > cold, "a reload still knows");
  await openPanel(page, "engine");
  assert.equal(await page.locator("[data-engine]").getAttribute("data-engine"), "simd");
  assert.deepEqual(mishaps.filter((text) => !/ERR_INTERNET_DISCONNECTED|ServiceWorker|Failed to fetch/.test(text)), []);
});

test("with every gate denied nothing is written and the shop's order stands", async (t) => {
  const { page, context, mishaps } = await enter(t, browser, server.origin, { choice: "refuse", options: { serviceWorkers: "allow" } });
  const order = items.filter(({ available = true }) => available).map(({ id }) => id);
  assert.deepEqual(await home(page), order.slice(0, 12));
  for (const id of some("Lighting", 5)) await view(page, id);
  await page.locator('[data-product] [data-action="like"]').click();
  await page.locator('[data-product] [data-action="basket"]').click();
  assert.deepEqual(await home(page), order.slice(0, 12));
  const [first] = order;
  await page.locator(`[data-shelf="home"] li[data-item="${first}"] [data-action="dismiss"]`).click();
  await page.mouse.move(0, 0);
  const without = await until("the shelf", () => homeShelf(page), (shelf) => shelf.length === 12 && !shelf.includes(first));
  assert.deepEqual(without, order.slice(1, 13), "sent away for this visit, nothing else moves");
  await go(page, "#/search/lamp", "li[data-item]");
  await openPanel(page, "knows");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

  const stored = await storedBy(page);
  assert.deepEqual(
    { ...stored, cached: [] },
    { databases: [], cached: [], localStorage: [], sessionStorage: [], cookies: "" },
  );
  assert.deepEqual(await context.cookies(), []);
  assert.ok(stored.cached.every(isShopFile), "the cache holds the shop's own files and nothing else");
  await page.reload();
  assert.deepEqual(await home(page), order.slice(0, 12), "nothing is remembered");
  assert.deepEqual(mishaps, []);
});

const FILE = /^\/(index\.html|icon\.svg|sw\.js|assets\/[\w-]+\.(js|css|wasm|woff2)|catalog\/(items|display)\.json|measure\/tasks\.json|catalog\/shop\.flaneur|catalog\/pictures\/[\w.-]+\.svg)?$/;
const isShopFile = (path) => FILE.test(path);

for (const serviceWorkers of ["block", "allow"]) {
  test(`no request but for the shop's own files leaves the page, service worker ${serviceWorkers}ed`, async (t) => {
    const own = await serve(SHOP);
    t.after(() => own.close());
    const requests = [];
    const { context, outside, mishaps } = await newContext(t, browser, { serviceWorkers });
    await context.route("**/*", (route) => {
      const request = route.request();
      requests.push({ method: request.method(), url: request.url(), body: request.postData() });
      return route.continue();
    });
    const sockets = [];
    context.on("page", (page) => page.on("websocket", (socket) => sockets.push(socket.url())));
    const page = await openTab(context, own.origin);
    await page.locator('[data-action="consent-accept"]').click();
    await useTheWholeShop(page);
    await page.waitForTimeout(3000); // impressions are noted after a while; a beacon would come with them
    await page.close({ runBeforeUnload: true });

    const origin = new URL(own.origin).origin;
    for (const { method, url, body } of requests) {
      const asked = new URL(url);
      if (asked.protocol === "data:" || asked.protocol === "blob:") continue;
      assert.equal(asked.origin, origin, url);
      assert.deepEqual([method, body], ["GET", null], url);
      assert.ok(isShopFile(asked.pathname), url);
      assert.ok(asked.search === "" || asked.search === "?seed=1", url);
    }
    assert.ok(requests.length > 10);
    assert.ok(own.asked.length > 10);
    for (const { method, path, url } of own.asked) {
      assert.ok(method === "GET" && isShopFile(path), `${method} ${url}`);
    }
    assert.deepEqual(outside, [], "nothing went to another origin");
    assert.deepEqual(sockets, []);
    assert.deepEqual(mishaps, []);
  });
}

test("the browser's way back closes the reasons that lie over the page", async (t) => {
  const { page, mishaps } = await enter(t, browser, server.origin);
  const [id] = some("Lighting", 1);
  await view(page, id);
  await home(page);
  const card = page.locator('[data-shelf="home"] li[data-item]').first();
  await card.locator('[data-action="why"]').click();
  await page.locator("dialog[data-why][open]").waitFor();
  await page.goBack();
  await page.locator(`[data-product="${id}"]`).waitFor();
  await page.locator("dialog[data-why][open]").waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.querySelector("shop-app").shadowRoot.activeElement?.localName), "main", "the keyboard is on the page");
  assert.deepEqual(mishaps, []);
});

test("a page that the shop does not have says so in its title too", async (t) => {
  const { page, mishaps } = await enter(t, browser, server.origin, { options: { locale: "fr-FR" } });
  for (const hash of ["#/item/nobody", "#/item/", NOWHERE]) {
    await go(page, hash, "page-item h1");
    await until("the title", () => page.title(), (title) => title.startsWith("Cette page n'est pas (ou plus) dans la boutique."));
    await go(page, "#/basket", "page-basket h1");
    await until("the title", () => page.title(), (title) => title.startsWith("Panier"));
  }
  assert.deepEqual(mishaps, []);
});

test("the basket's field shows the quantity that is in the basket, whatever was written", async (t) => {
  const { page, mishaps } = await enter(t, browser, server.origin);
  const [id] = some("Lighting", 1);
  await view(page, id);
  await page.locator('[data-product] [data-action="basket"]').click();
  await go(page, "#/basket", `[data-basket="${id}"]`);
  const field = page.locator('[data-action="quantity"]');
  for (const [written, stands] of [["0", "1"], ["", "1"], ["2", "2"], ["500", "99"], ["400", "99"]]) {
    await field.fill(written);
    await field.blur();
    assert.equal(await field.inputValue(), stands, `"${written}"`);
    assert.equal(await page.locator("[data-basket-count]").innerText(), stands);
  }
  assert.deepEqual(mishaps, []);
});

test("what is put into the basket while the log is read stays there", async (t) => {
  const { page, mishaps } = await enter(t, browser, server.origin);
  const ids = some("Lighting", 6);
  for (const [at, id] of ids.entries()) {
    await view(page, id);
    const [like, basket] = await Promise.all(["like", "basket"].map((action) => page.locator(`[data-product] [data-action="${action}"]`).elementHandle()));
    await like.click();
    await page.locator('[data-product] [data-action="like"][aria-pressed="true"]').waitFor();
    // To take back a liking forgets an event, so that the log is read anew; the basket follows at another moment each time.
    await page.evaluate(async ([like, basket, turns]) => {
      like.click();
      for (let n = 0; n < turns; n++) await Promise.resolve();
      basket.click();
    }, [like, basket, 3 * at]);
    await until("the basket", () => page.locator("[data-basket-count]").innerText(), (count) => count === String(at + 1));
    await page.waitForTimeout(100);
    assert.equal(await page.locator("[data-basket-count]").innerText(), String(at + 1));
  }
  assert.deepEqual(mishaps, []);
});

async function useTheWholeShop(page) {
  for (const id of some("Lighting", 3)) await view(page, id);
  await page.locator('[data-product] [data-action="like"]').click();
  await page.locator('[data-product] [data-action="basket"]').click();
  await go(page, "#/search/lamp", "li[data-item]");
  const [first] = await home(page);
  await page.locator(`[data-shelf="home"] li[data-item="${first}"] [data-action="dismiss"]`).click();
  await page.mouse.move(0, 0);
  for (const tab of ["knows", "history", "engine", "controls"]) {
    await openPanel(page, tab);
    await closePanel(page);
  }
  await exported(page);
  await go(page, "#/basket", '[data-action="checkout"]');
  await page.locator('[data-action="checkout"]').click();
  await openPanel(page, "controls");
  await page.locator('[data-action="erase"]').click();
  await page.locator('[data-action="erase-confirm"]').click();
  await page.locator('[data-action="gate-store"]').click();
  await closePanel(page);
  await home(page);
}

test("no French line begins with a sign of punctuation", () => {
  const { items: shown } = JSON.parse(readFileSync(join(ROOT, "www/dist/catalog/display.json"), "utf8"));
  const french = Object.values(shown).flatMap(({ title, description }) => [title.fr, description.fr]);
  assert.ok(french.length > 900, `${french.length}`);
  assert.deepEqual(french.filter((text) => / [:;?!%€»]|« /.test(text)), []);
});

test("in forced colours, a dialog has an edge", async (t) => {
  const { page } = await enter(t, browser, server.origin, { options: { forcedColors: "active" } });
  const edge = (dialog) => page.locator(dialog).evaluate((node) => getComputedStyle(node).borderTopWidth);
  await page.locator('[data-shelf="home"] [data-action="why"]').first().click();
  assert.equal(await edge("[data-why][open]"), "1px");
  await page.keyboard.press("Escape");
  await openPanel(page, "knows");
  assert.equal(await edge("[data-panel][open]"), "1px");
});

test("a page that is scrolled in steps writes its place into the history seldom: WebKit refused more than 100 writes in 30 seconds", async (t) => {
  const { page, mishaps } = await enter(t, browser, server.origin);
  await page.locator('[data-shelf="home"] li[data-item]').first().waitFor();
  await page.waitForTimeout(500);
  const { writes, seconds } = await page.evaluate(async () => {
    let writes = 0;
    const replace = history.replaceState.bind(history);
    history.replaceState = (...given) => (writes++, replace(...given));
    const began = performance.now();
    for (let steps = 0; steps < 12; steps++) {
      scrollBy({ top: 20, behavior: "instant" });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return { writes, seconds: (performance.now() - began) / 1000 };
  });
  assert.ok(writes / seconds < 100 / 30, `${writes} in ${seconds} s`);
  assert.equal(await until("its place", () => page.evaluate(() => history.state.top === scrollY), Boolean), true);
  assert.deepEqual(mishaps, []);
});

test("a message of one line has room for what closes it, and does not scroll", async (t) => {
  const { page } = await enter(t, browser, server.origin);
  const heights = await page.locator("[data-toast]").evaluate((node) => [node.scrollHeight, node.clientHeight]);
  assert.equal(heights[0], heights[1]);
});

test("the way back leads to where a page was left: as far down, as long, in the order that was chosen", async (t) => {
  const { page, mishaps } = await enter(t, browser, server.origin, { options: { viewport: { width: 390, height: 760 } } });
  const listed = page.locator("page-category li[data-item]");
  const scrolled = () => page.evaluate(() => Math.round(scrollY));
  // As WebKit does, whose new places scroll by themselves whatever the one before said.
  await page.evaluate(() => addEventListener("popstate", () => history.state ?? (history.scrollRestoration = "auto")));
  await go(page, "#/c/Lighting", "page-category li[data-item]");
  await page.locator('[data-action="sort"]').selectOption("low");
  await page.locator('[data-action="more"]').click();
  await page.locator('header [data-action="theme"]').click(); // writes an address of its own
  const order = await listed.evaluateAll((entries) => entries.map(({ dataset }) => dataset.item));
  assert.ok(order.length > 24, `${order.length}`);
  const link = listed.nth(28).locator("h3 a");
  await link.scrollIntoViewIfNeeded();
  const left = await scrolled();
  assert.ok(left > 1000, `${left}`);
  await link.click();
  await page.locator(`[data-product="${order[28]}"]`).waitFor();
  await until("the top of a new page", scrolled, (top) => top === 0);
  assert.equal(await page.evaluate(() => history.scrollRestoration), "manual");
  const there = async (what) => {
    await until(`${what}: as far down`, scrolled, (top) => Math.abs(top - left) < 3);
    assert.deepEqual(await listed.evaluateAll((entries) => entries.map(({ dataset }) => dataset.item)), order, what);
    assert.equal(await page.locator('[data-action="sort"]').inputValue(), "low", what);
  };
  await page.goBack();
  await listed.nth(28).waitFor();
  await there("back");
  await until("it is written down", () => page.evaluate(() => history.state.top ?? 0), (top) => Math.abs(top - left) < 3);
  await page.reload();
  await listed.nth(28).waitFor();
  await there("after a reload");
  await go(page, "#/c/Games", "page-category li[data-item]");
  await until("the top of another list", scrolled, (top) => top === 0);
  assert.ok((await listed.count()) <= 24);
  assert.deepEqual(mishaps, []);
});
