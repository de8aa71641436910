// Measures the processor time of rank calls in Node. A command, not a test: it prints figures and judges
// nothing. Processor time, unlike the clock's, says the same on a machine that has other work.
//
//   node tests/wasm/bench.mjs --pack shop.flaneur
//
// Needs `pkg/dist` (`cargo xtask build`) and a pack whose ids are item-0, item-1 and so on, as that of
// `tests/browser/bench.mjs`. `--dist` and `--wasm` compare other builds of the package with it.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const HELP = `Measures the processor time of rank calls in Node.

Usage: node tests/wasm/bench.mjs --pack FILE [OPTIONS]

  --pack FILE     The catalog
  --dist FOLDER   The built package (default pkg/dist)
  --wasm FILE     The engine (default core_bg.wasm of the package)
  --events N      Events of the shopper (default 300)
  --calls N       Rank calls that are measured, in ten rounds (default 500)
  --size N        Places of a slate (default 24)
  -h, --help      This text`;

const { values: options } = parseArgs({
  options: {
    pack: { type: "string" },
    dist: { type: "string", default: "pkg/dist" },
    wasm: { type: "string" },
    events: { type: "string", default: "300" },
    calls: { type: "string", default: "500" },
    size: { type: "string", default: "24" },
    help: { type: "boolean", short: "h" },
  },
});
if (options.help || !options.pack) {
  console.log(HELP);
  process.exit(options.help ? 0 : 2);
}

const NOW = Date.UTC(2026, 10, 22, 12);
const TYPES = ["view_item", "view_item", "view_item", "add_to_cart", "purchase"];
const ROUNDS = 10;
const bytes = (file) => new Uint8Array(readFileSync(file));

const { open } = await import(pathToFileURL(resolve(options.dist, "index.js")).href);
const shop = await open({
  shop: "bench",
  catalog: bytes(options.pack),
  wasm: bytes(options.wasm ?? resolve(options.dist, "core_bg.wasm")),
  consent: { learn: true, rank: true },
  storage: "memory",
  seed: 1,
  now: () => NOW,
});
const events = Number(options.events);
for (let i = 0; i < events; i++) {
  // Three tastes, four visits, the last one running.
  const at = NOW - (3 - Math.floor((i * 4) / events)) * 86_400_000 - (events - i) * 10_000;
  shop.observe({ type: TYPES[i % TYPES.length], item: `item-${(i % 3) * 100 + ((i * 37) % 100)}`, id: `event-${i}`, at });
}

const rank = (seed) => {
  if (shop.rank({ slot: "home", size: Number(options.size), seed }).items.length === 0) throw new Error("an empty slate");
};
for (let i = 0; i < 100; i++) rank(i); // the compiler warms up
const calls = Math.ceil(Number(options.calls) / ROUNDS);
const rounds = Array.from({ length: ROUNDS }, () => {
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) rank(i);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls / 1000;
}).sort((a, b) => a - b);
const ms = (number) => `${number.toFixed(2)} ms`;
console.log(`${shop.status.engine} build, ${shop.status.items} items, ${events} events`);
console.log(`processor time of a rank call: median of ${ROUNDS} rounds ${ms(rounds[ROUNDS / 2])}, least ${ms(rounds[0])}`);
process.exit(0);
