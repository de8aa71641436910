// Times the calls of the product on invented shops. The driver calls what `window.bench` has; pages of other
// engines import the same functions.

import { inTurn, summary } from "./measure.js";

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const TYPES = ["view_item", "view_item", "view_item", "add_to_cart", "purchase"];
/** Places of a slate. */
const PLACES = 24;
/** Events of the shopper in front of the catalogs. */
const EVENTS = 300;
/** Events of a log that has room for what is timed, and of one that has none. */
const FREE = 3000;
const FULL = 4700;
/** Calls before those that are timed: the browser compiles what is called often anew, in the background. */
const WARM_UP = 250;

/** The memories of the engines that were instantiated: the package keeps them to itself. */
const memories = [];
for (const name of ["instantiate", "instantiateStreaming"]) {
  const original = WebAssembly[name].bind(WebAssembly);
  WebAssembly[name] = async (...given) => {
    const made = await original(...given);
    memories.push((made.instance ?? made).exports.memory);
    return made;
  };
}

/** The bytes of a shop's pack. */
async function bytesOf(pack) {
  const response = await fetch(`/bench/${pack}`);
  if (!response.ok) throw new Error(`${pack} is not served`);
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * A shop with a shopper of three tastes and four visits, who saw ten slates and chose from half of them: enough for
 * the shopper's own model. `rules` are boosts, burials and exclusions.
 */
async function shopper(pack, { name, events = EVENTS, slates = 10, rules = 20 }) {
  const { open } = await import("/pkg/index.js");
  let clock = NOW - DAY;
  const catalog = pack instanceof Uint8Array ? pack : await bytesOf(pack);
  const shop = await open({ shop: name, catalog, consent: { learn: true, rank: true }, storage: "memory", seed: 1, now: () => clock });
  if (shop.status.engine !== "simd") throw new Error(`the engine is ${shop.status.engine}: ${shop.status.reason}`);
  for (let i = 0; i < slates; i++) {
    const slate = shop.rank({ slot: "home", size: PLACES, seed: i });
    slate.seen();
    if (i % 2) shop.observe({ type: "select_item", item: slate.items[i].id, slate: slate.id, id: `choice-${i}`, at: clock });
    clock += 30 * MINUTE;
  }
  clock = NOW;
  for (let i = 0; i < events; i++) {
    const at = NOW - (3 - Math.floor((i * 4) / events)) * DAY - (events - i) * 10_000;
    shop.observe({ type: TYPES[i % TYPES.length], item: `item-${(i % 3) * 100 + ((i * 37) % 100)}`, id: `event-${i}`, at });
  }
  if (rules > 0) shop.rules(Array.from({ length: rules }, (_, i) => rule(i)));
  return shop;
}

function rule(i) {
  const where = [
    { brand: `brand-${i % 20}-${i % 12}`, priceAbove: i % 100 },
    { category: [`department-${i % 20}`, `department-${(i + 1) % 20}`], tag: `tag-${i % 30}` },
    { tag: `tag-${i % 30}`, not: { priceBelow: i % 150 } },
    { ids: [`item-${i}`] },
  ][i % 4];
  return { ...(i % 50 === 49 ? { type: "exclude" } : { type: i % 2 ? "boost" : "bury", by: 0.01 + (i % 7) / 100 }), where };
}

/** Ranks and reads every reason, as a page does that shows them all. */
function rank(shop, seed, { size = PLACES, ...more } = {}) {
  const { items } = shop.rank({ slot: "home", size, seed, ...more });
  let terms = 0;
  for (const { reasons } of items) terms += reasons.length;
  if (items.length !== size || terms === 0) throw new Error("that was no personal slate");
}

/** Calls one by one, for percentiles. */
function oneByOne(call, samples) {
  for (let i = 0; i < WARM_UP; i++) call(i); // until the compiler is done with it
  const times = Array.from({ length: samples }, (_, i) => {
    const start = performance.now();
    call(i);
    return performance.now() - start;
  });
  return summary(times);
}

/** `rank` on one catalog, again and after an event, and what the engine's memory is then. */
export async function ranking({ pack, samples }) {
  const before = memories.length;
  const shop = await shopper(pack, { name: "ranking" });
  const again = oneByOne((seed) => rank(shop, seed), samples);
  const afterEvent = oneByOne((seed) => {
    shop.observe({ type: "view_item", item: `item-${seed}`, id: `more-${seed}-${performance.now()}`, at: NOW });
    rank(shop, seed);
  }, samples);
  const memoryBytes = memories.slice(before).reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
  const { items } = shop.status;
  await shop.close();
  return { items, places: PLACES, events: EVENTS, again, afterEvent, memoryBytes };
}

/** The calls beside `rank`: `observe`, a re-fold of a full log, what such a log adds to each event, `decide` over 200. */
export async function calls({ pack, samples }) {
  const shop = await shopper(pack, { name: "calls" });
  let next = 0;
  const observe = () => shop.observe({ type: "view_item", item: `item-${next % 300}`, id: `seen-${next++}`, at: NOW });
  const opportunities = Array.from({ length: 200 }, (_, i) =>
    i % 2
      ? { id: `item-${i * 4}`, value: 1 + (i % 9), caps: { day: 3 } }
      : { id: `own-${i}`, kind: ["offer", "content", "service", "message"][i % 4], about: `item-${i}`, value: 2, when: { hours: [8, 20] } },
  );
  const decide = (seed) => {
    if (shop.decide({ slot: "strip", candidates: opportunities, seed }).trace.length !== 200) throw new Error("some are missing");
  };
  const decided = oneByOne(decide, samples);
  const [observed] = await inTurn([{ name: "observe", call: observe }], samples);
  await shop.close();
  return { observe: observed, decide: decided, refold: await refold(pack, samples), brim: await brim(pack, 3 * samples) };
}

/** The mean of `observe`, then `rank`, with a log that has room and with one that gave way already, call by call in turn. */
async function brim(pack, samples) {
  const logs = [];
  for (const events of [FREE, FULL]) logs.push({ shop: await shopper(pack, { name: `log-${events}`, events }), times: [] });
  for (let i = 0; i < WARM_UP + samples; i++) {
    for (const { shop, times } of logs) {
      const start = performance.now();
      shop.observe({ type: "view_item", item: `item-${i % 300}`, id: `more-${i}`, at: NOW });
      rank(shop, i);
      if (i >= WARM_UP) times.push(performance.now() - start);
    }
  }
  const [free, full] = logs.map(({ times }) => times.reduce((sum, time) => sum + time) / times.length);
  for (const { shop } of logs) await shop.close();
  return { events: FREE, free, full, samples };
}

/** An event that comes late makes the next question fold the whole log. */
async function refold(pack, samples) {
  const shop = await shopper(pack, { name: "full", events: 4096, slates: 0, rules: 0 });
  let late = 0;
  const before = () => shop.observe({ type: "view_item", item: `item-${late % 300}`, id: `late-${late}`, at: NOW - 2 * DAY + late++ });
  const ask = () => void shop.intent();
  const [folded, cached] = await inTurn([{ name: "refold", call: ask, before, most: 1 }, { name: "cached", call: ask, before: ask, most: 1 }], samples);
  if (folded.median < 2 * cached.median) throw new Error("the late event made nothing fold");
  const { events } = JSON.parse(await (await shop.profile.export()).text());
  await shop.close();
  return { ...folded, events: events.length };
}

/** How `rank` grows, each kind in turn within itself: with items, places, events and rules; and the share of surprise. */
export async function growth({ packs, pack, samples }) {
  const bytes = await bytesOf(pack);
  const rounds = async (list, of) => {
    const shops = [];
    for (const given of list) shops.push(await of(given));
    const rows = await inTurn(shops.map(({ shop, name, ask }) => ({ name: String(name), call: (i) => rank(shop, i, ask) })), samples);
    for (const shop of new Set(shops.map((it) => it.shop))) await shop.close();
    return rows.map((row) => ({ ...row, x: Number(row.name) }));
  };
  const items = await rounds(packs, async ({ items: count, pack: own }) => ({ name: count, shop: await shopper(own, { name: `items-${count}` }) }));
  const one = await shopper(bytes, { name: "one" });
  const surprise = await inTurn([0, undefined].map((dial) => ({ name: String(dial), call: (i) => rank(one, i, dial === undefined ? {} : { surprise: dial }) })), samples);
  const places = await rounds([6, 12, 24, 48, 96], async (size) => ({ name: size, shop: one, ask: { size } }));
  const events = await rounds([10, 100, 1000, 4000], async (count) => ({ name: count, shop: await shopper(bytes, { name: `events-${count}`, events: count, slates: 0 }) }));
  const rules = await rounds([10, 100, 1000, 10_000], async (count) => ({ name: count, shop: await shopper(bytes, { name: `rules-${count}`, rules: count }) }));
  return { items, places, events, rules, surprise: { none: surprise[0], default: surprise[1] } };
}

/** Calls in batches, for engines whose clock is coarse. */
export async function batched({ pack, samples }) {
  const shop = await shopper(pack, { name: "batched" });
  const rows = await inTurn([{ name: "rank", call: (i) => rank(shop, i) }], samples, 40);
  await shop.close();
  return rows[0];
}

window.bench = { ranking, calls, growth };
