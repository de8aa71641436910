// The handle at a distance: a worker answers what the page would, and nothing is lost when it goes.

import { databases } from "./support/database.mjs";
import "./support/locks.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { open as openHere } from "../../pkg/dist/embedded.js";
import { open as openEntry } from "../../pkg/dist/worker-embedded.js";
import { GRANTED, IDS, ITEMS, coded, eventually, freshShop, idsOf } from "./support/shop.mjs";
import { DAY, dapTask, signed } from "./support/tasks.mjs";
import { NearWorker, openNear } from "./support/worker.mjs";

const EXCLUDE = [{ type: "exclude", where: { ids: ["rug-0"] } }];
const view = (item) => ({ type: "view_item", item });
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const events = async (shop) => (await shop.profile.inspect()).events;
const ranked = async (shop) => idsOf(await shop.rank({ slot: "home", size: 1000 }));

/** A response whose items take so long to arrive. */
function slowly(items, milliseconds) {
  const start = (body) => pause(milliseconds).then(() => (body.enqueue(new TextEncoder().encode(JSON.stringify(items))), body.close()));
  return new Response(new ReadableStream({ start }));
}

/** What is reported while `act` runs. */
async function reported(act) {
  const told = [];
  const { reportError } = globalThis;
  globalThis.reportError = (e) => told.push(e.message);
  try {
    await act();
  } finally {
    globalThis.reportError = reportError;
  }
  return told;
}

test("it ranks in a worker, and what was learnt survives its replacement and that one's", async (t) => {
  const { shop, workers, kill } = await openNear(t);
  assert.equal(shop.status.thread, "worker");
  await shop.observe({ type: "dismiss", item: "rug-0" });
  for (const thread of ["worker", "page"]) {
    kill();
    const ids = await ranked(shop);
    assert.deepEqual([shop.status.thread, ids.length, ids.includes("rug-0")], [thread, IDS.length - 1, false]);
  }
  assert.deepEqual(workers.map(({ terminated }) => terminated), [true, true]);
});

test("a timeout without end gives no worker up", async (t) => {
  const { shop, workers } = await openNear(t, { timeout: Infinity });
  const [worker] = workers;
  const post = worker.postMessage.bind(worker);
  worker.postMessage = (question) => void setTimeout(() => post(question), 30);
  await shop.intent();
  assert.deepEqual([shop.status.thread, workers.length], ["worker", 1]);
});

test("what is asked while a worker takes in a catalog waits for it", async (t) => {
  const { shop, workers } = await openNear(t);
  const [worker] = workers;
  const post = worker.postMessage.bind(worker);
  let free = Promise.resolve();
  worker.postMessage = (question) => {
    if (question.method === "update") free = pause(250); // five times what an answer may take
    void free.then(() => post(question));
  };
  const updated = shop.update([{ id: "new" }]);
  assert.deepEqual([await pause(20).then(() => ranked(shop)), await updated], [["new"], undefined]);
  assert.deepEqual([shop.status.thread, workers.length, worker.terminated], ["worker", 1, false]);
});

test("a worker that was frozen with its page has its time again when both go on", async (t) => {
  const { shop, workers } = await openNear(t, { timeout: 200 });
  const [worker] = workers;
  const post = worker.postMessage.bind(worker);
  worker.postMessage = (question) => void setTimeout(() => setTimeout(() => post(question), 20), 550); // frozen, then at work
  const asked = shop.intent();
  await pause(0);
  for (const end = Date.now() + 600; Date.now() < end; ); // three times what an answer may take
  await asked;
  assert.deepEqual([shop.status.thread, workers.length, worker.terminated], ["worker", 1, false]);
});

test("an idle worker is asked every five seconds whether it is there, and not by a page that is out of view", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  t.after(() => delete globalThis.document);
  const { shop, workers } = await openNear(t);
  const pings = () => workers[0].asked.filter((method) => method === "ping").length;
  t.mock.timers.tick(5000);
  await eventually(() => pings() === 1, "the question");
  globalThis.document = { hidden: true };
  t.mock.timers.tick(10_000);
  await shop.intent();
  assert.deepEqual([pings(), shop.status.thread], [1, "worker"]);
});

for (const [thread, parts] of [["worker", {}], ["page", { worker: undefined }]]) {
  test(`nothing is measured at a distance, where nobody could look at it first: ${thread}`, async (t) => {
    const name = freshShop();
    const dates = { start: new Date(Date.now() - DAY).toISOString(), end: new Date(Date.now() + 90 * DAY).toISOString() };
    const bundle = await signed(name, [dapTask(dates)]);
    const measured = async () => (await databases()).includes(`flaneur:${name}:measure`);
    const { shop } = await openNear(t, { shop: name, storage: "device", consent: { ...GRANTED, measure: true }, ...bundle }, parts);
    assert.deepEqual([shop.status.thread, shop.status.storage, shop.consent.gates.measure], [thread, "device", true]);
    await pause(100);
    assert.equal(await measured(), false);
    await shop.close();
    const here = await openHere({ shop: name, catalog: ITEMS, consent: { ...GRANTED, measure: true }, ...bundle });
    await eventually(measured, "the same without the distance");
    await here.close();
  });
}

// — what a successor is told —

for (const storage of ["device", "memory"]) {
  test(`a successor has the choice, the rules and the catalog of now: storage ${storage}`, async (t) => {
    const { shop, kill } = await openNear(t, { storage, consent: GRANTED });
    await shop.consent.set({ learn: false });
    await shop.rules(EXCLUDE);
    await shop.update([...ITEMS, { id: "late" }]);
    for (const thread of ["worker", "page"]) {
      kill();
      const ids = await ranked(shop);
      assert.deepEqual([shop.status.thread, ids.includes("rug-0"), ids.includes("late")], [thread, false, true]);
      assert.deepEqual(shop.consent.gates, { ...GRANTED, learn: false });
      await shop.observe(view("rug-1"));
      assert.equal(await events(shop), 0);
    }
  });
}

test("a choice that is remembered on the disk holds for a successor, and a later one over it", async (t) => {
  const name = freshShop();
  const before = await openHere({ shop: name, catalog: ITEMS });
  await before.consent.set(GRANTED);
  await before.close();
  const { shop, kill } = await openNear(t, { shop: name, storage: "device", consent: undefined });
  assert.deepEqual(shop.consent.gates, GRANTED);
  kill();
  await shop.rank({ slot: "home", size: 1 });
  assert.deepEqual(shop.consent.gates, GRANTED);
  await shop.consent.set({ rank: false });
  kill();
  await shop.rank({ slot: "home", size: 1 });
  assert.deepEqual(shop.consent.gates, { ...GRANTED, rank: false });
});

test("without a disk, a choice made by hand holds for a successor", async (t) => {
  const { shop, kill } = await openNear(t, { consent: undefined });
  await shop.consent.set({ store: true, learn: true, rank: true });
  await shop.observe(view("rug-1"));
  kill();
  assert.equal(await events(shop), 1);
  assert.deepEqual(shop.consent.gates, GRANTED);
});

test("what another tab withdrew stays withdrawn", async (t) => {
  const { shop, kill } = await openNear(t, { storage: "device", consent: GRANTED, shop: freshShop() });
  const { shop: name } = JSON.parse(await (await shop.profile.export()).text());
  const other = await openHere({ shop: name, catalog: ITEMS, consent: GRANTED });
  await other.consent.set({ learn: false });
  await eventually(() => !shop.consent.gates.learn, "the withdrawal");
  kill();
  await shop.rank({ slot: "home", size: 1 });
  assert.equal(shop.consent.gates.learn, false);
  await other.close();
});

test("what the shopper denied stays denied under a source that grants it", async (t) => {
  const source = { get: () => ({ learn: true, rank: true }), subscribe: () => () => {} };
  const { shop, kill } = await openNear(t, { consent: source });
  await shop.consent.set({ learn: false });
  for (const thread of ["worker", "page"]) {
    kill();
    await shop.observe(view("rug-1"));
    assert.deepEqual([shop.status.thread, shop.consent.gates.learn, shop.consent.gates.rank], [thread, false, true]);
    assert.equal(await events(shop), 0);
  }
});

test("a successor leaves a database alone that nobody decided about", async (t) => {
  const name = freshShop();
  const before = await openHere({ shop: name, catalog: ITEMS, consent: GRANTED });
  before.observe(view("rug-1"));
  await before.close();
  const { shop, kill } = await openNear(t, { shop: name, storage: "device" });
  await shop.consent.set({ learn: false });
  kill();
  await shop.rank({ slot: "home", size: 1 });
  assert.ok((await databases()).includes(`flaneur:${name}`));
});

test("with storage in memory, what was learnt survives although store is granted", async (t) => {
  const { shop, kill } = await openNear(t, { consent: GRANTED });
  await shop.observe(view("rug-1"));
  kill();
  assert.equal(await events(shop), 1);
});

test("what was learnt before store was granted survives, once", async (t) => {
  const { shop, kill } = await openNear(t, { storage: "device" });
  await shop.observe(view("rug-1"));
  await shop.observe({ event: "view_item", ecommerce: { items: [{ item_id: "rug-2" }] } });
  await shop.consent.set({ store: true });
  await shop.rank({ slot: "home", size: 1 });
  await eventually(() => shop.flush());
  await pause(20);
  kill();
  assert.equal(await events(shop), 2);
});

test("an event keeps its time and its id when a successor is told of it", async (t) => {
  const { shop, kill } = await openNear(t);
  await shop.observe(view("rug-1"));
  const stamps = async () => JSON.parse(await (await shop.profile.export()).text()).events.map(({ id, at }) => [id, at]);
  const before = await stamps();
  kill();
  assert.deepEqual(await stamps(), before);
});

for (const storage of ["device", "memory"]) {
  test(`what a page told others counts once, and when it happened, whatever becomes of the worker: storage ${storage}`, async (t) => {
    const { shop, workers, kill } = await openNear(t, { storage, consent: GRANTED });
    const stamps = async () => JSON.parse(await (await shop.profile.export()).text()).events.map(({ id, at }) => [id, at]);
    await shop.observe({ event: "view_item", ecommerce: { items: [{ item_id: "rug-1" }] } });
    const before = await stamps();
    await pause(5);
    kill();
    await shop.intent();
    assert.deepEqual(await stamps(), before);
    const [, worker] = workers;
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (question) => {
      post(question);
      if (question.method === "observe") setImmediate(() => (worker.silent = true)); // it is taken in, and nobody hears so
    };
    const observed = shop.observe({ event: "add_to_cart", ecommerce: { items: [{ item_id: "rug-2" }] } });
    await observed;
    assert.deepEqual([shop.status.thread, (await stamps()).length], ["page", 2]);
  });
}

test("forgetting, taking it back and erasing hold for a successor, and erasing takes nothing else along", async (t) => {
  const { shop, kill } = await openNear(t);
  for (const item of ["rug-1", "rug-2"]) await shop.observe(view(item));
  await shop.profile.forget({ item: "rug-1" });
  await shop.profile.forget({ item: "rug-2" });
  assert.equal(await shop.profile.undo(), true);
  await shop.rules(EXCLUDE);
  await shop.consent.set({ measure: true });
  kill();
  assert.deepEqual((await shop.profile.inspect()).session, ["rug-2"]);
  await shop.profile.erase();
  kill();
  assert.equal(await events(shop), 0);
  assert.ok(!(await ranked(shop)).includes("rug-0"));
  assert.equal(shop.consent.gates.measure, true);
});

test("what another tab erased is not learnt again", async (t) => {
  const name = freshShop();
  const { shop, kill } = await openNear(t, { shop: name, storage: "device" });
  await shop.observe(view("rug-1"));
  const other = await openHere({ shop: name, catalog: ITEMS, consent: { learn: true } });
  await other.profile.erase();
  await eventually(async () => (await events(shop)) === 0, "the erasure");
  await pause(20);
  kill();
  assert.equal(await events(shop), 0);
  await other.close();
});

test("what happened while learning was denied is never learnt", async (t) => {
  let say;
  const state = { learn: false, rank: true };
  const source = { get: () => state, subscribe: (listener) => ((say = listener), () => {}) };
  const { shop, kill } = await openNear(t, { consent: source });
  await shop.observe(view("rug-1"));
  await shop.profile.declare({ surprise: 1 });
  await shop.profile.import({ flaneur: 1, events: [{ id: "e", type: "view_item", at: 1e12, lines: [{ item: "rug-2" }] }] });
  state.learn = true;
  say(state);
  await eventually(() => shop.consent.gates.learn);
  assert.equal(await events(shop), 0);
  kill();
  assert.equal(await events(shop), 0);
});

test("when neither a worker nor the page has an engine any more, the shop's own order stands", async (t) => {
  let opened = 0;
  const open = () => Promise.reject(new TypeError(`no network ${++opened}`));
  const { shop, kill } = await openNear(t, {}, { open });
  kill();
  await shop.rank({ slot: "home", size: 1 });
  kill();
  assert.deepEqual(await ranked(shop), IDS);
  assert.equal(opened, 1);
  assert.deepEqual([shop.status.engine, shop.status.reason, shop.status.thread], ["passthrough", "wasm_failed", "page"]);
  await shop.observe(view("rug-1"));
  assert.equal(await events(shop), 0);
});

test("when neither can be had from the beginning, opening keeps the shop's own order too", async (t) => {
  const told = await reported(async () => {
    const gone = { worker: () => { throw new TypeError("blocked"); }, open: () => Promise.reject(new TypeError("no such file")) };
    const { shop } = await openNear(t, {}, gone);
    assert.deepEqual(await ranked(shop), IDS);
    const { version: _, ...status } = shop.status;
    assert.deepEqual(status, { engine: "passthrough", reason: "wasm_failed", items: IDS.length, storage: "memory", thread: "page" });
    await shop.observe(view("rug-1"));
    await shop.consent.set({ learn: true });
    assert.deepEqual([await events(shop), shop.consent.gates.learn], [0, false]);
  });
  assert.deepEqual(told, ["no such file"]);
});

// — consent sources —

test("what a source says while it is asked is the later word", async (t) => {
  let answer;
  const source = {
    get: () => new Promise((resolve) => (answer = resolve)),
    subscribe: (listener) => (setTimeout(() => (listener({ learn: false }), answer({ learn: true, rank: true })), 5), () => {}),
  };
  const { shop } = await openNear(t, { consent: source });
  assert.deepEqual([shop.consent.gates.learn, shop.consent.gates.rank], [false, true]);
});

test("what a source says while a worker opens reaches it", async (t) => {
  let say;
  const source = { get: () => ({ learn: true }), subscribe: (listener) => ((say = listener), () => {}) };
  const opening = openNear(t, { consent: source, catalog: slowly(ITEMS, 30) });
  setTimeout(() => say({ learn: false }), 15);
  const { shop } = await opening;
  await eventually(() => !shop.consent.gates.learn);
});

const broken = () => {
  throw new Error("broken");
};
for (const [what, source, reports] of [
  ["throws", { get: broken }, ["broken"]],
  ["rejects", { get: async () => broken() }, ["broken"]],
  ["cannot be listened to", { get: () => ({ rank: true }), subscribe: broken }, ["broken"]],
  ["never answers", { get: () => new Promise(() => {}) }, []],
]) {
  test(`a source that ${what} grants nothing and stops no one`, async (t) => {
    const told = await reported(async () => {
      const { shop } = await openNear(t, { consent: source });
      assert.equal(shop.status.thread, "worker");
      assert.deepEqual(shop.consent.gates, { store: false, learn: false, rank: false, measure: false });
      assert.equal((await ranked(shop)).length, IDS.length);
    });
    assert.deepEqual(told, reports);
  });
}

test("a source that answers late still counts", async (t) => {
  const { shop } = await openNear(t, { consent: { get: () => pause(1100).then(() => ({ rank: true })) } });
  assert.equal(shop.consent.gates.rank, false);
  await eventually(() => shop.consent.gates.rank);
});

test("when opening fails, the worker goes and the source is left", async (t) => {
  let say;
  let left = 0;
  const made = [];
  const source = { get: () => ({}), subscribe: (listener) => ((say = listener), () => left++) };
  const worker = () => (made.push(new NearWorker()), made.at(-1));
  await assert.rejects(openNear(t, { consent: source, catalog: [{ id: "" }] }, { worker }), coded("value_empty", "catalog[0].id"));
  assert.deepEqual([left, made.map(({ terminated }) => terminated)], [1, [true]]);
  say({ learn: true }); // a promise that no one hears would end this process
  await pause(10);
});

test("a source that cannot be left keeps no worker", async (t) => {
  for (const end of [broken, { unsubscribe() {} }]) {
    const made = [];
    const worker = () => (made.push(new NearWorker()), made.at(-1));
    const told = await reported(async () => {
      const { shop } = await openNear(t, { consent: { get: () => ({ rank: true }), subscribe: () => end } }, { worker });
      assert.equal(shop.status.thread, "worker");
      await shop.close();
    });
    assert.deepEqual([told.length, made.map(({ terminated }) => terminated)], [1, [true]]);
  }
});

// — catalogs —

test("an address that is none, and a response that failed, are catalogs out of reach", async (t) => {
  for (const thread of ["worker", "page"]) {
    const { shop } = await openNear(t, {}, thread === "page" ? { worker: undefined } : {});
    assert.equal(shop.status.thread, thread);
    for (const catalog of ["/catalog.pack", "http://[", new Response("no", { status: 404 })]) {
      await assert.rejects(shop.update(catalog), coded("catalog_unavailable", "catalog"));
    }
    await shop.update(new Response(JSON.stringify([{ id: "only" }])));
    assert.deepEqual(await ranked(shop), ["only"]);
    const gone = await openNear(t, { catalog: new Response("no", { status: 404 }) });
    assert.equal(gone.shop.status.reason, "catalog_unavailable");
  }
});

test("of two updates the later one holds, for a successor too", async (t) => {
  const { shop, kill } = await openNear(t);
  await Promise.all([shop.update(slowly([{ id: "slow" }], 20)), shop.update([{ id: "quick" }])]);
  assert.deepEqual(await ranked(shop), ["quick"]);
  kill();
  assert.deepEqual(await ranked(shop), ["quick"]);
});

// — the same as on the page —

/** What only one of the two has, as `WorkerFlaneur` says. */
const ONLY_HERE = ["measure"];
const CALLS = {
  observe: [view("rug-1")],
  rank: [{ slot: "home", size: 3 }],
  decide: [{ slot: "strip", candidates: ["rug-1"], explore: 0 }],
  intent: [],
  "profile.inspect": [],
  "profile.replay": [],
  "profile.experiments": [],
  "profile.declare": [{ surprise: 0.5 }],
  "profile.export": [],
  "profile.forget": [{ item: "rug-1" }],
  "profile.undo": [],
  "profile.import": [{ flaneur: 1, events: [] }],
  "profile.erase": [],
  "consent.set": [{ rank: true }],
  "consent.receipts": [],
  "consent.export": [],
  update: [ITEMS],
  rules: [[]],
  flush: [],
  on: ["change", () => {}],
  close: [],
};

/** The methods of a face, by their paths. */
function methods(face, path = "") {
  return Object.keys(face).flatMap((name) => {
    if (ONLY_HERE.includes(name)) return [];
    const value = face[name];
    if (typeof value === "function") return [path + name];
    return name === "profile" || name === "consent" ? methods(value, `${name}.`) : [];
  });
}

const call = async (face, method) => {
  const path = method.split(".");
  const name = path.pop();
  return path.reduce((from, key) => from[key], face)[name](...CALLS[method]);
};

/** What a value is made of: its fields and their types, however deep. A file is what is written in it. */
async function shape(value) {
  if (value instanceof Blob) return [value.type, await shape(JSON.parse(await value.text()))];
  if (Array.isArray(value)) return value.length > 0 ? [await shape(value[0])] : [];
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(await Promise.all(Object.keys(value).sort().map(async (key) => [key, await shape(value[key])])));
}

for (const [thread, parts] of [["worker", {}], ["page", { worker: undefined }]]) {
  test(`every call answers what it does on the page: ${thread}`, async (t) => {
    const here = await openHere({ shop: freshShop(), catalog: ITEMS, consent: { learn: true, rank: true }, storage: "memory", seed: 1 });
    const { shop: there } = await openNear(t, {}, parts);
    assert.equal(there.status.thread, thread);
    assert.deepEqual(methods(here).sort(), Object.keys(CALLS).sort());
    assert.deepEqual(methods(there).sort(), Object.keys(CALLS).sort());
    for (const state of ["open", "closed"]) {
      for (const method of Object.keys(CALLS)) {
        const [one, other] = [await call(here, method), await call(there, method)];
        assert.deepEqual(await shape(other), await shape(one), `${method} of a shop that is ${state}`);
      }
      const { thread: _, ...status } = there.status;
      assert.deepEqual([status, there.consent.gates], [here.status, here.consent.gates]);
    }
    assert.deepEqual(await ranked(there), IDS);
    await assert.rejects(there.rank({ slot: "home" }), coded("value_missing", "request.size"));
  });
}

/** What a framework gives in place of an object: whatever is read of it is one again. */
const proxied = (value) => (typeof value === "object" && value !== null ? new Proxy(value, { get: (object, key) => proxied(object[key]) }) : value);

for (const [thread, parts] of [["worker", {}], ["page", { worker: undefined }]]) {
  test(`what cannot be posted is taken as on the page: ${thread}`, async (t) => {
    const element = new (class extends EventTarget {})();
    element.__reactFiber = { stateNode: element };
    const asked = [
      (shop) => shop.rules(proxied([{ type: "exclude", where: { ids: ["rug-0"] } }])),
      async (shop) => idsOf(await shop.rank(proxied({ slot: "home", size: 3, candidates: IDS, onshown: () => {} }))),
      (shop) => shop.rank({ slot: () => {}, size: 3 }),
      async (shop) => (await shop.decide(proxied({ slot: "strip", candidates: [{ id: "care", kind: "service", value: 3 }], explore: 0 }))).choice.id,
      (shop) => shop.observe({ type: "purchase", id: "p", at: new Date(1.7e12), items: proxied([{ item: "rug-1" }]), target: element }),
      (shop) => shop.observe({ event: "view_item", element, size: 1n, ecommerce: { items: [{ item_id: "rug-2" }] } }),
      (shop) => shop.update(proxied(ITEMS)),
      async (shop) => (await shop.profile.inspect()).events,
      (shop) => shop.profile.forget(proxied({ item: "rug-1" })),
      (shop) => shop.profile.undo(element), // a listener is called with an event
      (shop) => shop.profile.erase(element),
    ];
    const answers = async (shop) => {
      const told = [];
      for (const ask of asked) told.push(await (async () => ask(shop))().catch(({ code, path }) => [code, path]));
      return told;
    };
    const options = { catalog: proxied(ITEMS), rules: proxied([]), notice: { version: "1", onread: () => {} } };
    const here = await openHere({ shop: freshShop(), consent: { learn: true, rank: true }, storage: "memory", seed: 1, ...options });
    const { shop: there } = await openNear(t, options, parts);
    assert.equal(there.status.thread, thread);
    assert.deepEqual(await answers(there), await answers(here));
    await here.close();
  });
}

test("`using` closes it, where the language has that", { skip: typeof Symbol.dispose !== "symbol" }, async (t) => {
  const { shop, workers } = await openNear(t);
  shop[Symbol.dispose]();
  await shop.close();
  assert.deepEqual([shop.status.reason, workers[0].terminated], ["closed", true]);
});

test("closing is one thing however often it is asked for, and what is asked meanwhile gets the shop's order", async (t) => {
  const { shop, workers } = await openNear(t);
  await shop.observe({ type: "dismiss", item: "rug-0" });
  const closed = shop.close();
  assert.equal(shop.close(), closed);
  const ids = await ranked(shop);
  await closed;
  assert.deepEqual(ids, IDS);
  assert.deepEqual([workers.length, workers[0].terminated], [1, true]);
  assert.equal(workers[0].asked.filter((method) => method === "close").length, 1);
});

test("a shop whose worker is gone closes, and keeps the order of a catalog that the page has", async (t) => {
  const { shop, workers } = await openNear(t);
  workers[0].fail();
  await shop.close();
  assert.deepEqual(await ranked(shop), IDS);
  assert.deepEqual([shop.status.engine, shop.status.reason, workers.length], ["passthrough", "closed", 1]);
  assert.equal(JSON.parse(await (await shop.profile.export()).text()).incomplete, "closed");
});

test("where there are no web workers, the same names answer", async (t) => {
  const shop = await openEntry({ shop: freshShop(), catalog: ITEMS, storage: "memory" });
  assert.equal(shop.status.thread, "page");
  assert.equal((await shop.consent.export()).type, "application/json");
  await shop.close();
  assert.deepEqual(await ranked(shop), IDS);
});

test("an option that is wrong rejects, and leaves no rejection that nobody hears", async (t) => {
  const unheard = [];
  const hear = (e) => unheard.push(e);
  process.on("unhandledRejection", hear);
  t.after(() => process.off("unhandledRejection", hear));
  await assert.rejects(async () => openEntry({ shop: "no name", catalog: ITEMS }), coded("shop_name", "shop"));
  await pause(5);
  assert.deepEqual(unheard, []);
});
