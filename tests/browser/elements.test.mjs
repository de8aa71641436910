// The elements: readable by everyone, in both languages, by keyboard, in every colour scheme; and
// what they say of the engine is what the engine says.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { dapTask, signed } from "../js/support/tasks.mjs";
import { SCHEMES, violations } from "./support/axe.mjs";
import { launch, newContext, until } from "./support/browser.mjs";
import { PATIENCE } from "./support/remote.mjs";
import { PAGES, serve } from "./support/server.mjs";

let browser;
let server;
before(async () => {
  browser = await launch();
  server = await serve(PAGES);
});
after(async () => {
  await browser.close();
  await server.close();
});

async function enter(t, query = "", options = {}, bundle = undefined) {
  const shopper = await newContext(t, browser, options);
  if (bundle) await shopper.context.addInitScript((given) => void (window.bundle = given), bundle);
  shopper.context.setDefaultTimeout(60_000); // half a hundred files, unbundled
  const page = await shopper.context.newPage();
  await page.goto(`${server.origin}/elements.html${query}`);
  await page.waitForFunction(() => window.ready === true);
  await page.locator("flaneur-shelf [data-item]").first().waitFor();
  await page.locator("flaneur-centre[inline] [data-act=event]").first().waitFor();
  return { ...shopper, page };
}

const shelf = (page) => page.locator("flaneur-shelf [data-item]").evaluateAll((cards) => cards.map((card) => card.dataset.item));
const act = (page, name, within = "flaneur-shelf") => page.locator(`${within} [data-act=${name}]`).first();

/** What has the focus, through shadow roots: its act, else its name. */
const focusOf = (page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.dataset.act ?? at?.localName;
  });

for (const language of ["en", "fr"]) {
  test(`axe finds nothing, in light, dark and forced colours: ${language}`, async (t) => {
    const { page, mishaps, outside } = await enter(t, `?lang=${language}`);
    const check = async (state) => {
      for (const scheme of SCHEMES) {
        await page.emulateMedia(scheme);
        assert.deepEqual(await violations(page), [], `${state}: ${JSON.stringify(scheme)}`);
      }
    };
    await act(page, "away").click();
    await act(page, "undo").waitFor();
    await page.locator("flaneur-inspector summary").click();
    await check("the page, with something sent away and the inspector open");
    await act(page, "why").click();
    await page.locator("flaneur-shelf flaneur-why dialog[open]").waitFor();
    await check("why");
    await page.keyboard.press("Escape");
    await act(page, "centre").click();
    await page.locator("flaneur-shelf flaneur-centre dialog[open]").waitFor();
    await check("the centre");
    assert.deepEqual([mishaps, outside], [[], []]);
  });
}

test("a shelf shows its items, and labels what must be labelled, when its words never come", async (t) => {
  const shopper = await newContext(t, browser);
  await shopper.context.route(/elements\/(en|fr)\.js/, (route) => route.abort());
  const page = await shopper.context.newPage();
  await page.goto(`${server.origin}/elements.html?lang=fr&words=none`);
  await page.waitForFunction(() => window.ready === true, undefined, { timeout: 60_000 });
  await page.locator("flaneur-shelf [data-item]").first().waitFor();
  const shown = await page.evaluate(() => window.shop.rank({ slot: "home", size: 8 }).items.length);
  assert.equal((await shelf(page)).length, shown);
  const labelled = page.locator("flaneur-shelf [data-item]", { has: page.locator("[data-sponsored]") });
  const paid = (await shelf(page)).filter((id) => id.endsWith("-5"));
  assert.ok(paid.includes("vase-5"), "it is pinned");
  assert.deepEqual(await labelled.evaluateAll((all) => all.map(({ dataset }) => dataset.item)), paid);
  const labels = await page.locator("flaneur-shelf [data-sponsored]").allTextContents();
  assert.ok(labels.every((label) => label === "Sponsorisé"), `${labels}`);
  assert.equal(await page.locator("flaneur-shelf [data-act]").count(), 0);
});

test("a shelf shows its items whatever the page calls its language, the feed its currency, or the shop's callback throws", async (t) => {
  const { page, mishaps } = await enter(t, "?lang=en_US");
  const shown = await shelf(page);
  const price = await page.evaluate((id) => items.find((item) => item.id === id).price, shown[0]);
  assert.equal(await page.locator("flaneur-shelf [part=price]").first().textContent(), `€${price}.00`);
  await page.evaluate(async (candidates) => {
    const { defineElements } = await import("/pkg/elements.js");
    const [odd, lost] = candidates;
    document.querySelector("flaneur-shelf").request = { candidates };
    const item = (id) => {
      if (id === lost) throw new Error("no such row");
      const found = items.find((each) => each.id === id);
      return id === odd ? { ...found, currency: "€" } : found;
    };
    defineElements({ shop, item });
  }, shown);
  const card = (id) => page.locator(`flaneur-shelf [data-item="${id}"]`);
  await until("the bare id", () => card(shown[1]).locator("[part=title]").textContent(), (title) => title === shown[1]);
  assert.equal(await card(shown[0]).locator("[part=price]").textContent(), `${price}`);
  assert.deepEqual((await shelf(page)).sort(), shown.sort());
  assert.deepEqual(mishaps.filter((mishap) => !mishap.includes("no such row")), []);
  assert.ok(mishaps.length > 0, "the page is told of what its callback threw");
});

test("reasons are those of the engine, and add up to the score", async (t) => {
  const { page } = await enter(t);
  const [first] = await shelf(page);
  await act(page, "why").click();
  const parts = await page.locator("flaneur-why [data-part]").evaluateAll((lines) => lines.map((line) => Number(line.dataset.part)));
  const score = Number(await page.locator("flaneur-why [data-score]").getAttribute("data-score"));
  assert.ok(parts.length >= 2 && parts.length <= 4);
  assert.ok(Math.abs(parts.reduce((a, b) => a + b) - score) < 1e-9);
  assert.match(await page.locator("flaneur-why dialog h2").textContent(), new RegExp(first.split("-")[0].toUpperCase()));
});

test("the order in words is the shares of the engine's own terms, and follows them", async (t) => {
  const { page } = await enter(t);
  const shares = () => page.locator("flaneur-centre[inline] flaneur-order [data-share]").evaluateAll((lines) => Object.fromEntries(lines.map((line) => [line.firstElementChild.textContent, Number(line.dataset.share)])));
  const told = await shares();
  const sum = Object.values(told).reduce((a, b) => a + b);
  assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
  const expected = await page.evaluate(() => {
    const sizes = {};
    let total = 0;
    for (const { reasons } of shop.rank({ slot: "home", size: 50, seed: 1 }).items) {
      const brand = reasons.filter(({ signal }) => signal === "affinity_brand");
      for (const [attribute, group] of Object.entries(Object.groupBy(brand, (reason) => reason.attribute ?? ""))) {
        sizes[attribute] = (sizes[attribute] ?? 0) + Math.abs(group.reduce((part, { weight, value }) => part + weight * value, 0));
      }
      const families = Object.values(Object.groupBy(reasons, ({ signal, attribute }) => `${signal.split("_").slice(0, signal.startsWith("affinity") ? 2 : 1)} ${attribute ?? ""}`));
      for (const family of families) total += Math.abs(family.reduce((part, { weight, value }) => part + weight * value, 0));
    }
    return Object.values(sizes).reduce((a, b) => a + b, 0) / total;
  });
  const brand = await page.evaluate(() => WORDS.en.signal.affinity_brand);
  assert.ok(Math.abs((told[brand] ?? 0) - expected) < 0.02, `${told[brand]} is not ${expected}`);
  const rules = await page.locator("flaneur-centre[inline] flaneur-order section:last-of-type li").allTextContents();
  assert.deepEqual(rules, ["VASE 5 stands at place 3.", "More of: Maker1.", "Less of: dearer than 14.", "Never shown: VASE 0.", "At most 4 of one category."]);
  await page.evaluate(() => shop.consent.set({ rank: false }));
  await until("plain words", shares, (now) => Object.keys(now).length === 0);
});

test("each rule is told as it is: a condition within another, what it is not, and never half of it", async (t) => {
  const { page } = await enter(t);
  const wheres = [
    { brand: ["Maker1", "Maker2"] },
    { brand: ["Maker1", "Maker2"], priceBelow: 12.5 },
    { not: { attribute: "colour:red" } },
    { any: [{ ids: ["lamp-1"] }, { category: "Dept2", not: { tag: ["old", "worn"] } }] },
    { all: [{ marginBelow: 5 }, { marginAbove: 2 }, { newerThanDays: 30 }, { olderThanDays: 3 }, { makerItemsBelow: 4 }] },
    { brand: "Maker1", not: { any: [{ unheardOf: 1 }, { kind: "content" }] } },
    { not: {} },
  ];
  const told = async (language) => {
    await page.evaluate(async ([wheres, language]) => {
      const { defineElements } = await import("/pkg/elements.js");
      const rules = wheres.map((where) => ({ type: "exclude", where }));
      rules[0].slots = ["home", "cart"];
      rules.unshift({ type: "exclude", where: { brand: "Maker9" }, slots: "cart" }); // not of this list
      rules.splice(2, 0, { type: "pin", item: "lamp-1", position: 0, when: { hours: [9, 18] } });
      defineElements({ shop, item: (id) => items.find((item) => item.id === id), rules, words: WORDS[language] });
    }, [wheres, language]);
    const lines = () => page.locator("flaneur-centre[inline] flaneur-order section:last-of-type li").allTextContents();
    return until("the rules", lines, (now) => now.length === wheres.length + 1 && now.at(-1) === { en: "Another rule of the shop.", fr: "Une autre règle de la boutique." }[language]);
  };
  assert.deepEqual(await told("en"), [
    "Never shown: Maker1 or Maker2.",
    "LAMP 1 stands at place 1. At certain moments only.",
    "Never shown: (Maker1 or Maker2) and at the same time cheaper than 12.5.",
    "Never shown: anything but red.",
    "Never shown: LAMP 1 or (Dept2 and at the same time anything but (old or worn)).",
    `Never shown: ${["with a margin for the shop below 5", "with a margin for the shop above 2", "in the shop for less than 30 days", "in the shop for more than 3 days", "from a maker with fewer than 4 items here"].join(" and at the same time ")}.`,
    "Another rule of the shop.",
    "Another rule of the shop.",
  ]);
  const french = await told("fr");
  assert.equal(french[4], "Jamais montré\u00a0: LAMP 1 ou (Dept2 et en même temps tout sauf (old ou worn)).");
  assert.deepEqual(french.filter((line) => /object|undefined/.test(line)), []);
});

test("a rule that wants a number of places, or holds at certain moments, is told so, in words that know of it", async (t) => {
  const { page } = await enter(t);
  const where = { brand: "Maker1" };
  const rules = [
    { type: "quota", where, atLeast: 1, atMostShare: 0.5 },
    { type: "quota", where, atMost: 3 },
    { type: "quota", where, atLeast: 2, atLeastShare: 0.25 },
    { type: "floor", where, atLeast: 2 },
    { type: "schedule", where, when: { weekdays: [1] } },
    { type: "exclude", where, when: { until: "2020-01-01" } },
  ];
  const told = async (given, last) => {
    await page.evaluate(async ([rules, given]) => {
      const { defineElements } = await import("/pkg/elements.js");
      const { quota, floor, schedule, moment, ...older } = WORDS.en.rule;
      const words = WORDS[given] ?? { ...WORDS.en, rule: older, places: undefined, placesShare: undefined };
      defineElements({ shop, item: (id) => items.find((item) => item.id === id), rules, words });
    }, [rules, given]);
    const lines = () => page.locator("flaneur-centre[inline] flaneur-order section:last-of-type li").allTextContents();
    return until("the rules", lines, (now) => now.at(-1) === last);
  };
  assert.deepEqual(await told("en", "Never shown: Maker1. At certain moments only."), [
    "At least 1 place and at most 50% of the places for: Maker1.",
    "At most 3 places for: Maker1.",
    "At least 2 places and at the same time 25% of the places for: Maker1.",
    "At least 2 places, each in its turn, for: Maker1.",
    "Shown at certain moments only: Maker1.",
    "Never shown: Maker1. At certain moments only.",
  ]);
  const [french] = await told("fr", "Jamais montré\u00a0: Maker1. À certains moments seulement.");
  assert.equal(french, "Au moins 1 place et au plus 50% des places pour\u00a0: Maker1."); // numbers as the page writes them
  const older = await told("older", "Another rule of the shop.");
  assert.deepEqual(older, Array(6).fill("Another rule of the shop."));
});

test("a rule whose fields are null, as a server writes what it does not have, is told without them", async (t) => {
  const { page, mishaps } = await enter(t);
  const when = { from: null, until: null };
  const rules = [
    { type: "quota", where: { brand: "Maker1", tag: null }, atLeast: 1, atLeastShare: null, atMost: null, atMostShare: null, when: null },
    { type: "exclude", where: { brand: "Maker1", not: null, attribute: null, ids: null }, when },
  ];
  await page.evaluate(async (rules) => {
    const { defineElements } = await import("/pkg/elements.js");
    shop.rules(rules); // which the engine takes
    defineElements({ shop, item: (id) => items.find((item) => item.id === id), rules });
  }, rules);
  const lines = () => page.locator("flaneur-centre[inline] flaneur-order section:last-of-type li").allTextContents();
  assert.deepEqual(await until("the rules", lines, (now) => now.length === 2), ["At least 1 place for: Maker1.", "Never shown: Maker1."]);
  assert.deepEqual(mishaps, []);
});

test("forgetting this visit takes what was shown in it, from its first moment on", async (t) => {
  const { page } = await enter(t);
  await page.evaluate(async () => {
    const { open } = await import("/pkg/index.js");
    const { defineElements } = await import("/pkg/elements.js");
    let now = Date.now() - 2 * 36e5;
    window.shop = await open({ shop: "visits", catalog: items, storage: "memory", consent: { learn: true, rank: true }, now: () => now });
    shop.observe({ type: "view_item", item: "rug-0" }); // the visit before
    now += 36e5;
    shop.rank({ slot: "home", size: 4 }).seen();
    now += 60_000;
    shop.observe({ type: "view_item", item: "lamp-0" });
    defineElements({ shop, item: (id) => items.find((item) => item.id === id) });
  });
  const log = () => page.evaluate(async () => JSON.parse(await (await shop.profile.export()).text()).events.map(({ id }) => id));
  const [earlier, ...visit] = await log();
  assert.ok(visit.length >= 2, "what was shown, and what was looked at");
  await until("the two visits", () => page.locator("flaneur-centre[inline] [data-act=event]").count(), (count) => count === 2);
  await act(page, "visit", "flaneur-centre[inline]").click();
  const left = await until("a visit less", log, (now) => !now.includes(visit.at(-1)));
  assert.deepEqual(left.filter((id) => [earlier, ...visit].includes(id)), [earlier]);
});

test("an order that was a gift goes with what was done to find it", async (t) => {
  const { page } = await enter(t);
  await page.evaluate(async () => {
    const { open } = await import("/pkg/index.js");
    const { defineElements } = await import("/pkg/elements.js");
    const [now, day] = [Date.now(), 864e5];
    window.shop = await open({ shop: "gifts", catalog: items, storage: "memory", consent: { learn: true, rank: true } });
    shop.observe({ type: "view_item", id: "looked", item: "rug-0", at: now - 2 * day });
    shop.observe({ type: "view_item", id: "mine", item: "lamp-0", at: now - 2 * day + 60_000 });
    shop.observe({ type: "purchase", id: "purchase:1", items: ["rug-0"], at: now - day });
    defineElements({ shop, item: (id) => items.find((item) => item.id === id) });
  });
  const log = () => page.evaluate(async () => JSON.parse(await (await shop.profile.export()).text()).events.filter(({ type }) => !["impression", "slate"].includes(type)).map(({ id }) => id));
  const lines = () => page.locator("flaneur-centre[inline] [data-act=gift], flaneur-centre[inline] [data-act=event]").evaluateAll((all) => all.map((button) => button.ariaLabel));
  await until("this shop's order and looks", lines, (now) => now.length === 3 && /gift.*RUG 0/.test(now[0]));
  await act(page, "gift", "flaneur-centre[inline]").click();
  assert.deepEqual(await until("the order gone", log, (now) => !now.includes("purchase:1")), ["mine"]);
});

test("what happened is told as of the last change, however long an earlier log takes to read", async (t) => {
  const { page } = await enter(t);
  const gone = await page.evaluate(async () => {
    const { defineElements } = await import("/pkg/elements.js");
    let reads = 0;
    const late = async () => {
      const [log, first] = [await shop.profile.export(), reads++ === 0];
      if (first) await new Promise((resolve) => setTimeout(resolve, 300));
      return log;
    };
    const { events } = JSON.parse(await (await shop.profile.export()).text());
    defineElements({ shop: Object.create(shop, { profile: { value: { ...shop.profile, export: late } } }), item: (id) => items.find((item) => item.id === id) });
    const { id } = events.find(({ type }) => type === "purchase");
    shop.profile.forget({ event: id });
    return id;
  });
  const gifts = () => page.locator("flaneur-centre[inline] [data-act=gift]").count();
  await until("one line less", gifts, (count) => count === 0);
  await page.waitForTimeout(600);
  assert.equal(await gifts(), 0, gone);
});

test("what leaves is told in clear, as the outbox has it, and nothing once it is withdrawn", async (t) => {
  const from = new Date(Date.now() - 864e5).toISOString();
  const bundle = await signed("elements", [dapTask({ start: from, end: new Date(Date.now() + 90 * 864e5).toISOString() })]);
  const { page, mishaps } = await enter(t, "?lang=fr", {}, { ...bundle, storage: "device" });
  const lines = () => page.locator("flaneur-centre[inline] flaneur-leaves li").allInnerTexts();
  assert.deepEqual(await lines(), []);
  await page.evaluate(() => shop.consent.set({ store: true, measure: true }));
  const [line] = await until("a line of the outbox", lines, (now) => now.length === 1);
  const [entry] = await page.evaluate(() => shop.measure.preview());
  for (const part of [entry.purpose.fr, entry.label.fr, ...entry.operators]) assert.ok(line.includes(part), `${part} is not in ${line}`);
  assert.ok(line.startsWith(`${entry.purpose.fr}\u00a0: ${entry.label.fr}`), line);
  await page.evaluate(() => shop.consent.set({ measure: false }));
  await until("nothing", lines, (now) => now.length === 0);
  assert.deepEqual(mishaps, []);
});

test("what has left is not shown as waiting while the page stays open", async (t) => {
  const { page } = await enter(t);
  const lines = () => page.locator("flaneur-centre[inline] flaneur-leaves li").count();
  await page.evaluate(async () => {
    const { defineElements } = await import("/pkg/elements.js");
    const words = { en: "a lamp", fr: "une lampe" };
    window.outbox = [{ task: "t", metric: "taste_share", mode: "dap", purpose: words, label: words, bucket: 1, operators: ["Leader Ltd"], epsilon: 1, state: "waiting", due: 0, bytes: 486 }];
    const measure = { ...shop.measure, preview: async () => window.outbox };
    const consent = Object.create(shop.consent, { gates: { value: { ...shop.consent.gates, measure: true } } });
    defineElements({ shop: Object.create(shop, { measure: { value: measure }, consent: { value: consent } }), item: (id) => items.find((item) => item.id === id) });
  });
  await until("the report that waits", lines, (count) => count === 1);
  await page.evaluate(() => (window.outbox = []));
  await until("nothing that waits", lines, (count) => count === 0);
});

test("not for me takes an item away at once, its brand too, and undo brings the same order back", async (t) => {
  const { page } = await enter(t);
  const before = await shelf(page);
  await act(page, "away").click();
  await act(page, "undo").waitFor();
  assert.ok(!(await shelf(page)).includes(before[0]));
  const scope = await act(page, "widen").getAttribute("data-scope");
  assert.equal(scope, await page.evaluate((id) => `brand:${items.find((item) => item.id === id).brand}`, before[0]));
  await act(page, "widen").click();
  const muted = () => page.evaluate(() => shop.profile.inspect().muted.map(({ attribute, item }) => attribute ?? item));
  assert.ok((await muted()).some((what) => what.toLowerCase() === scope.toLowerCase()), `${await muted()}`);
  await page.waitForTimeout(300);
  await act(page, "undo").click();
  await until("the order of before", () => shelf(page), (now) => now.join() === before.join());
  const focused = await page.evaluate(() => document.activeElement.shadowRoot.activeElement.closest("[data-item]").dataset.item);
  assert.equal(focused, before[0], "the focus is back on it");
});

test("what is opened from a shelf is noted as chosen from its slate, and shown again without what was sent away", async (t) => {
  const { page, mishaps } = await enter(t);
  const [first, second] = await shelf(page);
  await page.locator(`flaneur-shelf [data-item="${first}"] a`).click();
  const chosen = () => page.evaluate(async () => JSON.parse(await (await shop.profile.export()).text()).events.filter(({ type }) => type === "select_item"));
  const [event] = await until("the choice", chosen, (events) => events.length === 1);
  assert.deepEqual([event.lines.map(({ item }) => item), event.slot, typeof event.slate], [[first], "home", "string"]);
  await page.locator(`flaneur-shelf [data-item="${second}"] [data-act=away]`).click();
  const gone = page.locator(`flaneur-shelf [data-gone="${second}"]`);
  await gone.waitFor();
  await act(page, "erase").click();
  await act(page, "erase-yes").click();
  await gone.waitFor({ state: "detached" });
  assert.deepEqual(mishaps, []);
});

test("what is opened in another tab is noted as chosen, and a menu is no choice", async (t) => {
  const { page } = await enter(t);
  const [first, second] = await shelf(page);
  await page.locator(`flaneur-shelf [data-item="${second}"] a`).click({ button: "right" });
  await page.locator(`flaneur-shelf [data-item="${first}"] a`).click({ button: "middle" });
  const chosen = () => page.evaluate(async () => JSON.parse(await (await shop.profile.export()).text()).events.filter(({ type }) => type === "select_item").map(({ lines }) => lines[0].item));
  assert.deepEqual(await until("the choice", chosen, (ids) => ids.length > 0), [first]);
});

test("what a shelf shows is noted as seen, also when its words came after its items", async (t) => {
  const { page } = await enter(t);
  await page.locator("flaneur-shelf").scrollIntoViewIfNeeded();
  const shown = () => page.evaluate(async () => JSON.parse(await (await shop.profile.export()).text()).events.filter(({ type }) => type === "impression"));
  const [slate] = await until("what was seen", shown, (events) => events.length > 0);
  assert.equal(slate.slot, "home");
});

test("a shelf heeds what its page sets right after it put it there, and what a framework takes away", async (t) => {
  const { page, mishaps } = await enter(t);
  const slates = await page.evaluate(async () => {
    const shown = [];
    addEventListener("flaneur-shown", ({ detail }) => shown.push([detail.slot, detail.items.map(({ id }) => id).sort()]));
    const added = document.createElement("flaneur-shelf");
    document.querySelector("main").append(added);
    Object.assign(added, { name: "cart", like: undefined, request: { candidates: ["rug-0", "rug-1"] } });
    await added.updateComplete;
    added.size = 1;
    added.setAttribute("like", "lamp-0");
    await added.updateComplete;
    added.removeAttribute("like");
    added.size = undefined;
    await added.updateComplete;
    added.name = undefined;
    await added.updateComplete;
    added.size = "2"; // what a template says in quotes
    await added.updateComplete;
    added.remove();
    return shown;
  });
  assert.deepEqual(slates.map(([slot, ids]) => [slot, ids.length]), [["cart", 3], ["cart", 1], ["cart", 3], ["home", 3], ["home", 2]]);
  assert.deepEqual(slates[0][1], ["rug-0", "rug-1", "vase-5"], "the candidates, and what the shop pins");
  assert.deepEqual(mishaps, []);
});

test("what is undefined in a shelf's request is what is left out", async (t) => {
  const { page, mishaps } = await enter(t);
  const slate = await page.evaluate(async () => {
    const added = document.createElement("flaneur-shelf");
    const shown = new Promise((resolve) => added.addEventListener("flaneur-shown", ({ detail }) => resolve([detail.slot, detail.items.map(({ id }) => id).sort()])));
    Object.assign(added, { name: "cart", size: 3, request: { slot: undefined, size: undefined, seed: undefined, candidates: ["rug-0", "rug-1"] } });
    document.querySelector("main").append(added);
    return shown.finally(() => added.remove());
  });
  assert.deepEqual(slate, ["cart", ["rug-0", "rug-1", "vase-5"]]);
  assert.deepEqual(mishaps, []);
});

test("a dial heeds a size that a template says in quotes, and one that is taken away", async (t) => {
  const { page, mishaps } = await enter(t);
  const lengths = await page.evaluate(async () => {
    const added = document.createElement("flaneur-dial");
    document.querySelector("main").append(added);
    const lengths = [];
    for (const size of ["3", undefined]) {
      added.size = size;
      await added.updateComplete;
      lengths.push(added.shadowRoot.querySelectorAll("ol li").length);
    }
    added.remove();
    return lengths;
  });
  assert.deepEqual(lengths, [3, 10]);
  assert.deepEqual(mishaps, []);
});

test("elements without a shop draw nothing, keep what is set on them, and draw it when the shop comes", { timeout: 60_000 * PATIENCE }, async (t) => {
  const { page, mishaps } = await enter(t);
  const found = await page.evaluate(async () => {
    const { defineElements } = await import("/pkg/elements.js");
    const item = (id) => items.find((item) => item.id === id);
    defineElements({ shop: undefined, item });
    const added = document.createElement("flaneur-shelf");
    Object.assign(added, { name: "cart", size: 2, request: { candidates: ["rug-0", "rug-1"], allow: ["seen"] } });
    document.querySelector("main").append(added);
    await added.updateComplete;
    const cards = () => [...added.shadowRoot.querySelectorAll("[data-item]")].length;
    const before = [cards(), document.querySelectorAll("flaneur-shelf")[0].shadowRoot.querySelectorAll("[data-item]").length];
    const shown = new Promise((resolve) => added.addEventListener("flaneur-shown", ({ detail }) => resolve(detail.items.map(({ id }) => id))));
    defineElements({ shop, item, language: "fr" });
    const after = await shown;
    defineElements({ item }); // at the head of another module, which loads later
    await added.updateComplete;
    return { before, after, still: cards(), language: added.language };
  });
  assert.deepEqual(found.before, [0, 0]);
  assert.deepEqual([found.still, found.language], [2, "fr"], "what is left out stays");
  assert.ok(found.after.includes("rug-0") || found.after.includes("rug-1"), `${found.after}`);
  assert.equal(found.after.length, 2);
  assert.deepEqual(mishaps, []);
});

test("a request that is wrong is told, and leaves a shelf what it had and its controls", async (t) => {
  const { page, mishaps } = await enter(t);
  const found = await page.evaluate(async () => {
    const added = document.createElement("flaneur-shelf");
    const found = [];
    added.size = -1;
    document.querySelector("main").append(added);
    for (const size of [-1, 2, "x"]) {
      added.size = size;
      await added.updateComplete;
      found.push(["li[data-item]", "[data-act=pause]"].map((what) => added.shadowRoot.querySelectorAll(what).length));
    }
    return found;
  });
  assert.deepEqual(found, [[0, 1], [2, 1], [2, 1]]);
  assert.ok(mishaps.length >= 2 && mishaps.every((mishap) => mishap.includes("size")), mishaps.join("\n"));
});

test("another language leaves the order as it is, and another shop takes what was sent away with it", async (t) => {
  const { page } = await enter(t);
  const before = await shelf(page);
  const speak = (shop, language) =>
    page.evaluate(async ([shop, language]) => {
      const { defineElements } = await import("/pkg/elements.js");
      defineElements({ shop: window[shop], item: (id) => items.find((item) => item.id === id), language });
    }, [shop, language]);
  await speak("shop", "fr");
  await page.locator("flaneur-shelf [data-act=pause]", { hasText: "Suspendre" }).waitFor();
  assert.deepEqual(await shelf(page), before);
  await act(page, "away").click();
  await act(page, "undo").waitFor();
  await page.evaluate(async () => {
    const { open } = await import("/pkg/index.js");
    window.other = await open({ shop: "other", catalog: items, storage: "memory", consent: { learn: true, rank: true }, seed: 1 });
  });
  await page.evaluate(() => (window.away = document.querySelector("flaneur-shelf")).remove()); // also out of the page
  await speak("other", "fr");
  await page.evaluate(() => document.querySelector("main").prepend(away));
  await act(page, "pause").waitFor();
  await act(page, "undo").waitFor({ state: "detached" });
  assert.equal((await shelf(page)).length, 8);
});

test("another shop takes the lines of what happened with it, before its own are read", async (t) => {
  const { page } = await enter(t);
  const lines = await page.evaluate(async () => {
    const { open } = await import("/pkg/index.js");
    const { defineElements } = await import("/pkg/elements.js");
    const other = await open({ shop: "other", catalog: items, storage: "memory", consent: { learn: true, rank: true }, seed: 1 });
    defineElements({ shop: other, item: (id) => ({ id }) });
    const centre = document.querySelector("flaneur-centre[inline]");
    await centre.updateComplete;
    return centre.shadowRoot.querySelectorAll("[data-act=event], [data-act=gift]").length;
  });
  assert.equal(lines, 0);
});

test("a shelf that its page moves keeps its order, and lets go in time of what was sent away", async (t) => {
  const { page } = await enter(t);
  await page.evaluate(() => {
    shop.profile.declare({ surprise: 0.8 });
    const shelf = document.querySelector("flaneur-shelf");
    shelf.refresh();
    return shelf.updateComplete;
  });
  const before = await shelf(page);
  const found = [];
  for (let moves = 0; moves < 6; moves++) {
    await page.evaluate(async () => {
      const shelf = document.querySelector("flaneur-shelf");
      document.querySelector("main").append(shelf);
      await shelf.updateComplete;
    });
    found.push(await shelf(page));
  }
  assert.deepEqual(found, Array(6).fill(before));
  await page.evaluate(async () => {
    const shelf = document.querySelector("flaneur-shelf");
    shelf.shadowRoot.querySelector("[data-act=away]").click();
    await shelf.updateComplete;
    document.activeElement.blur();
    document.querySelector("main").append(shelf);
  });
  await page.mouse.move(1, 1);
  await act(page, "undo").waitFor();
  await act(page, "undo").waitFor({ state: "detached", timeout: 15_000 });
});

test("a page that changes its language has the elements follow", async (t) => {
  const { page } = await enter(t);
  await act(page, "pause").waitFor();
  await page.evaluate(() => (document.documentElement.lang = "fr"));
  await page.locator("flaneur-shelf [data-act=pause]", { hasText: "Suspendre" }).waitFor();
  await page.evaluate(() => (document.documentElement.lang = "en-GB"));
  await page.locator("flaneur-shelf [data-act=pause]", { hasText: "Pause" }).waitFor();
});

test("words of another language than the page's say so, and what is the shop's among them keeps the page's", async (t) => {
  const { page, mishaps } = await enter(t, "?lang=de");
  /** The language that a voice takes: that of the next node above that says one, through shadow roots. */
  const heard = () =>
    page.evaluate(() => {
      const around = (node) => node.closest("[lang]")?.lang ?? around(node.getRootNode().host);
      const inside = (host, selector) => around(document.querySelector(host).shadowRoot.querySelector(selector));
      const [shelf, centre] = ["flaneur-shelf", "flaneur-centre[inline]"];
      const dial = document.querySelector(centre).shadowRoot.querySelector("flaneur-dial").shadowRoot;
      return {
        words: [...["h2", "[data-act=why]", "[data-act=pause]", "[role=status]"].map((selector) => inside(shelf, selector)), inside(centre, "[data-act=event]"), around(dial.querySelector("h3"))],
        shop: [around(document.querySelector(`${shelf} b`)), ...["[part=title]", "[part=price]"].map((selector) => inside(shelf, selector)), around(dial.querySelector("li bdi"))],
        heading: inside(shelf, "slot[name=heading]"),
      };
    });
  const become = (what, words, shop, heading = words) =>
    until(what, heard, (now) => now.words.every((one) => one === words) && now.shop.every((one) => one === shop) && now.heading === heading);
  await page.evaluate(() => (document.querySelector("flaneur-shelf").innerHTML = "<b slot=footing>Bezahlt</b>"));
  await become("English on a German page", "en", "de");
  await page.evaluate(() => (document.querySelector("flaneur-shelf").heading = "Ausgesucht"));
  await become("a heading of the shop's", "en", "de", "de");
  await page.evaluate(() => (document.documentElement.lang = "en-GB"));
  await become("the English of an English page", "en-GB", "en-GB");
  await page.evaluate(() => ((document.documentElement.lang = "de"), language(WORDS.fr)));
  await become("words of the shop's own", "de", "de");
  assert.deepEqual(mishaps, []);
});

test("a dialog opens when its words come after it was asked for, and is shut when its element leaves the page", async (t) => {
  const shopper = await newContext(t, browser);
  let arrive;
  const words = new Promise((resolve) => (arrive = resolve));
  await shopper.context.route(/elements\/en\.js/, (route) => words.then(() => route.continue()));
  const page = await shopper.context.newPage();
  await page.goto(`${server.origin}/elements.html?words=none`);
  await page.waitForFunction(() => window.ready === true, undefined, { timeout: 60_000 });
  await page.evaluate(() => {
    window.centre = document.createElement("flaneur-centre");
    document.querySelector("main").append(centre);
    centre.show();
  });
  await page.waitForTimeout(200);
  arrive();
  const modal = () => page.evaluate(() => centre.shadowRoot.querySelector("dialog")?.matches(":modal") ?? null);
  await until("the dialog", modal, (is) => is === true);
  await page.evaluate(() => {
    centre.remove();
    document.querySelector("main").prepend(centre);
  });
  await until("no dialog", modal, (is) => is === null);
  await page.evaluate(() => centre.show());
  await until("the dialog again", modal, (is) => is === true);
  assert.deepEqual(shopper.mishaps, []);
});

test("an item without a title is called by its id", async (t) => {
  const { page } = await enter(t);
  const [first] = await shelf(page);
  await page.evaluate(async (first) => {
    const { defineElements } = await import("/pkg/elements.js");
    defineElements({ shop, item: (id) => ({ ...items.find((item) => item.id === id), ...(id === first && { title: "" }) }) });
  }, first);
  await page.locator("flaneur-shelf").getByRole("link", { name: first }).waitFor();
});

test("an item whose fields are null has no price, no picture and no link", async (t) => {
  const { page, mishaps } = await enter(t);
  const [first] = await shelf(page);
  await page.evaluate(async (first) => {
    const { defineElements } = await import("/pkg/elements.js");
    const bare = { id: first, title: null, brand: null, category: null, price: null, currency: null, image: null, url: null, attributes: null };
    defineElements({ shop, item: (id) => (id === first ? bare : items.find((item) => item.id === id)) });
  }, first);
  const card = page.locator(`flaneur-shelf [data-item="${first}"]`);
  await until("its id", () => card.locator("[part=title]").textContent(), (title) => title === first);
  assert.equal(await card.locator("[part=price], [part=image], [part=link]").count(), 0);
  await card.locator("[data-act=away]").click();
  await act(page, "undo").waitFor();
  assert.deepEqual(mishaps, []);
});

test("what is said of the last action is said in a region that was there before", async (t) => {
  const { page } = await enter(t);
  const region = page.locator("flaneur-shelf > div > p[role=status]").first();
  assert.deepEqual(await region.evaluate((p) => [p.textContent, getComputedStyle(p).display, p.offsetHeight]), ["", "block", 0]);
  await act(page, "away").click();
  await until("what was said", () => region.textContent(), (text) => text.length > 0);
});

test("what is said of an action is told again when it is done again", async (t) => {
  const { page } = await enter(t);
  const told = await page.evaluate(async () => {
    const centre = document.querySelector("flaneur-centre[inline]");
    const region = centre.shadowRoot.querySelector("[role=status]");
    const told = [];
    new MutationObserver(() => told.push(region.textContent.trim())).observe(region, { childList: true, characterData: true, subtree: true });
    for (let times = 0; times < 3; times++) {
      centre.shadowRoot.querySelector("[data-act=event]").click();
      await centre.updateComplete;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return told;
  });
  assert.deepEqual(told, Array(3).fill("Forgotten. It is as if it had never happened."));
});

test("where the dial stands is said by the slider alone, and what was sent away in words that fit an item and a brand", async (t) => {
  const { page } = await enter(t);
  const cdp = await page.context().newCDPSession(page);
  const { nodes } = await cdp.send("Accessibility.getFullAXTree");
  const by = new Map(nodes.map((node) => [node.nodeId, node]));
  const spoken = await page.locator("flaneur-centre[inline] input[type=range]").getAttribute("aria-valuetext");
  const texts = nodes.filter(({ ignored, role, name }) => !ignored && role.value === "StaticText" && name.value === spoken);
  assert.equal(texts.length, 1, "it can be read");
  for (let node = texts[0]; node; node = by.get(node.parentId)) assert.notEqual(node.role.value, "status", "no live region says it again");
  await act(page, "away").click();
  await act(page, "widen").click();
  const lines = () => page.locator("flaneur-centre[inline] li", { has: page.locator("[data-act=back]") }).locator("bdi").allTextContents();
  const title = await page.locator("flaneur-shelf [data-gone] p").textContent();
  const brand = (await page.evaluate(() => shop.profile.inspect().muted.find(({ attribute }) => attribute?.startsWith("brand:")).attribute)).slice(6);
  const told = await lines();
  assert.ok(told.includes(title), `${told}`);
  assert.ok(told.includes(`Nothing from ${brand}`), `${told}`);
});

test("why, pause, the plain order and forget me are within two actions of a shelf", async (t) => {
  const { page } = await enter(t);
  await act(page, "pause").click();
  assert.equal(await page.evaluate(() => shop.consent.gates.learn), false);
  await act(page, "order").click();
  assert.equal(await page.evaluate(() => shop.consent.gates.rank), false);
  await until("the shop's order", () => page.locator("flaneur-shelf h2").textContent(), (text) => text === "The shop's own order");
  await act(page, "erase").click();
  await act(page, "erase-yes").click();
  await until("an empty log", () => page.evaluate(() => shop.profile.inspect().events), (events) => events === 0);
});

test("a switch that a consent source holds goes back, and says why; so does a shelf's button", async (t) => {
  const { page, mishaps } = await enter(t);
  await page.evaluate(async () => {
    const { open } = await import("/pkg/index.js");
    const { defineElements } = await import("/pkg/elements.js");
    window.shop = await open({ shop: "held", catalog: items, storage: "memory", consent: { get: () => ({ store: true, rank: true }) } });
    defineElements({ shop, item: (id) => items.find((item) => item.id === id) });
  });
  const learn = page.locator("flaneur-centre[inline] [data-gate=learn]");
  const said = (within) => page.locator(`${within} [role=status]`).first().textContent().then((text) => text.trim()); // a space tells it again
  const held = await page.evaluate(() => WORDS.en.held);
  await until("the gates of that shop", () => learn.isChecked(), (on) => !on);
  for (let clicks = 0; clicks < 2; clicks++) {
    await learn.click();
    await until("the switch back", () => learn.isChecked(), (on) => !on);
  }
  assert.equal(await page.evaluate(() => shop.consent.gates.learn), false);
  assert.equal(await said("flaneur-centre[inline]"), held);
  await page.locator("flaneur-centre[inline] [data-gate=rank]").click();
  await until("a gate that moves", () => said("flaneur-centre[inline]"), (text) => text === "");
  assert.equal(await page.evaluate(() => shop.consent.gates.rank), false);
  await act(page, "pause").click();
  await until("the reason", () => said("flaneur-shelf"), (text) => text === held);
  assert.deepEqual(mishaps, []);
});

test("nothing is promised that would not hold: not while learning is paused", async (t) => {
  const { page, mishaps } = await enter(t);
  const offered = () => page.locator("flaneur-shelf").locator("[data-act=away], [data-act=widen]").count();
  await act(page, "away").click();
  await act(page, "widen").waitFor();
  await act(page, "pause").click();
  await until("no way to send away", offered, (count) => count === 0);
  await act(page, "undo").click();
  assert.deepEqual(await page.evaluate(() => shop.profile.inspect().muted.map(({ attribute, item }) => attribute ?? item)), ["brand:Maker4"], "undone all the same");
  await act(page, "pause").click();
  await act(page, "away").waitFor();
  assert.deepEqual(mishaps, []);
});

test("nothing is promised that would not hold: not without an engine", async (t) => {
  const shopper = await newContext(t, browser);
  await shopper.context.addInitScript(() => delete globalThis.WebAssembly);
  const page = await shopper.context.newPage();
  await page.goto(`${server.origin}/elements.html`);
  await page.waitForFunction(() => window.ready === true, undefined, { timeout: 60_000 });
  await act(page, "why").waitFor();
  assert.deepEqual(await page.evaluate(() => [shop.status.engine, shop.consent.gates.learn, shop.consent.gates.rank]), ["passthrough", true, true]);
  assert.equal(await page.locator("flaneur-shelf h2").textContent(), "The shop's own order");
  assert.equal((await shelf(page)).length, 8);
  const offered = await page.locator("flaneur-shelf button").evaluateAll((buttons) => [...new Set(buttons.map(({ dataset }) => dataset.act))]);
  assert.deepEqual(offered, ["why", "pause", "centre", "erase"], "nothing to send away, and no other order to ask for");
  assert.deepEqual(shopper.mishaps, []);
});

test("a button that changes its label does not say that it is pressed", async (t) => {
  const { page } = await enter(t);
  const label = () => act(page, "order").textContent();
  assert.equal(await label(), "Show the shop's order");
  await act(page, "order").click();
  await until("the other label", label, (text) => text === "Arrange it for me");
  assert.equal(await page.locator("[aria-pressed]").count(), 0);
});

test("the focus passes to what stands in the place of a button that goes", async (t) => {
  const { page } = await enter(t);
  const press = async (button) => (await button.focus(), await page.keyboard.press("Enter"));
  const focused = (what, holds) => until(what, () => focusOf(page), holds);
  for (const within of ["flaneur-shelf", "flaneur-centre[inline]"]) {
    await press(act(page, "erase", within));
    await focused("the question", (at) => at === "erase-yes");
    await press(act(page, "erase-no", within));
    await focused("what was asked for", (at) => at === "erase");
  }
  await press(act(page, "away"));
  await focused("undo", (at) => at === "undo");
  await press(act(page, "widen"));
  await focused("undo again", (at) => at === "undo");

  await page.locator("flaneur-shelf a").first().focus();
  await page.evaluate(() => ["vase-1", "vase-2", "vase-3"].forEach((item) => shop.observe({ type: "add_to_cart", items: [item] })));
  await press(act(page, "now"));
  await act(page, "now").waitFor({ state: "detached" });
  await focused("what is after it", (at) => at === "a" || at === "undo");

  const lines = page.locator("flaneur-centre[inline] ul .line button");
  /** What is left, once the lines of what happened are those of the log: one may take others along. */
  const settled = async () => {
    const told = page.locator("flaneur-centre[inline]").locator("[data-act=event], [data-act=gift]");
    const logged = () => page.evaluate(async () => JSON.parse(await (await shop.profile.export()).text()).events.filter(({ type }) => !["impression", "slate"].includes(type)).length);
    await until("the lines of the log", async () => (await told.count()) - (await logged()), (more) => more === 0);
    return lines.count();
  };
  for (let left = await settled(); left > 0; left = await settled()) {
    await press(lines.last());
    await until("a line less", () => lines.count(), (now) => now < left);
    await focused("a button of the centre", (at) => at !== "body" && at !== undefined);
  }
  await press(act(page, "erase", "flaneur-centre[inline]"));
  await press(act(page, "erase-yes", "flaneur-centre[inline]"));
  await focused("forget me", (at) => at === "erase");
});

test("every task is done by keyboard in at most twelve presses", async (t) => {
  const { page } = await enter(t);
  const focus = () => focusOf(page);
  let presses = 0;
  const press = async (key) => (presses++, page.keyboard.press(key));
  const reach = async (name, key = "Tab") => {
    for (let i = 0; i < 40 && (await focus()) !== name; i++) await press(key);
    assert.equal(await focus(), name);
  };
  const task = async (name, run) => {
    presses = 0;
    await run();
    assert.ok(presses <= 12, `${name} took ${presses} presses`);
  };
  await page.locator("flaneur-shelf a").first().focus();
  await task("why", async () => (await reach("why"), await press("Enter"), await page.locator("flaneur-why dialog[open]").waitFor(), await press("Escape")));
  await task("send away and undo", async () => {
    await reach("away");
    await press("Enter");
    await until("focus on undo", focus, (at) => at === "undo");
    await press("Enter");
    await until("focus back", focus, (at) => at !== "undo");
  });
  await page.locator("flaneur-shelf [data-act=away]").last().focus();
  await task("pause", async () => (await reach("pause"), await press("Enter")));
  await task("the shop's order", async () => (await reach("order", "Shift+Tab"), await press("Enter")));
  await task("open and close the centre", async () => (await reach("centre"), await press("Enter"), await page.locator("flaneur-shelf flaneur-centre dialog[open]").waitFor(), await press("Escape")));
  await task("forget me", async () => {
    await reach("erase");
    await press("Enter");
    await until("focus on the answer", focus, (at) => at === "erase-yes");
    await press("Enter");
  });
  assert.equal(await page.evaluate(() => shop.consent.gates.learn), false);
  await until("an empty log", () => page.evaluate(() => shop.profile.inspect().events), (events) => events === 0);
});

test("targets are at least 24 pixels, and nothing overflows at 320 pixels, left to right or right to left", async (t) => {
  for (const query of ["?lang=fr", "?dir=rtl"]) {
    const { page } = await enter(t, query, { viewport: { width: 320, height: 640 } });
    await act(page, "away").click();
    const small = await page.evaluate(() => {
      const found = [];
      const walk = (root) => {
        for (const node of root.querySelectorAll("*")) {
          if (node.shadowRoot) walk(node.shadowRoot);
          if (!node.matches("button, input, summary, select") || node.hidden) continue;
          const { width, height } = node.getBoundingClientRect();
          if (width > 0 && (width < 24 || height < 16 || (height < 24 && node.type !== "range"))) found.push(`${node.localName} ${node.dataset.act ?? ""} ${width}x${height}`);
        }
      };
      walk(document);
      return found;
    });
    assert.deepEqual(small, []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), `${query}: ${await page.evaluate(() => document.documentElement.scrollWidth)}`);
    if (query.includes("rtl")) {
      const side = await page.locator("flaneur-shelf h2").evaluate((h2) => getComputedStyle(h2).direction);
      assert.equal(side, "rtl");
    }
  }
});

test("titles and brands of one long word overflow nothing at 320 pixels", async (t) => {
  const { page } = await enter(t, "", { viewport: { width: 320, height: 640 } });
  await page.evaluate(async () => {
    const { defineElements } = await import("/pkg/elements.js");
    const word = (of) => `https://shop.example/products/${of}/${"a".repeat(60)}`;
    defineElements({ shop, item: (id) => ({ ...items.find((item) => item.id === id), title: word(id), brand: word("brand"), attributes: { colour: word("colour") } }) });
  });
  await page.locator("flaneur-shelf [data-item] a", { hasText: "shop.example" }).first().waitFor();
  const wide = () => page.evaluate(() => {
    const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap(({ shadowRoot }) => (shadowRoot ? roots(shadowRoot) : []))];
    const [dialog = document.documentElement] = roots(document).flatMap((root) => [...root.querySelectorAll("dialog[open]")]);
    return dialog.scrollWidth - dialog.clientWidth;
  });
  await act(page, "away").click();
  await act(page, "undo").waitFor();
  assert.equal(await wide(), 0, "the page");
  await act(page, "why").click();
  await page.locator("flaneur-why dialog[open]").waitFor();
  assert.equal(await wide(), 0, "the reasons");
  await page.keyboard.press("Escape");
  await act(page, "centre").click();
  await page.locator("flaneur-shelf flaneur-centre dialog[open] [data-act=event]").first().waitFor();
  assert.equal(await wide(), 0, "the centre");
});

test("with letters twice as large, the dialogs keep to their width at 320 pixels", async (t) => {
  const { page } = await enter(t, "?lang=fr", { viewport: { width: 320, height: 640 } });
  await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  for (const [press, dialog] of [["why", "flaneur-why dialog[open]"], ["centre", "flaneur-shelf flaneur-centre dialog[open]"]]) {
    await act(page, press).click();
    await page.locator(dialog).waitFor();
    const beyond = await page.locator(dialog).evaluate((node) => {
      const end = node.getBoundingClientRect().left + node.clientWidth;
      return [node.scrollWidth - node.clientWidth, ...[...node.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > end || (each.matches("button") && each.scrollWidth > each.clientWidth)).map((each) => each.outerHTML.slice(0, 80))];
    });
    assert.deepEqual(beyond, [0], press);
    await page.keyboard.press("Escape");
    await page.locator(dialog).waitFor({ state: "detached" });
  }
});

test("every text is a word of the language in force, or the shop's own", async (t) => {
  const { page } = await enter(t, "?words=pseudo");
  await act(page, "why").click();
  await page.locator("flaneur-why dialog[open]").waitFor();
  const bare = await page.evaluate(() => {
    const found = [];
    const own = /^[\s\d.,:;×%€+−–-]*$|^(LAMP|CHAIR|RUG|VASE) \d$|^(Maker\d|Dept\d|Home|red|blue)$/i;
    const told = (text) => text.includes("⟦") || own.test(text.trim());
    const walk = (root) => {
      for (const node of root.querySelectorAll("*")) {
        if (node.shadowRoot) walk(node.shadowRoot);
        if (["STYLE", "SCRIPT", "PRE"].includes(node.tagName) || !(root instanceof ShadowRoot)) continue;
        for (const attribute of ["aria-label", "title", "alt", "placeholder", "aria-valuetext"]) {
          const text = node.getAttribute(attribute);
          if (text && !told(text)) found.push(`${node.localName} ${attribute}: ${text}`);
        }
        for (const child of node.childNodes) if (child.nodeType === 3 && child.data.trim() !== "" && !told(child.data)) found.push(`${node.localName}: ${child.data.trim()}`);
      }
    };
    walk(document);
    return found;
  });
  // Titles and traits of the shop stand in elements of their own, times and evidence beside the words.
  assert.deepEqual(bare.filter((line) => !/^(bdi|small): /.test(line)), []);
});

test("both languages say everything, and say it differently", async (t) => {
  const { page } = await enter(t);
  const same = await page.evaluate(() => {
    const found = [];
    const compare = (en, fr, path) => {
      const keys = [Object.keys(en), Object.keys(fr)].map((list) => list.sort().join());
      if (keys[0] !== keys[1]) found.push(`keys of ${path}`);
      for (const [key, value] of Object.entries(en)) {
        if (typeof value === "object") compare(value, fr[key], `${path}.${key}`);
        else if (typeof value === "function") {
          if (value(2, 2, 2) === fr[key](2, 2, 2)) found.push(`${path}.${key}`);
        } else if (value === fr[key] || !fr[key]) found.push(`${path}.${key}`);
      }
    };
    compare(WORDS.en, WORDS.fr, "words");
    return found;
  });
  assert.deepEqual(same, ["words.score", "words.places"]);
});

test("a strict policy holds: no style in the page, no violation", async (t) => {
  const strict = await serve(PAGES, {
    "/elements.html": { headers: { "content-security-policy": "default-src 'self'; script-src 'self' 'nonce-tests' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; require-trusted-types-for 'script'; trusted-types lit-html" } },
  });
  t.after(() => strict.close());
  const { context } = await newContext(t, browser);
  context.setDefaultTimeout(60_000); // half a hundred files, unbundled
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
  });
  await page.goto(`${strict.origin}/elements.html`);
  await page.locator("flaneur-shelf [data-item]").first().waitFor();
  await act(page, "why").click();
  await page.locator("flaneur-why dialog[open]").waitFor();
  assert.deepEqual(await page.evaluate(() => window.violations), []);
  assert.ok((await page.locator("flaneur-why dialog button").evaluate((button) => getComputedStyle(button).minHeight)) === "28px");
});

test("nothing moves under the pointer, and the dial previews before it decides", async (t) => {
  const { page } = await enter(t);
  const before = await shelf(page);
  await page.locator("flaneur-shelf [data-item]").nth(3).hover();
  await page.evaluate(() => ["vase-1", "vase-2", "vase-3"].forEach((item) => shop.observe({ type: "add_to_cart", items: [item] })));
  await act(page, "now").waitFor();
  assert.deepEqual(await shelf(page), before);
  await page.evaluate(() => {
    const element = document.querySelector("flaneur-shelf");
    element.request = { ...element.request }; // as a framework does at each of its drawings
    return element.updateComplete;
  });
  assert.deepEqual(await shelf(page), before);
  await act(page, "now").click();
  await until("the new order", () => shelf(page), (now) => now.join() !== before.join());
  const dial = page.locator("flaneur-centre[inline] flaneur-dial");
  const preview = () => dial.locator("ol li").allTextContents();
  await dial.locator("input").fill("0");
  assert.equal(await page.evaluate(() => shop.profile.inspect().surprise), 0);
  const none = await preview();
  await dial.locator("input").evaluate((input) => ((input.value = "1"), input.dispatchEvent(new Event("input"))));
  await until("another preview", preview, (now) => now.join() !== none.join());
  assert.equal(await page.evaluate(() => shop.profile.inspect().surprise), 0, "only shown so far");
});

test("the forms of numbers are made once, however often the page is drawn", async (t) => {
  const { page } = await enter(t);
  const count = () => page.evaluate(async () => {
    window.made ??= 0;
    const { NumberFormat } = Intl;
    Intl.NumberFormat = class extends NumberFormat {
      constructor(...form) {
        super(...form);
        window.made++;
      }
    };
    for (const item of ["lamp-1", "rug-1", "vase-1", "chair-2"]) {
      shop.observe({ type: "view_item", item });
      await new Promise((resolve) => setTimeout(resolve, 20));
      await document.querySelector("flaneur-shelf").updateComplete;
    }
    Intl.NumberFormat = NumberFormat;
    return window.made;
  });
  assert.equal(await count(), 0, "the page was drawn before");
  await page.evaluate(() => (document.documentElement.lang = "fr"));
  await until("the other language's", () => page.locator("flaneur-shelf [part=price]").first().textContent(), (price) => price.endsWith("\u00a0€"));
});
