// Two tabs of one shop: what one learns, forgets or chooses, the other has.

import { databases, idsOnDisk } from "./support/database.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "../../pkg/dist/embedded.js";
import { GRANTED, IDS, ITEMS, eventually, freshShop, idsOf } from "./support/shop.mjs";

/** Two tabs of one shop. Each handle has a core, a connection and a channel of its own. */
async function twoTabs(consent = GRANTED) {
  const name = freshShop();
  const one = await open({ shop: name, catalog: ITEMS, consent });
  const two = await open({ shop: name, catalog: ITEMS, consent });
  const close = async () => {
    await one.close();
    await two.close();
  };
  return { name, one, two, close };
}

const eventsOf = (shop) => shop.profile.inspect().events;
const settle = () => new Promise((resolve) => setTimeout(resolve, 50));

test("a second tab follows without a reload, and the event is stored once", async () => {
  const { name, one, two, close } = await twoTabs();
  const heard = [];
  two.on("change", ({ cause }) => heard.push(cause));
  one.observe({ type: "dismiss", item: "lamp-0", id: "e1" });
  await eventually(() => eventsOf(two) === 1, "the other tab's event");
  await eventually(() => heard.includes("other_tab"), "the change");
  assert.ok(!idsOf(two.rank({ slot: "home", size: 12 })).includes("lamp-0"));
  await close();
  assert.deepEqual(await idsOnDisk(name), ["e1"]);
});

test("of one order that both tabs tell with different dates, both and the disk keep the earlier", async () => {
  const { name, one, two, close } = await twoTabs();
  const told = async (shop) => JSON.parse(await (await shop.profile.export()).text()).events.map(({ at }) => at);
  const at = Date.now() - 60_000;
  one.observe({ type: "purchase", id: "purchase:7", item: "lamp-0", at });
  two.observe({ type: "purchase", id: "purchase:7", item: "rug-1", at: at - 1000 });
  two.observe({ type: "purchase", id: "purchase:8", item: "rug-1", at: at - 1000 });
  one.observe({ type: "purchase", id: "purchase:8", item: "lamp-0", at });
  await eventually(async () => (await told(one)).every((when) => when === at - 1000), "the earlier dates");
  await settle();
  assert.deepEqual(await told(two), [at - 1000, at - 1000]);
  await close();
  const next = await open({ shop: name, catalog: ITEMS, consent: GRANTED });
  assert.deepEqual(await told(next), [at - 1000, at - 1000]);
  await next.close();
});

test("an impression reaches the other tab and does not make it rank again", async () => {
  const { one, two, close } = await twoTabs();
  const heard = [];
  two.on("change", ({ cause }) => heard.push(cause));
  one.rank({ slot: "home", size: 3 }).seen();
  await eventually(() => eventsOf(two) === 1, "the impression");
  await settle();
  assert.deepEqual(heard, []);
  await close();
});

test("what one tab forgets, both forget", async () => {
  const { name, one, two, close } = await twoTabs();
  one.observe({ type: "view_item", item: "rug-1", id: "e1" });
  two.observe({ type: "view_item", item: "rug-2", id: "e2" });
  await eventually(() => eventsOf(one) === 2 && eventsOf(two) === 2, "both events in both tabs");
  two.profile.forget({ item: "rug-1" });
  await eventually(() => eventsOf(one) === 1, "the forgetting");
  await close();
  assert.deepEqual(await idsOnDisk(name), ["e2"]);
});

test("what one tab forgot and took back stays on the disk, however late the other deletes", async (t) => {
  const { name, one, two, close } = await twoTabs();
  const { transaction } = IDBDatabase.prototype;
  t.after(() => (IDBDatabase.prototype.transaction = transaction));
  let [writer, refusing] = [undefined, false];
  IDBDatabase.prototype.transaction = function (...args) {
    if (args[1] === "readwrite") writer ??= this; // the tab that observes
    if (args[1] === "readwrite" && refusing && this !== writer) throw new DOMException("busy", "UnknownError");
    return transaction.apply(this, args);
  };
  await Promise.all([one.flush(), two.flush()]);
  writer = undefined;
  one.observe({ type: "view_item", item: "rug-1", id: "e1" });
  await eventually(() => eventsOf(two) === 1, "the event");
  assert.equal(await one.flush(), true);
  refusing = true;
  one.profile.forget({ event: "e1" });
  await eventually(() => eventsOf(two) === 0, "the forgetting");
  assert.equal(one.profile.undo(), true);
  await eventually(() => eventsOf(two) === 1, "the return");
  assert.equal(await one.flush(), true);
  refusing = false;
  await eventually(() => two.flush(), "the other tab's disk");
  assert.deepEqual(await idsOnDisk(name), ["e1"]);
  await close();
});

test("what one tab forgot and brings back from a file is back in both, and either can forget it again", async () => {
  const { name, one, two, close } = await twoTabs();
  one.observe({ type: "view_item", item: "rug-1", id: "e1" });
  one.observe({ type: "view_item", item: "rug-2", id: "e2" });
  await eventually(() => eventsOf(two) === 2, "the events");
  const file = await one.profile.export();
  for (const [forget, left] of [[() => one.profile.forget({ item: "rug-1" }), 1], [() => one.profile.erase(), 0]]) {
    await forget();
    await eventually(() => eventsOf(two) === left, "the forgetting");
    assert.equal((await one.profile.import(file)).added, 2 - left);
    await eventually(() => eventsOf(two) === 2, "what was brought back");
  }
  two.profile.forget({ item: "rug-1" });
  await eventually(() => eventsOf(one) === 1, "the forgetting in the other tab");
  await close();
  assert.deepEqual(await idsOnDisk(name), ["e2"]);
});

test("an erasure holds in both tabs, also against what was being written", async () => {
  const { name, one, two, close } = await twoTabs();
  one.observe({ type: "view_item", item: "rug-1" });
  await eventually(() => eventsOf(two) === 1, "the event");
  two.observe({ type: "view_item", item: "rug-2" }); // crosses the erasure on its way
  await one.profile.erase();
  await eventually(() => eventsOf(one) === 0 && eventsOf(two) === 0, "the erasure");
  await settle();
  await close();
  assert.deepEqual(await idsOnDisk(name), []);
});

test("what one tab forgot does not come back once another tab erased everything", async () => {
  const { name, one, two, close } = await twoTabs();
  one.observe({ type: "view_item", item: "lamp-0", id: "e1" });
  await eventually(() => eventsOf(two) === 1, "the event");
  one.profile.forget({ item: "lamp-0" });
  await eventually(() => eventsOf(two) === 0, "the forgetting");
  await two.profile.erase();
  await settle();
  assert.equal(one.profile.undo(), false);
  assert.equal(eventsOf(one), 0);
  await close();
  assert.deepEqual(await idsOnDisk(name), []);
});

test("a choice holds in both tabs at once", async () => {
  const { name, one, two, close } = await twoTabs();
  const heard = [];
  two.on("consent", ({ gates, receipt }) => heard.push([gates.rank, receipt]));
  await one.consent.set({ rank: false });
  await eventually(() => !two.consent.gates.rank, "the choice");
  assert.deepEqual(heard, [[false, undefined]]);
  one.observe({ type: "view_item", item: "rug-1" });
  await one.consent.set({ store: false, learn: false });
  await eventually(() => !two.consent.gates.store && !two.consent.gates.learn, "the withdrawal");
  two.observe({ type: "view_item", item: "rug-2" });
  await settle();
  assert.equal(await idsOnDisk(name), undefined);
  await one.consent.set(GRANTED);
  await eventually(() => two.consent.gates.store, "the new grant");
  await close();
});

test("what one tab withdrew and the other granted again has its receipt, as every choice", async () => {
  const { name, one, two, close } = await twoTabs();
  await one.flush();
  await two.consent.set({ rank: false });
  await eventually(() => !one.consent.gates.rank, "the other tab's choice");
  await new Promise((resolve) => setTimeout(resolve, 5)); // receipts are dated in milliseconds
  await one.consent.set({ rank: true });
  await close();
  const next = await open({ shop: name, catalog: ITEMS });
  assert.equal(next.consent.gates.rank, true);
  assert.deepEqual((await next.consent.receipts()).map(({ purposes }) => purposes[2].state), ["granted", "denied", "granted"]);
  await next.close();
});

test("without store, tabs tell each other nothing of what happened", async () => {
  const { one, two, close } = await twoTabs({ learn: true, rank: true });
  one.observe({ type: "view_item", item: "rug-1" });
  await settle();
  assert.equal(eventsOf(two), 0);
  await close();
});

test("with storage in memory a tab neither hears nor tells, whatever is granted", async (t) => {
  const name = freshShop();
  const channel = new BroadcastChannel(`flaneur:${name}`);
  t.after(() => channel.close()); // an open one keeps the process alive
  const heard = [];
  channel.onmessage = ({ data }) => heard.push(data);
  const one = await open({ shop: name, catalog: ITEMS, consent: GRANTED, storage: "memory" });
  const two = await open({ shop: name, catalog: ITEMS, consent: GRANTED });
  one.observe({ type: "view_item", item: "rug-1", id: "e1" });
  one.profile.forget({ event: "e1" });
  one.observe({ type: "view_item", item: "rug-1", id: "e2" });
  await one.consent.set({ rank: false });
  await settle();
  assert.deepEqual(heard, []);
  await two.consent.set({ learn: false });
  await two.profile.erase();
  await eventually(() => heard.length === 2, "what the other tab says");
  await settle();
  assert.deepEqual([eventsOf(one), one.consent.gates.learn], [1, true]);
  await one.close();
  await two.consent.set({ store: false });
  await two.close();
  assert.ok(!(await databases()).includes(`flaneur:${name}`));
});

test("what a consent source says is for tabs that have one", async () => {
  const name = freshShop();
  let tell;
  const source = { get: () => GRANTED, subscribe: (listener) => void (tell = listener) };
  const sourced = await open({ shop: name, catalog: ITEMS, consent: source });
  const also = await open({ shop: name, catalog: ITEMS, consent: { get: () => GRANTED, subscribe: () => () => {} } });
  const alone = await open({ shop: name, catalog: ITEMS, consent: GRANTED });
  tell({ ...GRANTED, rank: false });
  await eventually(() => !also.consent.gates.rank, "what the source said");
  await settle();
  assert.equal(alone.consent.gates.rank, true);
  for (const tab of [sourced, also, alone]) await tab.close();
});

test("what was opened by hand under Global Privacy Control is open in every tab", async (t) => {
  if (typeof navigator !== "object") globalThis.navigator = {};
  Object.defineProperty(navigator, "globalPrivacyControl", { value: true, configurable: true });
  t.after(() => Object.defineProperty(navigator, "globalPrivacyControl", { value: false, configurable: true }));
  const { one, two, close } = await twoTabs({ ...GRANTED, measure: true });
  assert.deepEqual([one.consent.gates.measure, two.consent.gates.measure], [false, false]);
  await one.consent.set({ measure: true });
  await eventually(() => two.consent.gates.measure, "the choice");
  await close();
});

test("a tab that may not learn takes nothing in of what another does", async () => {
  const name = freshShop();
  const one = await open({ shop: name, catalog: ITEMS, consent: GRANTED });
  const two = await open({ shop: name, catalog: ITEMS, consent: { get: () => ({ store: true, rank: true }) } });
  one.observe({ type: "view_item", item: "rug-1" });
  await one.consent.set({ rank: false });
  await eventually(() => !two.consent.gates.rank, "what was said after it");
  assert.equal(eventsOf(two), 0);
  await one.close();
  await two.close();
});

test("what another tab takes back is back in a tab that may not learn", async () => {
  const name = freshShop();
  const one = await open({ shop: name, catalog: ITEMS, consent: GRANTED });
  one.observe({ type: "view_item", item: "rug-1", id: "e1" });
  await one.flush();
  const two = await open({ shop: name, catalog: ITEMS, consent: { get: () => ({ store: true, rank: true }) } });
  assert.equal(eventsOf(two), 1);
  one.profile.forget({ event: "e1" });
  await eventually(() => eventsOf(two) === 0, "what was forgotten");
  assert.equal(one.profile.undo(), true);
  await eventually(() => eventsOf(two) === 1, "what was taken back");
  await one.close();
  await two.close();
});

test("nothing that a script writes to the channel breaks a tab", async (t) => {
  const { name, one, close } = await twoTabs();
  const channel = new BroadcastChannel(`flaneur:${name}`);
  t.after(() => channel.close());
  const junk = [
    null, 7, "erased", {}, { records: 3 }, { records: [1] }, { records: [new Uint8Array(3)] },
    { records: [new Uint8Array(100_000)] }, { records: new Array(9000).fill(new Uint8Array(1)) },
    { forgotten: [1] }, { forgotten: "all" }, { forgotten: new Array(9000).fill("e1") }, { gates: 3 }, { gates: { learn: "no", __proto__: null } }, { erased: "yes" },
  ];
  one.observe({ type: "view_item", item: "rug-1", id: "e1" });
  for (const message of junk) channel.postMessage(message);
  channel.postMessage({ gates: { rank: false } }); // heard last, so all of it was
  await eventually(() => !one.consent.gates.rank, "the last message");
  assert.equal(eventsOf(one), 1);
  assert.deepEqual(one.consent.gates, { ...GRANTED, rank: false });
  await close();
});

test("two shops on one origin do not hear each other", async () => {
  const one = await open({ shop: freshShop(), catalog: ITEMS, consent: GRANTED });
  const two = await open({ shop: freshShop(), catalog: ITEMS, consent: GRANTED });
  one.observe({ type: "view_item", item: "rug-1" });
  await one.consent.set({ rank: false });
  await settle();
  assert.equal(eventsOf(two), 0);
  assert.deepEqual(two.consent.gates, GRANTED);
  assert.deepEqual(idsOf(one.rank({ slot: "s", size: 12 })), IDS);
  await one.close();
  await two.close();
});

test("a page that wakes keeps what was opened by hand under Global Privacy Control", async () => {
  const page = new EventTarget();
  if (typeof navigator !== "object") globalThis.navigator = {};
  Object.defineProperty(navigator, "globalPrivacyControl", { value: true, configurable: true });
  Object.assign(globalThis, { document: { hidden: true }, addEventListener: page.addEventListener.bind(page) });
  const sleeper = await open({ shop: freshShop(), catalog: ITEMS, consent: GRANTED });
  await sleeper.consent.set({ measure: true });
  sleeper.observe({ type: "view_item", item: "lamp-0", id: "e1" });
  assert.deepEqual([await sleeper.flush(), sleeper.consent.gates.measure], [true, true]);
  const told = [];
  sleeper.on("consent", ({ gates }) => told.push(gates));
  page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await settle();
  assert.equal(sleeper.consent.gates.measure, true);
  assert.deepEqual(told, [], "no gate moved");
  Object.defineProperty(navigator, "globalPrivacyControl", { value: false, configurable: true });
  delete globalThis.document;
  delete globalThis.addEventListener;
  await sleeper.close();
});

test("a page that slept while others worked catches up when it wakes", async () => {
  const page = new EventTarget(); // what a window is to the package: where pages are told that they leave and come back
  Object.assign(globalThis, { document: { hidden: true }, addEventListener: page.addEventListener.bind(page) });
  const wake = () => page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  const name = freshShop();
  const sleeper = await open({ shop: name, catalog: ITEMS, consent: GRANTED });
  for (const id of ["e1", "e2"]) sleeper.observe({ type: "view_item", item: "lamp-0", id });
  assert.equal(await sleeper.flush(), true);
  // A tab that sleeps hears nothing: here, neither tab has a channel.
  const { BroadcastChannel } = globalThis;
  delete globalThis.BroadcastChannel;
  page.dispatchEvent(new Event("pagehide"));
  const other = await open({ shop: name, catalog: ITEMS, consent: GRANTED });
  other.profile.forget({ event: "e1" });
  other.observe({ type: "view_item", item: "rug-0", id: "e3" });
  await other.consent.set({ rank: false });
  await other.close();
  globalThis.BroadcastChannel = BroadcastChannel;
  assert.deepEqual([eventsOf(sleeper), sleeper.consent.gates.rank], [2, true]);
  const heard = [];
  sleeper.on("change", ({ cause }) => heard.push(cause));
  wake();
  await eventually(() => !sleeper.consent.gates.rank, "the choice");
  const { events } = JSON.parse(await (await sleeper.profile.export()).text());
  assert.deepEqual(events.map(({ id }) => id).sort(), ["e2", "e3"]);
  await eventually(() => heard.length > 0, "the change");
  delete globalThis.document;
  delete globalThis.addEventListener;
  await sleeper.close();
  assert.deepEqual((await idsOnDisk(name)).sort(), ["e2", "e3"]);
});

test("a page that slept has what it forgot and another page brought back from a file", async () => {
  const page = new EventTarget();
  Object.assign(globalThis, { document: { hidden: true }, addEventListener: page.addEventListener.bind(page) });
  const name = freshShop();
  const sleeper = await open({ shop: name, catalog: ITEMS, consent: GRANTED });
  delete globalThis.document;
  delete globalThis.addEventListener;
  for (const id of ["e1", "e2"]) sleeper.observe({ type: "view_item", item: "lamp-0", id });
  const file = await sleeper.profile.export();
  await sleeper.profile.erase();
  const { BroadcastChannel } = globalThis;
  delete globalThis.BroadcastChannel;
  page.dispatchEvent(new Event("pagehide"));
  const other = await open({ shop: name, catalog: ITEMS, consent: GRANTED });
  assert.equal((await other.profile.import(file)).added, 2);
  await other.close();
  globalThis.BroadcastChannel = BroadcastChannel;
  page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await eventually(() => eventsOf(sleeper) === 2, "what was brought back");
  sleeper.profile.forget({ event: "e1" });
  await sleeper.close();
  assert.deepEqual(await idsOnDisk(name), ["e2"]);
});

test("what is chosen while a page that woke reads the disk is the later word", async () => {
  const page = new EventTarget();
  Object.assign(globalThis, { document: { hidden: true }, addEventListener: page.addEventListener.bind(page) });
  for (let turns = 0; turns < 12; turns++) {
    const name = freshShop();
    const sleeper = await open({ shop: name, catalog: ITEMS, consent: GRANTED });
    sleeper.observe({ type: "view_item", item: "lamp-0", id: "e1" });
    assert.equal(await sleeper.flush(), true);
    page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    const chosen = [sleeper.consent.set({ rank: false }), sleeper.consent.set({ store: false })];
    await Promise.all(chosen);
    await settle();
    assert.deepEqual([turns, sleeper.consent.gates], [turns, { ...GRANTED, rank: false, store: false }]);
    assert.ok(!(await databases()).includes(`flaneur:${name}`), `turn ${turns}`);
    await sleeper.close();
  }
  delete globalThis.document;
  delete globalThis.addEventListener;
});

test("what another tab observes as a page wakes stays on the disk", async () => {
  for (let turns = 0; turns < 7; turns++) {
    const page = new EventTarget();
    Object.assign(globalThis, { document: { hidden: true }, addEventListener: page.addEventListener.bind(page) });
    const name = freshShop();
    const sleeper = await open({ shop: name, catalog: ITEMS, consent: GRANTED });
    delete globalThis.document;
    delete globalThis.addEventListener;
    await sleeper.flush();
    const other = await open({ shop: name, catalog: ITEMS, consent: GRANTED });
    await other.flush();
    page.dispatchEvent(new Event("pagehide"));
    other.observe({ type: "view_item", item: "lamp-0", id: "e1" });
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    await settle();
    await Promise.all([sleeper.close(), other.close()]);
    assert.deepEqual([turns, await idsOnDisk(name)], [turns, ["e1"]]);
  }
});
