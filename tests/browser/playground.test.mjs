// The playground: a pasted feed and a pasted dataLayer become a shelf; it says what counted and what did not; all stays in the page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { violations } from "./support/axe.mjs";
import { launch, storedBy } from "./support/browser.mjs";
import { SHOP, serve } from "./support/server.mjs";
import { enter } from "./support/shop.mjs";

let browser;
let server;
before(async () => {
  browser = await launch();
  server = await serve(SHOP);
});
after(async () => {
  await browser.close();
  await server.close();
});

/** A shopper who refused everything, on the playground; the pictures of the home page are never asked for. */
async function playground(t, options) {
  const shopper = await enter(t, browser, server.origin, { choice: "refuse", at: "#/playground", options });
  await shopper.page.locator("#feed").waitFor();
  return shopper;
}

async function run(page, feed, dump = "") {
  await page.locator("#feed").fill(feed);
  await page.locator("#dump").fill(dump);
  await page.locator('page-playground >> [data-action="run"]').click();
  await ended(page);
}

/** What ran has ended: a shelf of the run before stands until then. */
async function ended(page) {
  await page.locator('page-playground >> [data-action="run"][aria-disabled="false"]').waitFor();
  await page.locator("page-playground [data-shelf], page-playground [data-fault]").first().waitFor();
}

const shelf = (page) => page.locator("page-playground >> [data-shelf] > li").evaluateAll((entries) => entries.map((entry) => entry.dataset.item));
const outcomes = (page) => page.locator("page-playground >> tr[data-entry]").evaluateAll((rows) => rows.map((row) => row.dataset.outcome));

test("the example: each entry says whether it counted, the shelf leans to what was looked at, and nothing is stored or sent", async (t) => {
  const { page, mishaps, outside } = await playground(t);
  await page.waitForLoadState("networkidle");
  const asked = server.asked.length;
  await page.locator('[data-action="example"]').click();
  await page.locator('page-playground >> [data-action="run"]').click();
  await page.locator("page-playground >> [data-shelf] > li").first().waitFor();
  assert.deepEqual(await outcomes(page), ["other", "command", "reset", "counted", "counted", "counted", "waits", "counted", "empty", "counted", "counted", "known", "other"]);
  assert.equal(await page.locator("page-playground >> [data-missing]").count(), 1, "sofa-9 is not in the feed");
  const ids = await shelf(page);
  assert.equal(ids.length, 12);
  assert.ok(ids.slice(0, 3).some((id) => id.startsWith("rug")), `rugs were looked at: ${ids}`);
  for (const seen of ["rug-0", "rug-3", "cup-1", "cup-5"]) assert.ok(!ids.includes(seen), seen);
  assert.deepEqual(await page.locator("page-playground >> [data-kept]").evaluateAll((all) => all.map((one) => one.dataset.kept).sort()), ["cup-1", "lamp-2", "rug-0", "rug-3"]);
  assert.ok((await page.locator("page-playground >> .terms > li").count()) >= 12, "places have reasons");
  assert.deepEqual([mishaps, outside], [[], []]);
  // The shop around it fetches its own files, and none of these requests says anything.
  assert.deepEqual(server.asked.slice(asked).filter(({ method, url }) => method !== "GET" || url.includes("?")), []);
  const { databases } = await storedBy(page);
  assert.deepEqual(databases.filter(({ name }) => name.includes("playground")), []);
});

test("feeds as shops have them: a table with semicolons and quotes, lines of JSON, Shopify's products", async (t) => {
  const { page, mishaps } = await playground(t);
  const read = () => page.locator("page-playground >> [data-read]").getAttribute("data-read");
  await run(page, 'SKU;Name;Price;Brand\na1;"Lamp; brass, ""old""";"1.234,50 €";Lumen\n;nameless;1;X\na1;again;2;X\na2;Cup;12;Terra\n');
  assert.equal(await read(), "2");
  assert.equal(await page.locator("page-playground >> [data-left]").getAttribute("data-left"), "2");
  assert.match(await page.locator('page-playground >> [data-item="a1"]').innerText(), /Lamp; brass, "old"[^]*1,234\.50/);
  await run(page, '{"id":"b1","title":"One"}\n{"id":"b2","title":"Two"}');
  assert.deepEqual((await shelf(page)).sort(), ["b1", "b2"]);
  await run(page, JSON.stringify({ products: [{ id: 7, title: "Shirt", vendor: "V", variants: [{ price: "10.00", available: true }] }] }));
  assert.deepEqual(await shelf(page), ["7"]);
  assert.deepEqual(mishaps, []);
});

test("a currency that is no code stands as it is written", async (t) => {
  const { page, mishaps } = await playground(t);
  await run(page, "id,price,currency\na,12,EURO\nb,3.5,€\nc,4,EUR");
  const text = (id) => page.locator(`page-playground >> [data-item="${id}"]`).innerText();
  assert.match(await text("a"), /12\.00\u00a0EURO/);
  assert.match(await text("b"), /3\.50\u00a0€/);
  assert.match(await text("c"), /€4 /);
  assert.deepEqual(mishaps, []);
});

test("what cannot be read is said: a feed without ids, an item that the engine refuses, a dump that is no JSON", async (t) => {
  const { page, mishaps } = await playground(t);
  const fault = () => page.locator("page-playground >> [data-fault]").getAttribute("data-fault");
  await run(page, "just some words");
  assert.equal(await fault(), "no_feed");
  await run(page, JSON.stringify([{ id: "x".repeat(300) }]));
  assert.equal(await fault(), "value_too_long");
  await run(page, '[{"id":"a"}]', "dataLayer.push(");
  await page.locator("page-playground >> [data-no-dump]").waitFor();
  await page.locator("#feed").fill("just some words");
  await page.locator("page-playground").evaluate(({ renderRoot }) => ["run", "clear"].forEach((name) => renderRoot.querySelector(`[data-action="${name}"]`).click()));
  await page.locator('page-playground >> [data-action="run"][aria-disabled="false"]').waitFor();
  assert.equal(await page.locator("page-playground >> [data-fault]").count(), 0, "a fault of what was cleared");
  assert.deepEqual(mishaps, []);
});

test("what is said to the console copies a dataLayer with elements in it, as GTM's clicks leave them", async (t) => {
  const { page } = await playground(t);
  for (const language of ["en", "fr"]) {
    await page.goto(`${server.origin}/?lang=${language}#/playground`);
    const said = (await page.locator("#dump-hint").textContent()).match(/copy\(.*\)/)[0];
    const copied = await page.evaluate((command) => {
      const button = document.body.appendChild(document.createElement("button"));
      button.__reactFiber$1 = { stateNode: button }; // a page made by React
      const dataLayer = [{ event: "gtm.click", "gtm.element": button }, { event: "view_item", ecommerce: { items: [{ item_id: "a" }] } }];
      return new Promise((copy) => new Function("copy", "dataLayer", command)(copy, dataLayer));
    }, said);
    await run(page, "id,title\na,A\nb,B", copied);
    assert.deepEqual(await outcomes(page), ["other", "counted"]);
  }
});

test("what was pasted is there again after a look at another page; the outcome is said where a screen reader listens already", async (t) => {
  const { page, mishaps } = await playground(t);
  const status = page.locator('page-playground >> p[role="status"]');
  assert.equal((await status.textContent()).trim(), "", "it is there before it says something");
  await run(page, '[{"id":"a"},{"id":"b"}]', '[{"event":"view_item","ecommerce":{"items":[{"item_id":"a"}]}}]');
  assert.match(await status.innerText(), /2 items read\..*1 of 1 entry counted\./);
  await page.evaluate(() => (location.hash = "#/basket"));
  await page.locator("page-basket").waitFor();
  await page.goBack();
  assert.equal(await page.locator("#feed").inputValue(), '[{"id":"a"},{"id":"b"}]');
  assert.match(await page.locator("#dump").inputValue(), /view_item/);
  await page.locator('[data-action="clear"]').click();
  assert.equal(await page.locator("#feed").inputValue(), "");
  assert.deepEqual(mishaps, []);
});

for (const locale of ["en-GB", "fr-FR"]) {
  for (const [scheme, width] of [["light", 1280], ["dark", 390]]) {
    test(`the playground has no fault of accessibility and fits: ${locale}, ${scheme}, ${width} px`, async (t) => {
      const { page } = await playground(t, { locale, colorScheme: scheme, viewport: { width, height: 900 } });
      await page.locator('[data-action="example"]').click();
      await page.locator('page-playground >> [data-action="run"]').click();
      await page.locator("page-playground >> [data-shelf] > li").first().waitFor();
      assert.deepEqual(await violations(page), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no sideways scrolling");
    });
  }
}

test("a dump of thousands of entries says how far it is, leaves the page free, and is listed in parts", async (t) => {
  const { page, mishaps } = await playground(t, { locale: "fr-FR" });
  const table = ["id,title,price", ...Array.from({ length: 300 }, (_, n) => `p${n},Thing ${n},${n + 1} EUR`)].join("\n");
  const entries = Array.from({ length: 5000 }, (_, n) => ({ event: "view_item", ecommerce: { items: [{ item_id: `p${n % 300}` }] } }));
  await page.locator("#feed").fill(table);
  await page.locator("#dump").fill(JSON.stringify(entries));
  // Each turn of the page while the dump is heard, and what stands there then; the second time it is cleared at once.
  await page.locator("page-playground").evaluate(({ renderRoot }) => {
    globalThis.turns = 0;
    globalThis.clock = setInterval(() => globalThis.turns++);
    globalThis.courses = [];
    new MutationObserver(() => {
      const course = renderRoot.querySelector("[data-course]");
      if (course) globalThis.courses.push([course.innerText, course.querySelector("progress").max]);
      if (course && globalThis.clears) renderRoot.querySelector('[data-action="clear"]').click();
    }).observe(renderRoot, { subtree: true, childList: true });
  });
  await page.locator('page-playground >> [data-action="run"]').click();
  const course = page.locator("page-playground >> [data-course]");
  await page.locator("page-playground >> [data-shelf] > li").first().waitFor();
  const [[said, most]] = await page.evaluate(() => globalThis.courses);
  assert.match(said, /entrées? entendues? sur 5.000/);
  assert.equal(most, 5000);
  assert.ok((await page.evaluate(() => globalThis.turns)) > 20);
  assert.equal(await course.count(), 0);
  assert.equal((await outcomes(page)).length, 200);
  await page.locator('page-playground >> [data-action="more-entries"]').click();
  assert.equal((await outcomes(page)).length, 400);
  await page.evaluate(() => ((globalThis.courses.length = 0), (globalThis.clears = true)));
  await page.locator('page-playground >> [data-action="run"]').click();
  await page.locator('page-playground >> [data-action="run"][aria-disabled="false"]').waitFor();
  assert.ok((await page.evaluate(() => globalThis.courses.length)) > 0, "it was cleared while it ran");
  assert.equal(await page.locator("page-playground >> [data-shelf]").count(), 0, "what was cleared does not come back");
  assert.deepEqual(mishaps, []);
});
