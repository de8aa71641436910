/**
 * The processor time of `rank` in Node.js. Unlike the clock's, it says nearly the same on a machine that has other work.
 */

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const NOW = Date.UTC(2026, 10, 22, 12);
const TYPES = ["view_item", "view_item", "view_item", "add_to_cart", "purchase"];
/** Rounds of many calls: one call is shorter than the step of this clock. */
const ROUNDS = 21;
const EVENTS = 300;
const PLACES = 24;

/** Milliseconds per call: the median of the rounds, and the least. */
export async function processorTime({ dist, pack, calls }) {
  const bytes = (file) => new Uint8Array(readFileSync(file));
  const { open } = await import(pathToFileURL(`${dist}/index.js`).href);
  const [catalog, wasm] = [bytes(pack), bytes(`${dist}/core_bg.wasm`)];
  let clock = NOW - 86_400_000;
  const consent = { learn: true, rank: true };
  const shop = await open({ shop: "processor", catalog, wasm, consent, storage: "memory", seed: 1, now: () => clock });
  for (let i = 0; i < 10; i++) {
    const slate = shop.rank({ slot: "home", size: PLACES, seed: i });
    slate.seen();
    if (i % 2) shop.observe({ type: "select_item", item: slate.items[i].id, slate: slate.id, id: `choice-${i}`, at: clock });
    clock += 1_800_000;
  }
  clock = NOW;
  for (let i = 0; i < EVENTS; i++) {
    const at = NOW - (3 - Math.floor((i * 4) / EVENTS)) * 86_400_000 - (EVENTS - i) * 10_000;
    shop.observe({ type: TYPES[i % TYPES.length], item: `item-${(i % 3) * 100 + ((i * 37) % 100)}`, id: `event-${i}`, at });
  }
  const rank = (seed) => {
    const { items } = shop.rank({ slot: "home", size: PLACES, seed });
    if (items.length !== PLACES || items.some(({ reasons }) => reasons.length === 0)) throw new Error("that was no personal slate");
  };
  for (let i = 0; i < 100; i++) rank(i); // the compiler warms up
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) rank(i);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls / 1000;
  }).sort((a, b) => a - b);
  const { items } = shop.status;
  await shop.close();
  return { items, median: rounds[ROUNDS >> 1], p95: rounds[Math.floor(0.95 * ROUNDS)], least: rounds[0], samples: ROUNDS * calls };
}
