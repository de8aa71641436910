import { isolated } from "./support/isolated.mjs";
import { databases } from "./support/database.mjs";
import "./support/locks.mjs";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { open } from "../../pkg/dist/embedded.js";
import { Measurer } from "../../pkg/dist/measure/measurer.js";
import { MeasureStore } from "../../pkg/dist/measure/store.js";
import { ITEMS, eventually, freshShop } from "./support/shop.mjs";
import { device, upstream } from "./support/device.mjs";
import { operator } from "./support/operator.mjs";
import { DAY, START, WEEK, base64url, dapTask, hpkeConfig, ldpTask, signed } from "./support/tasks.mjs";

const ALL = { store: true, learn: true, rank: true, measure: true };

/** A task whose leader is a local server. */
const taskAt = (url, change = {}) => dapTask({ leader: { name: "Leader Ltd", url, hpke: hpkeConfig(1) }, ...change });

/** What an operator says to a report that was sealed for keys which it has no more. */
const OUTDATED = JSON.stringify({ type: "urn:ietf:params:ppm:dap:error:outdatedConfig" });
/** What it says to one whose time is yet to come: the device's clock runs ahead. */
const EARLY = JSON.stringify({ type: "urn:ietf:params:ppm:dap:error:reportTooEarly" });

/** A shop whose page ended with a report that waits, and when its epoch ended. */
async function left(tasks, around) {
  const shop = freshShop();
  const { measurer, at, begin } = await device(shop, tasks, around);
  const end = await begin();
  await at(end);
  await measurer.close();
  return { shop, end };
}

// The first test: what loaded once is there for all of a process.
test("a module that does not load is told once a round, however many questions there are, and nothing is charged", async (t) => {
  const told = [];
  const { reportError } = globalThis;
  globalThis.reportError = (e) => told.push(e);
  t.after(() => (globalThis.reportError = reportError));
  const tasks = [1, 2, 3].map((i) => dapTask({ id: base64url(Buffer.alloc(32, i)), epsilon: 500_000 }));
  const { measurer, at, begin } = await device(freshShop(), tasks, { options: { upstream: new Uint8Array(8) } });
  const end = await begin();
  await at(end);
  assert.ok(told.length === 1 || told.length === 2, `${told.length} in this round, and one that the page may have begun itself`);
  assert.deepEqual(await measurer.ledger(), []);
  await measurer.close();
});

test("a module that did not load is asked for again, and meanwhile what waits leaves", async (t) => {
  const { reportError } = globalThis;
  globalThis.reportError = () => {};
  t.after(() => (globalThis.reportError = reportError));
  const { url, received } = await operator(t);
  const shop = freshShop();
  const task = taskAt(url);
  const bytes = readFileSync(new URL("../../pkg/dist/upstream_bg.wasm", import.meta.url));
  bytes[0] = 1;
  const { measurer, at, begin } = await device(shop, [task], { options: { upstream: bytes } });
  const end = await begin();
  // Sealed by a page of the week before, which had the module.
  const before = { key: `-1:${task.id}`, at: end - WEEK };
  const store = new MeasureStore(shop);
  const { leases } = await store.read(false, ["ledger"]);
  const report = { ...before, task, sealed: Uint8Array.of(1, 2, 3), due: end - WEEK, retryAt: 0, failures: 0, again: false };
  const line = { ...before, task: task.id, metric: task.metric, epoch: -1, bucket: 0, epsilon: 1_000_000, outcome: "waiting" };
  assert.ok(await store.write({ waiting: [report], ledger: [line] }, leases));
  await store.close();
  await at(end);
  assert.deepEqual((await measurer.ledger()).map(({ outcome }) => outcome), ["sent"], "nothing was charged, and what waited left");
  assert.equal(received.length, 1);
  bytes[0] = 0; // the page is online again
  await at(end + 60_000);
  assert.deepEqual((await measurer.ledger()).map(({ outcome }) => outcome), ["waiting", "sent"]);
  await measurer.close();
});

test("a consenting device waits a whole epoch, then sends one sealed report per epoch, and shows it first", async (t) => {
  const { url, received } = await operator(t);
  const shop = freshShop();
  const profile = { affinities: [{ attribute: "category:rug", value: 2 }, { attribute: "category:lamp", value: 1 }] };
  const { measurer, at, begin } = await device(shop, [taskAt(url)], { profile });
  const end = await begin();
  await at(end - 1);
  assert.equal(received.length, 0);
  const [collecting] = await measurer.preview(true);
  assert.deepEqual([collecting.state, collecting.bucket, collecting.label.en], ["collecting", 3, "rug"]);

  await at(end);
  const shown = (await measurer.preview(true)).filter(({ state }) => state === "waiting");
  assert.equal(shown.length, 1);
  assert.ok(shown[0].due >= end && shown[0].due < end + DAY);
  await at(end + DAY);
  assert.equal(received.length, 1);
  const [{ method, url: path, headers, body }] = received;
  assert.equal(method, "PUT");
  assert.equal(path, `/tasks/${dapTask().id}/reports`);
  assert.equal(headers["content-type"], "application/dap-report");
  for (const name of ["cookie", "referer", "authorization"]) assert.equal(headers[name], undefined, name);
  assert.equal((Number(body.readBigUInt64BE(16)) * 1000) % 3_600_000, 0, "the time is rounded");

  const [line] = await measurer.ledger();
  assert.deepEqual([line.outcome, line.bucket, line.label.fr, line.epsilon, line.bytes, line.receipt],
    ["sent", 3, "rug (fr)", 1_000_000, body.length, "receipt-1"]);
  assert.deepEqual(line.operators, ["Leader Ltd", "Helper GmbH"]);
  for (const entry of shown) assert.deepEqual([entry.bucket, entry.bytes], [line.bucket, line.bytes]);
  await at(end + DAY + 3600_000);
  assert.equal(received.length, 1, "once");
  for (let week = 1; week <= 3; week++) {
    await at(end + week * WEEK);
    await at(end + week * WEEK + DAY);
  }
  assert.equal(received.length, 4);
  assert.equal(new Set(received.map(({ body }) => body.length)).size, 1);
  assert.equal(new Set(received.map(({ body }) => body.toString("hex", 0, 16))).size, 4, "each has an id of its own");
  await measurer.close();
});

test("withdrawing drops what waits and never flushes it; the ledger says so and does not refill", async (t) => {
  const { url, received } = await operator(t);
  const { measurer, at, begin } = await device(freshShop(), [taskAt(url)]);
  const end = await begin();
  await at(end);
  assert.equal((await measurer.preview(false)).length, 1);
  const start = performance.now();
  await measurer.withdraw();
  assert.ok(performance.now() - start < 1000);
  assert.deepEqual(await measurer.preview(false), []);
  await at(end + 2 * DAY); // granted again, within the same epoch
  assert.equal(received.length, 0);
  assert.deepEqual((await measurer.ledger()).map(({ outcome, epsilon }) => [outcome, epsilon]), [["dropped", 1_000_000]]);
  await measurer.close();
});

test("withdrawing drops what waits also when another tab writes between the look and the drop", async (t) => {
  const { url, received } = await operator(t);
  const shop = freshShop();
  const tasks = [1, 2].map((i) => taskAt(url, { id: base64url(Buffer.alloc(32, i)) }));
  const { measurer, at, begin } = await device(shop, tasks);
  const end = await begin();
  await at(end);
  const { read } = MeasureStore.prototype;
  const other = new MeasureStore(shop);
  let written = false;
  MeasureStore.prototype.read = async function (...given) {
    const found = await read.apply(this, given);
    if (given[1]?.length !== 2 || written) return found;
    const { ledger, waiting, leases } = await read.call(other, false, ["send"]);
    const line = ledger.find(({ key }) => key === waiting[0].key);
    written = await other.write({ done: [line.key], ledger: [{ ...line, outcome: "sent" }] }, leases);
    return found;
  };
  t.after(() => (MeasureStore.prototype.read = read));
  await measurer.withdraw();
  assert.ok(written);
  assert.deepEqual(await measurer.preview(false), []);
  assert.deepEqual((await measurer.ledger()).map(({ outcome }) => outcome).sort(), ["dropped", "sent"]);
  await at(end + 2 * DAY); // granted again
  assert.equal(received.length, 0);
  await Promise.all([measurer.close(), other.close()]);
});

test("what is withdrawn while it is being made was neither charged nor made", async () => {
  let withdrawn;
  let end = Infinity;
  const events = (now) => {
    if (now >= end) withdrawn ??= made.measurer.withdraw();
    return [];
  };
  const made = await device(freshShop(), [dapTask()], { events });
  end = await made.begin();
  await made.at(end);
  await withdrawn;
  assert.deepEqual([await made.measurer.preview(false), await made.measurer.ledger()], [[], []]);
  assert.equal((await made.measurer.budget()).week.spent, 0);
  await made.measurer.close();
});

test("withdrawing stops a report on its way, within a second", async (t) => {
  const { url, received } = await operator(t, () => ({ hang: true }));
  const { measurer, clock, at, begin } = await device(freshShop(), [taskAt(url)]);
  const end = await begin();
  await at(end);
  clock.now = end + DAY;
  const working = measurer.work();
  await eventually(() => received.length === 1, "the request");
  const start = performance.now();
  await measurer.withdraw();
  await working;
  assert.ok(performance.now() - start < 1000, `${performance.now() - start} ms`);
  assert.deepEqual((await measurer.ledger()).map(({ outcome }) => outcome), ["dropped"]);
  await measurer.close();
});

test("an event of a clock that ran ahead does not hide the actions of now: no report within ten minutes of one", async (t) => {
  const { url, received } = await operator(t);
  const ahead = { id: "ahead", type: "view_item", at: START + 400 * DAY };
  let action = START;
  const events = () => [{ id: "action", type: "view_item", at: action }, ahead];
  const { measurer, at, begin } = await device(freshShop(), [taskAt(url)], { events });
  const end = await begin();
  await at(end);
  action = end + DAY - 1000;
  await at(end + DAY);
  assert.equal(received.length, 0, "a second after an action");
  await at(end + DAY + 10 * 60_000);
  assert.equal(received.length, 1);
  await measurer.close();
});

test("a device that loses store forgets everything, and starts with a whole epoch of waiting", async (t) => {
  const { url, received } = await operator(t);
  const shop = freshShop();
  const { measurer, at, begin } = await device(shop, [taskAt(url)]);
  const end = await begin();
  await at(end);
  await at(end + DAY);
  assert.equal(received.length, 1);
  await measurer.destroy();
  assert.ok(!(await databases()).includes(`flaneur:${shop}:measure`));
  await at(end + DAY);
  await at(end + DAY + WEEK - 1);
  assert.equal(received.length, 1, "less than a week later nothing can be due");
  await measurer.close();
});

test("a page that looks after everything was forgotten does not make the database again, whatever the browser tells of databases", async (t) => {
  const { url } = await operator(t);
  const shop = freshShop();
  const { measurer, begin } = await device(shop, [taskAt(url)]);
  await begin();
  const there = async () => (await databases()).includes(`flaneur:${shop}:measure`);
  assert.ok(await there());
  await measurer.destroy();
  // Some browsers do not list their databases, and the list of others is old while one is being deleted.
  const list = indexedDB.databases;
  Object.defineProperty(indexedDB, "databases", { value: undefined, configurable: true });
  t.after(() => delete indexedDB.databases);
  assert.deepEqual(await Promise.all([measurer.ledger(), measurer.preview(false)]), [[], []]);
  await measurer.drop();
  Object.defineProperty(indexedDB, "databases", { value: list, configurable: true });
  assert.equal(await there(), false);
});

// [what the server does, ends as, requests]
const HOSTILE = [
  ["answers 200", () => ({ status: 200 }), "sent", 1],
  ["refuses", () => ({ status: 400, body: "no" }), "failed", 1],
  ["redirects", () => ({ status: 307, headers: { location: "http://127.0.0.1:9/elsewhere" } }), "failed", 6],
  ["fails", () => ({ status: 500 }), "failed", 6],
  ["is too busy", () => ({ status: 429 }), "failed", 6],
  ["hangs up", () => ({ drop: true }), "failed", 6],
  ["fails twice", (_, count) => ({ status: count <= 2 ? 503 : 201 }), "sent", 3],
  ["says twice that it comes too early", (_, count) => (count <= 2 ? { status: 400, body: EARLY } : {}), "sent", 3],
  ["always says that it comes too early", () => ({ status: 400, body: EARLY }), "failed", 6],
  ["answers with 64 MiB", () => ({ status: 400, body: Buffer.alloc(1 << 26, 32) }), "failed", 1],
  ["says that the keys are outdated", () => ({ status: 400, body: OUTDATED }), "failed", 1],
];

for (const [what, answer, outcome, requests] of HOSTILE) {
  test(`a server that ${what}: no throw, the same bytes again, an end, and a whole ledger`, async (t) => {
    const { url, received } = await operator(t, answer);
    const { measurer, at, begin } = await device(freshShop(), [taskAt(url)]);
    const end = await begin();
    for (let hours = 0; hours < 7 * 24; hours += 4) await at(end + hours * 3_600_000);
    const ledger = await measurer.ledger();
    assert.deepEqual(ledger.map((line) => line.outcome), [outcome]);
    assert.ok(received.every(({ body }) => body.equals(received[0].body)), "the same bytes");
    assert.equal(received.length, requests);
    assert.ok(received.every(({ url }) => url === `/tasks/${dapTask().id}/reports`), "nothing else is asked for");
    const { week, month } = await measurer.budget();
    assert.deepEqual([week.spent, month.spent], [1_000_000, 1_000_000]);
    await measurer.close();
  });
}

test("with new keys in the bundle an outdated report is sealed again under its id, with the same answer, and costs nothing more", async (t) => {
  // Whoever says so may keep the first report all the same; the other operator takes an id once.
  const { url, received } = await operator(t, (_, count) => (count === 1 ? { status: 400, body: OUTDATED } : {}));
  const profile = { affinities: [{ attribute: "category:rug", value: 1 }] };
  const epsilon = 1_500_000; // the week holds no second one
  const { shop, end } = await left([taskAt(url, { epsilon })], { profile });
  // The shop publishes new keys; the report that waits is sealed for the old ones.
  const after = await device(shop, [taskAt(url, { epsilon })]);
  await after.at(end + DAY);
  await after.at(end + DAY + 1);
  const [first, second] = received.map(({ body }) => body);
  assert.equal(received.length, 2);
  assert.deepEqual(second.subarray(0, 24), first.subarray(0, 24), "its id and its time");
  assert.ok(second.length === first.length && !second.equals(first));
  const [{ outcome, epsilon: cost, bucket }] = await after.measurer.ledger();
  assert.deepEqual([outcome, cost, bucket], ["sent", epsilon, 3]);
  assert.equal((await after.measurer.budget()).week.spent, epsilon);
  await after.measurer.close();
});

test("new keys that nothing can be sealed to end one report, and the next one leaves", async (t) => {
  const [first, second] = [1, 2].map((i) => base64url(Buffer.alloc(32, i)));
  const { url, received } = await operator(t, ({ url }) => (url.includes(first) ? { status: 400, body: OUTDATED } : {}));
  const shop = freshShop();
  const asked = (change) => [taskAt(url, { id: first, epsilon: 500_000, ...change }), taskAt(url, { id: second, epsilon: 500_000 })];
  const before = await device(shop, asked());
  const end = await before.begin();
  await before.at(end);
  await before.measurer.close();
  const nobody = base64url(Buffer.concat([Buffer.from("010020000100010020", "hex"), Buffer.alloc(32)]));
  const after = await device(shop, asked({ leader: { ...taskAt(url).leader, hpke: nobody } }));
  for (const late of [0, 1, 2]) await after.at(end + DAY + late);
  const ends = (await after.measurer.ledger()).map(({ task, outcome, epsilon }) => [task, outcome, epsilon]).sort();
  assert.deepEqual([received.length, ends], [2, [[first, "failed", 500_000], [second, "sent", 500_000]]]);
  await after.measurer.close();
});

// [what else the new bundle changes]
const CHANGED = [
  ["another company", (task) => ({ leader: { ...task.leader, name: "Somebody Else" } })],
  ["another address", (task) => ({ helper: { ...task.helper, url: "https://dap.elsewhere.example/" } })],
  ["other words of the same buckets", ({ buckets }) => ({ buckets: [...buckets].reverse() })],
  ["another price", () => ({ epsilon: 2_000_000 })],
  ["smaller batches", () => ({ minBatchSize: 100 })],
];

for (const [what, change] of CHANGED) {
  test(`a report that meets an outdated key is not sealed for ${what}: the ledger would not say so`, async (t) => {
    const { url, received } = await operator(t, () => ({ status: 400, body: OUTDATED }));
    const { shop, end } = await left([taskAt(url)]);
    const task = taskAt(url);
    const after = await device(shop, [{ ...task, ...change(task) }]);
    await after.at(end + DAY);
    await after.at(end + DAY + 1);
    assert.equal(received.length, 1);
    const [line] = await after.measurer.ledger();
    assert.deepEqual([line.outcome, line.reason, line.epsilon], ["failed", "outdated", 1_000_000]);
    await after.measurer.close();
  });
}

test("of an answer without end only the beginning is read", async (t) => {
  const { url, received } = await operator(t, () => ({ status: 400, endless: true }));
  const { measurer, at, begin } = await device(freshShop(), [taskAt(url)]);
  const end = await begin();
  await at(end);
  await at(end + DAY);
  assert.deepEqual((await measurer.ledger()).map(({ outcome, reason }) => [outcome, reason]), [["failed", "refused"]]);
  // What lay in the buffers of both ends was told, and no more was asked for.
  assert.ok(received[0].told < 16 * 1024 * 1024, `${received[0].told} bytes`);
  await measurer.close();
});

test("keys that are outdated however often they change end a report", async (t) => {
  const { url, received } = await operator(t, () => ({ status: 400, body: OUTDATED }));
  const { shop, end } = await left([taskAt(url)]);
  let ledger;
  for (let keys = 0; keys < 3; keys++) {
    const page = await device(shop, [taskAt(url)]); // each with keys of its own
    await page.at(end + DAY + keys);
    ledger = await page.measurer.ledger();
    await page.measurer.close();
  }
  assert.equal(received.length, 2);
  assert.deepEqual(ledger.map(({ outcome, reason }) => [outcome, reason]), [["failed", "outdated"]]);
});

test("a spent budget still sends, says nothing and costs nothing", async (t) => {
  const { url, received } = await operator(t);
  const events = (now) => [{ id: "i", type: "impression", at: now - DAY, shown: [{ item: "a", discovery: true }] }];
  const tasks = [1, 2, 3].map((i) =>
    taskAt(url, { id: base64url(Buffer.alloc(32, i)), metric: "taste_share", epsilon: 1_000_000 }),
  );
  const profile = { affinities: [{ attribute: "category:rug", value: 1 }] };
  const { measurer, at, begin } = await device(freshShop(), tasks, { profile, events });
  const end = await begin();
  await at(end);
  await at(end + DAY);
  const ledger = await measurer.ledger();
  assert.deepEqual(ledger.map(({ epsilon, bucket }) => [epsilon, bucket]).sort(), [[0, 0], [1_000_000, 3], [1_000_000, 3]]);
  assert.equal(received.length, 3);
  assert.equal(new Set(received.map(({ body }) => body.length)).size, 1);
  assert.equal((await measurer.budget()).week.spent, 2_000_000);
  await measurer.close();
});

test("a week's purchase is owed to the touches of the 30 days before it, and an old purchase to no later week", async (t) => {
  const { url } = await operator(t);
  const words = (name) => ({ en: name, fr: name });
  const buckets = [words("nothing"), ...["email", "search"].map((value) => ({ ...words(value), value }))];
  let end;
  const events = () =>
    end === undefined
      ? []
      : [
          { id: "t1", type: "touch", at: end - 31 * DAY, channel: "search" },
          { id: "t2", type: "touch", at: end - 9 * DAY, channel: "email" },
          { id: "p", type: "purchase", at: end - 6 * DAY, lines: [{ item: "a" }] },
          { id: "t3", type: "touch", at: end + DAY, channel: "search" },
        ];
  const { measurer, at, begin } = await device(freshShop(), [taskAt(url, { metric: "attribution_credit", buckets })], { events });
  end = await begin();
  for (const week of [0, 1]) await at(end + week * WEEK);
  assert.deepEqual((await measurer.ledger()).map(({ label }) => label.en), ["nothing", "email"], "newest first");
  await measurer.close();
});

test("what happened before a question starts counts for none of its answers: nobody was in an arm then", async (t) => {
  const { url } = await operator(t);
  const words = (name) => ({ en: name, fr: name });
  const buckets = ["nothing", "seen", "taken"].map(words);
  let end;
  const events = () =>
    end === undefined ? [] : [
      { id: "i", type: "impression", at: end - 5 * DAY, slot: "home", slate: "s", shown: [] },
      { id: "c", type: "select_item", at: end - 4 * DAY, slate: "s", lines: [{ item: "a" }] },
      { id: "j", type: "impression", at: end - 2 * DAY, slot: "home", slate: "r", shown: [] },
    ];
  const shop = freshShop();
  const first = await device(shop, [taskAt(url)], { events });
  end = await first.begin();
  await first.measurer.close();
  for (const [days, label] of [[3, "seen"], [1, "nothing"]]) {
    const task = taskAt(url, { id: base64url(Buffer.alloc(32, days)), metric: "slot_click_through", slot: "home", arms: 1, buckets });
    task.start = new Date(end - days * DAY).toISOString();
    const { measurer, clock } = await device(shop, [task], { events });
    clock.now = end - 1;
    assert.deepEqual((await measurer.preview(true)).map(({ label }) => label.en), [label]);
    await measurer.close();
  }
});

test("which answers the budget holds is what the command line tells before a bundle is signed", async (t) => {
  const { url } = await operator(t);
  const { weeks, cases } = JSON.parse(readFileSync(new URL("../vectors/tasks/budget.json", import.meta.url)));
  const profile = { affinities: [{ attribute: "category:lamp", value: 1 }] };
  for (const { tasks, answers, unpaid } of cases) {
    const made = tasks.map(({ mode, epsilon }, i) => {
      const id = base64url(Buffer.alloc(32, i + 1));
      return mode === "dap" ? taskAt(url, { id, epsilon }) : ldpTask({ id, epsilon, collector: { name: "Shop SA", url } });
    });
    const { measurer, at, begin } = await device(freshShop(), made, { profile });
    const end = await begin();
    for (let week = 0; week < weeks; week++) await at(end + week * WEEK);
    const ledger = await measurer.ledger();
    const of = (kind) => made.map(({ id }) => ledger.filter(({ task, bucket }) => task === id && kind(bucket)).length);
    assert.deepEqual([of(() => true), of((bucket) => bucket === 0)], [answers, unpaid], JSON.stringify(tasks));
    await measurer.close();
  }
});

test("what the shopper is shown while a week lasts is what leaves when it ends: every question, answer and price", async (t) => {
  const { url } = await operator(t);
  const id = (byte) => base64url(Buffer.alloc(32, byte));
  const profile = { affinities: [{ attribute: "category:lamp", value: 1 }] };
  const shop = freshShop();
  const bundle = await signed(shop, [
    taskAt(url, { id: id(3), epsilon: 1_500_000 }), // comes last, by its id
    taskAt(url, { id: id(1), epsilon: 1_500_000 }),
    ldpTask({ id: id(2), collector: { name: "Shop SA", url }, epsilon: 200_000 }), // one week in four
    taskAt(url, { id: id(4), epsilon: 100_000, start: new Date(START + 25 * DAY).toISOString() }),
    taskAt(url, { id: id(5), epsilon: 100_000, end: new Date(START + 25 * DAY).toISOString() }),
  ]);
  const { measurer, clock, at, begin } = await device(shop, bundle, { profile });
  const end = await begin();
  const lines = (entries) => entries.map(({ task, bucket, epsilon }) => [task, bucket, epsilon]).sort();
  for (let week = 0; week < 6; week++) {
    clock.now = end + week * WEEK - 1;
    const shown = (await measurer.preview(true)).filter(({ state }) => state === "collecting");
    assert.ok(shown.every(({ due }) => due === end + week * WEEK));
    await at(end + week * WEEK);
    const left = (await measurer.ledger()).filter(({ at }) => at === end + week * WEEK);
    assert.deepEqual(lines(shown), lines(left), `week ${week}`);
    await at(end + week * WEEK + DAY);
  }
  await measurer.close();
});

test("a question that no device can seal for, since its key is no point of the curve, does not stop the others", async (t) => {
  const { url, received } = await operator(t);
  const nobody = base64url(Buffer.concat([Buffer.from("010020000100010020".slice(0, 18), "hex"), Buffer.alloc(32)]));
  const [broken, sound] = [1, 2].map((i) => taskAt(url, { id: base64url(Buffer.alloc(32, i)), epsilon: 500_000 }));
  broken.leader = { ...broken.leader, hpke: nobody };
  const { measurer, at, begin } = await device(freshShop(), [broken, sound]);
  const end = await begin();
  await at(end);
  await at(end + DAY);
  assert.deepEqual(received.map(({ url }) => url), [`/tasks/${sound.id}/reports`]);
  assert.deepEqual((await measurer.ledger()).map(({ task, outcome }) => [task, outcome]), [[sound.id, "sent"]], "what is not made is not charged");
  await measurer.close();
});

test("a question that no device can seal for is told once, and no longer shown as one that leaves", async (t) => {
  const told = [];
  const { reportError } = globalThis;
  globalThis.reportError = (e) => told.push(e);
  t.after(() => (globalThis.reportError = reportError));
  const { url } = await operator(t);
  const nobody = base64url(Buffer.concat([Buffer.from("010020000100010020", "hex"), Buffer.alloc(32)]));
  const [broken, sound] = [1, 2].map((i) => taskAt(url, { id: base64url(Buffer.alloc(32, i)), epsilon: 500_000 }));
  broken.leader = { ...broken.leader, hpke: nobody };
  const { measurer, at, begin } = await device(freshShop(), [broken, sound]);
  const end = await begin();
  for (const minute of [0, 1, 2, 3]) await at(end + minute * 60_000);
  assert.equal(told.length, 1);
  assert.deepEqual((await measurer.preview(true)).map(({ task, state }) => [task, state]), [[sound.id, "waiting"], [sound.id, "collecting"]]);
  await measurer.close();
});

test("an answer with noise is one line of the same length, given once in four weeks, and repeated as it was", async (t) => {
  const { url, received } = await operator(t);
  const task = ldpTask({ collector: { name: "Shop SA", url } });
  const profile = { affinities: [{ attribute: "category:lamp", value: 1 }] };
  const { measurer, at, begin } = await device(freshShop(), [task], { profile });
  const end = await begin();
  for (let week = 0; week < 9; week++) {
    await at(end + week * WEEK);
    await at(end + week * WEEK + DAY);
  }
  assert.equal(received.length, 3);
  const [first, second, third] = received.map(({ body, method }) => `${method} ${body}`);
  assert.deepEqual([second, third], [first, first], "averaging would remove the noise");
  assert.match(first, /^POST \{"task":"[\w-]{43}","answer":"[0-9a-f]{2}"\}\n$/);
  await measurer.close();
});

test("an answer that says nothing since the budget is spent does not tell the bytes of one that is paid for", async (t) => {
  const { url, received } = await operator(t);
  const more = Array.from({ length: 60 }, (_, i) => ({ en: `more ${i}`, fr: `plus ${i}` }));
  const asked = ldpTask({ collector: { name: "Shop SA", url }, epsilon: 1_000_000 });
  const task = { ...asked, buckets: [...asked.buckets, ...more] };
  const dear = taskAt(url, { id: base64url(Buffer.alloc(32, 1)), epsilon: 2_000_000, end: new Date(START + 25 * DAY).toISOString() });
  const { measurer, at, begin } = await device(freshShop(), [dear, task]); // nothing happened on it
  const end = await begin();
  for (let week = 0; week < 13; week++) {
    await at(end + week * WEEK);
    await at(end + week * WEEK + DAY);
  }
  const paid = (await measurer.ledger()).filter((line) => line.task === task.id).map(({ epsilon }) => epsilon > 0);
  assert.deepEqual(paid.reverse(), [false, true, true, true]);
  const [free, first, ...rest] = received.filter(({ url }) => url === "/").map(({ body }) => JSON.parse(body).answer);
  assert.notEqual(first, free, "who knows which answers were not paid for would know that this one is nothing too");
  assert.deepEqual(rest, [first, first], "averaging would remove the noise");
  await measurer.close();
});

test("an answer with noise is repeated only while its question has as many buckets and the same epsilon", async (t) => {
  const { url, received } = await operator(t);
  const shop = freshShop();
  const asked = ldpTask({ collector: { name: "Shop SA", url }, epsilon: 1_000_000 });
  const more = Array.from({ length: 28 }, (_, i) => ({ en: `more ${i}`, fr: `plus ${i}` }));
  const wider = { ...asked, buckets: [...asked.buckets, ...more] };
  const profile = { affinities: [{ attribute: "category:lamp", value: 1 }] };
  let end;
  for (const [round, task] of [asked, wider, { ...wider, epsilon: 2_000_000 }].entries()) {
    const { measurer, at, begin } = await device(shop, [task], { profile });
    end ??= await begin();
    for (const moment of [0, DAY, 3 * WEEK]) await at(end + round * 4 * WEEK + moment);
    await measurer.close();
  }
  const named = received.map(({ body }) => JSON.parse(body).answer);
  const ones = (hex) => [...BigInt(`0x${hex}`).toString(2)].filter((bit) => bit === "1").length;
  // k / (e^epsilon + 1), to the nearest.
  assert.deepEqual(named.map((hex) => [hex.length, ones(hex)]), [[2, 1], [8, 9], [8, 4]]);
});

test("two tabs over a thousand epochs never spend twice, nor send two reports for one", async (t) => {
  const shop = freshShop();
  const { url, received } = await operator(t);
  const task = taskAt(url, { end: new Date(START + 9000 * DAY).toISOString(), epsilon: 2_000_000 });
  const bundle = await signed(shop, [task]);
  const [one, two] = [await device(shop, bundle), await device(shop, bundle)];
  const end = await one.begin();
  let [runs, overspent] = [0, 0];
  for (; runs < 1000; runs++) {
    const now = end + runs * WEEK + DAY;
    await Promise.all([one.at(now), two.at(now)]);
    if ((await one.measurer.budget()).week.spent > 2_000_000) overspent++;
  }
  assert.deepEqual([runs, overspent], [1000, 0]);
  const ledger = await one.measurer.ledger();
  assert.ok(ledger.length >= 100 && ledger.length <= 110, `${ledger.length} lines of the last 25 months`);
  assert.equal(new Set(ledger.map(({ epoch }) => epoch)).size, ledger.length, "one line for each epoch");
  assert.equal(received.length, 1000);
  assert.equal(new Set(received.map(({ body }) => body.toString("hex", 0, 16))).size, 1000, "no report twice");
  await Promise.all([one.measurer.close(), two.measurer.close()]);
});

test("a page that dies between the charge and the sending leaves one charge, and its report for the next page to send", async (t) => {
  const shop = freshShop();
  const { url, received } = await operator(t, (_, count) => (count % 2 === 1 ? { drop: true } : {}));
  const bundle = await signed(shop, [taskAt(url)]);
  const first = await device(shop, bundle);
  const end = await first.begin();
  await first.measurer.close();
  const weeks = 20;
  for (let week = 0; week < weeks; week++) {
    const moments = [0, DAY, DAY + DAY / 4]; // charged; cut off on its way; sent
    for (const moment of moments) {
      const page = await device(shop, bundle);
      await page.at(end + week * WEEK + moment);
      await page.measurer.close(); // what it knew is gone; what it wrote stays
    }
  }
  assert.equal(received.length, 2 * weeks);
  for (let week = 0; week < weeks; week++) assert.deepEqual(received[2 * week + 1].body, received[2 * week].body, "the same report");
  assert.equal(new Set(received.map(({ body }) => body.toString("hex", 0, 16))).size, weeks);
  const last = await device(shop, bundle);
  const ledger = await last.measurer.ledger();
  assert.deepEqual(ledger.map(({ outcome }) => outcome), new Array(weeks).fill("sent"));
  assert.equal(new Set(ledger.map(({ epoch }) => epoch)).size, weeks);
  await last.measurer.close();
});

test("a tab that slept while it held the lock writes nothing, and sends nothing, after another took over", async (t) => {
  const shop = freshShop();
  const { url, received } = await operator(t);
  const bundle = await signed(shop, [taskAt(url)]);
  const { request } = navigator.locks;
  const asleep = [];
  const sleeper = await device(shop, bundle);
  const end = await sleeper.begin();
  // The browser hands the lock on while the work that held it stands still, as WebKit does with a page in its cache.
  navigator.locks.request = (name, ...rest) => {
    const work = rest.at(-1);
    return new Promise((resolve, reject) => asleep.push(() => Promise.resolve(work({ name })).then(resolve, reject)));
  };
  const { read } = MeasureStore.prototype;
  let stands;
  MeasureStore.prototype.read = async function (...given) {
    const found = await read.apply(this, given);
    if (given[1]?.length > 0 && stands === undefined) await new Promise((resolve) => (stands = resolve));
    return found;
  };
  t.after(() => {
    navigator.locks.request = request;
    MeasureStore.prototype.read = read;
  });
  const late = sleeper.at(end + DAY);
  await eventually(() => asleep.length === 1, "the first turn");
  asleep[0]();
  await eventually(() => stands !== undefined, "the sleep");
  navigator.locks.request = request;
  const other = await device(shop, bundle);
  await other.at(end + DAY);
  assert.equal(received.length, 1);
  const [line] = await other.measurer.ledger();
  stands();
  await late;
  assert.deepEqual(await other.measurer.ledger(), [line], "charged once, and as it was");
  assert.equal(received.length, 1, "sent once");
  await Promise.all([sleeper.measurer.close(), other.measurer.close()]);
});

test("what could not be written down as sent, for want of room, is not sent", async (t) => {
  const { url, received } = await operator(t);
  const { measurer, at, begin } = await device(freshShop(), [taskAt(url)]);
  const end = await begin();
  await at(end);
  const { put } = IDBObjectStore.prototype;
  const { reportError } = globalThis;
  globalThis.reportError = () => {};
  // As browsers do with a disk that is full.
  IDBObjectStore.prototype.put = function (...given) {
    const request = put.apply(this, given);
    this.transaction.abort();
    return request;
  };
  const roomy = () => Object.assign(globalThis, { reportError }) && (IDBObjectStore.prototype.put = put);
  t.after(roomy);
  for (const minute of [0, 1, 2]) await at(end + DAY + minute * 60_000);
  assert.equal(received.length, 0, "or it would be sent again every minute");
  roomy();
  for (const minute of [3, 4]) await at(end + DAY + minute * 60_000);
  assert.equal(received.length, 1);
  assert.deepEqual((await measurer.ledger()).map(({ outcome }) => outcome), ["sent"]);
  await measurer.close();
});

test("a task that changes within a week is not answered until the next, and says so", async (t) => {
  const { url } = await operator(t);
  const { shop, end } = await left([taskAt(url)]);
  const after = await device(shop, [taskAt(url, { epsilon: 500_000 })]);
  await after.at(end + 1);
  assert.deepEqual((await after.measurer.tasks()).map(({ code }) => code), ["task_changed"]);
  await after.measurer.close();
});

test("a task that changes within a week answers nothing of the weeks before it", async (t) => {
  const { url } = await operator(t);
  const shop = freshShop();
  const one = taskAt(url);
  const two = (start) => taskAt(url, { id: base64url(Buffer.alloc(32, 8)), start: new Date(start).toISOString() });
  /** One round of a page that has these tasks; what each says of itself, and which answers are on record. */
  const round = async (tasks, now) => {
    const { measurer, at } = await device(shop, tasks);
    await at(now);
    const found = [(await measurer.tasks()).map(({ state, code }) => code ?? state), (await measurer.ledger()).map(({ task, epoch }) => [epoch, task])];
    await measurer.close();
    return found;
  };
  const first = await device(shop, [one]);
  const end = await first.begin();
  await first.measurer.close();
  // It began after the week that ended; then it says that it began before.
  const late = two(end + DAY);
  const answered = [[0, one.id]];
  assert.deepEqual(await round([one, late], end + 2 * DAY), [["active", "active"], answered]);
  assert.deepEqual(await round([one, two(START)], end + 2 * DAY + 1), [["active", "task_changed"], answered]);
  const [states, lines] = await round([one, two(START)], end + WEEK);
  assert.deepEqual([states, lines.filter(([, task]) => task === late.id)], [["active", "active"], [[1, late.id]]]);
});

test("a clock that went back answers nothing about weeks before the last answered one", async (t) => {
  const { url } = await operator(t);
  const shop = freshShop();
  const one = taskAt(url);
  const first = await device(shop, [one]);
  const end = await first.begin();
  for (const now of [end, end + WEEK]) await first.at(now);
  await first.measurer.close();
  const second = await device(shop, [one, taskAt(url, { id: base64url(Buffer.alloc(32, 8)) })]);
  await second.at(end + 1);
  assert.deepEqual((await second.measurer.ledger()).map(({ task, epoch }) => [epoch, task]), [[1, one.id], [0, one.id]]);
  await second.at(end + 2 * WEEK);
  assert.equal((await second.measurer.ledger()).length, 4, "both are answered once it is later again");
  await second.measurer.close();
});

test("the handle: nothing is loaded or made before measure, everything goes with store, and the shopper can look", async (t) => {
  const { url } = await operator(t);
  const name = freshShop();
  const bundle = await signed(name, [taskAt(url)]);
  let now = START + DAY;
  const options = { shop: name, catalog: ITEMS, ...bundle, upstream, now: () => now };
  const shop = await open({ ...options, consent: { ...ALL, measure: false } });
  assert.deepEqual(await shop.measure.preview(), []);
  assert.deepEqual((await shop.measure.budget()).week, { spent: 0, limit: 2_000_000 });
  const made = async () => (await databases()).includes(`flaneur:${name}:measure`);
  assert.equal(await made(), false);
  await shop.consent.set({ measure: true });
  await eventually(made, "the ledger");
  assert.deepEqual((await shop.measure.tasks()).map(({ state }) => state), ["active"]);
  await eventually(async () => (await shop.measure.preview()).length === 1, "the preview");
  assert.equal(await shop.measure.arm(bundle.tasks.tasks[0].id), 0);
  now += 2 * WEEK;
  const start = performance.now();
  await shop.consent.set({ measure: false });
  assert.ok(performance.now() - start < 1000);
  assert.deepEqual(await shop.measure.preview(), []);
  assert.equal(await made(), true, "the ledger stays");
  await shop.consent.set({ store: false });
  await eventually(async () => !(await made()), "the deletion");
  await shop.close();
});

/** A shop whose week ends a day after a touch and a purchase, asked which channel that is owed to. */
async function weekOfOnePurchase(t) {
  const { url } = await operator(t);
  const name = freshShop();
  const words = (name) => ({ en: name, fr: name });
  const buckets = [words("nothing"), { ...words("email"), value: "email" }];
  const bundle = await signed(name, [taskAt(url, { metric: "attribution_credit", buckets })]);
  const clock = { now: START + DAY };
  const options = { shop: name, catalog: ITEMS, ...bundle, upstream, now: () => clock.now };
  const first = await open({ ...options, consent: ALL });
  let due;
  await eventually(async () => ([{ due } = {}] = await first.measure.preview()) && due !== undefined, "the preview");
  clock.now = due - DAY;
  first.observe({ type: "touch", channel: "email" });
  clock.now += 60_000;
  first.observe({ type: "purchase", item: ITEMS[0].id });
  await first.close();
  clock.now = due + 60_000;
  return options;
}

/** What a page says of that week, once it does. */
async function answerOf(shop) {
  await eventually(async () => (await shop.measure.ledger()).length === 1, "the answer");
  const [{ label }] = await shop.measure.ledger();
  await shop.close();
  return label.en;
}

test("a page that cannot read the log answers no question: the next page that can answers it", async (t) => {
  const options = { ...(await weekOfOnePurchase(t)), consent: ALL };
  const { WebAssembly } = globalThis;
  delete globalThis.WebAssembly;
  const without = await (await isolated()).open(options); // what loaded once is there for all of a process
  globalThis.WebAssembly = WebAssembly;
  assert.equal(without.status.engine, "passthrough");
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual(await without.measure.preview(), [], "nothing is shown that is not so");
  assert.deepEqual(await without.measure.ledger(), [], "nothing is charged");
  await without.close();
  assert.equal(await answerOf(await open(options)), "email");
});

test("a choice that comes after opening is answered with what the disk has of the week", async (t) => {
  const shop = await open({ ...(await weekOfOnePurchase(t)), consent: {} });
  await shop.consent.set(ALL);
  assert.equal(await answerOf(shop), "email");
});

for (const [when, before] of [
  ["as it opens", ALL],
  ["once it is open", { ...ALL, measure: false }],
]) {
  test(`a page whose disk answers late measures nothing before it does: agreed to ${when}`, async (t) => {
    const options = await weekOfOnePurchase(t);
    const { open: real } = IDBFactory.prototype;
    t.after(() => (IDBFactory.prototype.open = real));
    IDBFactory.prototype.open = function (name, version) {
      if (name !== `flaneur:${options.shop}`) return real.call(this, name, version);
      const request = real.call(this, name, version);
      const { dispatchEvent } = request;
      request.dispatchEvent = function (event) {
        return event.type === "success" ? (setTimeout(() => dispatchEvent.call(this, event), 2500), true) : dispatchEvent.call(this, event);
      };
      return request;
    };
    const shop = await open({ ...options, consent: before });
    if (!before.measure) await shop.consent.set({ measure: true });
    assert.equal(await answerOf(shop), "email");
  });
}

test("a page that is closed while the disk is read measures nothing any more", async (t) => {
  const shop = await open({ ...(await weekOfOnePurchase(t)), consent: {} });
  const { start } = Measurer.prototype;
  t.after(() => (Measurer.prototype.start = start));
  let starts = 0;
  Measurer.prototype.start = () => void starts++;
  const chosen = shop.consent.set(ALL);
  await shop.close();
  await chosen;
  assert.equal(starts, 0);
});

test("the ledger outlives a consent platform that is late and a child's visit, and goes when someone says no", async (t) => {
  const { url } = await operator(t);
  const name = freshShop();
  const options = { shop: name, catalog: ITEMS, ...(await signed(name, [taskAt(url)])), upstream, now: () => START + DAY };
  const lines = async (shop) => (await shop.measure.ledger()).length;
  const made = async () => (await databases()).includes(`flaneur:${name}:measure`);
  const pause = () => new Promise((resolve) => setTimeout(resolve, 100));
  const first = await open({ ...options, consent: ALL });
  await eventually(made, "the ledger");
  await eventually(async () => (await first.measure.preview()).length === 1, "the preview");
  const before = await lines(first);
  await first.close();

  let tell;
  const late = { get: async () => ({}), subscribe: (listener) => void (tell = listener) };
  const second = await open({ ...options, consent: late });
  await pause();
  assert.equal(await made(), true, "nobody answered yet");
  tell(ALL);
  await eventually(async () => (await second.measure.preview()).length === 1, "the preview again");
  assert.equal(await lines(second), before);
  await second.close();

  const child = await open({ ...options, consent: ALL, audience: "minor" });
  await child.consent.set({ store: false, measure: false });
  await pause();
  await child.close();
  assert.equal(await made(), true, "a child neither reads nor deletes it");

  const last = await open({ ...options, consent: late });
  tell({ store: false });
  await eventually(async () => !(await made()), "the deletion");
  await last.close();
});

for (const [what, change] of [
  ["without store", { consent: { ...ALL, store: false } }],
  ["with storage in memory", { storage: "memory" }],
  ["without Web Locks", {}],
  ["for a minor", { audience: "minor" }],
]) {
  test(`${what} nothing is measured, whatever else is granted`, async (t) => {
    if (what === "without Web Locks") {
      const own = Object.getOwnPropertyDescriptor(navigator, "locks");
      Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
      t.after(() => (own ? Object.defineProperty(navigator, "locks", own) : delete navigator.locks));
    }
    const name = freshShop();
    const options = { shop: name, catalog: ITEMS, ...(await signed(name, [dapTask()])), upstream, now: () => START + DAY };
    const shop = await open({ ...options, consent: ALL, ...change });
    assert.deepEqual([await shop.measure.tasks(), await shop.measure.preview()], [[], []]);
    await shop.close();
    assert.ok(!(await databases()).includes(`flaneur:${name}:measure`));
  });
}

test("what waits at a shop that asks nothing any more is not shown as leaving for ever", async () => {
  const { shop, end } = await left([dapTask()]);
  for (const [now, state, outcome] of [[end + DAY, "waiting", "waiting"], [end + WEEK + 1, undefined, "failed"]]) {
    const handle = await open({ shop, catalog: ITEMS, consent: ALL, now: () => now });
    assert.deepEqual((await handle.measure.preview()).map((entry) => entry.state), state ? [state] : []);
    assert.deepEqual((await handle.measure.ledger()).map((line) => line.outcome), [outcome]);
    await handle.close();
  }
});

test("erasing the log drops what waits, and keeps the ledger and what was spent", async () => {
  const name = freshShop();
  const bundle = await signed(name, [dapTask()]);
  const before = await device(name, bundle);
  const end = await before.begin();
  await before.at(end);
  assert.equal((await before.measurer.preview(false)).length, 1);
  await before.measurer.close();
  const shop = await open({ shop: name, catalog: ITEMS, ...bundle, upstream, now: () => end, consent: ALL });
  await shop.profile.erase();
  assert.deepEqual((await shop.measure.ledger()).map(({ outcome }) => outcome), ["dropped"]);
  assert.deepEqual((await shop.measure.preview()).filter(({ state }) => state === "waiting"), []);
  assert.equal((await shop.measure.budget()).week.spent, 1_000_000);
  await shop.close();
});

test("with a bundle that is refused, the handle says why and measures nothing", async () => {
  const name = freshShop();
  const { tasks } = await signed(name, [dapTask()]);
  const shop = await open({ shop: name, catalog: ITEMS, consent: ALL, tasks, upstream });
  assert.deepEqual((await shop.measure.tasks()).map(({ code }) => code), ["bundle_key_missing"]);
  assert.deepEqual(await shop.measure.preview(), []);
  await shop.close();
});

test("a file of questions that holds none of them keeps no shop shut, and the handle says so", async () => {
  for (const tasks of [null, 3, false, []]) {
    const shop = await open({ shop: freshShop(), catalog: ITEMS, consent: ALL, tasks, tasksKey: "A".repeat(43), upstream });
    assert.equal(shop.rank({ slot: "home", size: 3 }).items.length, 3);
    const [{ state, code }] = await shop.measure.tasks();
    assert.equal(state, "refused");
    assert.match(code, /^bundle_/);
    await shop.close();
  }
  await assert.rejects(open({ shop: freshShop(), catalog: ITEMS, tasks: "/tasks.json" }), ({ code, path }) => code === "option_type" && path === "tasks");
});
