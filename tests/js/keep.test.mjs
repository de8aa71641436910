// The bridge of docs/WEBVIEWS.md: what the app keeps is what the shopper left, whatever gate is closed when.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { open } from "../../pkg/dist/embedded.js";
import { keepIn } from "../browser/pages/webview/keep.js";
import { isolated } from "./support/isolated.mjs";
import { GRANTED, ITEMS, freshShop } from "./support/shop.mjs";

/** An app with its storage, and starts of its page. */
function app() {
  const stored = { text: null };
  const bridge = (stored.bridge = { read: async () => stored.text, write: async (text) => void (stored.text = text), clear: async () => void (stored.text = null) });
  const start = async (consent = GRANTED, opened = open) => {
    const shop = await opened({ shop: freshShop(), catalog: ITEMS, storage: "memory", consent });
    return { shop, kept: await keepIn(bridge, shop) };
  };
  return { stored, start };
}

/** Waits until the app has what was told so far. */
async function settled(kept) {
  await new Promise((resolve) => setTimeout(resolve, 5)); // changes are told once a task
  await kept();
}

const eventsIn = ({ text }) => JSON.parse(text).events.length;

/** An app that keeps one event. */
async function visited() {
  const { stored, start } = app();
  const { shop, kept } = await start();
  shop.observe({ type: "view_item", item: "lamp-1" });
  await settled(kept);
  assert.equal(eventsIn(stored), 1);
  await shop.close();
  return { stored, start };
}

test("a shopper who pauses learning finds the profile again", async () => {
  const { stored, start } = await visited();
  const { shop, kept } = await start({ ...GRANTED, learn: false });
  await shop.consent.set({ rank: false });
  await settled(kept);
  assert.equal(eventsIn(stored), 1, "nothing is lost meanwhile");
  await shop.consent.set({ learn: true, rank: true });
  await settled(kept);
  assert.equal(shop.profile.inspect().events, 1);
  await shop.close();
});

test("what is erased while learning is paused is gone from the app", async () => {
  const { stored, start } = await visited();
  const { shop, kept } = await start({ ...GRANTED, learn: false });
  await shop.profile.erase();
  await settled(kept);
  assert.equal(eventsIn(stored), 0);
  await shop.close();
});

test("a start without the gate store clears the app's copy at once", async () => {
  const { stored, start } = await visited();
  const { shop, kept } = await start({ ...GRANTED, store: false });
  await settled(kept);
  assert.equal(stored.text, null);
  await shop.close();
});

test("a damaged copy costs the copy, and neither the start nor what comes after", async () => {
  const { stored, start } = app();
  stored.text = '{ "flaneur": 1, "ev';
  const { shop, kept } = await start();
  shop.observe({ type: "view_item", item: "lamp-1" });
  await settled(kept);
  assert.equal(eventsIn(stored), 1);
  await shop.close();
});

test("a start without an engine leaves the app's copy as it is, until it is erased", async (t) => {
  const { stored, start } = await visited();
  const { open: openIsolated } = await isolated();
  const real = globalThis.WebAssembly;
  t.after(() => (globalThis.WebAssembly = real));
  delete globalThis.WebAssembly;
  const { shop, kept } = await start(GRANTED, openIsolated);
  assert.equal(shop.status.engine, "passthrough");
  await shop.consent.set({ rank: false });
  await settled(kept);
  assert.equal(eventsIn(stored), 1);
  await shop.profile.erase();
  await settled(kept);
  assert.equal(stored.text, null);
  await shop.close();
});

test("an app whose storage fails stops no one and loses nothing, and is asked again with the next change", async () => {
  const { stored, start } = await visited();
  const { bridge } = stored;
  const { read, write, clear } = bridge;
  const fail = async () => Promise.reject(new Error("the disk is full"));
  Object.assign(bridge, { read: fail, write: fail });
  const { shop, kept } = await start();
  shop.observe({ type: "view_item", item: "lamp-2" });
  await settled(kept);
  Object.assign(bridge, { read });
  shop.observe({ type: "view_item", item: "lamp-3" });
  await settled(kept);
  assert.deepEqual([eventsIn(stored), shop.profile.inspect().events], [1, 3]);
  Object.assign(bridge, { write });
  await kept();
  assert.equal(eventsIn(stored), 3);
  bridge.clear = fail;
  await shop.profile.erase();
  await settled(kept);
  bridge.clear = clear;
  await kept();
  assert.deepEqual([eventsIn(stored), shop.profile.inspect().events], [0, 0]);
  await shop.close();
});

test("an app that does not answer, or answers that it failed, is an app whose storage fails", async (t) => {
  t.after(() => delete globalThis.window);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const asked = [];
  globalThis.window = { ReactNativeWebView: { postMessage: (message) => asked.push(JSON.parse(message)) } };
  const { bridge } = await import("../browser/pages/webview/react-native.js");
  const answers = [bridge.read(), bridge.write("text"), bridge.clear()];
  window.answer(1, { value: "kept" });
  window.answer(2, { failed: true });
  t.mock.timers.tick(10_000);
  window.answer(3, { value: null }); // late
  assert.deepEqual(asked.map(({ what, value }) => [what, value]), [["read", undefined], ["write", "text"], ["clear", undefined]]);
  assert.deepEqual((await Promise.allSettled(answers)).map(({ status, value }) => value ?? status), ["kept", "rejected", "rejected"]);
});

test("the app answers its own page, and no frame or page of others", async () => {
  const [, own, handler] = /^const own = "(.+)";[^]*onMessage=\{(async [^]*?\n  \})\}/m.exec(readFileSync(new URL("../../docs/WEBVIEWS.md", import.meta.url), "utf8"));
  const injected = [];
  const asked = [];
  const storage = { read: async () => (asked.push("read"), "the log") };
  const view = { current: { injectJavaScript: (script) => injected.push(script) } };
  const onMessage = new Function("own", "storage", "view", `return ${handler}`)(own, storage, view);
  const send = (url, message) => onMessage({ nativeEvent: { url, data: JSON.stringify(message) } });
  /** What the page has after the lines of script that it was given. */
  const pageAt = (origin) => {
    const page = { answers: [], hit: false };
    for (const script of injected) new Function("location", "answer", "page", script)({ origin }, (...answer) => page.answers.push(answer), page);
    return page;
  };
  for (const url of ["https://ads.example/frame", `${own}.evil.example/`, "about:blank", "null"]) await send(url, { call: 1, what: "read" });
  assert.deepEqual([asked, injected], [[], []]);
  await send(own, { call: 1, what: "read" });
  await send(`${own}/shelf`, { call: "page.hit = true", what: "read" });
  assert.deepEqual(pageAt(own), { answers: [[1, { value: "the log" }], [NaN, { value: "the log" }]], hit: false });
  assert.deepEqual(pageAt("https://elsewhere.example"), { answers: [], hit: false }, "it left while the app was reading");
});

test("what was only seen is with the app once it asks", async () => {
  const { stored, start } = app();
  const { shop, kept } = await start();
  shop.rank({ slot: "home", size: 2 }).seen();
  await settled(kept);
  assert.equal(eventsIn(stored), 1);
  await shop.close();
});
