// Both builds of the engine rank alike, to the last bit, in every engine of a browser.

import assert from "node:assert/strict";

import { fault } from "../support/fault.mjs";

/** Ranks the hundred golden cases in a page; returns those that came out otherwise. */
async function goldenIn(page, file) {
  return page.run(async (file) => {
    const [{ default: init, Core }, reader, { rankCase }] = await Promise.all(
      ["/pkg/core.js", "/pkg/slate.js", "/support/golden.mjs"].map((path) => import(path)),
    );
    await init({ module_or_path: fetch(`/pkg/${file}`) });
    const { now, cases } = await (await fetch("/vectors/golden/slates.json")).json();
    const pack = new Uint8Array(await (await fetch("/vectors/golden/shop.flaneur")).arrayBuffer());
    const wrong = [];
    for (const [number, golden] of cases.entries()) {
      const slate = rankCase({ Core, ...reader }, pack, golden, now);
      if (slate.id !== golden.id || slate.lines.join("\n") !== golden.lines.join("\n")) wrong.push(number);
    }
    return { cases: cases.length, wrong };
  }, file);
}

const ALL_RIGHT = { cases: 100, wrong: [] };

for (const [build, file] of [["SIMD", "core_bg.wasm"], ["scalar", "core_scalar_bg.wasm"]]) {
  fault(
    {
      name: `the ${build} build gives the golden slates bit for bit`,
      injected: `the ${build} build is loaded whatever the engine can do`,
      expected: "100 of 100 slates equal those of the native engine",
    },
    async (world) => assert.deepEqual(await goldenIn(await world.page(), file), ALL_RIGHT),
  );
}

/** Searches for each golden query in a page; returns the hashed words that the log has of each. */
const searchedIn = (page) =>
  page.run(async () => {
    const { default: init, Core } = await import("/pkg/core.js");
    await init({ module_or_path: fetch("/pkg/core_scalar_bg.wasm") });
    const golden = await (await fetch("/vectors/golden/words.json")).json();
    const core = new Core(1);
    core.setGates(true, true);
    golden.forEach(({ query }, at) => core.observe({ type: "search", id: `search-${at}`, at, lines: [], query }, 1000));
    const words = new Map(core.events().map(({ id, words }) => [id, words]));
    return { golden, found: golden.map(({ query }, at) => ({ query, words: words.get(`search-${at}`) })) };
  });

fault(
  {
    name: "words of every script are those of the native engine",
    injected: "searches in fourteen scripts, whose letters the module asks of the browser",
    expected: "the same hashed words, in the same order",
  },
  async (world) => {
    const { golden, found } = await searchedIn(await world.page());
    assert.equal(golden.length, 14);
    assert.deepEqual(found, golden);
  },
);

/** Whether vectors of 128 bits can be compiled. Run in the page. */
const hasVectors = () => WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]));

fault(
  {
    name: "without SIMD the scalar build is loaded, and its slates are the golden ones",
    injected: "WebKit: JSC_useWasmSIMD=0; Chromium: --js-flags=--no-enable-sse4-1, a processor of before 2008",
    expected: "status.engine is scalar; 100 of 100 slates equal",
    engines: ["chromium", "webkit"],
    elsewhere: "Firefox has no switch for it; the scalar build itself is held in all three",
  },
  async (world) => {
    const older = ["sse3", "ssse3", "sse4-1", "sse4-2", "avx", "avx2"].map((set) => `--no-enable-${set}`);
    const options = { chromium: { flags: [`--js-flags=${older.join(" ")}`] }, webkit: { environment: { JSC_useWasmSIMD: "0" } } }[world.engine];
    const { page } = await world.browser(options);
    assert.deepEqual([await page.run(hasVectors), await page.run(async (shop) => (await openShop(shop)).status.engine, world.shopName())], [false, "scalar"]);
    await page.go();
    assert.deepEqual(await goldenIn(page, "core_scalar_bg.wasm"), ALL_RIGHT);
  },
);

fault(
  {
    name: "with the compiler off the engine is interpreted, and its slates are the golden ones",
    injected: "JSC_useJIT=0, as in the hardened modes of Apple's systems",
    expected: "status.engine is scalar; 100 of 100 slates equal",
    engines: ["webkit"],
    elsewhere: "without their compilers Chromium and Firefox have no WebAssembly, which is the next fault",
  },
  async (world) => {
    const { page } = await world.browser({ environment: { JSC_useJIT: "0" } });
    assert.equal(await page.run(async (shop) => (await openShop(shop)).status.engine, world.shopName()), "scalar");
    await page.go();
    assert.deepEqual(await goldenIn(page, "core_scalar_bg.wasm"), ALL_RIGHT);
  },
);

fault(
  {
    name: "with the compiler off and no WebAssembly the shop's order stands",
    injected: "Chromium: --js-flags=--jitless; Firefox: every compiler of javascript.options off",
    expected: "status says wasm_unavailable; the shop's own order; 0 exceptions",
    engines: ["chromium", "firefox"],
    elsewhere: "WebKit interprets, which is the fault before",
  },
  async (world) => {
    const compilers = ["baselinejit", "blinterp", "ion", "wasm_baselinejit", "wasm_optimizingjit"];
    const preferences = Object.fromEntries(compilers.map((name) => [`javascript.options.${name}`, false]));
    const { page } = await world.browser({ flags: world.engine === "chromium" ? ["--js-flags=--jitless"] : [], preferences });
    const found = await page.run(async (shop) => {
      const { status } = await openShop(shop);
      return { engine: status.engine, reason: status.reason, order: order(3) };
    }, world.shopName());
    assert.deepEqual(found, { engine: "passthrough", reason: "wasm_unavailable", order: ["item-0", "item-1", "item-2"] });
  },
);
