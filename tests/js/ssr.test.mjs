// Importing touches nothing, and a server may open a shop.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

const BROWSER_ONLY = [
  "fetch", "Response", "WebAssembly", "indexedDB", "BroadcastChannel", "crypto", "navigator", "localStorage",
  "sessionStorage", "Blob", "setTimeout", "setInterval", "queueMicrotask",
];

/** Runs a module in a Node of its own. */
function run(script) {
  return execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: new URL(".", import.meta.url),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

for (const entry of ["index", "embedded", "worker", "worker-embedded"]) {
  test(`importing does nothing and needs nothing: ${entry}`, () => {
    const said = run(`
      const touched = [];
      for (const name of ${JSON.stringify(BROWSER_ONLY)}) {
        Object.defineProperty(globalThis, name, { configurable: true, get() { touched.push(name); return undefined; } });
      }
      const before = Object.getOwnPropertyNames(globalThis).sort().join();
      const { open, isFlaneurError } = await import("../../pkg/dist/${entry}.js");
      const after = Object.getOwnPropertyNames(globalThis).sort().join();
      process.stdout.write(JSON.stringify({ touched, same: before === after, open: typeof open, is: isFlaneurError(new Error("no")) }));
    `);
    assert.deepEqual(JSON.parse(said), { touched: [], same: true, open: "function", is: false });
  });
}

test("the elements, the adapters and the connectors import on a server and define nothing", () => {
  const said = run(`
    const names = [];
    for (const entry of ["elements", "react", "vue", "connect"]) names.push(...Object.keys(await import("../../pkg/dist/" + entry + ".js")));
    const { defineElements } = await import("../../pkg/dist/elements.js");
    defineElements({ shop: undefined, item: () => undefined });
    process.stdout.write(JSON.stringify([names.includes("useSlate"), names.includes("defineElements"), globalThis.customElements?.get?.("flaneur-shelf") === undefined]));
  `);
  assert.deepEqual(JSON.parse(said), [true, true, true]);
});

test("a server that opens a shop ranks without a request, a file or a process kept alive", () => {
  const said = run(`
    globalThis.fetch = () => { throw new Error("a request was made"); };
    const { open } = await import("../../pkg/dist/embedded.js");
    const shop = await open({ shop: "server", catalog: [{ id: "a" }, { id: "b" }] });
    process.stdout.write(JSON.stringify([shop.status.engine, shop.rank({ slot: "home", size: 2 }).items.map((i) => i.id)]));
  `);
  assert.deepEqual(JSON.parse(said), ["scalar", ["a", "b"]]);
});

test("Vue draws on a server what was fetched after its slate was set up, as Nuxt's useFetch does without await", () => {
  const html = run(`
    import { createSSRApp, h, onServerPrefetch, ref } from "vue";
    import { renderToString } from "vue/server-renderer";
    import { useSlate } from "../../pkg/dist/vue.js";
    const list = () => {
      const ids = ref([]);
      onServerPrefetch(async () => void (ids.value = ["a", "b"]));
      const { view } = useSlate(() => ({ slot: "home", size: 4, candidates: ids.value }));
      return () => h("ul", view.value.slate.items.map(({ id }) => h("li", id)));
    };
    process.stdout.write(await renderToString(createSSRApp({ setup: list })));
  `);
  assert.equal(html, "<ul><li>a</li><li>b</li></ul>");
});
