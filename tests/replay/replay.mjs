// Replays real customers through the packaged engine and measures how well it foresaw their baskets.
//
// Honest in time: the pack must be built from what happened before `--from` (split.mjs helps), and
// before each basket the engine knows only that customer's earlier baskets, at that basket's clock.
//
//   node tests/replay/split.mjs --events log.csv.gz --until 2011-11-01 --out /tmp/before.csv.gz
//   flaneur pack --items items.csv.gz --events /tmp/before.csv.gz --out /tmp/shop.flaneur
//   node tests/replay/replay.mjs --pack /tmp/shop.flaneur --events log.csv.gz --from 2011-11-01
//
// Needs `pkg/dist` (`cargo xtask build`); runs in Node, with the wasm module, through `flaneur`'s
// public functions only.

import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { open } from "../../pkg/dist/embedded.js";
import { readLog, secondsOf } from "./log.mjs";
import { generator, interval, judge, mean, sample } from "./measure.mjs";

const HELP = `Replays real customers through the packaged engine.

Usage: node tests/replay/replay.mjs --pack FILE.flaneur --events FILE.csv[.gz] --from DATE [OPTIONS]

  --pack FILE        The shop's pack, built from events before DATE only
  --events FILE      The whole log: ts, shopper, basket, item[, qty]; shopper 0 is a guest
  --from DATE        Baskets from then on are foreseen, such as 2011-11-01
  --customers N      How many customers, drawn by the seed (default 200; 0 for all)
  --seed N           Of the draws (default 1)
  --surprise N       The surprise dial, 0 to 1 (default: the package's own default)
  --json FILE        Write the figures as JSON
  -h, --help         This text

Prints hit rate and NDCG at 20 places of three methods on the same customers and baskets: the
engine, the shop's most bought items before DATE, and each customer's own most bought items.`;

const SIZE = 20;
const DRAWS = 1000;
const METHODS = { engine: "flaneur", popular: "popularity", own: "own count" };
const METRICS = { hit: "HR@20", ndcg: "NDCG@20" };

const { values: options } = parseArgs({
  options: {
    pack: { type: "string" },
    events: { type: "string" },
    from: { type: "string" },
    customers: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    surprise: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
if (options.help || !options.pack || !options.events || !options.from) {
  console.log(HELP);
  process.exit(options.help ? 0 : 2);
}

const say = (text) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
const seed = Number(options.seed);
const from = secondsOf(options.from);
const pack = new Uint8Array(await readFile(options.pack));
const { rows, counts, shoppers } = await readLog(options.events, from, (count) => say(`reading events: ${count} rows`));

const known = [...shoppers.values()].filter((own) => own[0].at < from && own.at(-1).at >= from);
const wanted = Number(options.customers) || known.length;
const chosen = sample(known, wanted, generator(seed));
const popular = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([item]) => item);

const started = performance.now();
let ranking = 0;
const customers = [];
for (const [at, baskets] of chosen.entries()) {
  if (at % 20 === 0) say(`replaying customers: ${at} of ${chosen.length}`);
  customers.push({ shopper: baskets[0].shopper, queries: await replay(baskets) });
}
say(`replayed ${customers.length} customers in ${((performance.now() - started) / 1000).toFixed(1)} s`);
if (process.stderr.isTTY) process.stderr.write("\n");

/** Foresees each basket from the split on, knowing only the baskets before it. */
async function replay(baskets) {
  let clock = 0;
  const shop = await open({
    shop: "replay",
    catalog: pack,
    consent: { learn: true, rank: true },
    storage: "memory",
    seed,
    now: () => clock,
  });
  if (shop.status.engine === "passthrough") throw new Error(`the engine does not run: ${shop.status.reason}`);
  const queries = [];
  const own = new Map();
  for (const basket of baskets) {
    clock = basket.at * 1000;
    if (basket.at >= from) queries.push(foresee(shop, basket, own));
    const { refused } = await shop.profile.import({ flaneur: 1, events: eventsOf(basket) });
    if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused[0])}`);
    for (const { item } of basket.lines) own.set(item, (own.get(item) ?? 0) + 1);
  }
  await shop.close();
  return queries;
}

function foresee(shop, basket, own) {
  const truth = new Set(basket.lines.map(({ item }) => item));
  const request = { slot: "home", size: SIZE, seed, allow: ["seen", "bought", "basket"] };
  if (options.surprise !== undefined) request.surprise = Number(options.surprise);
  request.context = { hour: new Date(basket.at * 1000).getUTCHours() };
  const before = performance.now();
  const slate = shop.rank(request);
  ranking += performance.now() - before;
  const often = [...own].sort((a, b) => b[1] - a[1] || (counts.get(b[0]) ?? 0) - (counts.get(a[0]) ?? 0));
  const personal = new Set([...often.map(([item]) => item), ...popular.slice(0, SIZE)]);
  return {
    engine: judge(slate.items.map(({ id }) => id), truth, SIZE),
    popular: judge(popular, truth, SIZE),
    own: judge([...personal], truth, SIZE),
  };
}

/** One purchase for each basket, in parts of at most 200 lines. */
function eventsOf({ basket, at, lines }) {
  const events = [];
  const moment = new Date(at * 1000);
  for (let start = 0; start < lines.length; start += 200) {
    events.push({
      id: `purchase:${basket}:${start}`,
      type: "purchase",
      at: at * 1000,
      hour: moment.getUTCHours(),
      weekday: moment.getUTCDay(),
      lines: lines.slice(start, start + 200),
    });
  }
  return events;
}

const queries = customers.reduce((sum, customer) => sum + customer.queries.length, 0);
const report = { rows, customers: customers.length, baskets: queries, seed, from: options.from, methods: {}, differences: {} };
for (const [method, name] of Object.entries(METHODS)) {
  report.methods[name] = Object.fromEntries(
    Object.entries(METRICS).map(([metric, label]) => [label, mean(customers, method, metric)]),
  );
}
for (const other of ["popular", "own"]) {
  report.differences[METHODS[other]] = Object.fromEntries(
    Object.entries(METRICS).map(([metric, label]) => {
      const difference = mean(customers, "engine", metric) - mean(customers, other, metric);
      return [label, { difference, interval: interval(customers, ["engine", other], metric, DRAWS, generator(seed + 1)) }];
    }),
  );
}
report.millisecondsPerRank = ranking / queries;

const figure = (number) => number.toFixed(4).padStart(8);
console.log(`${customers.length} customers, ${queries} baskets from ${options.from}, seed ${seed}`);
console.log(`${"".padEnd(12)}${Object.values(METRICS).map((label) => label.padStart(8)).join("  ")}`);
for (const [name, figures] of Object.entries(report.methods)) {
  console.log(`${name.padEnd(12)}${Object.values(figures).map(figure).join("  ")}`);
}
for (const [name, figures] of Object.entries(report.differences)) {
  for (const [label, { difference, interval: [low, high] }] of Object.entries(figures)) {
    console.log(`flaneur − ${name}, ${label}: ${figure(difference)}  (95 % interval ${figure(low)} to ${figure(high)})`);
  }
}
console.log(`${report.millisecondsPerRank.toFixed(2)} ms per rank`);
if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
