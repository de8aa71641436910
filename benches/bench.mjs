// Measures the scan, the calls and the start of the product in browsers, and writes the figures as JSON.
//
// `cargo xtask bench` builds what this needs and makes a page of what it writes.

import { cpus, loadavg, tmpdir } from "node:os";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const HELP = `Measures flaneur in browsers.

Usage: node benches/bench.mjs --flaneur FILE --kernel FOLDER --scratch FOLDER --out FILE [OPTIONS]

  --flaneur FILE    The command line tool, which packs invented shops
  --kernel FOLDER   Where kernel.js and kernel.wasm are
  --scratch FOLDER  Where invented shops are kept
  --out FILE        Where the figures go; parts that are not asked for stay as they were
  --only PARTS      Of scan, calls, start, engines, processor; default all
  --samples N       Samples of each figure (default 200)
  --quick           A tenth of the samples and no catalog of 100,000 items, to try it
  -h, --help        This text`;

const { values: options } = parseArgs({
  options: {
    flaneur: { type: "string" },
    kernel: { type: "string" },
    scratch: { type: "string" },
    out: { type: "string" },
    only: { type: "string", default: "scan,calls,start,engines,processor" },
    samples: { type: "string", default: "200" },
    quick: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});
const missing = ["flaneur", "kernel", "scratch", "out"].filter((name) => !options[name]);
if (options.help || missing.length > 0) {
  console.log(options.help ? HELP : `missing: ${missing.map((name) => `--${name}`).join(", ")}\n\n${HELP}`);
  process.exit(options.help ? 0 : 2);
}

process.env.FLANEUR_PATIENCE ??= "20"; // an answer may take as long as a measurement
const { launch, launchWithProfile } = await import("../tests/browser/support/browser.mjs");
const { PAGES, ROOT, serve } = await import("../tests/browser/support/server.mjs");
const { Browser, isHere } = await import("../tests/browser/support/engines.mjs");
const { Remote } = await import("../tests/browser/support/remote.mjs");
const { packOf } = await import("./shop.mjs");
const { processorTime } = await import("./processor.mjs");

const samples = options.quick ? 20 : Number(options.samples);
const LARGEST = options.quick ? 10_000 : 100_000;
const SIZES = [1_000, 3_000, 10_000, 30_000, 100_000].filter((size) => size <= LARGEST);
/** Fresh documents that start cold. */
const STARTS = Math.min(samples, 60);
const THROTTLE = 4;

/** The clock of a page is fine only when it is isolated; what is served once comes from the cache. */
const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "max-age=3600",
};
const MOUNTS = { "/bench/": options.scratch, "/kernel/": options.kernel, "/peers/": "benches/node_modules", "/benches/": "benches/pages", ...PAGES };

const figures = existsSync(options.out) ? JSON.parse(readFileSync(options.out, "utf8")) : {};
const say = (text) => console.error(`· ${text}`);
const packs = new Map();

/** The pack of a shop of so many items. */
async function pack(items) {
  if (!packs.has(items)) {
    say(`a shop of ${items} items`);
    packs.set(items, await packOf(items, options.scratch, options.flaneur));
  }
  return packs.get(items);
}

/**
 * Runs in Chromium: `visit(path, ready)` gives a fresh page there, once that is true in it, or once it wrote `ready`
 * to its console: asking a page costs it the time to compile what asks, which a start would be charged for.
 * With a profile, as a shopper has one: it keeps compiled scripts.
 */
async function inChromium(act, hasProfile = false) {
  const server = await serve(MOUNTS, {}, undefined, HEADERS);
  const profile = hasProfile ? mkdtempSync(join(tmpdir(), "flaneur-profile-")) : undefined;
  const browser = profile ? undefined : await launch();
  const context = profile ? await launchWithProfile(profile) : await browser.newContext();
  try {
    context.setDefaultTimeout(1_200_000);
    const visit = async (path, ready, throttle = 1) => {
      const page = await context.newPage();
      page.on("console", (message) => message.type() === "info" && say(`  ${message.text()}`));
      page.on("pageerror", (error) => console.error(error));
      if (throttle > 1) {
        // The throttle is of a process, and an isolated page gets one of its own: it is slowed once it is there.
        await page.goto(`${server.origin}/blank.html`);
        await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: throttle });
      }
      const address = `${server.origin}/benches/${path}`;
      if (ready.startsWith("window.")) {
        await page.goto(address);
        await page.waitForFunction(ready);
      } else await Promise.all([page.waitForEvent("console", (message) => message.text() === ready), page.goto(address)]);
      return page;
    };
    const [, version] = (await (await context.newPage()).evaluate(() => navigator.userAgent)).match(/Chrome\/(\S+)/);
    return await act(visit, browser?.version() ?? version);
  } finally {
    await context.close();
    await browser?.close();
    await server.close();
    if (profile) rmSync(profile, { recursive: true, force: true });
  }
}

const PARTS = {
  /** The scan against the roofline, against loops and against peers. */
  async scan() {
    const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
    const folder = new URL("node_modules/", import.meta.url);
    const absent = Object.fromEntries(
      Object.keys(dependencies).filter((name) => !existsSync(new URL(`${name}/package.json`, folder))).map((name) => [name, "npm did not install it"]),
    );
    return inChromium(async (visit, chromium) => {
      const sizes = [];
      for (const items of [1_000, 10_000, 100_000].filter((size) => size <= LARGEST)) {
        const page = await visit("scan.html", "window.ready");
        sizes.push(await page.evaluate((given) => window.scan(given), { items, dims: 64, samples, absent }));
        await page.close();
      }
      const page = await visit("scan.html", "window.ready");
      const growth = await page.evaluate((given) => window.growth(given), { items: LARGEST / 2, samples });
      return { chromium, versions: dependencies, sizes, growth };
    });
  },

  /** `rank` at every size, throttled too, the other calls, and growth. */
  async calls() {
    const sizes = [];
    for (const items of SIZES) sizes.push({ items, pack: await pack(items) });
    return inChromium(async (visit, chromium) => {
      const once = async (method, given, throttle) => {
        const page = await visit("product.html", "window.bench", throttle);
        const found = await page.evaluate(([name, it]) => window.bench[name](it), [method, given]);
        await page.close();
        return found;
      };
      const rank = [];
      for (const items of [1_000, 10_000, 100_000].filter((size) => size <= LARGEST)) {
        say(`ranking ${items} items`);
        const given = { pack: await pack(items), samples };
        rank.push({ ...(await once("ranking", given)), throttled: await once("ranking", given, THROTTLE) });
      }
      say("the other calls");
      const others = await once("calls", { pack: await pack(10_000), samples });
      say("growth");
      const growth = await once("growth", { packs: sizes, pack: await pack(10_000), samples });
      return { chromium, throttle: THROTTLE, rank, ...others, growth };
    });
  },

  /** From `open` to the first personal slate, with bytes in the cache and events on the device. */
  async start() {
    const [items, events] = [10_000, 1_000];
    const query = new URLSearchParams({ pack: await pack(items) });
    return inChromium(async (visit, chromium) => {
      const once = async (more, throttle) => {
        const page = await visit(`start.html?${query}${more}`, "measured", throttle);
        const found = await page.evaluate(() => window.figures);
        await page.close();
        return found;
      };
      await once(`&fill=${events}`);
      const runs = { full: [], throttled: [] };
      for (let i = 0; i < STARTS + 3; i++) {
        for (const [name, throttle] of [["full", 1], ["throttled", THROTTLE]]) runs[name].push(await once("", throttle));
      }
      const of = (list) => {
        const settled = list.slice(3).filter((run) => run.isPersonal); // the first fill the caches
        if (settled.length < list.length / 2) throw new Error(`only ${settled.length} of ${list.length} starts found the log in time: the machine is too busy`);
        const column = (name) => describe(settled.map((run) => run[name]));
        return { firstSlate: column("firstSlateMs"), open: column("openMs"), longTask: column("longTaskMs"), late: list.filter((run) => !run.isPersonal).length };
      };
      const { events: kept, engine } = runs.full.findLast((run) => run.isPersonal);
      return { chromium, items, events: kept, engine, throttle: THROTTLE, full: of(runs.full), throttled: of(runs.throttled) };
    }, true);
  },

  /** The same calls in each engine, in batches: their clocks are coarse. */
  async engines() {
    const given = { pack: await pack(10_000), samples: Math.min(samples, 50) };
    const found = {};
    for (const engine of ["chromium", "firefox", "webkit"].filter(isHere)) {
      say(`ranking 10000 items in ${engine}`);
      const remote = new Remote();
      const server = await serve(MOUNTS, {}, remote, { ...HEADERS, "cache-control": "no-store" });
      const browser = new Browser(engine);
      try {
        const page = remote.page(server.origin.replace("127.0.0.1", "localhost"));
        const arrived = page.arrival();
        await browser.start(page.url());
        await arrived;
        found[engine] = await page.run(async (it) => (await import("/benches/product.js")).batched(it), given);
      } finally {
        await browser.kill();
        await server.close();
      }
    }
    return { items: 10_000, found };
  },

  /** What a call costs the processor in Node.js, whatever else the machine does. */
  async processor() {
    const rows = [];
    for (const items of SIZES) {
      const file = join(options.scratch, await pack(items));
      rows.push(await processorTime({ dist: join(ROOT, "pkg/dist"), pack: file, calls: Math.max(4, Math.ceil(samples / 5)) }));
    }
    return { node: process.versions.node, rows };
  },
};

function describe(list) {
  const sorted = list.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { median: at(0.5), p95: at(0.95), least: sorted[0], most: sorted.at(-1), samples: sorted.length };
}

for (const part of options.only.split(",")) {
  if (!PARTS[part]) throw new Error(`--only: there is no part ${part}; expected some of ${Object.keys(PARTS).join(", ")}`);
  say(`measuring ${part}`);
  const before = loadavg()[0];
  const found = await PARTS[part]();
  figures[part] = { ...found, at: new Date().toISOString(), load: [before, loadavg()[0]], processors: cpus().length, processor: cpus()[0]?.model };
  writeFileSync(options.out, `${JSON.stringify(figures, null, 1)}\n`);
}
process.exit(0);
