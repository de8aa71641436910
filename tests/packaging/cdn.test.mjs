// A page without a bundler, the package on another origin: every byte that runs is held to its hash.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "../browser/support/browser.mjs";
import { serve, visit } from "./support/chromium.mjs";
import { prepare, run } from "./support/consumer.mjs";

const YEAR = "public, max-age=31536000, immutable";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Builds the page against a CDN, serves both, and visits; `change` alters a file on its way. */
async function onCdn(change, use) {
  const folder = await prepare("cdn");
  const home = join(folder, "node_modules/flaneur");
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const headers = { "access-control-allow-origin": "*", "cache-control": YEAR };
  const cdn = await serve(home, { headers, prefix: `/flaneur@${version}`, change });
  const origin = new URL(cdn.url).origin;
  await run(folder, "build", { CDN: origin });
  const shop = await serve(join(folder, "dist"));
  try {
    await use(shop.url, origin);
  } finally {
    await shop.close();
    await cdn.close();
  }
}

test("from a CDN with integrity: personal, one wasm file, no inlined copy, no bundler", async () => {
  await onCdn(undefined, async (url, origin) => {
    const { result, shown, requests, errors } = await visit(browser, url);
    assert.deepEqual(errors, []);
    assert.equal(result.status.engine, "simd");
    assert.ok(!result.ids.includes("lamp-0") && result.ids.some((id) => id.startsWith("rug")), `${result.ids}`);
    assert.deepEqual(shown, result.ids);
    assert.equal(requests.filter((request) => request.endsWith(".wasm")).length, 1);
    assert.deepEqual(requests.filter((request) => request.endsWith("/inline.js")), []);
    assert.ok(requests.every((request) => request.startsWith(url) || request.startsWith(origin)));
  });
});

for (const file of ["index.js", "open.js", "core.js", "core_bg.wasm"]) {
  test(`a CDN that changed ${file}: it does not run, and the page stays as the shop wrote it`, async () => {
    const change = (path, body) => (path.endsWith(`/${file}`) ? Buffer.concat([body, Buffer.from("\n")]) : body);
    await onCdn(change, async (url) => {
      const page = await (await browser.newContext()).newPage();
      const refused = page.waitForEvent("console", { predicate: (message) => /integrity/i.test(message.text()) });
      await page.goto(url);
      await refused;
      await page.waitForLoadState("networkidle");
      assert.notEqual(await page.evaluate(() => globalThis.result?.status.engine), "simd");
      assert.deepEqual(await page.locator("li").allTextContents(), ["lamp-0", "lamp-1", "lamp-2", "lamp-3", "chair-0"]);
      await page.context().close();
    });
  });
}
