// An engine that traps is rebuilt from the log: the slates before and after are equal.

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

/**
 * Runs before the page: keeps the engine's memory at hand, and makes the next function that the
 * engine imports fail as a trap does when `trapNext` is set.
 */
function wrapWebAssembly() {
  window.trapNext = 0;
  const wrap = (imports) =>
    Object.fromEntries(
      Object.entries(imports ?? {}).map(([module, functions]) => [
        module,
        Object.fromEntries(
          Object.entries(functions).map(([name, value]) => [
            name,
            typeof value !== "function"
              ? value
              : (...given) => {
                  if (window.trapNext > 0) {
                    window.trapNext--;
                    throw new WebAssembly.RuntimeError("unreachable");
                  }
                  return value(...given);
                },
          ]),
        ),
      ]),
    );
  const keep = (instance) => (window.engineMemory = instance.exports.memory);
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = async (source, imports) => {
    const made = await instantiate(source, wrap(imports));
    keep(made.instance ?? made);
    return made;
  };
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(Instance, [module, imports]) {
      const made = new Instance(module, wrap(imports));
      keep(made);
      return made;
    },
  });
}

async function openTrappable(t, options) {
  const { context, mishaps } = await newContext(t, browser);
  await context.addInitScript(wrapWebAssembly);
  const page = await openMinimal(context, server.origin);
  await page.evaluate(
    async ([options, now]) => {
      const shop = await window.flaneur.open({
        shop: "restart",
        catalog: window.items,
        consent: { store: true, learn: true, rank: true },
        rules: [{ type: "exclude", where: { brand: "brand-3" } }],
        seed: 1,
        now: () => now,
        ...options,
      });
      for (const [at, item] of ["item-12", "item-18", "item-24", "item-30"].entries()) {
        shop.observe({ type: "view_item", item, id: `view-${at}`, at: now - 60_000 * (5 - at) });
      }
      shop.observe({ type: "dismiss", item: "item-36", id: "dismissed", at: now - 1000 });
      window.shop = shop;
      window.told = [];
      shop.on("status", ({ code, status }) => window.told.push([code, status.engine]));
      window.slate = () => {
        const { id, items } = shop.rank({ slot: "home", size: 12, seed: 5 });
        return { id, lines: window.flaneur.linesOf({ items }) };
      };
      window.order = () => shop.rank({ slot: "home", size: 12, seed: 5 }).items.map(({ id }) => id);
    },
    [options, NOW],
  );
  return { page, mishaps };
}

const SHOP_ORDER = Array.from({ length: 12 }, (_, i) => `item-${i}`);

test("a function of the page that fails inside the engine costs one slate", async (t) => {
  const { page, mishaps } = await openTrappable(t, { storage: "memory" });
  const outcome = await page.evaluate(async () => {
    const before = window.slate();
    const view = window.shop.profile.inspect();
    window.trapNext = 1;
    const during = window.order();
    return { before, during, after: window.slate(), view, again: window.shop.profile.inspect(), told: window.told, uncaught: window.uncaught };
  });
  assert.deepEqual(outcome.during, SHOP_ORDER, "the call that trapped gets the shop's order");
  assert.deepEqual(outcome.after, outcome.before);
  assert.deepEqual(outcome.again, outcome.view);
  assert.equal(outcome.view.events, 5);
  assert.ok(!outcome.after.lines.some((line) => line.startsWith("item-36 ")), "the dismissal holds");
  assert.ok(!outcome.after.lines.some((line) => /^item-(3|7|11|15) /.test(line)), "the rules hold");
  assert.deepEqual(outcome.told, [["engine_restarted", "simd"]]);
  assert.deepEqual(outcome.uncaught, []);
  assert.deepEqual(mishaps, []);
});

test("memory that is overwritten costs one slate", async (t) => {
  const { page, mishaps } = await openTrappable(t, { storage: "memory" });
  const outcome = await page.evaluate(async () => {
    const before = window.slate();
    new Uint8Array(window.engineMemory.buffer).fill(0xff);
    const during = window.order();
    return { before, during, after: window.slate(), told: window.told, uncaught: window.uncaught };
  });
  assert.deepEqual(outcome.during, SHOP_ORDER);
  assert.deepEqual(outcome.after, outcome.before);
  assert.deepEqual(outcome.told, [["engine_restarted", "simd"]]);
  assert.deepEqual(outcome.uncaught, []);
  assert.deepEqual(mishaps, []);
});

test("events that come after a restart are learned and stored like those before", async (t) => {
  const { page, mishaps } = await openTrappable(t, {});
  await page.evaluate((now) => {
    window.trapNext = 1;
    window.order();
    window.shop.observe({ type: "view_item", item: "item-42", id: "after", at: now });
  }, NOW);
  const stored = await until("records", () => storedBy(page), ({ databases }) => databases[0]?.records.log === 6);
  assert.deepEqual(stored.databases.map(({ name }) => name), ["flaneur:restart"]);
  const before = await page.evaluate(async () => {
    const slate = window.slate();
    await window.shop.close();
    return slate;
  });
  await page.reload();
  await page.waitForFunction(() => window.ready === true);
  const after = await page.evaluate(async (now) => {
    const rules = [{ type: "exclude", where: { brand: "brand-3" } }];
    const shop = await window.flaneur.open({ shop: "restart", catalog: window.items, rules, seed: 1, now: () => now });
    const { id, items } = shop.rank({ slot: "home", size: 12, seed: 5 });
    return { id, lines: window.flaneur.linesOf({ items }) };
  }, NOW);
  assert.deepEqual(after, before);
  assert.deepEqual(mishaps, []);
});

test("an engine that fails again and again is given up, and the shop's order stays", async (t) => {
  const { page, mishaps } = await openTrappable(t, { storage: "memory" });
  const outcome = await page.evaluate(() => {
    const orders = [];
    for (let i = 0; i < 4; i++) {
      window.trapNext = 1;
      orders.push(window.order());
    }
    window.trapNext = 0;
    orders.push(window.order());
    return { orders, told: window.told, status: window.shop.status, uncaught: window.uncaught };
  });
  for (const order of outcome.orders) assert.deepEqual(order, SHOP_ORDER);
  assert.deepEqual(outcome.told, [
    ["engine_restarted", "simd"],
    ["engine_restarted", "simd"],
    ["engine_unstable", "passthrough"],
  ]);
  assert.deepEqual([outcome.status.engine, outcome.status.reason], ["passthrough", "engine_unstable"]);
  assert.deepEqual(outcome.uncaught, []);
  assert.deepEqual(mishaps, []);
});
