// The engine traps: it is replaced in place and rebuilt from the log, and the page sees no exception.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { fault } from "../support/fault.mjs";
import { withLittleMemory, withLittleStack } from "../support/module.mjs";

const read = (file) => readFile(new URL(`../../../pkg/dist/${file}`, import.meta.url));

/** Serves both builds changed. */
async function changed(change) {
  const entries = ["core_bg.wasm", "core_scalar_bg.wasm"].map(async (file) => [`/pkg/${file}`, { body: change(await read(file)) }]);
  return Object.fromEntries(await Promise.all(entries));
}

/** Makes what the engine imports fail as a panic does, as often as `panics` says. Run in the page, before the package loads. */
const PANICS = `
  window.panics = 0;
  const wrap = (imports) => Object.fromEntries(Object.entries(imports ?? {}).map(([module, functions]) => [module, Object.fromEntries(
    Object.entries(functions).map(([name, value]) => [name, typeof value !== "function" ? value : (...given) => {
      if (window.panics === 0) return value(...given);
      window.panics--;
      throw new WebAssembly.RuntimeError("unreachable");
    }]))]));
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const real = WebAssembly[name];
    WebAssembly[name] = (source, imports) => real.call(WebAssembly, source, wrap(imports));
  }
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, { construct: (Instance, [module, imports]) => new Instance(module, wrap(imports)) });
`;

fault(
  {
    name: "an engine that panics is rebuilt in place, and after three times in a minute the shop's order stands",
    injected: "a trap in the middle of a call, once; then twice more",
    expected: "the call that trapped gets the shop's order; the slates before and after are equal, the log whole; then status says engine_unstable; 0 exceptions",
  },
  async (world) => {
    const page = await world.page();
    const found = await page.run(
      async (shop, damage) => {
        (0, eval)(damage);
        await openShop(shop);
        for (const [i, item] of ["item-12", "item-18", "item-24"].entries()) view(`seen-${i}`, item);
        const told = [];
        window.shop.on("status", ({ code }) => code && told.push(code));
        const before = order();
        const panicking = () => {
          window.panics = 1;
          return order();
        };
        const during = panicking();
        const start = performance.now();
        const after = order();
        const milliseconds = performance.now() - start;
        const events = (await idsOf()).length;
        const last = [panicking(), panicking(), order()];
        view("later");
        const { engine, reason } = window.shop.status;
        return { before, during, after, milliseconds, events, last, told, engine, reason };
      },
      world.shopName(),
      PANICS,
    );
    const plain = Array.from({ length: 12 }, (_, i) => `item-${i}`);
    assert.deepEqual([found.during, ...found.last], [plain, plain, plain, plain]);
    assert.notDeepEqual(found.before, plain);
    assert.deepEqual([found.after, found.events], [found.before, 3]);
    assert.deepEqual([found.engine, found.reason], ["passthrough", "engine_unstable"]);
    assert.equal(found.told[0], "engine_restarted");
    world.say(`first slate after the panic in ${found.milliseconds.toFixed(1)} ms`);
  },
);

fault(
  {
    name: "an engine that runs out of memory is rebuilt in place, and ranks as before",
    injected: "the module's memory is bounded to 2 MiB more than it starts with; then a catalog of 60,000 items",
    expected: "update rejects with engine_restarted; the slates before and after are equal; 0 exceptions",
  },
  async (world) => {
    const server = await world.server(await changed((module) => withLittleMemory(module, 32)));
    const page = await world.page("/remote.html", server.origin);
    const found = await page.run(async (shop) => {
      await openShop(shop);
      for (const [i, item] of ["item-12", "item-18", "item-24"].entries()) view(`seen-${i}`, item);
      const told = [];
      window.shop.on("status", ({ code }) => code && told.push(code));
      const before = order();
      const many = Array.from({ length: 60_000 }, (_, i) => ({ id: `many-${i}`, title: `A thing with a name of some length, number ${i}`, brand: `brand-${i % 997}` }));
      const refused = await window.shop.update(many).then(
        () => "taken",
        (e) => e.code,
      );
      return { refused, told, same: JSON.stringify(before) === JSON.stringify(order()), events: (await idsOf()).length, engine: window.shop.status.engine };
    }, world.shopName());
    assert.equal(found.refused, "engine_restarted");
    assert.deepEqual([found.told, found.same, found.events], [["engine_restarted"], true, 3]);
    assert.notEqual(found.engine, "passthrough");
  },
);

fault(
  {
    name: "an engine that overflows its stack at every call is given up, and the shop's order stands",
    injected: "the module's stack is 512 bytes",
    expected: "status says engine_unstable or wasm_failed; the shop's own order; 0 exceptions",
  },
  async (world) => {
    const server = await world.server({ ...(await changed((module) => withLittleStack(module, 512))), "/pkg/inline.js": { status: 404, body: "", type: "text/javascript" } });
    const page = await world.page("/remote.html", server.origin);
    const found = await page.run(async (shop) => {
      await openShop(shop);
      const orders = Array.from({ length: 5 }, () => (view(crypto.randomUUID()), order(3)));
      return { orders, engine: window.shop.status.engine, reason: window.shop.status.reason };
    }, world.shopName());
    for (const order of found.orders) assert.deepEqual(order, ["item-0", "item-1", "item-2"]);
    assert.equal(found.engine, "passthrough");
    assert.match(found.reason, /^(engine_unstable|wasm_failed)$/);
  },
);

fault(
  {
    name: "a page that overflows its own stack inside a call leaves the engine whole",
    injected: "rank called at every depth of an endless recursion",
    expected: "afterwards the slate is what it was before",
  },
  async (world) => {
    const page = await world.page();
    const found = await page.run(async (shop) => {
      await openShop(shop);
      for (const [i, item] of ["item-12", "item-18", "item-24"].entries()) view(`seen-${i}`, item);
      const before = order();
      let deepest = 0;
      let calls = 0;
      const dive = (depth) => {
        deepest = depth;
        try {
          dive(depth + 1);
        } catch {
          if (calls++ > 40) return;
          try {
            order();
          } catch {
            // The page's own stack is full: that is the page's.
          }
        }
      };
      dive(0);
      await sleep(10);
      return { deep: deepest > 100, calls: calls > 0, same: JSON.stringify(before) === JSON.stringify(order()), events: (await idsOf()).length };
    }, world.shopName());
    assert.deepEqual(found, { deep: true, calls: true, same: true, events: 3 });
  },
);
