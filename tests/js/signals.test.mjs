import { idsOnDisk } from "./support/database.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  consentMode, consentModeGates, consentModeStep, shopify, shopifyGates, strictest, tcf, tcfKeysGates, tcfStep, webview,
} from "../../pkg/dist/consent/index.js";
import { connect } from "../../pkg/dist/connect.js";
import { open } from "../../pkg/dist/embedded.js";
import { ITEMS, eventually, freshShop } from "./support/shop.mjs";

const ALL = { store: true, learn: true, rank: true, measure: true };
const NONE = { store: false, learn: false, rank: false, measure: false };
const only = (...gates) => ({ ...NONE, ...Object.fromEntries(gates.map((gate) => [gate, true])) });
/** Makes this browser send Global Privacy Control. */
function browserAsks(value) {
  if (typeof navigator !== "object") globalThis.navigator = {}; // Node 20 has none
  Object.defineProperty(navigator, "globalPrivacyControl", { value, configurable: true });
}
const purposes = (...granted) => ({ consents: Object.fromEntries(granted.map((purpose) => [purpose, true])) });
const EVERY = purposes(1, 5, 6, 8, 9);

// [what, before, event, options, expected]
const TCF = [
  ["no data at all", {}, undefined, {}, {}],
  ["a stub that knows nothing", {}, { cmpStatus: "stub" }, {}, {}],
  ["it is not known yet whether the GDPR applies", {}, { eventStatus: "tcloaded", publisher: EVERY }, {}, {}],
  ["the dialog is open, and consents look granted", {}, { gdprApplies: true, eventStatus: "cmpuishown", publisher: EVERY }, {}, {}],
  ["the dialog is open again over a decision", ALL, { gdprApplies: true, eventStatus: "cmpuishown", publisher: purposes() }, {}, ALL],
  ["everything, as loaded", {}, { gdprApplies: true, eventStatus: "tcloaded", publisher: EVERY }, {}, ALL],
  ["everything, as just chosen", {}, { gdprApplies: true, eventStatus: "useractioncomplete", publisher: EVERY }, {}, ALL],
  ["nothing, as just chosen", {}, { gdprApplies: true, eventStatus: "useractioncomplete", publisher: purposes() }, {}, NONE],
  ["a withdrawal", ALL, { gdprApplies: true, eventStatus: "useractioncomplete", publisher: purposes() }, {}, NONE],
  ["no publisher at all", {}, { gdprApplies: true, eventStatus: "tcloaded" }, {}, NONE],
  ["purpose 1", {}, { gdprApplies: true, eventStatus: "tcloaded", publisher: purposes(1) }, {}, only("store")],
  ["purpose 5", {}, { gdprApplies: true, eventStatus: "tcloaded", publisher: purposes(5) }, {}, only("learn")],
  ["purpose 6", {}, { gdprApplies: true, eventStatus: "tcloaded", publisher: purposes(6) }, {}, only("rank")],
  ["purpose 8 without 9", {}, { gdprApplies: true, eventStatus: "tcloaded", publisher: purposes(8) }, {}, NONE],
  ["purpose 9 without 8", {}, { gdprApplies: true, eventStatus: "tcloaded", publisher: purposes(9) }, {}, NONE],
  ["purposes 8 and 9", {}, { gdprApplies: true, eventStatus: "tcloaded", publisher: purposes(8, 9) }, {}, only("measure")],
  ["purposes of advertising", {}, { gdprApplies: true, eventStatus: "tcloaded", publisher: purposes(2, 3, 4, 7) }, {}, NONE],
  ["legitimate interests", {}, { gdprApplies: true, eventStatus: "tcloaded", publisher: { legitimateInterests: EVERY.consents } }, {}, NONE],
  ["consents of vendors", {}, { gdprApplies: true, eventStatus: "tcloaded", vendor: EVERY, purpose: EVERY }, {}, NONE],
  ["consents that are not booleans", {}, { gdprApplies: true, eventStatus: "tcloaded", publisher: { consents: { 1: 1, 5: "true" } } }, {}, NONE],
  ["purpose 1 was not asked", {}, { gdprApplies: true, eventStatus: "tcloaded", purposeOneTreatment: true, publisher: EVERY }, {}, only("learn", "rank", "measure")],
  ["the platform failed", ALL, { cmpStatus: "error", gdprApplies: true, eventStatus: "tcloaded", publisher: EVERY }, {}, {}],
  ["the GDPR does not apply", {}, { gdprApplies: false, eventStatus: "tcloaded" }, {}, {}],
  ["the GDPR does not apply, and the shop decided", {}, { gdprApplies: false }, { outsideGdpr: "granted" }, ALL],
  ["the shop decided, but the GDPR applies", {}, { gdprApplies: true, eventStatus: "tcloaded" }, { outsideGdpr: "granted" }, NONE],
];

test("TCF: only a decision of the shopper opens a gate", () => {
  for (const [what, before, event, options, expected] of TCF) assert.deepEqual(tcfStep(before, event, options), expected, what);
});

const KEYS = [
  ["no keys", {}, {}, {}],
  ["consent without saying whether the GDPR applies", { IABTCF_PublisherConsent: "1111111111" }, {}, {}],
  ["everything", { IABTCF_gdprApplies: 1, IABTCF_PublisherConsent: "1111111111" }, {}, ALL],
  ["texts for numbers", { IABTCF_gdprApplies: "1", IABTCF_PublisherConsent: "1000000000" }, {}, only("store")],
  ["a short string", { IABTCF_gdprApplies: 1, IABTCF_PublisherConsent: "11" }, {}, only("store")],
  ["8 and 9", { IABTCF_gdprApplies: 1, IABTCF_PublisherConsent: "0000000110" }, {}, only("measure")],
  ["purpose 1 was not asked", { IABTCF_gdprApplies: 1, IABTCF_PurposeOneTreatment: 1, IABTCF_PublisherConsent: "1000110110" }, {}, only("learn", "rank", "measure")],
  ["nonsense", { IABTCF_gdprApplies: 1, IABTCF_PublisherConsent: "yes" }, {}, {}],
  ["the GDPR does not apply", { IABTCF_gdprApplies: 0 }, {}, {}],
  ["the GDPR does not apply, and the shop decided", { IABTCF_gdprApplies: "0" }, { outsideGdpr: "granted" }, ALL],
];

test("TCF in an app: the keys of the host say the same", async () => {
  for (const [what, keys, options, expected] of KEYS) {
    assert.deepEqual(tcfKeysGates(keys, options), expected, what);
    assert.deepEqual(await webview({ get: async () => keys }, options).get(), expected, what);
  }
});

const granted = { personalization_storage: "granted", analytics_storage: "granted" };
const denied = { personalization_storage: "denied", analytics_storage: "denied" };
const TASTE = { store: true, learn: true, rank: true };
const NO_TASTE = { store: false, learn: false, rank: false };
const MODE = [
  ["no command", [], {}],
  ["other commands", [["event", "purchase", granted], ["config", "G-1"], null, 7, ["consent", "default"]], {}],
  ["a default that grants", [["consent", "default", granted]], ALL],
  ["a default that denies, which is no answer", [["consent", "default", denied]], {}],
  ["a default of other storages", [["consent", "default", { ad_storage: "granted", ad_user_data: "granted" }]], {}],
  ["a default for analytics alone", [["consent", "default", { analytics_storage: "granted" }]], { measure: true }],
  ["an update that grants", [["consent", "default", denied], ["consent", "update", granted]], ALL],
  ["an update that denies", [["consent", "default", granted], ["consent", "update", denied]], NONE],
  ["an update of one storage", [["consent", "default", denied], ["consent", "update", { personalization_storage: "granted" }]], TASTE],
  ["an update and a later one", [["consent", "update", granted], ["consent", "update", { personalization_storage: "denied" }]], { ...NO_TASTE, measure: true }],
  ["a default after an update", [["consent", "update", granted], ["consent", "default", denied]], ALL],
  ["a default for some regions that grants", [["consent", "default", { ...granted, region: ["US"] }]], {}],
  ["a default for some regions that denies", [["consent", "default", granted], ["consent", "default", { ...denied, region: ["FR"] }]], {}],
  ["the same the other way round", [["consent", "default", { ...denied, region: ["FR"] }], ["consent", "default", granted]], {}],
  ["a default that waits for an update", [["consent", "default", { ...granted, wait_for_update: 500 }]], {}],
  ["answers that are none", [["consent", "update", { personalization_storage: true, analytics_storage: "yes" }]], {}],
];

test("Consent Mode: the last update counts, else the strictest default", () => {
  for (const [what, commands, expected] of MODE) {
    const state = commands.reduce(consentModeStep, { defaults: {}, updates: {} });
    assert.deepEqual(consentModeGates(state), expected, what);
  }
});

const fail = () => {
  throw new Error("privacy");
};
/** The interface of a visitor, all of whose answers are one. */
const visitor = (allowed, answer, region = "FRIDF") => ({
  preferencesProcessingAllowed: () => allowed,
  analyticsProcessingAllowed: () => allowed,
  currentVisitorConsent: () => ({ marketing: answer, analytics: answer, preferences: answer, sale_of_data: answer }),
  getRegion: () => region,
});
const SHOPIFY = [
  ["no interface", undefined, {}],
  ["an empty interface", {}, {}],
  ["both allowed", { preferencesProcessingAllowed: () => true, analyticsProcessingAllowed: () => true }, ALL],
  ["both refused", { preferencesProcessingAllowed: () => false, analyticsProcessingAllowed: () => false }, NONE],
  ["preferences alone", { preferencesProcessingAllowed: () => true, analyticsProcessingAllowed: () => false }, { ...TASTE, measure: false }],
  ["analytics alone", { preferencesProcessingAllowed: () => false, analyticsProcessingAllowed: () => true }, { ...NO_TASTE, measure: true }],
  ["no answer where one is needed, which is no refusal", visitor(false, ""), {}],
  ["no answer where none is needed", visitor(true, ""), ALL],
  ["no answer, and nothing known of the visitor", visitor(true, "", ""), {}],
  ["a refusal", visitor(false, "no"), NONE],
  ["a refusal of a visitor of whom nothing else is known", visitor(false, "no", ""), NONE],
  ["an agreement", visitor(true, "yes", ""), ALL],
  ["an answer for one of the two", { ...visitor(false, ""), currentVisitorConsent: () => ({ preferences: "no", analytics: "" }) }, NO_TASTE],
  ["an answer that is none", { preferencesProcessingAllowed: () => "yes" }, {}],
  ["an interface that fails", { preferencesProcessingAllowed: () => true, analyticsProcessingAllowed: fail }, {}],
];

test("Shopify: what the storefront allows, and nothing when it fails", () => {
  const { reportError } = globalThis;
  globalThis.reportError = () => {};
  for (const [what, privacy, expected] of SHOPIFY) assert.deepEqual(shopifyGates(privacy), expected, what);
  globalThis.reportError = reportError;
});

const says = (gates) => ({ get: () => gates });
const COMBINED = [
  ["no source", [], {}],
  ["one that grants", [ALL], ALL],
  ["two that grant", [ALL, ALL], ALL],
  ["one of two denies", [ALL, NONE], NONE],
  ["one of two knows nothing", [ALL, {}], {}],
  ["one denies and one knows nothing", [NONE, {}], NONE],
  ["each denies something", [{ ...ALL, store: false }, { ...ALL, measure: false }], { ...ALL, store: false, measure: false }],
  ["three, one of which knows half", [ALL, ALL, { store: true, measure: false }], { store: true, measure: false }],
];

test("several sources: the strictest wins", async () => {
  for (const [what, sources, expected] of COMBINED) assert.deepEqual(await strictest(...sources.map(says)).get(), expected, what);
});

test("several sources: one that only answers when it is asked counts when another speaks", async () => {
  let tell;
  const heard = [];
  const speaks = { get: () => ({}), subscribe: (listener) => ((tell = listener), () => {}) };
  const late = { get: () => new Promise((resolve) => setTimeout(() => resolve(ALL), 5)) };
  const end = strictest(late, speaks).subscribe((gates) => heard.push(gates));
  tell({ ...ALL, rank: false });
  assert.deepEqual(heard.at(-1), { rank: false }, "the other is not known yet");
  await eventually(() => heard.at(-1).learn, "the answer");
  assert.deepEqual(heard.at(-1), { ...ALL, rank: false });
  end();
});

// [what, options, browser asks for privacy, calls of consent.set, gates]
const HANDLE = [
  ["nothing said", {}, false, [], NONE],
  ["the page grants", { consent: ALL }, false, [], ALL],
  ["GPC against the page's grant", { consent: ALL }, true, [], { ...ALL, measure: false }],
  ["GPC, then the shopper's own choice", { consent: ALL }, true, [{ measure: true }], ALL],
  ["GPC, a choice, and its withdrawal", { consent: ALL }, true, [{ measure: true }, { measure: false }], { ...ALL, measure: false }],
  ["GPC and a choice about something else", { consent: ALL }, true, [{ rank: true }], { ...ALL, measure: false }],
  ["GPC against a source", { consent: says(ALL) }, true, [], { ...ALL, measure: false }],
  ["GPC, a source, and the shopper's own choice", { consent: says(ALL) }, true, [{ measure: true }], ALL],
  ["a choice cannot open what the source denies", { consent: says({ ...ALL, measure: false }) }, true, [{ measure: true }], { ...ALL, measure: false }],
  ["a source and a choice that restricts", { consent: says(ALL) }, false, [{ learn: false }], { ...ALL, learn: false }],
  ["a minor", { consent: ALL, audience: "minor" }, false, [], NONE],
  ["a minor who agrees to everything", { audience: "minor" }, false, [ALL], NONE],
  ["a minor, whatever the source says", { consent: says(ALL), audience: "minor" }, false, [], NONE],
  ["a minor with GPC", { consent: ALL, audience: "minor" }, true, [{ measure: true }], NONE],
  ["the strictest of three signals", { consent: strictest(says(ALL), says({ ...ALL, rank: false }), says(only("store", "rank"))) }, false, [], only("store")],
];

test("the handle: source, choice, Global Privacy Control and minors, the strictest wins", async () => {
  for (const [what, options, privacy, choices, expected] of HANDLE) {
    browserAsks(privacy);
    const shop = await open({ shop: freshShop(), catalog: ITEMS, storage: "memory", ...options });
    for (const choice of choices) await shop.consent.set(choice);
    assert.deepEqual(shop.consent.gates, expected, what);
    await shop.close();
  }
  browserAsks(false);
});

test("the tables have at least sixty combinations", () => {
  const rows = [TCF, KEYS, MODE, SHOPIFY, COMBINED, HANDLE].reduce((sum, table) => sum + table.length, 0);
  assert.ok(rows >= 60, `${rows} rows`);
});

test("a choice made by hand under Global Privacy Control is found again at the next visit", async () => {
  const name = freshShop();
  browserAsks(true);
  const before = await open({ shop: name, catalog: ITEMS, consent: ALL });
  await before.consent.set({ measure: true });
  await before.close();
  const after = await open({ shop: name, catalog: ITEMS });
  assert.equal(after.consent.gates.measure, true);
  await after.consent.set({ measure: false });
  await after.close();
  const last = await open({ shop: name, catalog: ITEMS });
  assert.equal(last.consent.gates.measure, false);
  await last.close();
  browserAsks(false);
});

test("a choice made by hand under Global Privacy Control is found again, also where it was the same before the browser asked", async (t) => {
  t.after(() => browserAsks(false));
  const name = freshShop();
  browserAsks(false);
  const before = await open({ shop: name, catalog: ITEMS, consent: ALL });
  await before.close();
  browserAsks(true);
  const asked = await open({ shop: name, catalog: ITEMS });
  assert.equal(asked.consent.gates.measure, false);
  await asked.consent.set({ measure: true });
  await asked.close();
  const after = await open({ shop: name, catalog: ITEMS });
  assert.equal(after.consent.gates.measure, true);
  assert.deepEqual((await after.consent.receipts()).map(({ globalPrivacyControl }) => globalPrivacyControl), [undefined, true]);
  await after.close();
});

test("for a minor nothing is written, and what an adult stored before stays", async () => {
  const name = freshShop();
  const adult = await open({ shop: name, catalog: ITEMS, consent: ALL });
  adult.observe({ type: "view_item", item: "rug-1", id: "e1" });
  await adult.close();
  const minor = await open({ shop: name, catalog: ITEMS, consent: ALL, audience: "minor" });
  minor.observe({ type: "view_item", item: "rug-2", id: "e2" });
  assert.equal(minor.profile.inspect().events, 0);
  await minor.close();
  assert.deepEqual(await idsOnDisk(name), ["e1"]);
});

test("a child's page does not decide for the other tabs", async () => {
  const name = freshShop();
  const adult = await open({ shop: name, catalog: ITEMS, consent: only("learn", "rank") });
  const child = await open({ shop: name, catalog: ITEMS, audience: "minor" });
  await child.consent.set({ store: true, learn: false });
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(adult.consent.gates, only("learn", "rank"));
  await child.close();
  await adult.close();
});

test("what a source said since it was asked outlives its first answer", async () => {
  const asked = () => {
    let answer;
    let tell;
    const source = { get: () => new Promise((resolve) => (answer = resolve)), subscribe: (listener) => void (tell = listener) };
    return { source, answer: (gates) => answer(gates), tell: (gates) => tell(gates) };
  };
  for (const wrap of [(source) => source, (source) => strictest(source)]) {
    const late = asked();
    const opening = open({ shop: freshShop(), catalog: ITEMS, consent: wrap(late.source) });
    await new Promise((resolve) => setTimeout(resolve, 20));
    late.tell({ learn: false, rank: false });
    late.answer({ store: false, learn: true, rank: true, measure: true });
    const shop = await opening;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(shop.consent.gates, only("measure"));
    await shop.close();
  }
});

const WAITING = { ...denied, wait_for_update: 50 };
const DEFAULTS = {
  "everywhere": [["consent", "default", WAITING]],
  "in a region that is told last": [["consent", "default", granted], ["consent", "default", { ...WAITING, region: ["FR"] }]],
};
for (const [where, defaults] of Object.entries(DEFAULTS)) test(`a page that denies by default ${where}, until its platform has read the answer, keeps what was stored; a refusal deletes it`, async (t) => {
  t.after(() => delete globalThis.dataLayer);
  const name = freshShop();
  const visit = async (then) => {
    globalThis.dataLayer = [...defaults];
    const shop = await open({ shop: name, catalog: ITEMS, consent: consentMode() });
    assert.deepEqual(shop.consent.gates, NONE);
    await then(shop);
    await shop.close();
  };
  const answer = (words) => dataLayer.push(["consent", "update", words]);
  await visit(async (shop) => {
    answer(granted);
    shop.observe({ type: "view_item", item: "rug-1", id: "e1" });
    assert.equal(await shop.flush(), true);
  });
  await visit(async () => {});
  assert.deepEqual(await idsOnDisk(name), ["e1"]);
  await visit(async (shop) => {
    answer(granted);
    await eventually(() => shop.profile.inspect().events === 1, "what was stored");
  });
  await visit(async (shop) => {
    answer(denied);
    await eventually(async () => (await idsOnDisk(name)) === undefined, "the deletion");
    assert.equal(shop.profile.inspect().events, 0);
  });
});

test("a page that waits for the update learns from the events that it pushed before, and for no longer than it says", async (t) => {
  t.after(() => delete globalThis.dataLayer);
  const visit = async (commands, update, ...late) => {
    globalThis.dataLayer = [...commands, { event: "view_item", ecommerce: { items: [{ item_id: "rug-1" }] } }];
    const opening = open({ shop: freshShop(), catalog: ITEMS, consent: consentMode() });
    const timers = [[25, late], [50, update ? [["consent", "update", update]] : []]].map(([at, commands]) => setTimeout(() => dataLayer.push(...commands), at));
    const shop = await opening;
    timers.forEach(clearTimeout);
    connect(shop);
    const { session } = shop.profile.inspect();
    await shop.close();
    return session;
  };
  const waits = (wait_for_update) => ["consent", "default", { ...denied, wait_for_update }];
  assert.deepEqual(await visit([waits(60_000)], granted), ["rug-1"]);
  assert.deepEqual(await visit([waits(60_000)], granted, ["consent", "default", denied]), ["rug-1"], "a later default is no update");
  assert.deepEqual(await visit([waits(60_000)], denied), []);
  assert.deepEqual(await visit([waits(100)], undefined), []);
  assert.deepEqual(await visit([waits("long")], undefined), []);
  // Waited past the update, each visit would take a second; of three, a busy machine leaves one alone.
  for (const at of ["late", "before"]) {
    const update = { analytics_storage: "granted" };
    let fastest = Infinity;
    for (let tries = 0; tries < 3; tries++) {
      const before = performance.now();
      assert.deepEqual(await visit([waits(60_000), ...(at === "before" ? [["consent", "update", update]] : [])], update), [], at);
      fastest = Math.min(fastest, performance.now() - before);
    }
    assert.ok(fastest < 1000, `an update that does not ask for it is not waited past: ${at}`);
  }
  assert.deepEqual(await visit([waits(60_000), ["consent", "update", granted]], undefined), ["rug-1"]);
});

test("a shop that its source opened is open with what the disk holds: the log, and what the shopper restricted", async () => {
  const name = freshShop();
  const visit = async (late, then) => {
    let tell;
    let answer;
    const source = { get: () => (late ? new Promise((resolve) => (answer = resolve)) : ALL), subscribe: (listener) => void ((tell = listener), late || tell(ALL)) };
    const opening = open({ shop: name, catalog: ITEMS, consent: source });
    if (late) setTimeout(() => (tell(ALL), answer(ALL)), 10);
    const shop = await opening;
    await then(shop);
    await shop.close();
  };
  await visit(false, async (shop) => {
    shop.observe({ type: "view_item", item: "rug-1" });
    await shop.consent.set({ rank: false });
  });
  for (let i = 0; i < 20; i++) {
    await visit(i % 2 === 0, async (shop) => {
      assert.deepEqual([shop.consent.gates.rank, shop.profile.inspect().events], [false, 1]);
      assert.deepEqual((await shop.consent.receipts()).map(({ method }) => method), ["source", "api"]);
    });
  }
});

test("the readers follow the page's own platforms, and stop when told", async () => {
  const heard = [];
  const listeners = new Map();
  const asks = tcf().subscribe((gates) => heard.push(gates)); // before the platform is there
  globalThis.__tcfapi = (command, version, callback, parameter) => {
    assert.equal(version, 2);
    if (command === "addEventListener") listeners.set(7, callback);
    if (command === "removeEventListener") callback(listeners.delete(parameter));
  };
  await eventually(() => listeners.size === 1, "the listener");
  const tell = (data, success = true) => listeners.get(7)({ listenerId: 7, gdprApplies: true, ...data }, success);
  tell({ eventStatus: "cmpuishown" });
  tell({ eventStatus: "useractioncomplete", publisher: EVERY });
  tell({ eventStatus: "useractioncomplete", publisher: EVERY }, false);
  assert.deepEqual(heard, [{}, ALL, {}], "what it says when it fails is not believed");
  asks();
  assert.equal(listeners.size, 0);
  delete globalThis.__tcfapi;

  globalThis.dataLayer = [["consent", "default", denied]];
  const modes = [];
  const stop = consentMode().subscribe((gates) => modes.push(gates));
  function gtag() {
    dataLayer.push(arguments);
  }
  gtag("consent", "update", granted);
  stop();
  gtag("consent", "update", denied);
  assert.deepEqual(modes, [{}, ALL]);
  assert.equal(dataLayer.length, 3, "the page's own layer is whole");
  delete globalThis.dataLayer;

  globalThis.document = new EventTarget();
  let allowed = false;
  let failure = new Error("no such feature");
  const privacy = { preferencesProcessingAllowed: () => allowed, analyticsProcessingAllowed: () => allowed };
  globalThis.Shopify = {
    loadFeatures([feature], done) {
      assert.deepEqual(feature, { name: "consent-tracking-api", version: "0.1" });
      this.customerPrivacy = privacy;
      done(failure);
      if (failure) delete this.customerPrivacy;
    },
  };
  const shops = [];
  shopify().subscribe((gates) => shops.push(gates))();
  assert.deepEqual(shops, [], "an interface that did not load says nothing");
  failure = undefined;
  const quit = shopify().subscribe((gates) => shops.push(gates));
  allowed = true;
  document.dispatchEvent(new Event("visitorConsentCollected"));
  quit();
  document.dispatchEvent(new Event("visitorConsentCollected"));
  assert.deepEqual(shops, [NONE, ALL]);
  delete globalThis.Shopify;
  delete globalThis.document;
});

test("TCF: a call that a stub kept until its platform came leaves no listener when nobody listens any more", () => {
  const queue = [];
  globalThis.__tcfapi = (...call) => queue.push(call);
  const heard = [];
  tcf().subscribe((gates) => heard.push(gates))();
  const listeners = new Map();
  globalThis.__tcfapi = (command, _, callback, id) => {
    if (command === "removeEventListener") return callback(listeners.delete(id), true);
    listeners.set(listeners.size, callback);
    callback({ listenerId: listeners.size - 1, gdprApplies: true, eventStatus: "tcloaded", publisher: EVERY }, true);
  };
  for (const call of queue) __tcfapi(...call);
  delete globalThis.__tcfapi;
  assert.deepEqual([heard, listeners.size], [[], 0]);
});

test("Shopify: a storefront that loads its features later is asked then", async () => {
  globalThis.Shopify = { shop: "a.myshopify.com" };
  const heard = [];
  const stop = shopify().subscribe((gates) => heard.push(gates));
  await new Promise((resolve) => setTimeout(resolve, 50));
  Shopify.loadFeatures = (_, done) => {
    Shopify.customerPrivacy = { preferencesProcessingAllowed: () => true, analyticsProcessingAllowed: () => true };
    done();
  };
  await eventually(() => heard.length > 0, "what the storefront says");
  stop();
  assert.deepEqual(heard, [ALL]);
  delete globalThis.Shopify;
});

test("Shopify: an interface that is only announced, or does not know the visitor yet, is asked again once it is there", async (t) => {
  t.after(() => {
    delete globalThis.Shopify;
    delete globalThis.document;
  });
  globalThis.document = new EventTarget();
  globalThis.Shopify = { customerPrivacy: { backendConsentEnabled: true } }; // as a page of its own making, and Hydrogen, have it before the script
  const heard = [];
  const stop = shopify().subscribe((gates) => heard.push(gates));
  await new Promise((resolve) => setTimeout(resolve, 50));
  Shopify.customerPrivacy = visitor(true, "", ""); // all that is allowed while nothing is known
  await eventually(() => heard.length > 0, "what the interface says");
  Shopify.customerPrivacy = visitor(true, "yes");
  document.dispatchEvent(new Event("shopifyCustomerPrivacyApiLoaded"));
  stop();
  document.dispatchEvent(new Event("shopifyCustomerPrivacyApiLoaded"));
  assert.deepEqual(heard, [{}, ALL]);
});

test("a reader says nothing after its end, nor to the next one what it said to the last", async () => {
  globalThis.dataLayer = [["consent", "default", granted]];
  const heard = [];
  const stop = consentMode().subscribe((gates) => heard.push(gates));
  const { push } = dataLayer;
  dataLayer.push = (...entries) => push(...entries); // as a tag manager does
  stop();
  dataLayer.push(["consent", "update", denied]);
  assert.deepEqual(heard, [ALL]);
  delete globalThis.dataLayer;

  let tell;
  globalThis.__tcfapi = (command, version, callback) => {
    if (command === "addEventListener") tell = (consents) => callback({ listenerId: 1, gdprApplies: true, eventStatus: "tcloaded", publisher: consents }, true);
  };
  const source = tcf();
  const end = source.subscribe(() => {});
  tell(EVERY);
  assert.deepEqual(source.get(), ALL);
  end();
  assert.deepEqual(source.get(), {}, "withdrawn meanwhile, for all that is known");
  source.subscribe(() => {})();
  assert.deepEqual(source.get(), {});
  delete globalThis.__tcfapi;
});

test("what a source says holds in every tab within 50 ms", async () => {
  const name = freshShop();
  let tell;
  const source = { get: () => ALL, subscribe: (listener) => ((tell = listener), () => {}) };
  const here = await open({ shop: name, catalog: ITEMS, consent: source });
  const there = await Promise.all(
    [1, 2, 3].map(() => open({ shop: name, catalog: ITEMS, consent: { get: () => ALL, subscribe: () => () => {} } })),
  );
  const delays = [];
  for (let round = 0; round < 20; round++) {
    const state = { ...ALL, rank: round % 2 === 1 };
    const done = there.map((tab) => new Promise((resolve) => tab.on("consent", () => resolve(performance.now()))));
    const start = performance.now();
    tell(state);
    assert.equal(here.consent.gates.rank, state.rank, "here at once");
    for (const at of await Promise.all(done)) delays.push(at - start);
  }
  delays.sort((a, b) => a - b);
  assert.ok(delays[delays.length >> 1] < 50, `median ${delays[delays.length >> 1]} ms`);
  for (const tab of [here, ...there]) await tab.close();
});

test("a page that opens before all of its platforms have answered shuts nothing in the other tabs", async () => {
  const name = freshShop();
  const known = { ...ALL, measure: false };
  const fixed = { get: () => known, subscribe: () => () => {} };
  const here = await open({ shop: name, catalog: ITEMS, consent: fixed });
  here.observe({ type: "view_item", item: "rug-1", id: "e1" });
  assert.equal(await here.flush(), true);
  const heard = [];
  here.on("consent", ({ gates }) => heard.push(gates));
  let tell;
  const late = { get: () => ({}), subscribe: (listener) => ((tell = listener), () => {}) };
  const there = await open({ shop: name, catalog: ITEMS, consent: strictest(fixed, late) });
  assert.deepEqual(there.consent.gates, NONE, "one platform does not know yet");
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual([heard, await idsOnDisk(name)], [[], ["e1"]]);
  tell(ALL);
  await eventually(() => there.profile.inspect().events === 1, "what was stored");
  tell({ ...ALL, store: false });
  await eventually(async () => (await idsOnDisk(name)) === undefined, "a refusal reaches every tab");
  assert.equal(here.consent.gates.store, false);
  await here.close();
  await there.close();
});

test("a page whose platform still does not know shuts nothing that another tab's told of, and shuts what its own granted", async () => {
  const name = freshShop();
  const tells = [];
  const late = { get: () => ({}), subscribe: (listener) => (tells.push(listener), () => {}) };
  const [here, there] = [await open({ shop: name, catalog: ITEMS, consent: late }), await open({ shop: name, catalog: ITEMS, consent: late })];
  const [tellHere, tellThere] = tells;
  tellHere(ALL);
  here.observe({ type: "view_item", item: "rug-1", id: "e1" });
  assert.equal(await here.flush(), true);
  await eventually(() => there.profile.inspect().events === 1, "what the other tab's platform says");
  tellThere({}); // as Hydrogen's interface, whose script has come and not yet what the visitor answered
  assert.deepEqual(there.consent.gates, ALL);
  await there.flush();
  assert.deepEqual(await idsOnDisk(name), ["e1"]);
  tellThere(ALL);
  tellThere({});
  assert.deepEqual(there.consent.gates, NONE);
  await eventually(async () => (await idsOnDisk(name)) === undefined, "what is shut is deleted");
  await here.close();
  await there.close();
});

test("a source that cannot be left, or gives nothing to leave it by, is closed with the shop and follows the other tabs", async (t) => {
  const { reportError } = globalThis;
  globalThis.reportError = () => {};
  t.after(() => (globalThis.reportError = reportError));
  const ends = [{ unsubscribe() {} }, fail, undefined];
  for (const wrap of [(source) => source, strictest]) for (const end of ends) {
    const name = freshShop();
    let left = false;
    const sources = [{ get: () => ALL, subscribe: () => end }, { get: () => ALL, subscribe: () => () => (left = true) }];
    const shop = await open({ shop: name, catalog: ITEMS, consent: wrap(...sources) });
    let tell;
    const other = await open({ shop: name, catalog: ITEMS, consent: { get: () => ALL, subscribe: (listener) => ((tell = listener), () => {}) } });
    tell({ ...ALL, rank: false });
    await eventually(() => !shop.consent.gates.rank, "what another tab's source says");
    await shop.close();
    assert.equal(left, wrap === strictest, "the others are left all the same");
    await other.consent.set({ store: false });
    assert.equal(other.status.storageReason, undefined, "the database is let go");
    await other.close();
  }
});

test("receipts say who asked, what was read, how long they stay, and can be taken away", async () => {
  const notice = { controller: "Boutique SAS", url: "/vie-privee", version: "2026-11", language: "fr", jurisdiction: "FR" };
  const shop = await open({ shop: freshShop(), catalog: ITEMS, storage: "memory", notice, now: () => Date.UTC(2026, 10, 26) });
  await shop.consent.set({ store: true, measure: true });
  const [receipt] = await shop.consent.receipts();
  const { controller, ...rest } = notice;
  assert.equal(receipt.controller, controller);
  assert.deepEqual(receipt.notice, rest);
  assert.equal(receipt.lawfulBasis, "consent");
  assert.deepEqual(receipt.storage, { location: "device", period: "P25M" });
  assert.equal(receipt.withdrawal, "consent.set");
  const file = JSON.parse(await (await shop.consent.export()).text());
  assert.deepEqual(file.receipts, [receipt]);
  assert.equal(file.flaneur, 1);
  await shop.close();
});

test("who agrees again after the notice changed has a receipt that names what was read", async () => {
  const name = freshShop();
  const visit = async (version) => {
    const shop = await open({ shop: name, catalog: ITEMS, notice: { version } });
    await shop.consent.set({ store: true, learn: true });
    const receipts = await shop.consent.receipts();
    await shop.flush();
    await shop.close();
    return receipts.map(({ notice }) => notice.version);
  };
  assert.deepEqual(await visit("2026-10"), ["2026-10"]);
  assert.deepEqual(await visit("2026-10"), ["2026-10"], "the same is not said twice");
  assert.deepEqual(await visit("2026-11"), ["2026-10", "2026-11"]);
});

test("a page that only opens says of nobody that they read another notice", async () => {
  const name = freshShop();
  const visit = async (version, byHand = false) => {
    const shop = await open({ shop: name, catalog: ITEMS, consent: { get: () => ALL }, ...(version && { notice: { version } }) });
    if (byHand) await shop.consent.set(ALL);
    await shop.flush();
    const receipts = await shop.consent.receipts();
    await shop.close();
    return receipts.map(({ method, notice }) => `${method} ${notice?.version}`);
  };
  for (const version of ["1", undefined, "1", "2"]) assert.deepEqual(await visit(version), ["source 1"], version);
  assert.deepEqual(await visit("2", true), ["source 1", "api 2"]);
  for (const version of [undefined, "3"]) assert.deepEqual(await visit(version), ["source 1", "api 2"], version);
});
