// Ranks a catalog again and again and says how long it took. `?events=300&calls=200&size=24`

import { open } from "/pkg/index.js";

const options = new URLSearchParams(location.search);
const count = (name, otherwise) => Number(options.get(name) ?? otherwise);
const NOW = Date.UTC(2026, 10, 22, 12);

const began = performance.now();
const pack = new Uint8Array(await (await fetch("/bench/shop.flaneur")).arrayBuffer());
const fetched = performance.now();
const shop = await open({
  shop: "bench",
  catalog: pack,
  consent: { learn: true, rank: true },
  storage: "memory",
  seed: 1,
  now: () => NOW,
});
const opened = performance.now();

const { items } = shop.status;
const events = count("events", 300);
const TYPES = ["view_item", "view_item", "view_item", "add_to_cart", "purchase"];
for (let i = 0; i < events; i++) {
  // Three tastes, four visits, the last one running.
  const item = `item-${(i % 3) * 100 + ((i * 37) % 100)}`;
  const visit = Math.floor((i * 4) / events);
  const at = NOW - (3 - visit) * 86_400_000 - (events - i) * 10_000;
  shop.observe({ type: TYPES[i % TYPES.length], item, id: `event-${i}`, at });
}

const times = { again: [], "after an event": [] };
const calls = count("calls", 200);
const size = count("size", 24);
const rank = (seed) => {
  const before = performance.now();
  const slate = shop.rank({ slot: "home", size, seed });
  const took = performance.now() - before;
  if (slate.items.length !== size || slate.items[0].reasons.length === 0) throw new Error("that was no personal slate");
  return took;
};
for (let i = 0; i < 50; i++) rank(i); // the compiler warms up
for (let i = 0; i < calls; i++) times.again.push(rank(i));
for (let i = 0; i < calls; i++) {
  shop.observe({ type: "view_item", item: `item-${i}`, id: `more-${i}`, at: NOW - 1000 + i });
  times["after an event"].push(rank(i));
}

/** Measures a call of its own kind, after the warm-up. */
const measure = (call) => {
  for (let i = 0; i < 50; i++) call(i);
  return Array.from({ length: calls }, (_, i) => {
    const start = performance.now();
    call(i);
    return performance.now() - start;
  });
};
const opportunities = Array.from({ length: 200 }, (_, i) =>
  i % 2
    ? { id: `item-${i * 7}`, value: 1 + (i % 9), caps: { day: 3 } }
    : { id: `own-${i}`, kind: ["offer", "content", "service", "message"][i % 4], about: `item-${i}`, value: 2, when: { hours: [8, 20] } },
);
times["decide over 200"] = measure((seed) => {
  if (shop.decide({ slot: "strip", candidates: opportunities, seed }).trace.length !== 200) throw new Error("some are missing");
});
const CONDITIONS = [
  (i) => ({ ids: [`item-${i}`] }),
  (i) => ({ brand: `brand-${i % 20}-${i % 12}`, priceAbove: i % 100 }),
  (i) => ({ category: [`department-${i % 20}`, `department-${(i + 1) % 20}`], tag: `tag-${i % 30}` }),
  (i) => ({ tag: `tag-${i % 30}`, not: { priceBelow: i % 150 } }),
];
const loading = performance.now();
shop.rules(
  Array.from({ length: 10_000 }, (_, i) => ({
    ...(i % 50 === 0 ? { type: "exclude" } : { type: i % 2 ? "boost" : "bury", by: 0.01 + (i % 7) / 100 }),
    where: CONDITIONS[i % 4](i),
    priority: i % 5,
    when: i % 3 ? { hours: [i % 12, 12 + (i % 12)] } : undefined,
  })),
);
const rulesMilliseconds = performance.now() - loading;
times["10,000 rules"] = measure((seed) => rank(seed));

const quantile = (list, share) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))];
window.figures = {
  engine: shop.status.engine,
  items,
  events,
  calls,
  size,
  packBytes: pack.length,
  openMilliseconds: opened - fetched,
  fetchMilliseconds: fetched - began,
  rulesMilliseconds,
  rank: Object.fromEntries(
    Object.entries(times).map(([name, list]) => [
      name,
      { median: quantile(list, 0.5), p95: quantile(list, 0.95), fastest: quantile(list, 0) },
    ]),
  ),
};
document.querySelector("#figures").textContent = JSON.stringify(window.figures, null, 2);
