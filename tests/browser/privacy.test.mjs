// The demo shop's privacy centre: every gate, every answer before and after it leaves, its price, every choice on record, and the way out.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { operator } from "../js/support/operator.mjs";
import { DAY, dapTask, hpkeConfig, ldpTask, signed } from "../js/support/tasks.mjs";
import { SCHEMES, violations } from "./support/axe.mjs";
import { launch, storedBy, until } from "./support/browser.mjs";
import { PATIENCE } from "./support/remote.mjs";
import { SHOP, serve } from "./support/server.mjs";
import { NOWHERE, closePanel, enter, go, openPanel, later, sendAfterTwoWeeks, some, view } from "./support/shop.mjs";

const CORS = { "access-control-allow-origin": "*", "access-control-allow-methods": "PUT", "access-control-allow-headers": "content-type" };

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** The demo shop with two questions: one keeps every rule, one has too small a batch. `status` is the operator's to a report. */
async function shopThatAsks(t, status = 201) {
  const { url, received } = await operator(t, ({ method }) => ({ headers: CORS, status: method === "PUT" ? status : 204 }));
  const words = (en, fr) => ({ en, fr });
  const dates = { start: new Date(Date.now() - 30 * DAY).toISOString(), end: new Date(Date.now() + 365 * DAY).toISOString() };
  const kinds = ["Lighting", "Garden", "Books"].map((kind) => ({ en: `${kind} (en)`, fr: `${kind} (fr)`, value: `category:${kind}` }));
  const tasks = [
    dapTask({ ...dates, purpose: words("Which kinds please", "Quels genres plaisent"), buckets: [words("nothing", "rien"), ...kinds], leader: { name: "Leader Ltd", url, hpke: hpkeConfig(1) } }),
    ldpTask({ ...dates, minBatchSize: 5 }),
  ];
  const server = await serve(SHOP, { "/measure/tasks.json": { body: JSON.stringify(await signed("demo", tasks)), type: "application/json" } });
  t.after(() => server.close());
  return { server, received, puts: () => received.filter(({ method }) => method === "PUT") };
}

const centre = (page) => go(page, "#/privacy", "page-privacy shop-budget meter");
const gate = (page, name) => page.locator(`page-privacy [data-action="gate-${name}"]`);
const next = (page) => page.locator("[data-next]");
const lines = (page) => page.locator("[data-line]").evaluateAll((rows) => rows.map(({ dataset }) => dataset.outcome));
const spent = (page, of, period) => page.locator(`[data-budget="${of}"][data-period="${period}"]`).getAttribute("data-spent");

/** Waits until the one report is sent, and ended so. Returns how many days ahead that was. */
async function delivered(page, became = "sent") {
  const days = await sendAfterTwoWeeks(page);
  await until("the delivery", () => lines(page), ([outcome]) => outcome === became);
  return days;
}

async function downloaded(page, action) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator(`page-privacy [data-action="${action}"]`).click()]);
  return JSON.parse(await readFile(await file.path(), "utf8"));
}

test("what would leave is shown first, leaves as shown, is charged, and stays readable line by line", async (t) => {
  const { server, puts } = await shopThatAsks(t);
  const { page, mishaps, outside } = await enter(t, browser, server.origin, { at: NOWHERE });
  for (const id of some("Lighting", 3)) await view(page, id);
  await centre(page);
  await next(page).waitFor();
  const id = await next(page).getAttribute("data-next");
  assert.equal(await next(page).getAttribute("data-state"), "collecting");
  assert.equal(await next(page).locator("[data-answer]").textContent(), "Lighting (en)");
  assert.match(await next(page).textContent(), /Leader Ltd and Helper GmbH/);
  assert.deepEqual(await lines(page), []);
  assert.equal(await spent(page, "shop", "week"), "0");
  assert.deepEqual(await page.locator("[data-refused]").evaluateAll((refused) => refused.map(({ dataset }) => dataset.refused)), ["task_batch"]);
  assert.deepEqual(puts(), []);

  // The device's first week starts within seven days, so after two weeks one has ended.
  await later(page, "week-later");
  await later(page, "week-later");
  await until("a charged report", () => lines(page), (found) => found.length === 1);
  const days = await delivered(page);
  assert.equal(puts().length, 1);
  const ledger = await downloaded(page, "download-ledger");
  assert.equal(ledger.length, 1);
  // Of this week only if the device's own week, whose first day is drawn, ended within the last seven days.
  const isOfThisWeek = ledger[0].at > Date.now() + (days - 7) * DAY;
  const [week, month] = [await spent(page, "shop", "week"), await spent(page, id, "month")];
  assert.deepEqual([week, month], [isOfThisWeek ? "1000000" : "0", "1000000"]);
  assert.equal(ledger[0].bytes, puts()[0].body.length);
  assert.deepEqual(ledger[0].operators, ["Leader Ltd", "Helper GmbH"]);
  const receipts = await downloaded(page, "download-receipts");
  assert.ok(JSON.stringify(receipts).includes(ledger[0].receipt), "the line names the choice that allowed it");

  await openPanel(page, "engine");
  await page.locator(`[data-bytes-sent="${ledger[0].bytes}"]`).waitFor();
  await closePanel(page);
  assert.deepEqual([mishaps, outside], [[], []]);
});

test("of a report that reached its operator the ledger does not say that it was not sent, whatever the operator answered", async (t) => {
  const { server, puts } = await shopThatAsks(t, 400);
  const { page } = await enter(t, browser, server.origin, { at: NOWHERE });
  await centre(page);
  await next(page).waitFor();
  await later(page, "week-later");
  await later(page, "week-later");
  await until("a charged report", () => lines(page), (found) => found.length === 1);
  await delivered(page, "failed");
  assert.equal(puts().length, 1);
  assert.match(await page.locator("[data-line] td").last().textContent(), /^failed \(the operator refused it\)/);
});

test("one gesture stops counting: what waits is dropped, nothing more leaves, and the choice is on record", async (t) => {
  const { server, received } = await shopThatAsks(t, 503); // so that what is due waits too
  const { page, mishaps } = await enter(t, browser, server.origin, { at: NOWHERE });
  await centre(page);
  await next(page).waitFor();
  await later(page, "week-later");
  await later(page, "week-later");
  await until("a charged report", () => lines(page), (found) => found.length === 1);
  const start = Date.now();
  await page.locator('[data-action="withdraw"]').click();
  await page.locator('[data-measuring="off"]').waitFor();
  await until("the ledger", () => lines(page), ([outcome]) => outcome === "dropped");
  assert.ok(Date.now() - start < 9000 * PATIENCE, "a second for the withdrawal, and the page looks every two: thrice that, for a busy machine");
  const before = received.length;
  assert.equal(await gate(page, "measure").isChecked(), false);
  assert.equal(await next(page).count(), 0);
  await until("the receipts", () => page.locator("[data-receipt]").count(), (count) => count === 2);
  await later(page, "day-later");
  await page.waitForTimeout(500);
  assert.equal(received.length, before, "nothing was asked of the operators again");
  await page.locator('[data-action="withdraw-all"]').click();
  await until("databases", () => storedBy(page).then(({ databases }) => databases), (databases) => databases.length === 0);
  for (const name of ["store", "learn", "rank", "measure"]) assert.equal(await gate(page, name).isChecked(), false, name);
  assert.deepEqual(mishaps, []);
});

test("each gate has its switch, the log is exported and erased here, and erasing keeps the ledger", async (t) => {
  const { server } = await shopThatAsks(t);
  const { page, mishaps } = await enter(t, browser, server.origin, { choice: "refuse", at: NOWHERE });
  await centre(page);
  await page.locator("[data-nothing]").waitFor();
  for (const name of ["store", "learn", "rank", "measure"]) {
    await gate(page, name).check();
    await until(name, () => page.locator("[data-receipt]").count(), (count) => count > 0);
  }
  await next(page).waitFor();
  for (const id of some("Garden", 3)) await view(page, id);
  await centre(page);
  assert.equal((await downloaded(page, "export")).events.filter(({ type }) => type === "view_item").length, 3);
  await later(page, "week-later");
  await later(page, "week-later");
  await until("a charged report", () => lines(page), (found) => found.length === 1);
  await page.locator('page-privacy [data-action="erase"]').click();
  await page.locator('page-privacy [data-action="erase-confirm"]').click();
  await until("the log", async () => (await downloaded(page, "export")).events.length, (events) => events === 0);
  assert.equal((await lines(page)).length, 1);
  assert.deepEqual(mishaps, []);
});

test("a shop on a static host asks nothing, says so, and offers no switch for it on its banner", async (t) => {
  const server = await serve(SHOP);
  t.after(() => server.close());
  const { page, mishaps, outside } = await enter(t, browser, server.origin, { choice: null, at: "#/privacy" });
  assert.equal(await page.locator('[data-consent-gate="measure"]').count(), 0);
  await page.locator('[data-action="consent-accept"]').click();
  await page.locator("[data-nothing]").waitFor();
  assert.match(await page.locator("[data-nothing]").textContent(), /asks no questions/);
  assert.equal(await page.locator("[data-demo]").count(), 0);
  await go(page, "#/merchant", "[data-none]");
  assert.deepEqual([mishaps, outside], [[], []]);
});

for (const lang of ["en", "fr"]) {
  test(`axe finds nothing in the privacy centre, in light, dark and forced colours: ${lang}`, async (t) => {
    const { server } = await shopThatAsks(t);
    const { page, mishaps } = await enter(t, browser, server.origin, { at: NOWHERE, options: { locale: lang === "fr" ? "fr-FR" : "en-GB" } });
    assert.equal(await page.evaluate(() => document.documentElement.lang), lang);
    for (const id of some("Lighting", 3)) await view(page, id);
    await centre(page);
    for (const button of ["week-later", "week-later"]) await later(page, button);
    await delivered(page);
    for (const scheme of SCHEMES) {
      await page.emulateMedia(scheme);
      await page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, scheme.colorScheme);
      await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished))); // switches turn
      assert.deepEqual(await violations(page), [], JSON.stringify(scheme));
    }
    assert.deepEqual(mishaps, []);
  });
}
