// The demo shop where there is little room and no wish for motion: every page at 320 pixels, which is what a page of
// 1280 has at a zoom of 400 %, and with motion reduced.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, newContext } from "./support/browser.mjs";
import { ROOT, SHOP, serve } from "./support/server.mjs";
import { DOOR, busyOperators, products, stops } from "./support/tour.mjs";

/** WCAG 2.2, 1.4.10: content reflows at this width without scrolling in two dimensions. */
const WIDTH = 320;

const items = JSON.parse(readFileSync(join(ROOT, "www/dist/catalog/items.json"), "utf8"));
const tour = [DOOR, ...stops(products(items))];

let browser;
let operators;
let server;
before(async () => {
  [browser, operators] = await Promise.all([launch(), busyOperators()]);
  server = await serve(SHOP, operators.faults);
});
after(async () => {
  await browser.close();
  await server.close();
  await operators.stop();
});

for (const [locale, called] of [["en-GB", "English"], ["fr-FR", "French"]]) {
  test(`in ${called}, every page reflows at ${WIDTH} pixels, and nothing moves where motion is to be reduced`, async (t) => {
    const { context, mishaps } = await newContext(t, browser, {
      locale,
      viewport: { width: WIDTH, height: 640 },
      reducedMotion: "reduce",
      serviceWorkers: "block",
    });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    await page.goto(`${server.origin}/?seed=1#/`);
    const found = {};
    for (const stop of tour) {
      if (stop.hash) await page.evaluate((hash) => void (location.hash = hash), stop.hash);
      for (const press of stop.presses ?? []) await page.locator(press).first().click();
      await page.locator(stop.ready).first().waitFor();
      const { wide, moving, looked } = await page.evaluate(look);
      assert.ok(looked > 20, `${stop.name}: only ${looked} elements`);
      if (wide.length + moving.length > 0) found[stop.name] = { wide, moving };
      if (stop === DOOR) await page.locator(DOOR.ready).click();
    }
    assert.deepEqual(found, {});
    assert.deepEqual(mishaps, []);
  });
}

/** Runs in the page: what makes it wider than its window, and what moves. */
function look() {
  const everything = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? everything(node.shadowRoot) : [])]);
  const all = everything(document);
  const name = (node) => `${node.localName}${node.className && typeof node.className === "string" ? `.${node.className.split(" ").join(".")}` : ""}`;
  const page = document.scrollingElement;
  const isTooWide = page.scrollWidth > innerWidth;
  const beyond = all.filter((node) => node.getBoundingClientRect().right > innerWidth + 1 && node.getBoundingClientRect().width > 0);
  const moving = all.flatMap((node) => node.getAnimations()).filter((one) => {
    const { duration, iterations } = one.effect.getComputedTiming();
    return one.playState === "running" && duration > 1 && iterations > 0;
  });
  return {
    looked: all.length,
    wide: isTooWide ? [`${page.scrollWidth} pixels`, ...beyond.slice(0, 6).map(name)] : [],
    moving: moving.map((one) => `${name(one.effect.target)}: ${one.animationName ?? one.transitionProperty ?? "an animation"}`),
  };
}
