// Opens a shop whose shopper was here before, and says when the first personal slate was there.
// `?pack=shop.flaneur&events=1000`; with `fill` it leaves that many events on the device instead.

import { open } from "/pkg/index.js";

const asked = new URLSearchParams(location.search);
const NOW = Date.UTC(2026, 10, 22, 12);
const options = {
  shop: "start",
  catalog: `/bench/${asked.get("pack")}`,
  consent: { store: true, learn: true, rank: true },
  now: () => NOW,
  seed: 1,
};

/** Tasks over 50 ms, as the browser names them, from a moment on. */
const long = [];
new PerformanceObserver((list) => long.push(...list.getEntries())).observe({ type: "longtask", buffered: true });

if (asked.has("fill")) {
  const shop = await open(options);
  const events = Number(asked.get("fill"));
  for (let i = 0; i < events; i++) {
    const at = NOW - (10 - Math.floor((i * 10) / events)) * 86_400_000 - (events - i) * 1000;
    shop.observe({ type: i % 5 ? "view_item" : "add_to_cart", item: `item-${(i % 3) * 100 + ((i * 37) % 100)}`, id: `event-${i}`, at });
  }
  await shop.close(); // durable from here on
  window.figures = { filled: events };
} else {
  const began = performance.now();
  const shop = await open(options);
  const opened = performance.now();
  const slate = shop.rank({ slot: "home", size: 24, seed: 1 });
  const ranked = performance.now();
  await new Promise((resolve) => setTimeout(resolve)); // what follows is ours: its time is no task of the product's
  const { events } = JSON.parse(await (await shop.profile.export()).text());
  const signals = new Set(slate.items.flatMap(({ reasons }) => reasons.map(({ signal }) => signal)));
  await new Promise((resolve) => setTimeout(resolve, 200)); // long tasks are named after they end
  const tasks = long.filter((task) => task.startTime + task.duration > began && task.startTime < ranked);
  window.figures = {
    engine: shop.status.engine,
    events: events.length,
    // A device too busy to answer in time opens without its log; such a start is counted, not timed.
    isPersonal: events.length > 0 && signals.size > 1,
    openMs: opened - began,
    firstSlateMs: ranked - began,
    longTaskMs: Math.max(0, ...tasks.map(({ duration }) => duration)),
  };
  await shop.close();
}
console.debug("measured");
