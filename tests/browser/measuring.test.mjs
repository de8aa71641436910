// What leaves, in a real browser: nothing before consent, and then only what was shown first.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { operator } from "../js/support/operator.mjs";
import { DAY, START, WEEK, dapTask, hpkeConfig, signed } from "../js/support/tasks.mjs";
import { launch, newContext, storedBy, until } from "./support/browser.mjs";
import { openMinimal } from "./support/minimal.mjs";
import { PATIENCE } from "./support/remote.mjs";
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

const EMPTY = { databases: [], cached: [], localStorage: [], sessionStorage: [], cookies: "" };
const ALL = { store: true, learn: true, rank: true, measure: true };
const NOW = START + 30 * DAY;
const CORS = { "access-control-allow-origin": "*", "access-control-allow-methods": "PUT", "access-control-allow-headers": "content-type" };

async function bundleFor(shop, url) {
  return signed(shop, [dapTask({ leader: { name: "Leader Ltd", url, hpke: hpkeConfig(1) } })]);
}

/** Puts a consent platform into the page before its own code, in a state of its own. */
const platform = (data) => `window.__tcfapi = (command, version, callback) => {
  if (command === "addEventListener" && ${data !== undefined}) callback(${JSON.stringify(data ?? null)}, true);
};`;

const STATES = [
  ["no platform", "", "tcf"],
  ["a platform that has only its stub", platform(undefined), "tcf"],
  ["a platform that shows its dialog", platform({ gdprApplies: true, eventStatus: "cmpuishown", listenerId: 1, publisher: { consents: { 1: true, 5: true, 6: true, 8: true, 9: true } } }), "tcf"],
  ["a shopper who refused", platform({ gdprApplies: true, eventStatus: "useractioncomplete", listenerId: 1, publisher: { consents: {} } }), "tcf"],
  ["Global Privacy Control, and nothing granted", "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true });", "tcf"],
  ["a minor, whatever was granted", "", "minor"],
];

for (const [what, script, kind] of STATES) {
  test(`with ${what}: nothing is stored, nothing is sent, and what sends is not loaded`, async (t) => {
    const { url, received } = await operator(t, () => ({ headers: CORS }));
    const { context, mishaps, outside } = await newContext(t, browser);
    if (script) await context.addInitScript(script);
    const page = await openMinimal(context, server.origin);
    const bundle = await bundleFor("zero", url);
    const before = server.asked.length;
    await page.evaluate(
      async ([bundle, kind, all, now]) => {
        const { tcf } = await import("/pkg/consent/index.js");
        const consent = kind === "minor" ? { consent: all, audience: "minor" } : { consent: tcf() };
        window.shop = await window.flaneur.open({ shop: "zero", catalog: window.items, now: () => now, ...bundle, ...consent });
        shop.observe({ type: "view_item", item: "item-3" });
        shop.rank({ slot: "home", size: 12 }).seen();
        await Promise.all([shop.measure.preview(), shop.measure.ledger(), shop.measure.budget(), shop.measure.tasks()]);
        await new Promise((resolve) => setTimeout(resolve, 300));
      },
      [bundle, kind, ALL, NOW],
    );
    assert.deepEqual(await storedBy(page), EMPTY);
    assert.equal(await page.evaluate(() => shop.profile.inspect().events), 0);
    const asked = server.asked.slice(before).map(({ path }) => path);
    const own = asked.filter((path) => !path.startsWith("/pkg/consent/") && !/^\/pkg\/(consent|errors|core|core_bg)\.(js|wasm)$/.test(path));
    assert.deepEqual(own, [], "no request but the page's own for the package");
    assert.deepEqual(asked.filter((path) => /upstream|measur|deliver|seal/.test(path)), []);
    assert.deepEqual([received, outside, mishaps], [[], [], []]);
  });
}

test("after consent the module is loaded, and what was shown leaves: sealed, typed, and with nothing else", async (t) => {
  const { url, received } = await operator(t, () => ({ headers: CORS }));
  const { context, mishaps } = await newContext(t, browser);
  await context.addCookies([{ name: "session", value: "secret", url }]);
  const page = await openMinimal(context, server.origin);
  const bundle = await bundleFor("sent", url);
  const before = server.asked.length;
  const open = (now) =>
    page.evaluate(
      async ([bundle, all, now]) => {
        await window.shop?.close();
        window.shop = await window.flaneur.open({ shop: "sent", catalog: window.items, now: () => now, ...bundle, consent: all });
      },
      [bundle, ALL, now],
    );
  await open(NOW);
  const ledger = () => page.evaluate(() => shop.measure.ledger());
  await until("the first look", () => page.evaluate(() => shop.measure.preview()), (entries) => entries.length === 1);
  assert.deepEqual(server.asked.slice(before).filter(({ path }) => path.includes("upstream")), [], "not before it seals");
  await open(NOW + 2 * WEEK);
  const [sealed] = await until("the sealed report", ledger, (lines) => lines.length === 1);
  assert.deepEqual(
    server.asked.slice(before).filter(({ path }) => path.includes("upstream")).map(({ path }) => path),
    ["/pkg/upstream.js", "/pkg/upstream_bg.wasm"],
  );
  // Due within a day after its week, and too late a week after: which week is drawn by each device.
  await open(Math.max(NOW + 2 * WEEK, sealed.at + DAY));
  const [line] = await until("the delivery", ledger, ([line]) => line?.outcome === "sent");
  const [put] = received.filter(({ method }) => method === "PUT");
  assert.equal(put.body.length, line.bytes);
  assert.equal(put.headers["content-type"], "application/dap-report");
  for (const name of ["cookie", "referer", "authorization"]) assert.equal(put.headers[name], undefined, name);
  assert.equal(put.headers["accept-language"], "*", "the shopper's languages are not told with the report");
  // The preflight is the browser's own, and names them: no page can keep it from that, so PRIVACY.md says it.
  const [preflight] = received.filter(({ method }) => method === "OPTIONS");
  assert.match(preflight.headers["accept-language"], /^[a-z]{2}/);
  for (const name of ["cookie", "referer", "authorization"]) assert.equal(preflight.headers[name], undefined, name);
  assert.deepEqual(mishaps, []);
  await page.evaluate(() => shop.close());
});

test("what one tab chooses holds in every tab within 50 ms, and two tabs charge once", async (t) => {
  const { url, received } = await operator(t, () => ({ headers: CORS }));
  const { context } = await newContext(t, browser);
  const bundle = await bundleFor("tabs", url);
  const pages = await Promise.all([1, 2, 3].map(() => openMinimal(context, server.origin)));
  const each = (run, argument) => Promise.all(pages.map((page) => page.evaluate(run, argument)));
  const open = ([bundle, all, now]) =>
    (window.shop?.close() ?? Promise.resolve()).then(async () => {
      window.moment = now;
      window.shop = await window.flaneur.open({ shop: "tabs", catalog: window.items, now: () => window.moment, ...bundle, consent: all });
      window.heard = [];
      shop.on("consent", () => window.heard.push(performance.timeOrigin + performance.now()));
    });
  await each(open, [bundle, ALL, NOW]);
  const delays = [];
  for (let round = 0; round < 20; round++) {
    await each(() => void (window.heard.length = 0));
    const start = await pages[0].evaluate((rank) => {
      const start = performance.timeOrigin + performance.now();
      void shop.consent.set({ rank });
      return start;
    }, round % 2 === 1);
    for (const page of pages) {
      const [at] = await until("the choice", () => page.evaluate(() => window.heard), (heard) => heard.length > 0);
      delays.push(at - start);
    }
  }
  delays.sort((a, b) => a - b);
  assert.ok(delays[Math.floor(delays.length * 0.9)] < 50 * PATIENCE, `nine of ten within 50 ms: ${delays.map(Math.round)}`);

  await until("the ledger", () => pages[0].evaluate(() => shop.measure.preview()), (entries) => entries.length === 1);
  const ledger = () => pages[1].evaluate(() => shop.measure.ledger());
  let lines = [];
  for (let week = 2; week <= 6; week++) {
    await each(open, [bundle, ALL, NOW + week * WEEK]);
    lines = await until(`the charge of week ${week}`, ledger, (lines) => lines.length >= week - 1);
  }
  assert.deepEqual(lines.map(({ epoch }) => epoch), [4, 3, 2, 1, 0], "one line for each epoch");
  const puts = received.filter(({ method }) => method === "PUT").map(({ body }) => body.toString("hex", 0, 16));
  assert.equal(new Set(puts).size, puts.length, "no report twice");
  await each(() => shop.close());
});
