// On a phone, by finger: the elements, a list that the page drew, and the demo shop.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, newContext, until } from "./support/browser.mjs";
import { PAGES, serve } from "./support/server.mjs";
import { PHONE, fingerOf, middleOf } from "./support/touch.mjs";

let browser;
let pages;
before(async () => {
  browser = await launch();
  pages = await serve(PAGES);
});
after(async () => {
  await browser.close();
  await pages.close();
});

/** A page of the tests' own, on a phone. */
async function enter(t, path, options = PHONE) {
  const shopper = await newContext(t, browser, options);
  shopper.context.setDefaultTimeout(60_000);
  const page = await shopper.context.newPage();
  await page.goto(`${pages.origin}/${path}`);
  await page.waitForFunction(() => globalThis.shop);
  return { ...shopper, page, finger: await fingerOf(page) };
}

const LISTS = [
  ["a shelf of the elements", "elements.html", "flaneur-shelf [data-item]", "item"],
  ["a list that the page drew", "shops/gtm.html", "#products li", "itemId"],
];

for (const [name, path, entries, key] of LISTS) {
  test(`a tap opens what the finger was put on, though another order came meanwhile: ${name}`, async (t) => {
    const { page, finger } = await enter(t, path);
    // Where a second tap would zoom, the first one waits for it before it becomes a click.
    await page.evaluate(() => document.querySelector("meta[name=viewport]")?.remove());
    const listed = () => page.locator(entries).evaluateAll((all, key) => all.map(({ dataset }) => dataset[key]), key);
    await page.locator(`${entries} a`).nth(3).waitFor();
    const opened = () => page.evaluate(() => location.hash);
    const learn = ([kind, moment]) => {
      const more = () => [1, 2, 3].forEach((n) => shop.observe({ type: "add_to_cart", items: [`${kind}-${n}`] }));
      return moment ? addEventListener(moment, more, { once: true }) : more();
    };
    for (const [kind, moment] of [["chair"], ["rug", "pointerup"], ["lamp"]]) {
      const before = await listed();
      await finger.down(await middleOf(page.locator(`${entries} a`).nth(1)));
      await page.evaluate(learn, [kind, moment]);
      await page.waitForTimeout(100);
      assert.deepEqual(await listed(), before, "nothing moves under the finger");
      await finger.up();
      await until("something opens", opened, (hash) => hash !== "" && hash !== "#");
      assert.equal(await opened(), `#${before[1]}`);
      await page.evaluate(() => (document.activeElement?.blur(), (location.hash = "")));
      await until("the order that waited", listed, (now) => now.join() !== before.join());
    }
  });
}
