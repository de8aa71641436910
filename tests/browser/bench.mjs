// Measures rank and decide calls in Chromium on a pack of 10,000 items. A command, not a test: it prints figures
// and judges nothing, because they belong to the machine.
//
//   node tests/browser/bench.mjs
//
// Needs `pkg/dist` (`cargo xtask build`) and Chromium (`FLANEUR_CHROMIUM`, else the machine's own).
// The pack is made by `flaneur pack` from an invented shop, unless `--pack` names one whose ids are
// item-0, item-1 and so on.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { launch } from "./support/browser.mjs";
import { PAGES, ROOT, serve } from "./support/server.mjs";

const HELP = `Measures rank calls in Chromium.

Usage: node tests/browser/bench.mjs [OPTIONS]

  --items N        Items of the invented shop (default 10000)
  --events N       Events of the shopper (default 300)
  --calls N        Rank calls that are measured (default 200)
  --size N         Places of a slate (default 24)
  --pack FILE      Rank this pack instead
  --flaneur FILE   The built command line tool (default: built and run by cargo)
  --json           Print the figures as JSON
  -h, --help       This text`;

const { values: options } = parseArgs({
  options: {
    items: { type: "string", default: "10000" },
    events: { type: "string", default: "300" },
    calls: { type: "string", default: "200" },
    size: { type: "string", default: "24" },
    pack: { type: "string" },
    flaneur: { type: "string" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}

/** A shop of twenty departments with a log of 20,000 visits, each mostly within one department. */
function invent(folder, count) {
  let state = 1;
  const random = (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  const items = ["id,title,brand,category,price,tags"];
  for (let i = 0; i < count; i++) {
    const department = Math.floor(i / 100) % 20;
    items.push(
      `item-${i},department ${department} thing ${i},brand-${department}-${random(12)},department-${department},${5 + random(200)},tag-${random(30)}`,
    );
  }
  const events = ["session,user,item,ts,type"];
  for (let visit = 0; visit < 20_000; visit++) {
    const from = Math.floor(random(count) / 100) * 100;
    const start = 1_760_000_000 + visit * 180;
    for (let line = 0; line < 3 + random(6); line++) {
      const item = random(10) < 8 ? from + Math.min(random(100), random(100)) : random(count);
      events.push(`visit-${visit},user-${random(5000)},item-${Math.min(item, count - 1)},${start + line * 30},view_item`);
    }
  }
  writeFileSync(join(folder, "items.csv"), items.join("\n"));
  writeFileSync(join(folder, "events.csv"), events.join("\n"));
}

function pack(folder) {
  invent(folder, Number(options.items));
  const files = ["items.csv", "events.csv", "shop.flaneur"].map((name) => join(folder, name));
  const call = ["pack", "--items", files[0], "--events", files[1], "--out", files[2]];
  const cargo = ["run", "--quiet", "--release", "--package", "flaneur-cli", "--bin", "flaneur", "--", ...call];
  if (!options.json) console.log("packing an invented shop…");
  execFileSync(options.flaneur ?? "cargo", options.flaneur ? call : cargo, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
}

const scratch = mkdtempSync(join(tmpdir(), "flaneur-bench-"));
try {
  if (options.pack && !existsSync(options.pack)) throw new Error(`${options.pack} does not exist`);
  mkdirSync(scratch, { recursive: true });
  if (options.pack) copyFileSync(options.pack, join(scratch, "shop.flaneur"));
  else pack(scratch);
  const server = await serve({ "/bench/": scratch, ...PAGES });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const failed = new Promise((_, reject) => page.on("pageerror", reject));
    const { events, calls, size } = options;
    await page.goto(`${server.origin}/rank-bench.html?${new URLSearchParams({ events, calls, size })}`);
    await Promise.race([page.waitForFunction(() => window.figures?.rank, undefined, { timeout: 120_000 }), failed]);
    print(await page.evaluate(() => window.figures), browser.version());
  } finally {
    await browser.close();
    await server.close();
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function print(figures, version) {
  if (options.json) {
    console.log(JSON.stringify({ chromium: version, ...figures }, null, 2));
    return;
  }
  const { engine, items, events, calls, size, packBytes, openMilliseconds, rulesMilliseconds, rank } = figures;
  const ms = (number) => `${number.toFixed(2)} ms`;
  console.log(`Chromium ${version}, ${engine} build, ${items} items (${packBytes} bytes), ${events} events`);
  console.log(`open: ${ms(openMilliseconds)}; loading 10,000 rules: ${ms(rulesMilliseconds)}`);
  for (const [name, { median, p95, fastest }] of Object.entries(rank)) {
    const what = name.startsWith("decide") ? name : `rank of ${size} places, ${name}`;
    console.log(`${what}: median ${ms(median)}, 95 % under ${ms(p95)}, fastest ${ms(fastest)} (${calls} calls)`);
  }
}
