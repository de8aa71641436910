// Keeps the shop's own static files so that it opens and works offline after a first visit.
// Nothing about the shopper passes here: only GET requests for the shop's own files are answered.
"use strict";

const VERSION = "__BUILD__";
const SHELL = ["__SHELL__"];
const CATALOG = ["catalog/shop.flaneur", "catalog/items.json", "catalog/display.json"];
const CACHE = `flaneur-shop-${VERSION}`;
const here = (name) => new URL(name, self.registration.scope).href;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      await cache.addAll(["./", ...SHELL.filter((name) => name !== "__SHELL__")].map(here));
      // A foreign catalog has no display.json; that is no reason to fail.
      await Promise.all(CATALOG.map((name) => cache.add(here(name)).catch(() => undefined)));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith("flaneur-shop-") && name !== CACHE) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

/** The page asks, when idle, that the pictures be kept too: eight at a time. */
self.addEventListener("message", (event) => {
  if (event.data?.type !== "keep" || !Array.isArray(event.data.files)) return;
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      const wanted = event.data.files.map(here).filter((url) => url.startsWith(self.registration.scope));
      for (let i = 0; i < wanted.length; i += 8) {
        await Promise.all(wanted.slice(i, i + 8).map(async (url) => ((await cache.match(url)) ? undefined : cache.add(url).catch(() => undefined))));
      }
    })(),
  );
});

async function cacheFirst(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}

async function networkFirst(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(CACHE)).put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = (await caches.match(request)) ?? (request.mode === "navigate" ? await caches.match(here("./")) : undefined);
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const path = url.href.slice(self.registration.scope.length);
  if (path.startsWith("assets/") || path.startsWith("catalog/pictures/")) event.respondWith(cacheFirst(event.request));
  else event.respondWith(networkFirst(event.request));
});
