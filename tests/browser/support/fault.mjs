/**
 * Declares a fault of the catalogue: what is injected, what is expected, and the test that shows it.
 *
 * Each file of `tests/browser/faults` is run once for every engine, `FLANEUR_ENGINE` says which. With
 * `FLANEUR_CATALOGUE` set nothing runs, and the declarations are there to be listed: the table in
 * `docs/RELIABILITY.md` is made of them.
 */

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Browser } from "./engines.mjs";
import { PATIENCE, Remote } from "./remote.mjs";
import { PAGES, serve } from "./server.mjs";

export { PATIENCE };
export const ENGINES = ["chromium", "firefox", "webkit"];

/** Every fault declared so far. */
export const catalogue = [];

const engine = process.env.FLANEUR_ENGINE ?? "chromium";
/** The longest that one fault may take, in milliseconds. */
const FAULT_MS = 150_000 * PATIENCE;
/** The longest that a window may take to open, in milliseconds. */
const WINDOW_MS = 10_000 * PATIENCE;

let shared;
// Here and not where it starts: that is within a test, and would end with it.
if (!process.env.FLANEUR_CATALOGUE) after(async () => (await shared)?.close());

/**
 * A fault. `name` is the promise, `injected` how, `expected` what must hold, `engines` where it can be
 * injected, with `elsewhere` saying why not in the others. `run` gets a world of the engine, and `patience`
 * times as long as usual.
 */
export function fault({ name, injected, expected, engines = ENGINES, elsewhere, patience = 1 }, run) {
  if (engines.length < ENGINES.length && !elsewhere) throw new Error(`${name}: say why not in every engine`);
  catalogue.push({ name, injected, expected, engines, elsewhere });
  if (process.env.FLANEUR_CATALOGUE || !engines.includes(engine)) return;
  test(`${engine}: ${name}`, { timeout: FAULT_MS * patience }, async (t) => {
    const world = await World.begin(t);
    try {
      await run(world);
      assert.deepEqual(world.mishaps, [], "nothing reaches the page");
    } catch (e) {
      await world.stage.restart(); // whatever it was, the next fault begins afresh
      throw e;
    } finally {
      await world.end();
    }
  });
}

let named = 0;

/** What a fault has to work with: a server, a browser, and pages in it. */
class World {
  engine = engine;
  #pages = [];
  #browsers = [];
  #servers = [];
  #t;

  static async begin(t) {
    shared ??= startShared();
    const world = new World();
    world.#t = t;
    Object.assign(world, await shared);
    return world;
  }

  /** A name for a shop that no other test has. */
  shopName() {
    return `shop-${process.pid}-${++named}`;
  }

  /** Errors and unhandled rejections that reached any page. */
  get mishaps() {
    return this.#pages.flatMap(({ mishaps }) => mishaps);
  }

  /** A page in the browser that all faults share; the page of the fault before makes way for it, or the page given. */
  async page(path, origin = this.origin, before = this.stage.page) {
    const first = this.#pages.length === 0;
    const page = this.#page(origin, path);
    const come = (from) => Promise.all([page.arrival(), from.depart(page.url())]);
    try {
      await come(before);
    } catch (e) {
      if (!first) throw e;
      this.say(`the fault before left a browser that does not answer, so another was started: ${e.message}`);
      await this.stage.restart();
      before = this.stage.page;
      await come(before);
    }
    if (before === this.stage.page) this.stage.page = page;
    return page;
  }

  /** A page beside another: a tab of the same browser. WebKit's MiniBrowser was once seen to open none: it is asked again. */
  async tab(page, path, origin = this.origin) {
    for (let tries = 1; ; tries++) {
      const tab = this.#page(origin, path);
      try {
        await Promise.all([tab.arrival(WINDOW_MS), page.run((url) => void open(url), tab.url())]);
        return tab;
      } catch (e) {
        if (tries === 3) throw e;
        tab.dismiss(); // should it come after all
      }
    }
  }

  /** Says a figure that was measured, in the test's report. */
  say(figure) {
    this.#t.diagnostic(figure);
  }

  /** A browser of its own, at a page. `engine` for another engine than that of this run. */
  async browser(options, path, origin = this.origin) {
    const browser = new Browser(options?.engine ?? engine, options);
    this.#browsers.push(browser);
    const page = this.#page(origin, path);
    await this.start(browser, page);
    return { browser, page };
  }

  /** Starts a browser, again or for the first time, at a page. */
  async start(browser, page, path) {
    page.reset();
    const arrived = page.arrival();
    await browser.start(page.url(path));
    await arrived;
  }

  /** A server of its own, with faults: another origin. */
  async server(faults, mounts = PAGES) {
    const server = await serve(mounts, faults, this.remote);
    this.#servers.push(server);
    return { ...server, origin: local(server.origin) };
  }

  async end() {
    if (this.#servers.length > 0 && this.#pages.includes(this.stage.page)) await this.page(); // its server is about to close
    for (const page of this.#pages) if (page !== this.stage.page) page.dismiss();
    for (const browser of this.#browsers) await browser.kill();
    for (const server of this.#servers) await server.close();
  }

  #page(origin, path) {
    const page = this.remote.page(origin, path);
    this.#pages.push(page);
    return page;
  }
}

async function startShared() {
  const remote = new Remote();
  const server = await serve(PAGES, {}, remote);
  const origin = local(server.origin);
  const stage = { page: undefined, browser: undefined, restart: undefined };
  stage.restart = async () => {
    await stage.browser?.kill();
    stage.browser = new Browser(engine);
    stage.page = remote.page(origin);
    const arrived = stage.page.arrival();
    await stage.browser.start(stage.page.url());
    await arrived;
  };
  await stage.restart();
  const close = async () => {
    await stage.browser.kill();
    await server.close();
  };
  return { remote, origin, stage, close };
}

/** The same server under the name that every engine takes for a secure context. */
function local(origin) {
  return origin.replace("127.0.0.1", "localhost");
}
