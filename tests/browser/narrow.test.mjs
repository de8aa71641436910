// The demo shop where there is little room and no wish for motion: every page at 320 pixels, which is what a page of
// 1280 has at a zoom of 400 %, and with motion reduced.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, newContext } from "./support/browser.mjs";
import { PATIENCE } from "./support/remote.mjs";
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
  test(`in ${called}, every page reflows at ${WIDTH} pixels, the letters of plots can be read, and nothing moves where motion is to be reduced`, async (t) => {
    const { context, mishaps } = await newContext(t, browser, {
      locale,
      viewport: { width: WIDTH, height: 640 },
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    await page.goto(`${server.origin}/?seed=1#/`);
    const found = {};
    for (const stop of tour) {
      if (stop.hash) await page.evaluate((hash) => void (location.hash = hash), stop.hash);
      for (const press of stop.presses ?? []) await page.locator(press).first().click();
      await page.locator(stop.ready).first().waitFor();
      const { wide, moving, tiny, looked } = await page.evaluate(look);
      assert.ok(looked > 20, `${stop.name}: only ${looked} elements`);
      if (wide.length + moving.length + tiny.length > 0) found[stop.name] = { wide, moving, tiny };
      if (stop === DOOR) await page.locator(DOOR.ready).click();
    }
    assert.deepEqual(found, {});
    const muted = () => page.evaluate(() => ["--muted", "--ink"].map((name) => getComputedStyle(document.documentElement).getPropertyValue(name)));
    assert.notEqual(...(await muted()));
    await page.emulateMedia({ contrast: "more" });
    assert.equal(...(await muted()), "who asks for more contrast has no muted text");
    assert.deepEqual(mishaps, []);
  });
}

test(`in French, with letters twice as large, every page still reflows at ${WIDTH} pixels, and home at four times as many, nothing is covered, and paper shows what is set`, { timeout: 120_000 * PATIENCE }, async (t) => {
  const { context, mishaps } = await newContext(t, browser, { locale: "fr-FR", viewport: { width: WIDTH, height: 640 } });
  context.setDefaultTimeout(60_000);
  await context.addInitScript(() => addEventListener("DOMContentLoaded", () => (document.documentElement.style.fontSize = "200%")));
  const page = await context.newPage();
  await page.goto(`${server.origin}/?seed=1#/`);
  const found = {};
  for (const stop of tour) {
    if (stop.hash) await page.evaluate((hash) => void (location.hash = hash), stop.hash);
    // By its own script: what lies over it is what is looked for below.
    for (const press of stop.presses ?? []) await page.locator(press).first().evaluate((node) => node.click());
    await page.locator(stop.ready).first().waitFor();
    const { wide } = await page.evaluate(look);
    const { cut, covered } = await page.evaluate(room);
    if (wide.length + cut.length + covered.length > 0) found[stop.name] = { wide, cut, covered };
    await page.emulateMedia({ media: "print" });
    const printed = await page.evaluate(unprintable);
    if (printed.length > 0) found[`${stop.name}, on paper`] = printed;
    await page.emulateMedia({ media: "screen" });
    if (stop.name === "home") {
      await page.setViewportSize({ width: 4 * WIDTH, height: 720 });
      const desk = await page.evaluate(look);
      if (desk.wide.length > 0) found["home on a desk"] = desk.wide;
      await page.setViewportSize({ width: WIDTH, height: 640 });
    }
    if (stop === DOOR) await page.locator(DOOR.ready).click();
  }
  assert.deepEqual(found, {});
  assert.deepEqual(mishaps, []);
});

for (const [width, height] of [[WIDTH, 640], [844, 390], [1280, 720]]) {
  test(`at ${width} × ${height}, the shop's question shows its answers and says what each choice does, and covers nothing that has the focus`, async (t) => {
    const { context, mishaps } = await newContext(t, browser, { locale: "fr-FR", viewport: { width, height } });
    const page = await context.newPage();
    await page.goto(`${server.origin}/?seed=1#/`);
    for (const answer of ["refuse", "save", "accept"]) {
      const { y, height: high } = await page.locator(`[data-action="consent-${answer}"]`).boundingBox();
      assert.ok(y + high <= height, `${answer} ends at ${y + high}`);
    }
    const explained = await page.locator("[data-consent] label").evaluateAll((all) => all.map((label) => label.querySelector("small").getClientRects().length > 0));
    assert.deepEqual(explained, [true, true, true, true]);
    const hidden = [];
    for (let stop = 0; stop < 60; stop++) {
      await page.keyboard.press("Tab");
      const what = await page.evaluate(() => {
        let at = document.activeElement;
        while (at.shadowRoot?.activeElement && at.localName !== "shop-consent") at = at.shadowRoot.activeElement;
        const bar = document.querySelector("shop-app").shadowRoot.querySelector("shop-consent");
        return at !== bar && at.getBoundingClientRect().top >= bar.getBoundingClientRect().top ? at.outerHTML.slice(0, 80) : undefined;
      });
      if (what) hidden.push(what);
    }
    assert.deepEqual(hidden, []);
    await page.locator("[data-consent] h2").focus();
    const above = [];
    for (let stop = 0; stop < 8; stop++) {
      await page.keyboard.press("Tab");
      above.push(...(await page.locator("[data-consent] input:focus").evaluateAll(([at]) => (at ? [at.getBoundingClientRect().bottom <= at.getRootNode().querySelector(".buttons").getBoundingClientRect().top] : []))));
    }
    assert.deepEqual(above, explained, "a choice that has the focus is not below the answers");
    assert.deepEqual(mishaps, []);
  });
}

/** Runs in the page: what of an open dialog ends outside of it or has no room in it, and what lies over the page and takes more than three quarters of it. */
function room() {
  const everything = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? everything(node.shadowRoot) : [])]);
  const all = everything(document);
  const modal = all.find((node) => node.matches("dialog:modal"));
  const end = modal ? modal.getBoundingClientRect().left + modal.clientWidth + 1 : 0;
  const inside = modal ? everything(modal).filter((node) => node.checkVisibility() && !node.matches(".unseen, .skip")) : [];
  const bars = all.filter((node) => /^(fixed|sticky)$/.test(getComputedStyle(node).position) && !node.contains(modal ?? null) && node !== modal && !node.shadowRoot?.contains(modal ?? null));
  return {
    cut: inside.filter((node) => node.getBoundingClientRect().right > end || (node.matches('[role="tabpanel"]') && node.clientHeight < innerHeight / 2)).map((node) => node.outerHTML.slice(0, 80)),
    covered: bars.filter((node) => node.getBoundingClientRect().height > innerHeight * 0.75).map((node) => node.outerHTML.slice(0, 80)),
  };
}

/** Runs in the page as it is printed: what would lie over every sheet, and switches and meters that would be blank. */
function unprintable() {
  const everything = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? everything(node.shadowRoot) : [])]);
  const all = everything(document).filter((node) => node.checkVisibility());
  const over = all.filter((node) => node.matches("shop-consent, shop-toast-bar"));
  const grounds = ["light", "dark"].map((theme) => {
    document.documentElement.dataset["theme"] = theme;
    return getComputedStyle(document.body).backgroundColor;
  });
  delete document.documentElement.dataset["theme"];
  const dark = grounds[0] === grounds[1] ? [] : [`${grounds.join(" is not ")}: ink for the dark is pale on paper`];
  const blank = all.filter((node) => node.matches(".switch input, meter") && getComputedStyle(node).printColorAdjust !== "exact");
  return [...dark, ...[...over, ...blank].map((node) => node.outerHTML.slice(0, 80))];
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
    tiny: all.flatMap((node) => (node.localName === "text" && node.checkVisibility() ? [Number.parseFloat(getComputedStyle(node).fontSize) * node.getScreenCTM().a] : [])).filter((size) => size < 10.5),
    wide: isTooWide ? [`${page.scrollWidth} pixels`, ...beyond.slice(0, 6).map(name)] : [],
    moving: moving.map((one) => `${name(one.effect.target)}: ${one.animationName ?? one.transitionProperty ?? "an animation"}`),
  };
}
