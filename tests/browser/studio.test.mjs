// The merchant's studio in real Chromium: a pack, rules as they are written, what they do to invented shoppers, and the rules as a file.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { SCHEMES, violations } from "./support/axe.mjs";
import { launch, newContext, storedBy, until } from "./support/browser.mjs";
import { ROOT, SHOP, serve } from "./support/server.mjs";
import { departmentOf, enter, exported, go, items, openTab } from "./support/shop.mjs";

const PACK = join(ROOT, "www/dist/catalog/shop.flaneur");
const ITEMS = join(ROOT, "www/dist/catalog/items.json");
/** The demo's own rules, with which the studio begins. */
const OWN = ["one-variant", "welcome-offer", "tea-season"];

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([launch(), serve(SHOP)]);
});
after(async () => {
  await browser.close();
  await server.close();
});

/** A merchant in the studio, once everything is ranked. */
async function studio(t, options = {}) {
  const visit = await enter(t, browser, server.origin, { at: "#/studio", choice: "refuse", ...options });
  await visit.page.locator("[data-crowd]").waitFor();
  return visit;
}

/** The personas as the page has them. */
const people = (page) =>
  page.locator("[data-persona]").evaluateAll((all) =>
    all.map((one) => {
      const rows = (selector, read) => [...one.querySelectorAll(selector)].map(({ dataset }) => read(dataset));
      return {
        kind: one.dataset.persona,
        changed: one.dataset.changed === "true",
        slate: rows("[data-item]", ({ item }) => item),
        moves: rows("[data-item]", ({ item, move, before }) => ({ item, move, before: before === "" ? undefined : Number(before) })),
        out: rows("[data-out]", ({ out, because }) => ({ out, because })),
        trace: Object.fromEntries(rows("[data-rule]", ({ rule, outcome }) => [rule, outcome])),
      };
    }),
  );
const field = (page) => page.locator('textarea[data-action="rules"]');
const fault = (page) => page.locator("studio-editor [data-code]");
const valid = (page) => page.locator("studio-editor [data-valid]").waitFor();
const figures = (page) => page.locator("[data-figure]").evaluateAll((rows) => Object.fromEntries(rows.map(({ dataset: { figure, before, now } }) => [figure, { before: Number(before), now: Number(now) }])));

/** Writes a text of rules that are right, and leaves the field, so that it is read now: until then those before are said to be in force. */
async function put(page, text) {
  await field(page).fill(text);
  await field(page).blur();
  await valid(page);
}

/** Writes rules in place of those that stand there, and waits for what comes of them. */
async function write(page, rules) {
  await put(page, JSON.stringify(rules));
  const isOf = ({ trace }) => Object.keys(trace).length === rules.length && rules.every(({ id }) => id === undefined || id in trace);
  return until("slates of these rules", () => people(page), (all) => all.length === 4 && all.every(isOf));
}

async function file(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator('[data-action="export-rules"]').click()]);
  assert.equal(download.suggestedFilename(), "rules.json");
  return JSON.parse(await readFile(await download.path(), "utf8"));
}

test("an invalid rule is named with its path and applied nowhere; a valid one changes the slates as told, and the file holds it", async (t) => {
  const { page, mishaps } = await studio(t);
  const first = await people(page);
  assert.deepEqual(first.map(({ changed }) => changed), [false, false, false, false], "before and now are the same rules");
  assert.equal(await page.locator('[data-same="true"]').count(), 1);
  for (const { kind, slate, trace } of first) {
    assert.equal(slate.length, 8);
    assert.ok(slate.filter((id) => departmentOf(id) === kind).length >= 3, `${slate} for ${kind}`);
    assert.deepEqual(Object.keys(trace).sort(), [...OWN].sort());
  }
  const own = await file(page);
  assert.deepEqual(own.map(({ id }) => id), OWN);

  const rules = [...own, { id: "lead", type: "pin", item: first[0].slate[5], position: 0, over: "welcome-offer" }, { id: "no-lights", type: "bury", where: { category: ["Lighting"] }, by: 3, slots: ["home"] }];
  for (const [wrong, code, path] of [
    [{ type: "pin", item: "x", position: 0, over: "nobody" }, "value_unknown", "rules[5].over[0]"],
    [{ type: "boost", where: { any: [{ kind: "product" }, { not: { attribute: "shade:red" } }] }, by: 1 }, "value_unknown", "rules[5].where.any[1].not.attribute"],
    [{ type: "cap", per: "brand", max: 2, prioriy: 1 }, "value_unknown", "rules[5].prioriy"],
    [{ type: "bury", where: {}, by: 1 }, "value_empty", "rules[5].where"],
    [{ type: "boost", where: { kind: "offer" }, by: 11 }, "value_out_of_range", "rules[5].by"],
    [{ id: "lead", type: "cap", per: "brand", max: 2 }, "value_duplicate", "rules[5].id"],
    [{ type: "boost", by: 1 }, "value_missing", "rules[5].where"],
  ]) {
    const text = JSON.stringify([...rules, wrong], null, 1);
    await field(page).fill(text);
    await page.locator(`studio-editor [data-code="${code}"][data-path="${path}"]`).waitFor();
    const line = Number(await fault(page).getAttribute("data-line"));
    const marked = await page.locator("studio-editor mark").textContent();
    const from = text.slice(0, text.lastIndexOf(marked)).split("\n").length;
    assert.equal(line, from);
    assert.ok(line > JSON.stringify(rules, null, 1).split("\n").length - 1, `line ${line} is of the rule that is wrong`);
    assert.equal(await field(page).getAttribute("aria-invalid"), "true");
    assert.match(await field(page).getAttribute("aria-describedby"), /\bsaid\b/);
    await page.locator('[data-action="go"]').click();
    assert.equal(await field(page).evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd)), marked);
    assert.deepEqual(await people(page), first, "nothing of it is applied");
    assert.deepEqual(await file(page), own, "what is exported is in force");
  }
  await field(page).fill("[\n  { ]");
  await page.locator('studio-editor [data-code="json"][data-line="2"]').waitFor();

  const now = await write(page, rules);
  assert.equal(await field(page).getAttribute("aria-invalid"), "false");
  for (const [at, { kind, slate, moves, out, changed, trace }] of now.entries()) {
    const old = first[at].slate;
    assert.equal(changed, true);
    assert.equal(slate[0], first[0].slate[5], "pinned");
    assert.equal(trace.lead, "fired");
    // The difference as told is the one between the slates that were seen.
    for (const { item, move, before } of moves) {
      const [was, is] = [old.indexOf(item), slate.indexOf(item)];
      assert.equal(move, was < 0 ? "in" : was > is ? "up" : was < is ? "down" : "same", item);
      assert.equal(before, was < 0 ? undefined : was);
    }
    assert.deepEqual(out.map((gone) => gone.out), old.filter((id) => !slate.includes(id)));
    const lights = (ids) => ids.filter((id) => departmentOf(id) === "Lighting").length;
    if (kind === "Lighting") assert.ok(lights(slate) < lights(old), `${slate} after ${old}`);
    for (const { out: id, because } of out) assert.ok(["score", "limit", "candidate", "rule"].includes(because), `${id}: ${because}`);
  }
  assert.deepEqual(await file(page), rules);

  // A list that keeps everything out is told as the cause of nothing, before and now.
  await write(page, [{ id: "nothing", type: "exclude", where: { not: { ids: [] } } }]);
  await page.locator('[data-action="pin"]').click();
  const none = await until("no difference", () => people(page), (all) => all.every(({ changed }) => !changed));
  for (const { slate, trace } of none) assert.deepEqual([slate, trace], [[], { nothing: "fired" }]);
  await write(page, rules);

  // Pinned as before, nothing differs any more; back again gives the same rules.
  await page.locator('[data-action="pin"]').click();
  await until("no difference", () => people(page), (all) => all.every(({ changed }) => !changed));
  assert.deepEqual((await people(page)).map(({ slate }) => slate), now.map(({ slate }) => slate));
  await write(page, [{ id: "alone", type: "cap", per: "brand", max: 1 }]);
  await page.locator('[data-action="restore"]').click();
  await until("the rules before", () => people(page), (all) => all.every(({ trace, changed }) => "lead" in trace && !changed));
  assert.deepEqual(await file(page), rules);
  assert.deepEqual(mishaps, []);
});

test("concentration and coverage of 40 shoppers follow the rules", async (t) => {
  const { page, mishaps } = await studio(t);
  assert.equal(await page.locator('[data-crowd="40"] svg.plot').count(), 2);
  const free = await figures(page);
  for (const { before, now } of Object.values(free)) assert.equal(before, now);
  assert.ok(free.gini.now > 0.3 && free.gini.now < 1, `${free.gini.now}`);
  assert.ok(free.coverage.now > 0.1 && free.coverage.now < 0.66, "eight places for each of 40 shoppers");
  // Ten things alone may be shown: eight of them are, to each.
  const few = items.filter(({ available = true }) => available).slice(100, 110).map(({ id }) => id);
  await write(page, [{ id: "few", type: "exclude", where: { not: { ids: few } } }]);
  const tight = await until("other figures", () => figures(page), ({ gini }) => gini.before !== gini.now);
  assert.deepEqual([tight.gini.before, tight.coverage.before], [free.gini.now, free.coverage.now], "before stays");
  assert.ok(tight.coverage.now >= 8 / items.length && tight.coverage.now <= 10 / items.length, `${tight.coverage.now}`);
  assert.ok(tight.gini.now >= 1 - 10 / items.length - 1e-9 && tight.gini.now > free.gini.now, `${tight.gini.now}`);
  assert.equal(tight.tenth.now, 1);
  assert.deepEqual(mishaps, []);
});

test("every example can be inserted with the keyboard, and a schedule follows the moment", async (t) => {
  const { page, mishaps } = await studio(t);
  await put(page, "[]");
  let presses = 0;
  const press = async (key) => (await page.keyboard.press(key), presses++);
  const focused = () => page.evaluate(() => document.querySelector("shop-app").shadowRoot.querySelector("page-studio").shadowRoot.querySelector("studio-editor").shadowRoot.activeElement?.dataset.action);
  await field(page).focus();
  for (const name of ["pin", "boost", "bury", "exclude", "cap", "quota", "schedule"]) {
    presses = 0;
    for (let tabs = 0; tabs < 8 && (await focused()) !== `example-${name}`; tabs++) await press("Tab");
    assert.equal(await focused(), `example-${name}`);
    await press("Enter");
    await until("the new rule, selected", () => field(page).evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd)), (text) => text.includes(`"type": "${name}"`));
    assert.equal(await focused(), "rules", "and the focus is in the field");
    assert.ok(presses <= 12, `${presses} presses`);
    await valid(page);
  }
  assert.deepEqual((await file(page)).map(({ type }) => type), ["pin", "boost", "bury", "exclude", "cap", "quota", "schedule"]);

  await put(page, "[]");
  await page.locator('[data-action="example-schedule"]').click();
  const [{ id, where, when }] = await file(page);
  const lights = ([{ slate }]) => slate.filter((shown) => departmentOf(shown) === where.category).length;
  assert.equal(where.category, "Lighting");
  const shut = await until("the window shut", () => people(page), (all) => lights(all) === 0 && all[0].trace[id] === "fired");
  assert.equal(shut[0].slate.length, 8);
  await page.locator('[data-action="moment"]').fill(`${when.from}T12:00`);
  await page.locator('[data-action="moment"]').blur();
  await until("the window open", () => people(page), (all) => lights(all) >= 3);
  await page.locator('[data-action="slot"]').selectOption("cart");
  await page.locator('[data-action="size"]').fill("4");
  await page.locator('[data-action="size"]').blur();
  await until("four places", () => people(page), (all) => all.every(({ slate }) => slate.length === 4));
  assert.deepEqual(mishaps, []);
});

test("the place of a fault is brought into view, also among lines that wrap", async (t) => {
  const { page, mishaps } = await studio(t);
  const long = Array.from({ length: 40 }, (_, at) => ({ id: `rule-${at}`, type: "boost", where: { brand: Array.from({ length: 12 }, (_, n) => `maker ${at} ${n}`) }, by: 1 }));
  for (const at of [39, 20]) {
    const rules = long.map((rule, n) => (n === at ? { ...rule, by: -1 } : rule));
    await field(page).fill(`[\n${rules.map((rule) => JSON.stringify(rule)).join(",\n")}\n]`);
    await page.locator(`studio-editor [data-path="rules[${at}].by"]`).waitFor();
    await page.locator('[data-action="go"]').click();
    const [mark, box] = await Promise.all(["studio-editor mark", "studio-editor .field"].map((part) => page.locator(part).boundingBox()));
    assert.ok(mark.y >= box.y && mark.y + mark.height <= box.y + box.height, `rules[${at}]: ${mark.y} within ${box.y} and ${box.y + box.height}`);
  }
  assert.deepEqual(mishaps, []);
});

test("fields and labels show what is in force: places and moment, ids of examples, pins of the slot that is shown", async (t) => {
  const { page, mishaps } = await studio(t);
  const input = (name) => page.locator(`page-studio >> [data-action="${name}"]`);
  const moment = await input("moment").inputValue();
  for (const [name, wrong, stands] of [["size", "100", "8"], ["size", "", "8"], ["size", "1.5", "8"], ["moment", "", moment]]) {
    await input(name).fill(wrong);
    await input(name).blur();
    assert.equal(await input(name).inputValue(), stands, `${name}: "${wrong}"`);
  }
  const slots = await input("slot").locator("option").allTextContents();
  const source = await readFile(join(ROOT, "www/src/pages/item.ts"), "utf8");
  for (const [, slot] of source.matchAll(/slot: "([^"]+)"/g)) assert.ok(slots.includes(slot), `${slot} is a slot of the shop`);

  await field(page).fill('[{ "type": "boost", "where": { "kind": "product" }, "by": -1 }]');
  await page.locator('studio-editor [data-code="value_out_of_range"]').waitFor();
  for (const text of ['"cap"', '"cap-2"']) {
    await page.locator('[data-action="example-cap"]').click();
    await until("the example", () => field(page).inputValue(), (value) => value.includes(`"id": ${text}`));
  }

  const [{ slate }] = await write(page, []);
  await write(page, [{ id: "elsewhere", type: "pin", item: slate[2], position: 0, slots: ["cart"] }, { id: "later", type: "pin", item: slate[3], position: 0, when: { from: "2099-01-01" } }].slice(1));
  await field(page).fill(JSON.stringify([{ id: "elsewhere", type: "pin", item: slate[2], position: 0, slots: ["cart"] }, { id: "later", type: "pin", item: slate[3], position: 0, when: { from: "2099-01-01" } }, { id: "here", type: "pin", item: slate[4], position: 0 }]));
  await until("the pin", () => people(page), (all) => all.every(({ slate: now }) => now[0] === slate[4]));
  const notes = await page.locator("[data-persona] li[data-item] small").allInnerTexts();
  assert.ok(notes.some((note) => note.includes("here")), notes.join());
  assert.ok(!notes.some((note) => /elsewhere|later/.test(note)), notes.join());
  assert.deepEqual(mishaps, []);
});

test("without the engine the studio says so, and a list of anything does not break it", async (t) => {
  const { context, mishaps } = await newContext(t, browser);
  await context.addInitScript(() => delete globalThis.WebAssembly);
  const page = await openTab(context, server.origin, "#/studio");
  await page.locator('page-studio >> .packs .wrong[role="alert"]').waitFor();
  for (const text of ["[null]", "{}", "null", '[1, { "slots": 3 }]', "[]"]) {
    await field(page).fill(text);
    await field(page).blur();
    await page.locator("studio-editor [data-valid], studio-editor [data-code]").first().waitFor();
  }
  assert.deepEqual(mishaps, []);
});

test("a pack is loaded from a file, with or without titles; a wrong file is refused with its reason and the pack before stays", async (t) => {
  const { page, mishaps } = await studio(t);
  const load = (...files) => page.locator('input[data-action="load-pack"]').setInputFiles(files);
  const text = (name, content) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) });
  const bytes = await readFile(PACK);
  const torn = bytes.subarray(0, bytes.length - 100);
  const old = Buffer.from(bytes);
  old.writeUInt16LE(1, 8);
  const bent = Buffer.from(bytes);
  bent[bent.length - 5] ^= 0xff;
  const first = await people(page);
  for (const [file, code] of [
    [text("photo.png", "not a pack at all, but long enough to have been one"), "pack_not_a_pack"],
    [text("torn.flaneur", torn), "pack_truncated"],
    [text("old.flaneur", old), "pack_version"],
    [text("bent.flaneur", bent), "pack_corrupt"],
    [text("rules.json", '{"type":"cap"}'), "file_json"],
    [text("items.json", '[{"id":"a","price":-1}]'), "value_out_of_range"],
  ]) {
    await load(file);
    await page.locator(`[data-refused="${code}"][role="alert"]`).waitFor();
    assert.equal(await page.locator("[data-pack]").getAttribute("data-items"), String(items.length));
    assert.deepEqual(await until("the slates", () => people(page), (all) => all.length === 4), first);
  }
  assert.match(await page.locator("[data-refused]").textContent(), /catalog\[0\]\.price/);

  await load(PACK);
  await page.locator('[data-pack="shop.flaneur"]').waitFor();
  assert.equal(await page.locator("[data-refused]").count(), 0);
  const bare = await until("personas of the pack alone", () => people(page), (all) => all.length === 4);
  for (const { kind, slate } of bare) assert.ok(slate.filter((id) => [items.find((item) => item.id === id).category].flat().includes(kind)).length >= 2, `${slate} for ${kind}`);
  await load(PACK, ITEMS);
  await until("titles", () => page.locator("[data-persona] .title").first().textContent(), (title) => items.some((item) => title.startsWith(item.title)));
  // A rule about an attribute that the loaded catalog lacks is said to be wrong, not applied.
  await put(page, '[{ "type": "boost", "where": { "attribute": "colour:sky" }, "by": 1 }]');
  await page.evaluate(() => {
    const { shadowRoot } = document.querySelector("shop-app").shadowRoot.querySelector("page-studio");
    globalThis.mostCovered = 0;
    const look = () => shadowRoot.querySelectorAll('[data-figure="coverage"]').forEach(({ dataset: { now } }) => (globalThis.mostCovered = Math.max(globalThis.mostCovered, Number(now))));
    new MutationObserver(look).observe(shadowRoot, { subtree: true, childList: true, attributes: true });
  });
  await load(text("mine.json", JSON.stringify(Array.from({ length: 40 }, (_, at) => ({ id: `i${at}`, title: `Thing ${at}`, category: at % 2 ? "Odd" : "Even" })))));
  await page.locator('[data-pack="mine.json"][data-items="40"]').waitFor();
  const most = await page.evaluate(() => globalThis.mostCovered);
  assert.ok(most > 0 && most <= 1, `what was shown of the pack before does not count for this one: ${most}`);
  await page.locator('studio-editor [data-code="value_unknown"][data-path="rules[0].where.attribute"]').waitFor();
  assert.deepEqual((await until("two personas", () => people(page), (all) => all.length === 2)).map(({ kind }) => kind).sort(), ["Even", "Odd"]);
  await page.locator('[data-action="own-pack"]').click();
  await page.locator('[data-pack=""]').waitFor();
  await until("the demo's personas", () => people(page), (all) => all.length === 4);
  assert.deepEqual(mishaps, []);
});

test("exported rules come back from their file, beside a pack too, and are never taken for things", async (t) => {
  const { page, mishaps } = await studio(t);
  const load = (...files) => page.locator('input[data-action="load-pack"]').setInputFiles(files);
  const rules = [{ id: "mine", type: "cap", per: "brand", max: 1 }, { type: "pin", item: items[3].id, position: 0 }];
  await write(page, rules);
  const exported = { name: "rules.json", mimeType: "application/json", buffer: Buffer.from(`${JSON.stringify(await file(page), null, 2)}\n`) };
  await write(page, []);
  await load(exported);
  await until("the rules", () => field(page).inputValue(), (text) => text === exported.buffer.toString());
  assert.equal(await page.locator("[data-pack]").getAttribute("data-pack"), "", "the pack stays");
  assert.deepEqual(await file(page), rules);
  await field(page).fill("[]");
  await field(page).blur();
  await load({ name: "shop.flaneur", mimeType: "application/octet-stream", buffer: await readFile(PACK) }, exported);
  await page.locator('[data-pack="shop.flaneur"]').waitFor();
  await until("the rules", () => field(page).inputValue(), (text) => text === exported.buffer.toString());
  // No rules are rules too, and no catalog of nothing.
  await load({ name: "none.json", mimeType: "application/json", buffer: Buffer.from("[]\n") });
  await until("no rules", () => field(page).inputValue(), (text) => text === "[]\n");
  assert.equal(await page.locator("[data-pack]").getAttribute("data-pack"), "shop.flaneur", "the pack stays");
  assert.deepEqual(mishaps, []);
});

test("a file that went away since it was chosen is said to be unreadable, be it JSON or a pack", async (t) => {
  const { page, mishaps } = await studio(t);
  const folder = await mkdtemp(join(tmpdir(), "flaneur-studio-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await page.evaluate(() => document.body.append(Object.assign(document.createElement("input"), { type: "file", id: "kept" })));
  for (const name of ["rules.json", "shop.flaneur"]) {
    await writeFile(join(folder, name), "[]");
    await page.locator("#kept").setInputFiles(join(folder, name));
    await rm(join(folder, name));
    await page.locator('input[data-action="load-pack"]').evaluate((input) => {
      const given = new DataTransfer();
      given.items.add(document.querySelector("#kept").files[0]);
      input.files = given.files;
      input.dispatchEvent(new Event("change"));
    });
    await page.locator('[data-refused="file_unreadable"][role="alert"]').waitFor();
    await page.locator('input[data-action="load-pack"]').setInputFiles(PACK);
    await page.locator("[data-refused]").waitFor({ state: "detached" });
  }
  assert.deepEqual(mishaps, []);
});

test("a page that would lose what was written has the browser ask, until a file holds it", async (t) => {
  const { page, mishaps } = await studio(t);
  const asked = [];
  page.on("dialog", (dialog) => (asked.push(dialog.type()), dialog.accept()));
  const again = async () => {
    await page.reload();
    await page.locator("[data-crowd]").waitFor();
    return asked.splice(0);
  };
  await field(page).click();
  assert.deepEqual(await again(), [], "nothing was written");
  await put(page, '[{ "id": "mine", "type": "cap", "per": "brand", "max": 1 }]');
  await go(page, "#/merchant", "page-merchant h1");
  await go(page, "#/studio", "[data-crowd]");
  assert.deepEqual(await again(), ["beforeunload"]);
  await put(page, '[{ "id": "mine", "type": "cap", "per": "brand", "max": 1 }]');
  await file(page);
  assert.deepEqual(await again(), [], "the file holds it");
  await page.locator('[data-action="example-cap"]').click();
  await field(page).fill("[");
  await fault(page).waitFor();
  await page.locator('[data-action="export-rules"]').click();
  assert.deepEqual(await again(), ["beforeunload"], "a file of the rules in force does not hold what is wrong");
  assert.deepEqual(mishaps, []);
});

test("every kind of a catalog of thousands is known, though it is sorted by kind", async (t) => {
  const { page, mishaps } = await studio(t);
  const load = (file) => page.locator('input[data-action="load-pack"]').setInputFiles(file);
  const sorted = Array.from({ length: 3300 }, (_, at) => ({ id: `i${at}`, title: `Thing ${at}`, category: `Kind ${Math.floor(at / 550)}`, available: at % 550 !== 0 }));
  await load({ name: "sorted.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(sorted)) });
  await page.locator('[data-pack="sorted.json"]').waitFor();
  assert.match(await page.locator("[data-pack]").textContent(), /3,300 things, 6 kinds/);
  // So much of it is shown that a tenth is where the axis ends, and its quarters are no whole percents.
  await until("the axis", () => page.locator("svg.plot").nth(1).locator('text[text-anchor="end"]').allTextContents(), (marks) => ["2.5%", "5%", "7.5%", "10%"].every((mark) => marks.includes(mark)));
  assert.deepEqual(mishaps, []);
});

test("where nothing is in stock, no place can be kept, and the studio says so", async (t) => {
  const { page, mishaps } = await studio(t);
  const gone = JSON.stringify(Array.from({ length: 40 }, (_, at) => ({ id: `i${at}`, category: at % 2 ? "Odd" : "Even", available: false })));
  await page.locator('input[data-action="load-pack"]').setInputFiles({ name: "gone.json", mimeType: "application/json", buffer: Buffer.from(gone) });
  await page.locator('[data-pack="gone.json"]').waitFor();
  await page.locator("studio-editor [data-unnamed]").waitFor();
  assert.ok(await page.locator('[data-action="example-pin"]').isDisabled());
  await page.locator('[data-action="example-cap"]').click();
  await valid(page);
  assert.doesNotMatch(await field(page).inputValue(), /"item": ""/);
  assert.deepEqual(mishaps, []);
});

test("the shopper's own profile is not touched, nothing is stored and nothing is sent", async (t) => {
  const { page, mishaps, outside } = await studio(t, { choice: "accept" });
  await write(page, [{ id: "one", type: "cap", per: "brand", max: 1 }]);
  const asked = server.asked.length;
  await write(page, [{ id: "two", type: "cap", per: "brand", max: 2 }]);
  await page.locator('input[data-action="load-pack"]').setInputFiles(PACK);
  await page.locator('[data-pack="shop.flaneur"]').waitFor();
  await until("the plots", () => figures(page), ({ gini }) => gini.before !== gini.now);
  const later = server.asked.slice(asked).filter(({ path }) => !path.startsWith("/catalog/pictures/"));
  assert.deepEqual(later, [], "nothing is asked of the shop's server but pictures");
  const { events } = await exported(page);
  assert.deepEqual(events, []);
  const stored = await storedBy(page);
  assert.deepEqual(stored.databases.map(({ name }) => name), ["flaneur:demo"], "the shopper's, from their consent");
  assert.deepEqual([stored.localStorage, stored.sessionStorage, stored.cookies], [[], [], ""]);
  assert.deepEqual([mishaps, outside], [[], []]);
});

test("what was begun stays behind another page, the page reflows at 320 pixels, and it moves nothing", async (t) => {
  const { page, mishaps } = await studio(t, { options: { viewport: { width: 320, height: 640 }, reducedMotion: "no-preference", locale: "fr-FR" } });
  await put(page, '[{ "id": "kept", "type": "cap", "per": "brand", "max": 1 }]');
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok((await wide()) <= 320, `${await wide()} pixels wide`);
  await page.evaluate(() => (location.hash = "#/merchant"));
  await page.locator('a[data-action="studio"]').click();
  await page.locator("page-studio [data-crowd]").waitFor();
  assert.match(await field(page).inputValue(), /"kept"/);
  await field(page).fill('[{ "type": "nothing of the kind" }]');
  await fault(page).waitFor();
  assert.ok((await wide()) <= 320, `${await wide()} pixels wide with a fault`);
  const small = await page.evaluate(() => {
    const roots = [document.querySelector("shop-app").shadowRoot.querySelector("page-studio").shadowRoot];
    roots.push(roots[0].querySelector("studio-editor").shadowRoot);
    return roots.flatMap((root) => [...root.querySelectorAll("button, select, input:not([type=file]), textarea, summary, a, label.file")]).flatMap((target) => {
      const { width, height } = target.getBoundingClientRect();
      return width >= 24 && height >= 24 ? [] : [`${target.localName} ${target.textContent.trim()} ${width}×${height}`];
    });
  });
  assert.deepEqual(small, [], "targets of 24 pixels");
  assert.equal(await page.evaluate(() => document.getAnimations().filter((one) => one.effect.target.getRootNode().host?.localName.match(/studio/)).length), 0);
  assert.deepEqual(mishaps, []);
});

test("axe finds nothing while a rule is invalid, a file refused and the traces open, in any colours", async (t) => {
  const { page } = await studio(t, { options: { locale: "fr-FR" } });
  await page.locator('[data-action="example-boost"]').click();
  await page.locator('[data-differs="true"]').waitFor();
  for (const summary of await page.locator('[data-action="trace"]').all()) await summary.click();
  await page.locator('input[data-action="load-pack"]').setInputFiles({ name: "no.flaneur", mimeType: "text/plain", buffer: Buffer.from("no pack") });
  await page.locator("[data-refused]").waitFor();
  await field(page).fill('[{ "type": "cap", "per": "shelf", "max": 1 }]');
  await fault(page).waitFor();
  for (const scheme of SCHEMES) {
    await page.emulateMedia(scheme);
    await page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, scheme.colorScheme);
    assert.deepEqual(await violations(page), [], JSON.stringify(scheme));
  }
});
