/**
 * Chromium for the tests: one for a file, one context for a test, and a record of everything that
 * goes wrong or out.
 */

import { createServer } from "node:http";

import { chromium } from "playwright-core";

import { ADDRESS_BAR, executableOf } from "./engines.mjs";
import { PATIENCE } from "./remote.mjs";

/**
 * What is off in the Chromium of the tests. Of two lists Chromium takes the last, so that this one says again what
 * Playwright's own says: nothing is asked of the maker, and pages are shown, kept and partitioned as it expects.
 */
const OFF = [
  ...ADDRESS_BAR,
  "AimEnabled",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
  "PreconnectToSearch",
  "ThirdPartyStoragePartitioning",
];

/** Chromium itself asks its maker about every form it meets; no page can make or prevent that. */
const AUTOFILL = "content-autofill.googleapis.com:443";

/** The browser that `FLANEUR_CHROMIUM` names, else the one of the machine. */
export async function launch() {
  return chromium.launch(launching());
}

/** The same with a profile in a folder: what a browser that is not private keeps on the disk, it keeps there. */
export async function launchWithProfile(folder) {
  return chromium.launchPersistentContext(folder, launching());
}

function launching() {
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return { executablePath: executableOf("chromium"), args: [...root, "--disable-gpu", `--disable-features=${OFF.join(",")}`] };
}

/**
 * A fresh context that is closed after the test. `mishaps` collects page errors, unhandled
 * rejections and console errors that are not about a missing file; `outside` collects every
 * connection to another origin, whoever makes it: all of them meet a proxy that refuses.
 */
export async function newContext(t, browser, options = {}) {
  const outside = [];
  const proxy = createServer((request, response) => {
    outside.push(`${request.method} ${request.url}`);
    response.writeHead(502).end();
  });
  proxy.on("connect", (request, socket) => {
    if (request.url !== AUTOFILL) outside.push(`CONNECT ${request.url}`);
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const context = await browser.newContext({
    locale: "en-GB",
    timezoneId: "UTC",
    reducedMotion: "reduce",
    serviceWorkers: "block", // the shop's fetches every picture, at the side of whatever is tested
    viewport: { width: 1280, height: 900 },
    proxy: { server: `http://127.0.0.1:${proxy.address().port}`, bypass: "127.0.0.1" },
    ...options,
  });
  context.setDefaultTimeout(15_000 * PATIENCE);
  const mishaps = [];
  context.on("weberror", (error) => mishaps.push(String(error.error()?.stack ?? error.error())));
  context.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load (resource|module script)|Content Security Policy/.test(message.text())) {
      mishaps.push(`console: ${message.text()}`);
    }
  });
  t.after(async () => {
    await context.close();
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });
  return { context, mishaps, outside };
}

/** Asks again and again until the answer holds, or fails with the last one. */
export async function until(what, ask, holds, milliseconds = 10_000 * PATIENCE) {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const found = await ask();
    if (holds(found)) return found;
    if (Date.now() > deadline) throw new Error(`${what}: still ${JSON.stringify(found)} after ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What the origin of a page has stored, of every kind there is. */
export function storedBy(page) {
  return page.evaluate(async () => {
    const databases = [];
    for (const { name, version } of await indexedDB.databases()) {
      const db = await new Promise((resolve, reject) => {
        const request = indexedDB.open(name, version);
        let isGone = false; // deleted since it was listed: who looks must not make it again
        request.onupgradeneeded = () => (isGone = true, request.transaction.abort());
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => (isGone ? resolve(undefined) : reject(request.error));
      });
      if (!db) continue;
      const records = {};
      for (const store of db.objectStoreNames) {
        records[store] = await new Promise((resolve, reject) => {
          const request = db.transaction(store).objectStore(store).count();
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      }
      db.close();
      databases.push({ name, records });
    }
    const cached = [];
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) cached.push(new URL(request.url).pathname);
    }
    return {
      databases,
      cached,
      localStorage: Object.keys(localStorage),
      sessionStorage: Object.keys(sessionStorage),
      cookies: document.cookie,
    };
  });
}
