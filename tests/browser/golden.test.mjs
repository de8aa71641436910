// The same pack, log, seed and time give byte-identical slates natively and in Chromium.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, newContext } from "./support/browser.mjs";
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

for (const file of ["core_bg.wasm", "core_scalar_bg.wasm"]) {
  test(`slates of ${file} in Chromium equal the golden vectors bit for bit`, async (t) => {
    const { context, mishaps } = await newContext(t, browser);
    const page = await context.newPage();
    await page.goto(`${server.origin}/blank.html`);
    const outcome = await page.evaluate(async (file) => {
      const [{ default: init, Core }, reader, { rankCase }] = await Promise.all(
        ["/pkg/core.js", "/pkg/slate.js", "/support/golden.mjs"].map((path) => import(path)),
      );
      await init({ module_or_path: fetch(`/pkg/${file}`) });
      const { now, cases } = await (await fetch("/vectors/golden/slates.json")).json();
      const pack = new Uint8Array(await (await fetch("/vectors/golden/shop.flaneur")).arrayBuffer());
      const wrong = [];
      let lines = 0;
      for (const [number, golden] of cases.entries()) {
        const slate = rankCase({ Core, ...reader }, pack, golden, now);
        lines += slate.lines.length;
        if (slate.id !== golden.id || slate.lines.join("\n") !== golden.lines.join("\n")) {
          wrong.push({ number, id: slate.id, lines: slate.lines });
        }
      }
      return { cases: cases.length, lines, wrong };
    }, file);
    assert.deepEqual(outcome.wrong, []);
    assert.equal(outcome.cases, 100);
    assert.ok(outcome.lines >= 400, "every slate has at least four entries");
    assert.deepEqual(mishaps, []);
  });
}
