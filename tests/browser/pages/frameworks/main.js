// Hydrates what the server drew, and lets the tests mount and unmount.

import { createElement as h, lazy, StrictMode, Suspense, useState } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { flushSync } from "react-dom";
import { renderToString } from "react-dom/server";
import { open } from "flaneur";
import { useOpen } from "flaneur/react";
import { ITEMS, chooser, drawnForeign, keptApp, reactApp, refresh, request, setters, vueApp } from "./parts.js";

window.complaints = [];
for (const level of ["error", "warn"]) console[level] = (...args) => window.complaints.push(args.map(String).join(" "));
addEventListener("unhandledrejection", (event) => window.complaints.push(String(event.reason)));

const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const made = await instantiate(...args);
  window.memory = (made.instance ?? made).exports.memory;
  return made;
};

const openShop = () => open({ shop: "frameworks", catalog: ITEMS, consent: { learn: true, rank: true }, storage: "memory", seed: 1 });

/** A handle that counts its listeners. */
export function counted(shop) {
  let listeners = 0;
  const face = Object.create(shop, {
    on: { value: (type, listener) => { listeners++; const off = shop.on(type, listener); return () => (listeners--, off()); } },
    listeners: { get: () => listeners },
  });
  return face;
}

window.start = async () => {
  const react = document.querySelector("#react");
  const vue = document.querySelector("#vue");
  const root = hydrateRoot(react, reactApp(undefined), { onRecoverableError: (e) => window.complaints.push(String(e)) });
  const there = vueApp();
  there.app.mount(vue);
  await once(() => chooser.react && chooser.vue);
  const first = [react, vue].map((node) => [...node.querySelectorAll("li")].map((li) => li.textContent));
  const shop = (window.shop = counted(await openShop()));
  root.render(reactApp(shop));
  there.shop.value = shop;
  window.ask = (more) => {
    there.asked.value = { ...request, ...more };
    root.render(reactApp(shop, there.asked.value));
  };
  window.refresh = refresh;
  window.setters = setters;
  window.lose = () => {
    there.shop.value = undefined;
    root.render(reactApp(undefined));
  };
  window.stop = () => (root.unmount(), there.app.unmount());
  return first;
};

window.cycle = async (times) => {
  const shop = counted(await openShop());
  const place = document.createElement("div");
  document.body.append(place);
  const one = () => {
    const root = createRoot(place);
    flushSync(() => root.render(reactApp(shop)));
    shop.observe({ type: "view_item", item: "rug-1", id: "same" });
    root.unmount();
    const { app, shop: ref } = vueApp();
    const host = document.createElement("div");
    host.innerHTML = "<ul></ul>";
    ref.value = shop;
    app.mount(host);
    app.unmount();
  };
  for (let i = 0; i < 50; i++) one();
  const before = [shop.listeners, window.memory.buffer.byteLength];
  for (let i = 0; i < times; i++) {
    one();
    if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  const after = [shop.listeners, window.memory.buffer.byteLength];
  await shop.close();
  return { before, after };
};

const moment = () => new Promise((resolve) => setTimeout(resolve, 50));
/** A moment after something holds, at the latest in twenty seconds: React draws when it has the time. */
const once = async (holds) => {
  for (const end = performance.now() + 20_000; !holds() && performance.now() < end; ) await moment();
  await moment();
};
const shownIn = (place) => [...place.querySelectorAll("li")].map((li) => li.textContent);

/** What both show of candidates that came when there was no shop yet. */
window.shopless = async (candidates) => {
  const [react, host] = [document.createElement("div"), document.createElement("div")];
  const root = createRoot(react);
  const { app, asked } = vueApp();
  host.innerHTML = "<ul></ul>";
  asked.value = { ...request, candidates: [] };
  root.render(reactApp(undefined, asked.value));
  app.mount(host);
  await once(() => react.querySelector("ul"));
  asked.value = { ...request, candidates };
  root.render(reactApp(undefined, asked.value));
  await once(() => shownIn(react).length > 0);
  const shown = [react, host].map(shownIn);
  root.unmount();
  app.unmount();
  return shown;
};

/** What a kept list shows before it goes from under the pointer, and when it is back. */
window.kept = async () => {
  const shop = await openShop();
  const { app, shown } = keptApp(shop);
  const host = document.createElement("div");
  app.mount(host);
  await moment();
  const before = shownIn(host);
  host.querySelector("ul").dispatchEvent(new Event("pointerenter"));
  shown.value = false;
  await moment();
  shop.observe({ type: "dismiss", item: before[0] });
  shown.value = true;
  await new Promise((resolve) => setTimeout(resolve, 500)); // what left it may have been a finger, whose click is still to come
  const after = shownIn(host);
  app.unmount();
  await shop.close();
  return { before, after };
};

/** What a page still shows whose shop cannot be opened: one that throws before it has asked for anything. */
window.unopened = async () => {
  const place = document.createElement("div");
  const Page = () => h("p", null, useOpen(() => { throw new Error("no catalog"); }) ? "open" : "the page");
  const root = createRoot(place);
  root.render(h(StrictMode, null, h(Page)));
  await moment();
  const shown = place.textContent;
  root.unmount();
  await moment();
  return shown;
};

/** Opens and closes with a component, twice each under StrictMode. */
window.openings = async (times) => {
  let open_ = 0;
  let closed = 0;
  const opener = async () => {
    const shop = await openShop();
    open_++;
    return Object.create(shop, { close: { value: () => (closed++, shop.close()) } });
  };
  function Shop() {
    const shop = useOpen(opener);
    useState(0);
    return h("p", null, shop ? "open" : "closed");
  }
  const place = document.createElement("div");
  for (let i = 0; i < times; i++) {
    const root = createRoot(place);
    flushSync(() => root.render(h(StrictMode, null, h(Shop))));
    if (i % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    root.unmount();
  }
  const end = performance.now() + 20_000;
  while (closed < 2 * times && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  return { opened: open_, closed };
};
/** How often a component that asks with a function of its own at each drawing opens its shop. */
window.inlined = async () => {
  let opened = 0;
  function Shop() {
    const shop = useOpen(() => (opened++, openShop()));
    return h("p", null, shop ? "open" : "closed");
  }
  const place = document.createElement("div");
  const root = createRoot(place);
  root.render(h(Shop));
  for (let i = 0; i < 100 && place.textContent !== "open"; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const said = place.textContent;
  root.unmount();
  return { opened, said };
};

/** What stands of a part that the server drew, when the shop is open before that part's code is there, and after. */
window.drawn = async () => {
  let opened = false;
  const opener = () => openShop().finally(() => (opened = true));
  const Late = () => h("b", null, "drawn");
  function Shop({ late }) {
    const shop = useOpen(opener);
    return [h("p", { key: "p" }, shop ? "open" : "closed"), h(Suspense, { key: "s", fallback: h("i") }, h(late))];
  }
  const place = document.createElement("div");
  place.innerHTML = renderToString(h(Shop, { late: Late }));
  document.body.append(place);
  let arrive;
  const code = new Promise((resolve) => (arrive = resolve));
  const root = hydrateRoot(place, h(Shop, { late: lazy(() => code) }), { onRecoverableError: (e) => window.complaints.push(String(e)) });
  for (let i = 0; i < 400 && !opened; i++) await moment();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const drawn = place.querySelector("b");
  const meanwhile = [...place.children].filter((node) => node.checkVisibility()).map(({ localName }) => localName);
  arrive({ default: Late });
  for (let i = 0; i < 100 && place.textContent !== "opendrawn"; i++) await moment();
  const after = [place.textContent, drawn !== null && place.querySelector("b") === drawn];
  root.unmount();
  place.remove();
  return { meanwhile, after };
};

/** What is drawn that was not asked for, in React and in Vue, while a page asks for other candidates than before. */
window.foreign = async () => {
  const shop = await openShop();
  const [react, host] = [document.createElement("div"), document.createElement("div")];
  const root = createRoot(react);
  const { app, asked, shop: ref } = vueApp();
  host.innerHTML = "<ul></ul>";
  ref.value = shop;
  app.mount(host);
  drawnForeign.length = 0;
  for (const kind of ["lamp", "chair", "rug"]) {
    const candidates = ITEMS.flatMap(({ id, category }) => (category === kind ? [id] : []));
    asked.value = { ...request, candidates };
    root.render(reactApp(shop, asked.value));
    await once(() => shownIn(react)[0]?.startsWith(kind));
  }
  root.unmount();
  app.unmount();
  await shop.close();
  return drawnForeign;
};

/** What both show of candidates among which what a rule pins is not. */
window.pinned = async (candidates, item) => {
  const shop = await openShop();
  shop.rules([{ type: "pin", item, position: 0 }]);
  const [react, host] = [document.createElement("div"), document.createElement("div")];
  const root = createRoot(react);
  const { app, asked, shop: ref } = vueApp();
  host.innerHTML = "<ul></ul>";
  [ref.value, asked.value] = [shop, { ...request, candidates }];
  app.mount(host);
  root.render(reactApp(shop, asked.value));
  await once(() => shownIn(react).includes(item));
  const shown = [react, host].map(shownIn);
  root.unmount();
  app.unmount();
  await shop.close();
  return shown;
};
/** What the shops that each of the two gets, one after another, are told of choices made before there was one. */
window.early = async () => {
  const [react, host] = [document.createElement("div"), document.createElement("div")];
  const root = createRoot(react);
  const { app, shop: ref } = vueApp();
  host.innerHTML = "<ul></ul>";
  root.render(reactApp(undefined));
  app.mount(host);
  await once(() => chooser.react && chooser.vue);
  const first = { ...chooser };
  const told = { react: [], vue: [] };
  const change = async (name, gates) => void (await chooser[name](gates));
  for (const name of ["react", "vue"]) {
    await change(name, { learn: false, rank: false });
    await change(name, { rank: true });
  }
  const after = [];
  for (let turn = 0; turn < 2; turn++) {
    const shops = await Promise.all(["react", "vue"].map(async (name) => {
      const shop = await openShop();
      const set = (gates) => (told[name].push([turn, gates]), shop.consent.set(gates));
      return Object.create(shop, { consent: { value: Object.create(shop.consent, { set: { value: set } }) } });
    }));
    root.render(reactApp(shops[0]));
    ref.value = shops[1];
    const ranks = () => [react, host].map((place) => place.querySelector("[data-rank]").dataset.rank);
    for (let i = 0; i < 250 && (told.react.length < 2 || told.vue.length < 2 || ranks().includes("false")); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    await moment();
    after.push(shops.map(({ consent }) => [consent.gates.learn, consent.gates.rank]), ranks());
    if (turn === 0) for (const name of ["react", "vue"]) await first[name]({ learn: true }); // by the way to choose of before
    await Promise.all(shops.map((shop) => shop.close()));
  }
  root.unmount();
  app.unmount();
  return { told, after };
};
window.ready = true;
