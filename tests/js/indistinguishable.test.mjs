import "./support/database.mjs";
import "./support/locks.mjs";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Measurer } from "../../pkg/dist/measure/measurer.js";
import { below } from "../../pkg/dist/measure/random.js";
import { operator } from "./support/operator.mjs";
import { DAY, START, dapTask, hpkeConfig, signed } from "./support/tasks.mjs";

const upstream = await WebAssembly.compile(await readFile(new URL("../../pkg/dist/upstream_bg.wasm", import.meta.url)));
const SHOPPERS = 2000;
const LOOK_MS = 30 * 60_000;

/** Draws that are the same at every run: of real ones, one run in a hundred would be below the bound. */
function seed(t, state) {
  const draw = () => {
    state ^= state << 13; // Marsaglia 2003
    state ^= state >>> 17;
    return (state ^= state << 5);
  };
  const value = (array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let at = 0; at < bytes.length; at += 4) for (let word = draw(), byte = at; byte < at + 4; byte++, word >>>= 8) bytes[byte] = word;
    return array;
  };
  Object.defineProperty(crypto, "getRandomValues", { value, configurable: true });
  t.after(() => delete crypto.getRandomValues);
}

test("over 2,000 consenting shoppers, busy and idle ones send as often, as much, and at the same times", async (t) => {
  seed(t, 1);
  let clock;
  let end; // of the epoch
  const sent = { busy: [], idle: [] };
  let who;
  const { url } = await operator(t, ({ body }) => {
    sent[who].push({ at: clock - end, length: body.length });
    return {};
  });
  const bundle = await signed("many", [dapTask({ leader: { name: "Leader Ltd", url, hpke: hpkeConfig(1) } })]);
  for (let shopper = 0; shopper < SHOPPERS; shopper++) {
    who = shopper % 2 ? "busy" : "idle";
    const events = [];
    const busy = who === "busy";
    const measurer = new Measurer({
      options: { shop: `many`, ...bundle, upstream },
      now: () => clock,
      events: () => events,
      profile: () => ({ affinities: busy ? [{ attribute: "category:rug", value: 1 }] : [] }),
      latencies: () => [],
      receipt: () => undefined,
    });
    clock = START + DAY;
    measurer.start();
    await measurer.work();
    end = (await measurer.preview(true))[0].due;
    clock = end;
    await measurer.work();
    const [{ due }] = await measurer.preview(false);
    // A page looks every half hour, and a busy shopper did something since. Before it is due nothing can be sent.
    for (clock = due - ((due - end) % LOOK_MS); (await measurer.preview(false)).length > 0; clock += LOOK_MS) {
      if (busy) events.push({ id: `${clock}`, type: "view_item", at: clock - below(LOOK_MS) });
      await measurer.work();
    }
    await measurer.destroy();
  }
  assert.deepEqual([sent.busy.length, sent.idle.length], [SHOPPERS / 2, SHOPPERS / 2]);
  assert.equal(new Set([...sent.busy, ...sent.idle].map(({ length }) => length)).size, 1);
  const p = kolmogorovSmirnov(...["busy", "idle"].map((kind) => sent[kind].map(({ at }) => at)));
  t.diagnostic(`Kolmogorov–Smirnov p = ${p.toFixed(3)}`);
  assert.ok(p > 0.01, `p = ${p}`);
});

for (const visit of ["begins with an action", "begins with none", "has two pages, with an action on each"]) {
  test(`who visits every four days for a moment sends every week: a visit that ${visit}`, async (t) => {
    const { url, received } = await operator(t);
    const bundle = await signed(visit, [dapTask({ leader: { name: "Leader Ltd", url, hpke: hpkeConfig(1) } })]);
    let clock = START + DAY;
    const events = [];
    const around = {
      options: { shop: visit, ...bundle, upstream },
      now: () => clock,
      events: () => events,
      profile: () => ({ affinities: [] }),
      latencies: () => [],
      receipt: () => undefined,
    };
    const pages = visit.includes("two") ? 2 : 1;
    for (let day = 1; day <= 8 * 7; day += 4) {
      clock = START + day * DAY;
      for (let page = 0; page < pages; page++, clock += 60_000) {
        const before = received.length;
        const measurer = new Measurer(around);
        if (!visit.includes("none")) events.push({ id: `${clock}`, type: "view_item", at: clock });
        measurer.start();
        await measurer.work();
        await measurer.work();
        if (page > 0) assert.equal(received.length, before, "within ten minutes of what was done on the page before");
        await measurer.close();
      }
    }
    assert.ok(received.length >= 5, `${received.length} in 8 weeks, of which the first two are waited for`);
  });
}

test("a page that stays open keeps its ten minutes, also when nothing waited at its first look", async (t) => {
  const { url, received } = await operator(t);
  const bundle = await signed("stays", [dapTask({ leader: { name: "Leader Ltd", url, hpke: hpkeConfig(1) } })]);
  const events = [];
  let clock = START + DAY;
  const measurer = new Measurer({
    options: { shop: "stays", ...bundle, upstream },
    now: () => clock,
    events: () => events,
    profile: () => ({ affinities: [] }),
    latencies: () => [],
    receipt: () => undefined,
  });
  measurer.start();
  await measurer.work();
  const [{ due }] = await measurer.preview(true);
  clock = due + DAY;
  events.push({ id: "action", type: "view_item", at: clock - 1000 });
  await measurer.work();
  assert.equal(received.length, 0);
  clock += 10 * 60_000;
  await measurer.work();
  assert.equal(received.length, 1);
  await measurer.close();
});

/** The two-sample test, with the asymptotic distribution (Smirnov 1948). */
function kolmogorovSmirnov(a, b) {
  const all = [...a, ...b].sort((x, y) => x - y);
  const share = (list, x) => list.filter((each) => each <= x).length / list.length;
  const distance = Math.max(...[...new Set(all)].map((x) => Math.abs(share(a, x) - share(b, x))));
  const effective = Math.sqrt((a.length * b.length) / (a.length + b.length));
  const lambda = (effective + 0.12 + 0.11 / effective) * distance;
  let p = 0;
  for (let j = 1; j < 100; j++) p += 2 * (-1) ** (j - 1) * Math.exp(-2 * (j * lambda) ** 2);
  return Math.min(1, Math.max(0, p));
}

test("the test itself would notice busy shoppers who send an hour or two later", () => {
  const spread = Array.from({ length: 1000 }, (_, i) => (i / 1000) * 24);
  assert.ok(kolmogorovSmirnov(spread, spread.map((hour) => hour + 0.1)) > 0.01);
  assert.ok(kolmogorovSmirnov(spread, spread.map((hour) => hour + 2.4)) < 0.01);
});
