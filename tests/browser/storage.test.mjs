// What the device keeps: only with consent, across reloads, until it is erased or taken along.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, newContext, storedBy, until } from "./support/browser.mjs";
import { NOW, openMinimal } from "./support/minimal.mjs";
import { PAGES, serve } from "./support/server.mjs";

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([launch(), serve(PAGES)]);
});
after(async () => {
  await browser.close();
  await server.close();
});

const GRANTED = { store: true, learn: true, rank: true };
const EMPTY = { databases: [], cached: [], localStorage: [], sessionStorage: [], cookies: "" };

/** Opens the shop in the page; without consent it is the stored choice that counts. */
async function openShop(page, consent) {
  await page.evaluate(
    async ([consent, now]) => {
      window.shop = await window.flaneur.open({
        shop: "kept",
        catalog: window.items,
        seed: 1,
        now: () => now,
        ...(consent && { consent }),
      });
      window.slate = () => {
        const { id, items } = window.shop.rank({ slot: "home", size: 12, seed: 5 });
        return { id, lines: window.flaneur.linesOf({ items }) };
      };
    },
    [consent, NOW],
  );
}

function browse(page) {
  return page.evaluate((now) => {
    for (const [at, item] of ["item-12", "item-18", "item-24", "item-30"].entries()) {
      window.shop.observe({ type: "view_item", item, id: `view-${at}`, at: now - 60_000 * (5 - at) });
    }
    window.shop.observe({ type: "search", query: "confidential lamp", id: "searched", at: now - 2000 });
    window.shop.observe({ type: "dismiss", item: "item-36", id: "dismissed", at: now - 1000 });
    return window.slate();
  }, NOW);
}

const logOf = (page) => storedBy(page).then(({ databases }) => databases.find(({ name }) => name === "flaneur:kept")?.records.log);

async function reload(page) {
  await page.reload();
  await page.waitForFunction(() => window.ready === true);
}

test("events survive a reload that comes right after them, and the slate is the same", async (t) => {
  const { context, mishaps } = await newContext(t, browser);
  const page = await openMinimal(context, server.origin);
  await openShop(page, GRANTED);
  await until("the choice on the disk", () => page.evaluate(() => window.shop.flush()), Boolean); // a page hides nothing before
  const before = await browse(page);
  await reload(page);
  await openShop(page, undefined);
  assert.deepEqual(await page.evaluate(() => window.slate()), before);
  await until("records", () => logOf(page), (count) => count === 6);
  assert.deepEqual(await page.evaluate(() => [window.shop.status.storage, window.shop.consent.gates.rank]), ["device", true]);
  assert.deepEqual(mishaps, []);
});

test("nothing of an event is on the disk in plain", async (t) => {
  const { context } = await newContext(t, browser);
  const page = await openMinimal(context, server.origin);
  await openShop(page, GRANTED);
  await browse(page);
  await until("records", () => logOf(page), (count) => count === 6);
  const texts = await page.evaluate(async () => {
    const db = await new Promise((resolve) => {
      const request = indexedDB.open("flaneur:kept");
      request.onsuccess = () => resolve(request.result);
    });
    const values = await new Promise((resolve) => {
      const request = db.transaction("log").objectStore("log").getAll();
      request.onsuccess = () => resolve(request.result);
    });
    db.close();
    return values.map((bytes) => new TextDecoder("latin1").decode(bytes));
  });
  assert.equal(texts.length, 6);
  assert.ok(!texts.some((text) => /confidential|lamp|item-|view-|searched/.test(text)));
});

test("what a page that leaves has not written is kept hidden, and goes with an erasure and with the store gate", async (t) => {
  const { context, mishaps } = await newContext(t, browser);
  const page = await openMinimal(context, server.origin);
  await openShop(page, GRANTED);
  /** Notes something, leaves in the same task, and does something there; what the page's storage holds before and after that. */
  const left = (then) =>
    until("what was left", () =>
      page.evaluate(([then, now]) => {
        window.shop.observe({ type: "view_item", item: "item-12", id: `left-${then}-${Math.random()}`, at: now - 1000 });
        dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
        const kept = Object.entries(localStorage);
        if (kept.length > 0 && then === "erase") void window.shop.profile.erase();
        if (kept.length > 0 && then === "withdraw") void window.shop.consent.set({ store: false });
        const keys = Object.keys(localStorage);
        dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        return { kept, keys };
      }, [then, NOW]), ({ kept }) => kept.length > 0); // getting ready to hide takes a moment
  const { kept: [[key, value], ...others], keys } = await left("nothing");
  assert.match(key, /^flaneur:kept:exit:/);
  assert.deepEqual([others, keys], [[], [key]]);
  const plain = value.split(".").map((part) => Buffer.from(part, "base64").toString("latin1")).join();
  assert.ok(plain.length > 100 && !/left-|item-|writes/.test(plain + value), plain);
  await until("that it is written", () => page.evaluate(() => Object.keys(localStorage).length), (count) => count === 0);
  assert.ok((await logOf(page)) >= 1);
  assert.deepEqual((await left("erase")).keys, []);
  assert.deepEqual((await left("withdraw")).keys, []);
  await until("nothing", () => storedBy(page), ({ databases, localStorage }) => databases.length + localStorage.length === 0);
  assert.deepEqual(mishaps, []);
});

test("erase leaves no record, here and after a reload", async (t) => {
  const { context, mishaps } = await newContext(t, browser);
  const page = await openMinimal(context, server.origin);
  await openShop(page, GRANTED);
  const cold = await page.evaluate(() => window.slate());
  assert.notDeepEqual(await browse(page), cold);
  await until("records", () => logOf(page), (count) => count === 6);
  await page.evaluate(() => window.shop.profile.erase());
  assert.equal(await logOf(page), 0);
  assert.deepEqual(await page.evaluate(() => window.slate()), cold);
  await reload(page);
  await openShop(page, undefined);
  assert.equal(await page.evaluate(() => window.shop.profile.inspect().events), 0);
  assert.deepEqual(await page.evaluate(() => window.slate()), cold);
  assert.deepEqual(mishaps, []);
});

test("an export brought to another device gives the same slate", async (t) => {
  const { context } = await newContext(t, browser);
  const page = await openMinimal(context, server.origin);
  await openShop(page, GRANTED);
  const before = await browse(page);
  const document = await page.evaluate(async () => (await window.shop.profile.export()).text());

  const other = await newContext(t, browser);
  const elsewhere = await openMinimal(other.context, server.origin);
  await openShop(elsewhere, GRANTED);
  const report = await elsewhere.evaluate((text) => window.shop.profile.import(new Blob([text])), document);
  assert.deepEqual(report, { added: 6, known: 0, refused: [] });
  assert.deepEqual(await elsewhere.evaluate(() => window.slate()), before);
  assert.equal(await until("records", () => logOf(elsewhere), (count) => count === 6), 6);
  const twice = await elsewhere.evaluate((text) => window.shop.profile.import(new Blob([text])), document);
  assert.deepEqual(twice, { added: 0, known: 6, refused: [] });
  assert.deepEqual(other.mishaps, []);
});

test("withdrawing store deletes the database and keeps the visit in memory", async (t) => {
  const { context, mishaps } = await newContext(t, browser);
  const page = await openMinimal(context, server.origin);
  await openShop(page, GRANTED);
  const before = await browse(page);
  await until("records", () => logOf(page), (count) => count === 6);
  await page.evaluate(() => window.shop.consent.set({ store: false }));
  assert.deepEqual(await storedBy(page), EMPTY);
  assert.deepEqual(await page.evaluate(() => window.slate()), before);
  assert.equal(await page.evaluate(() => window.shop.status.storage), "memory");
  assert.deepEqual(mishaps, []);
});

test("a shop that takes the package out deletes all that it kept by one line", async (t) => {
  const { context, mishaps } = await newContext(t, browser);
  const page = await openMinimal(context, server.origin);
  await openShop(page, GRANTED);
  await browse(page);
  await until("records", () => logOf(page), (count) => count === 6);
  await page.evaluate(async () => {
    await window.shop.close();
    // What measuring and a page that had no time left behind.
    const request = indexedDB.open("flaneur:kept:measure", 1);
    request.onupgradeneeded = () => ["state", "ledger", "outbox"].map((store) => request.result.createObjectStore(store));
    await new Promise((resolve) => (request.onsuccess = resolve));
    request.result.close();
    localStorage.setItem("flaneur:kept:exit:page", "text");
  });
  await reload(page);
  // The line of docs/INTEGRATION.md, section "Taking it out".
  await page.evaluate(async () => void (await window.flaneur.open({ shop: "kept", catalog: [], consent: { store: false } })));
  await until("an empty device", () => storedBy(page), (stored) => JSON.stringify(stored) === JSON.stringify(EMPTY));
  assert.deepEqual(mishaps, []);
});

for (const consent of [undefined, { store: false, learn: true, rank: true }, { store: false, learn: false, rank: false }]) {
  test(`nothing is written with the choice ${JSON.stringify(consent ?? "not made")}`, async (t) => {
    const { context, mishaps, outside } = await newContext(t, browser);
    const page = await openMinimal(context, server.origin);
    await openShop(page, consent);
    await browse(page);
    await page.evaluate(() => window.shop.close());
    assert.deepEqual(await storedBy(page), EMPTY);
    assert.deepEqual(await context.cookies(), []);
    assert.deepEqual(mishaps, []);
    assert.deepEqual(outside, []);
  });
}
