// A report through a relay: a real relay, a gateway of other people's code, and the leader behind it.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { freshShop } from "../js/support/shop.mjs";
import { device } from "../js/support/device.mjs";
import { DAY, WEEK, base64url, dapTask, ldpTask } from "../js/support/tasks.mjs";
import { bytes, fixture } from "./support/operators.mjs";

const HOUR = 3_600_000;
const PROFILE = { affinities: [{ attribute: "category:rug", value: 1 }] };

/** A relay that knows its gateway. `after(answer, count)` may change what the device gets back. */
async function relayTo(t, gateway, after = (answer) => answer) {
  const received = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { method, url, headers } = request;
    received.push({ method, url, headers, body });
    // The gateway learns the body and its type, and nothing else.
    const passed = await fetch(gateway, { method: "POST", body, headers: { "content-type": headers["content-type"] } });
    const answer = { status: passed.status, type: passed.headers.get("content-type"), body: Buffer.from(await passed.arrayBuffer()) };
    const { status, type = "text/plain", body: back, more, hang } = after(answer, received.length);
    if (!hang) response.writeHead(status, { "content-type": type, ...more }).end(back);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}/shops`, received };
}

/** Two operators, a relay before their gateway, the task of both, and what the leader has. */
async function surroundings(t, after) {
  const { address, task, leader, helper, gateway } = await fixture(t, 4, 2);
  const relay = await relayTo(t, `${address}/gateway`, after);
  const named = { name: "Relay AB", url: relay.url, gateway: base64url(bytes(gateway)) };
  const asked = dapTask({
    id: base64url(bytes(task)),
    leader: { name: "Leader Ltd", url: `${address}/leader/`, hpke: base64url(bytes(leader)) },
    helper: { name: "Helper GmbH", url: "https://dap.helper.example/", hpke: base64url(bytes(helper)) },
    relay: named,
  });
  return { relay, task: asked, sums: async () => (await fetch(`${address}/sums`)).json() };
}

/** Notes what the device asks for. */
function requests(t) {
  const { fetch } = globalThis;
  const addresses = [];
  globalThis.fetch = (address, ...rest) => {
    addresses.push(String(address));
    return fetch(address, ...rest);
  };
  t.after(() => (globalThis.fetch = fetch));
  return addresses;
}

/** Those of the device: the relay's own requests are to the gateway. */
const ofDevice = (addresses) => addresses.filter((address) => !/\/(gateway|sums)$/.test(address));

test("a report reaches the leader through the relay, and the device speaks to nobody else", async (t) => {
  const { relay, task, sums } = await surroundings(t);
  const addresses = requests(t);
  const { measurer, at, begin } = await device(freshShop(), [task], { profile: PROFILE });
  const end = await begin();
  assert.equal((await measurer.preview(true))[0].relay, "Relay AB", "shown before anything leaves");
  for (let week = 0; week < 3; week++) {
    await at(end + week * WEEK);
    await at(end + week * WEEK + DAY);
  }
  assert.deepEqual(await sums(), { report_count: 3, aggregate_result: [0, 0, 0, 3] });
  assert.deepEqual(ofDevice(addresses), [relay.url, relay.url, relay.url]);
  for (const { method, url, headers, body } of relay.received) {
    assert.deepEqual([method, url, headers["content-type"]], ["POST", "/shops", "message/ohttp-req"]);
    for (const name of ["cookie", "referer", "authorization"]) assert.equal(headers[name], undefined, name);
    for (const word of [task.id, "reports", "PUT", "leader"]) assert.ok(!body.includes(word), `the relay reads ${word}`);
    assert.equal(body.length, relay.received[0].body.length, "the length says nothing");
  }
  const ledger = await measurer.ledger();
  assert.deepEqual(ledger.map(({ outcome, relay, operators }) => [outcome, relay, operators]), new Array(3).fill(["sent", "Relay AB", ["Leader Ltd", "Helper GmbH"]]));
  await measurer.close();
});

test("a relay that fails gets the request sealed anew, with the same report inside", async (t) => {
  const { relay, task, sums } = await surroundings(t, (answer, count) => (count <= 2 ? { status: 503 } : answer));
  const { measurer, at, begin } = await device(freshShop(), [task], { profile: PROFILE });
  const end = await begin();
  for (let hours = 0; hours < 3 * 24; hours += 4) await at(end + hours * HOUR);
  assert.equal(relay.received.length, 3);
  const keys = relay.received.map(({ body }) => body.toString("hex", 7, 39));
  assert.equal(new Set(keys).size, 3, "RFC 9458, section 6.5: no sealed request is used twice");
  assert.equal(new Set(relay.received.map(({ body }) => body.length)).size, 1);
  assert.deepEqual(await sums(), { report_count: 1, aggregate_result: [0, 0, 0, 1] }, "the leader knew the report again");
  assert.deepEqual((await measurer.ledger()).map(({ outcome }) => outcome), ["sent"]);
  await measurer.close();
});

/** What a relay kept. */
let kept;

function repeated(answer, count) {
  if (count > 1) return { ...answer, body: kept };
  kept = answer.body;
  return { ...answer, status: 500 };
}

// [what the relay does, requests]
const HOSTILE = [
  ["answers with noise", (answer) => ({ ...answer, body: Buffer.alloc(64, 7) }), 6],
  ["answers with nothing", (answer) => ({ ...answer, body: "" }), 6],
  ["answers in clear that all is well", () => ({ status: 200, type: "text/plain", body: "ok" }), 6],
  ["repeats the answer to another request", repeated, 6],
  ["answers with 64 MiB", (answer) => ({ ...answer, body: Buffer.alloc(1 << 26, 32) }), 6],
  ["redirects", () => ({ status: 307, more: { location: "http://127.0.0.1:9/elsewhere" } }), 6],
  ["refuses", () => ({ status: 403, type: "text/plain", body: "no" }), 1],
];

for (const [what, after, count] of HOSTILE) {
  test(`a relay that ${what}: no throw, an end, a whole ledger, and never the leader directly`, async (t) => {
    const { relay, task } = await surroundings(t, after);
    const addresses = requests(t);
    const { measurer, at, begin } = await device(freshShop(), [task]);
    const end = await begin();
    for (let hours = 0; hours < 7 * 24; hours += 4) await at(end + hours * HOUR);
    assert.deepEqual((await measurer.ledger()).map(({ outcome }) => outcome), ["failed"]);
    assert.equal(relay.received.length, count);
    assert.deepEqual(ofDevice(addresses), new Array(count).fill(relay.url));
    assert.deepEqual((await measurer.budget()).week.spent, 1_000_000);
    await measurer.close();
  });
}

test("an answer with noise goes the same way, and what the collector says comes back", async (t) => {
  const { relay, task } = await surroundings(t);
  const collector = { name: "Shop SA", url: "https://answers.shop.example/" };
  const addresses = requests(t);
  const { measurer, at, begin } = await device(freshShop(), [ldpTask({ collector, relay: task.relay })]);
  const end = await begin();
  await at(end);
  await at(end + DAY);
  assert.deepEqual(ofDevice(addresses), [relay.url]);
  // The gateway knows no such collector and says 404, sealed: the relay sees 200.
  assert.deepEqual((await measurer.ledger()).map(({ outcome, reason }) => [outcome, reason]), [["failed", "refused"]]);
  await measurer.close();
});

test("withdrawing cuts off a report that is on its way to the relay", async (t) => {
  const { relay, task } = await surroundings(t, () => ({ hang: true }));
  const { measurer, clock, at, begin } = await device(freshShop(), [task]);
  const end = await begin();
  await at(end);
  clock.now = end + DAY;
  const working = measurer.work();
  while (relay.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const start = performance.now();
  await measurer.withdraw();
  await working;
  assert.ok(performance.now() - start < 1000);
  assert.deepEqual((await measurer.ledger()).map(({ outcome }) => outcome), ["dropped"]);
  await measurer.close();
});

test("a gateway that knows the key no more is met once more, when the bundle has its new one", async (t) => {
  const { relay, task, sums } = await surroundings(t);
  const old = Buffer.from(task.relay.gateway, "base64url");
  old[3] ^= 1; // another public key
  const shop = freshShop();
  const before = await device(shop, [{ ...task, relay: { ...task.relay, gateway: base64url(old) } }], { profile: PROFILE });
  const end = await before.begin();
  await before.at(end);
  await before.measurer.close();
  const after = await device(shop, [task]);
  await after.at(end + DAY);
  await after.at(end + DAY + 1);
  assert.equal(relay.received.length, 2);
  assert.deepEqual(await sums(), { report_count: 1, aggregate_result: [0, 0, 0, 1] });
  assert.deepEqual((await after.measurer.ledger()).map(({ outcome, epsilon }) => [outcome, epsilon]), [["sent", 1_000_000]]);
  await after.measurer.close();

  const alone = await device(freshShop(), [{ ...task, relay: { ...task.relay, gateway: base64url(old) } }]);
  const its = await alone.begin();
  await alone.at(its);
  await alone.at(its + DAY);
  assert.deepEqual((await alone.measurer.ledger()).map(({ outcome, reason }) => [outcome, reason]), [["failed", "outdated"]]);
  await alone.measurer.close();
});
