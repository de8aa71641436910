// The page of an app: in one file, from the file system or a server that names no types, on storage that does not last.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { scratch } from "../support/engines.mjs";
import { fault } from "../support/fault.mjs";
import { PAGES, ROOT } from "../support/server.mjs";

const FOLDER = join(ROOT, PAGES["/"]);

let bundled;

/** `pages/webview/app.js` with everything that it needs, as one classic script. */
function bundle() {
  bundled ??= import("vite").then(async ({ build }) => {
    const lib = { entry: join(FOLDER, "webview/app.js"), formats: ["iife"], name: "app" };
    const [{ output }] = await build({ configFile: false, logLevel: "error", root: FOLDER, build: { write: false, lib } });
    assert.deepEqual(output.map(({ type }) => type), ["chunk"], "one file");
    return output[0].code;
  });
  return bundled;
}

/** The page of the app, which also asks the test what to do. `script` is what stands for the app's own. */
function pageOf(script) {
  const [mishaps, remote] = ["mishaps.js", "remote.js"].map((name) => readFileSync(join(FOLDER, name), "utf8"));
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>An app</title><link rel="icon" href="data:,"><script>${mishaps}</script>${script}<script type="module">${remote}</script></html>`;
}

/** What a webview loads from the app's files: returns the folder's address. */
async function files(world) {
  const folder = scratch("app");
  writeFileSync(join(folder, "index.html"), pageOf(`<script>${(await bundle()).replaceAll("</script", "<\\/script")}</script>`));
  return { origin: "file://", path: `${folder}/index.html?server=${encodeURIComponent(world.origin)}` };
}

/** Becomes personal; says how, and what was asked of the network since the page was there. Run in the page. */
async function live() {
  const ours = ({ name }) => !name.includes("/remote/");
  const before = performance.getEntriesByType("resource").filter(ours).length;
  await window.startShop({ catalog: window.items, seed: 1, now: () => window.NOW, consent: window.GRANTED });
  const plain = window.order();
  for (const item of ["item-41", "item-47", "item-53"]) window.view(`look-${item}`, item);
  const personal = window.order();
  return {
    engine: window.shop.status.engine,
    moved: plain.join() !== personal.join(),
    fetched: performance.getEntriesByType("resource").filter(ours).length - before,
  };
}

fault(
  {
    name: "an app's page in one file, opened from the file system, is personal and asks nothing of the network",
    injected: "`flaneur/inline` and the catalog in one HTML file at a file: address, the script a classic one; three things looked at",
    expected: "status.engine is scalar; the slate follows; 0 requests; after a new start of the browser the three are in the log",
  },
  async (world) => {
    const { origin, path } = await files(world);
    const { browser, page } = await world.browser(undefined, path, origin);
    assert.deepEqual(await page.run(live), { engine: "scalar", moved: true, fetched: 0 });
    const saved = await page.run(async () => {
      for (let tries = 0; tries < 300 && !(await window.shop.flush()); tries++) await sleep(20);
      return window.shop.status.storage;
    });
    assert.equal(saved, "device");
    await page.run(() => sleep(1000).then(() => null));
    await browser.kill();
    await world.start(browser, page);
    const ids = await page.run(async () => {
      await window.startShop({ catalog: window.items, seed: 1, now: () => window.NOW, consent: window.GRANTED });
      return (await idsOf()).length;
    });
    assert.equal(ids, 3);
  },
);

fault(
  {
    name: "an app's page from a server that names no types is personal and asks nothing more of it",
    injected: "the script without a Content-Type, as custom schemes of webviews answer",
    expected: "status.engine is scalar; the slate follows; 0 requests after the page and its script",
  },
  async (world) => {
    const body = pageOf('<script src="/app.js"></script>');
    const server = await world.server({ "/app": { body, type: "text/html" }, "/app.js": { body: await bundle(), type: "" } });
    const page = await world.page("/app", server.origin);
    assert.deepEqual(await page.run(live), { engine: "scalar", moved: true, fetched: 0 });
    assert.deepEqual(server.asked.map(({ path }) => path), ["/app", "/app.js"]);
  },
);

fault(
  {
    name: "a profile that the app keeps outlives a webview that forgets, and what is forgotten is gone from the app too",
    injected: "a new origin at every start, and the bridge of docs/WEBVIEWS.md to the app's own storage",
    expected: "the slate of the second start is that of the first; after erase the app keeps 0 events, without the gate store nothing",
  },
  async (world) => {
    const body = pageOf('<script src="/app.js"></script>');
    const start = async (kept) => {
      const server = await world.server({ "/app": { body, type: "text/html" }, "/app.js": { body: await bundle(), type: "" } });
      const page = await world.page("/app", server.origin);
      await page.run((kept) => {
        // The app's side, as docs/WEBVIEWS.md has it, with a variable for its storage.
        window.store = kept;
        const postMessage = (message) => {
          const { call, what, value } = JSON.parse(message);
          if (what === "write") window.store = value;
          if (what === "clear") window.store = null;
          setTimeout(() => (0, eval)(`answer(${call}, ${JSON.stringify({ value: what === "read" ? window.store : null })}); true`), 5);
        };
        window.ReactNativeWebView = { postMessage };
      }, kept);
      return page;
    };
    const first = await start(null);
    await first.run(live);
    const one = await first.run(() => window.kept().then(() => ({ order: order(), store: window.store })));
    assert.equal(JSON.parse(one.store).events.length, 3);

    const second = await start(one.store);
    const two = await second.run(async () => {
      await window.startShop({ catalog: window.items, seed: 1, now: () => window.NOW, consent: window.GRANTED });
      const places = order();
      const databases = (await indexedDB.databases()).length;
      await window.shop.profile.erase();
      await window.kept();
      const left = JSON.parse(window.store).events.length;
      await window.shop.consent.set({ store: false });
      await window.kept();
      return { order: places, databases, left, store: window.store };
    });
    assert.deepEqual(two, { order: one.order, databases: 0, left: 0, store: null });
  },
);
