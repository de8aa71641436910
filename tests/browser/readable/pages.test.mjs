// Every page of the demo shop and every element, as axe reads them: in both languages and every colour scheme.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";

import { TAGS } from "../support/axe.mjs";
import { fault } from "../support/fault.mjs";
import { lookThrough, shopOf } from "../support/remote-shop.mjs";
import { ROOT } from "../support/server.mjs";
import { DOOR, busyOperators, products, stops } from "../support/tour.mjs";

/** The rules that a colour scheme can change. */
const OF_COLOUR = ["color-contrast", "link-in-text-block"];

/** What makes a browser of each engine prefer a scheme, and how a page sees that it does. */
const SCHEMES = [
  {
    name: "light colours",
    media: "(prefers-color-scheme: light)",
    rules: TAGS,
    injected: "Chromium: --blink-settings=preferredColorScheme=1; Firefox: layout.css.prefers-color-scheme.content-override=1; WebKit as it starts",
    flags: { chromium: ["--blink-settings=preferredColorScheme=1"] },
    preferences: { "layout.css.prefers-color-scheme.content-override": 1 },
  },
  {
    name: "dark colours",
    media: "(prefers-color-scheme: dark)",
    rules: OF_COLOUR,
    injected: "Chromium: --blink-settings=preferredColorScheme=0; Firefox: layout.css.prefers-color-scheme.content-override=0; WebKit: --dark-mode",
    flags: { chromium: ["--blink-settings=preferredColorScheme=0"], webkit: ["--dark-mode"] },
    preferences: { "layout.css.prefers-color-scheme.content-override": 0 },
  },
  {
    name: "forced colours",
    media: "(forced-colors: active)",
    rules: OF_COLOUR,
    injected: "Chromium: --force-high-contrast; Firefox: browser.display.document_color_use=2",
    flags: { chromium: ["--force-high-contrast"] },
    preferences: { "browser.display.document_color_use": 2 },
    engines: ["chromium", "firefox"],
    elsewhere: "WebKitGTK has no forced colours",
  },
];

const items = process.env.FLANEUR_CATALOGUE ? [] : JSON.parse(readFileSync(join(ROOT, "www/dist/catalog/items.json"), "utf8"));

let watched;
if (!process.env.FLANEUR_CATALOGUE) after(async () => (await watched?.catch(() => undefined))?.stop());

for (const { name, media, rules, injected, engines, elsewhere, flags, preferences } of SCHEMES) {
  for (const [language, called] of Object.entries({ en: "English", fr: "French" })) {
    fault(
      {
        name: `axe finds nothing on any page of the demo shop or in any element, in ${called}, in ${name}`,
        injected,
        expected: `0 violations of ${rules === TAGS ? "WCAG 2.0 to 2.2, A and AA, and of axe's best practices" : "the rules that colours can break"}`,
        engines,
        elsewhere,
        patience: 3, // axe reads every page
      },
      (world) => look(world, { language, media, rules, browser: { flags: flags[world.engine], preferences } }),
    );
  }
}

/** Looks at everything in one language and one scheme. */
async function look(world, { language, media, rules, browser }) {
  const started = Date.now();
  const found = {};
  let { page } = await world.browser(browser, "/remote-elements.html");
  let looks = 0;
  const enter = async (path, origin) => {
    page = await world.page(path, origin, page);
    await page.run(lookThrough);
    await page.run(prepare);
    assert.ok(await page.run((media) => matchMedia(media).matches, media), media);
  };
  const check = async (what, presses, ready, { hash, within = "dialog[open]" } = {}) => {
    await page.run(press, presses, ready, hash);
    const violated = await page.run(violations, rules, within);
    if (violated.length > 0) found[what] = violated;
    looks++;
  };
  await enter(`/remote-elements.html?lang=${language}`);
  await page.run(elements);
  await check("the elements", ["flaneur-shelf >> [data-act=away]", "flaneur-inspector >> summary"], "flaneur-shelf >> [data-act=undo]");
  await check("the element for why", ["flaneur-shelf >> [data-act=why]"], "flaneur-why >> dialog[open]");
  await check("the element of the centre", ["flaneur-why >> [data-act=close]", "flaneur-shelf >> [data-act=centre]"], "flaneur-shelf >> dialog[open] >> [data-act=event]");

  await enter(`/?seed=1&lang=${language}`, await shopOf(world, (await (watched ??= busyOperators())).faults));
  await check(DOOR.name, [], DOOR.ready, { within: "shop-consent" }); // the page below is looked at when it is open
  await page.run(press, [DOOR.ready], "page-home");
  for (const { name, presses = [], ready, hash } of stops(products(items))) await check(name, presses, ready, { hash });
  assert.deepEqual(found, {});
  world.say(`${looks} looks in ${Date.now() - started} ms`);
}

// What follows runs in the page.

/** Gives the page axe. */
async function prepare() {
  const everyRoot = (root) => [root, ...[...root.querySelectorAll("*")].flatMap(({ shadowRoot }) => (shadowRoot ? everyRoot(shadowRoot) : []))];
  const moving = (root) => root.getAnimations().filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime));
  /** What fades or turns is brought to its end: half way its colours are nobody's choice. */
  window.settled = async () => {
    await window.sleep(300);
    for (const one of everyRoot(document).flatMap(moving)) one.finish();
    await window.sleep(50);
  };
  const script = document.createElement("script");
  script.src = "/modules/axe-core/axe.min.js";
  document.head.append(script);
  await new Promise((resolve, reject) => Object.assign(script, { onload: resolve, onerror: reject }));
}

/** What `elements.html` has, with the elements defined. */
async function elements() {
  document.title = "The elements";
  document.body.innerHTML =
    '<main><h1>Elements</h1><flaneur-shelf name="home" size="6"></flaneur-shelf><flaneur-centre inline></flaneur-centre></main><flaneur-inspector></flaneur-inspector>';
  await import("/elements.js");
  await window.there("flaneur-shelf >> [data-item]");
}

/** Goes somewhere, presses what is there, and waits for what comes of it. */
async function press(presses, ready, hash) {
  if (hash) location.hash = hash;
  if (hash) await window.sleep(50);
  for (const selectors of presses) (await window.there(selectors)).click();
  await window.there(ready);
  if (presses.length > 0 || hash) await window.settled();
}

/** What axe finds: in the dialog that is open, for what is behind it is inert, else on the whole page. */
async function violations(rules, within) {
  const { violations } = await window.axe.run(window.deep(within) ?? document, { runOnly: rules, resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.flat().join(" ")} ${node.failureSummary}`).join("; ")}`);
}
