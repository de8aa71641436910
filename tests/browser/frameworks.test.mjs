// React and Vue: the server's order first and no complaint, then the shopper's; nothing leaks.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "vite";

import { launch, newContext, until } from "./support/browser.mjs";
import { ROOT, serve } from "./support/server.mjs";

let browser;
let server;
let folder;
let drawn;

before(async () => {
  mkdirSync(join(ROOT, "target"), { recursive: true });
  folder = mkdtempSync(join(ROOT, "target/frameworks-"));
  const root = join(ROOT, "tests/browser/pages/frameworks");
  const common = { root, logLevel: "warn", configFile: false, mode: "development", define: { "process.env.NODE_ENV": '"development"', __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "true" } };
  await build({ ...common, build: { outDir: join(folder, "page"), minify: false, emptyOutDir: true } });
  await build({ ...common, build: { ssr: join(root, "parts.js"), outDir: join(folder, "server"), emptyOutDir: true } });
  const { reactApp, vueApp } = await import(pathToFileURL(join(folder, "server/parts.js")).href);
  const { renderToString } = await import("react-dom/server");
  const { renderToString: renderVue } = await import("vue/server-renderer");
  drawn = { react: renderToString(reactApp(undefined)), vue: await renderVue(vueApp().app) };
  const page = join(folder, "page/index.html");
  const html = readFileSync(page, "utf8");
  writeFileSync(page, html.replace('<div id="react">', `<div id="react">${drawn.react}`).replace('<div id="vue">', `<div id="vue">${drawn.vue}`));
  browser = await launch();
  server = await serve({ "/": folder.slice(ROOT.length) + "/page" });
});
after(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const FIRST = ["lamp-0", "lamp-1", "lamp-2", "lamp-3", "chair-0", "chair-1"];

async function enter(t) {
  const shopper = await newContext(t, browser);
  const page = await shopper.context.newPage();
  await page.goto(`${server.origin}/`);
  await page.waitForFunction(() => window.ready === true);
  return { ...shopper, page };
}

test("a server draws the shop's order, in both", () => {
  for (const html of Object.values(drawn)) assert.deepEqual([...html.matchAll(/<button>([^<]*)<\/button>/g)].map(([, id]) => id), FIRST);
});

test("hydration finds what the server drew, and the personal order follows; nothing moves under the pointer", async (t) => {
  const { page, mishaps } = await enter(t);
  assert.deepEqual(await page.evaluate(() => window.start()), [FIRST, FIRST]);
  const lists = () => page.evaluate(() => ["#react", "#vue"].map((id) => [...document.querySelectorAll(`${id} li`)].map((li) => li.textContent)));
  await until("gates", () => page.evaluate(() => [...document.querySelectorAll("[data-rank]")].map(({ dataset }) => dataset.rank).join()), (gates) => gates === "true,true");
  await page.evaluate(() => ["rug-1", "rug-2"].forEach((item) => shop.observe({ type: "view_item", item })));
  await until("rugs", lists, (now) => now.every((ids) => ids.some((id) => id.startsWith("rug"))));
  const before = await lists();
  assert.deepEqual(before[0], before[1], "the same request, the same order");
  for (const [i, place] of ["#react", "#vue"].entries()) {
    await page.locator(`${place} li`).nth(2).hover();
    const held = (await lists())[i];
    await page.evaluate((item) => shop.observe({ type: "add_to_cart", items: [item] }), `chair-${i + 1}`);
    await page.waitForTimeout(150);
    assert.deepEqual((await lists())[i], held, place);
    await page.mouse.move(0, 600);
    await until("the order that waited", lists, (now) => now[0].join() === now[1].join());
  }
  await page.evaluate(() => window.stop());
  assert.equal(await page.evaluate(() => shop.listeners), 0);
  assert.deepEqual([await page.evaluate(() => window.complaints), mishaps], [[], []]);
});

test("another request is another list, a choice is followed, and whoever asks sees the waiting order at once", async (t) => {
  const { page, mishaps } = await enter(t);
  await page.evaluate(() => window.start());
  const lists = () => page.evaluate(() => ["#react", "#vue"].map((id) => [...document.querySelectorAll(`${id} li`)].map((li) => li.textContent)));
  const gates = () => page.evaluate(() => [...document.querySelectorAll("[data-rank]")].map(({ dataset }) => dataset.rank).join());
  await until("gates", gates, (found) => found === "true,true");
  await page.evaluate(() => window.ask({ size: 3, exclude: ["lamp-0"] }));
  const three = await until("three", lists, (now) => now.every((ids) => ids.length === 3 && !ids.includes("lamp-0")));
  assert.deepEqual(three[0], three[1]);
  for (const [i, name] of ["react", "vue"].entries()) {
    await page.locator(`#${name} li`).first().hover();
    const out = (await lists())[i][1];
    await page.evaluate((out) => window.ask({ size: 3, exclude: ["lamp-0", out] }), out);
    const held = (await until("another list", lists, (now) => now.every((ids) => ids.length === 3 && !ids.includes(out))))[i];
    await page.evaluate((item) => shop.observe({ type: "dismiss", item }), held[0]);
    await page.waitForTimeout(150);
    assert.deepEqual((await lists())[i], held, `still under the pointer: ${name}`);
    await page.mouse.move(0, 600);
    await until("the same in both", lists, (now) => now[0].join() === now[1].join());
  }
  for (const [i, name] of ["react", "vue"].entries()) {
    await page.locator(`#${name} li`).first().hover();
    const held = (await lists())[i];
    await page.evaluate((item) => shop.observe({ type: "dismiss", item }), held[0]);
    await page.waitForTimeout(150);
    assert.deepEqual((await lists())[i], held, name);
    await page.evaluate((name) => window.refresh[name](), name);
    await until("the waiting order", lists, (now) => !now[i].includes(held[0]));
    await page.mouse.move(0, 600);
    await until("the same in both", lists, (now) => now[0].join() === now[1].join());
  }
  await page.evaluate(() => shop.consent.set({ rank: false }));
  await until("the choice", gates, (found) => found === "false,false");
  await page.evaluate(() => shop.consent.set({ rank: true }));
  await until("another choice", gates, (found) => found === "true,true");
  assert.equal(await page.evaluate(() => setters.size), 2, "one of before the shop, and one of the shop");
  await page.evaluate(() => window.lose());
  await until("no gate without a shop", gates, (found) => found === "false,false");
  await page.evaluate(() => window.stop());
  assert.equal(await page.evaluate(() => shop.listeners), 0);
  assert.deepEqual([await page.evaluate(() => window.complaints), mishaps], [[], []]);
});

test("a list is held by the focus in it, and not by that of what went with the last request", async (t) => {
  const { page } = await enter(t);
  await page.evaluate(() => window.start());
  const lists = () => page.evaluate(() => ["#react", "#vue"].map((id) => [...document.querySelectorAll(`${id} li`)].map((li) => li.textContent)));
  const gates = () => page.evaluate(() => [...document.querySelectorAll("[data-rank]")].map(({ dataset }) => dataset.rank).join());
  await until("gates", gates, (found) => found === "true,true");
  const exclude = [];
  const without = (item) => (now) => now.every((ids) => ids.length > 0 && !ids.includes(item));
  for (const [i, name] of ["react", "vue"].entries()) {
    await page.locator(`#${name} button`).first().focus();
    const [focused, ...others] = (await lists())[i];
    exclude.push(others[0]);
    await page.evaluate((exclude) => window.ask({ exclude }), exclude);
    const held = (await until("another list", lists, without(others[0])))[i];
    await page.evaluate((item) => shop.observe({ type: "dismiss", item }), held[2]);
    await page.waitForTimeout(150);
    assert.deepEqual((await lists())[i], held, `the focus is still there: ${name}`);
    exclude.push(focused);
    await page.evaluate((exclude) => window.ask({ exclude }), exclude);
    const [next] = (await until("a list without what had the focus", lists, without(focused)))[i];
    await page.evaluate((item) => shop.observe({ type: "dismiss", item }), next);
    await until(`a list that follows: ${name}`, lists, without(next));
  }
});

test("a part that the server drew stands until its code is there, when the shop opens before", async (t) => {
  const { page, mishaps } = await enter(t);
  assert.deepEqual(await page.evaluate(() => window.drawn()), { meanwhile: ["p", "b"], after: ["opendrawn", true] });
  assert.deepEqual([await page.evaluate(() => window.complaints), mishaps], [[], []]);
});

test("without a shop the list is the candidates as they come, in both", async (t) => {
  const { page } = await enter(t);
  const candidates = ["rug-1", "lamp-2"];
  assert.deepEqual(await page.evaluate((ids) => window.shopless(ids), candidates), [candidates, candidates]);
});

test("a list that Vue keeps alive is not held by a pointer that was on it when it went", async (t) => {
  const { page } = await enter(t);
  const { before, after } = await page.evaluate(() => window.kept());
  assert.ok(!after.includes(before[0]), `${after} still has ${before[0]}`);
  assert.deepEqual(await page.evaluate(() => window.complaints), []);
});

test("a thousand mounts and unmounts under StrictMode leave no listener and no memory behind", async (t) => {
  const { page } = await enter(t);
  page.setDefaultTimeout(120_000);
  const { before, after } = await page.evaluate(() => window.cycle(1000));
  assert.equal(before[0], 0);
  assert.deepEqual(after, before);
});

test("a shop opened by a component is closed with it, however early it goes", async (t) => {
  const { page } = await enter(t);
  const { opened, closed } = await page.evaluate(() => window.openings(10));
  assert.equal(opened, 20, "twice for each, under StrictMode");
  assert.equal(closed, opened);
  assert.deepEqual(await page.evaluate(() => window.complaints), []);
});

test("a shop is opened once, also by a function that is another at each drawing", async (t) => {
  const { page } = await enter(t);
  assert.deepEqual(await page.evaluate(() => window.inlined()), { opened: 1, said: "open" });
});

test("a shop that throws while it is opened leaves the page as it is, and the browser tells", async (t) => {
  const { page } = await enter(t);
  assert.equal(await page.evaluate(() => window.unopened()), "the page");
  assert.deepEqual(await page.evaluate(() => window.complaints), ["Error: no catalog", "Error: no catalog"], "twice, under StrictMode");
});

test("a page that asks for other candidates never draws those of before", async (t) => {
  const { page } = await enter(t);
  assert.deepEqual(await page.evaluate(() => window.foreign()), []);
});

test("what a rule pins is drawn, among the candidates or not, in both", async (t) => {
  const { page } = await enter(t);
  assert.deepEqual(await page.evaluate(() => window.pinned(["lamp-0"], "rug-0")), [["rug-0", "lamp-0"], ["rug-0", "lamp-0"]]);
});

test("what is chosen before the shop is open holds once it is, in its order and once, in both", async (t) => {
  const { page } = await enter(t);
  const { told, after } = await page.evaluate(() => window.early());
  const once = [[0, { learn: false, rank: false }], [0, { rank: true }], [0, { learn: true }]];
  assert.deepEqual(told, { react: once, vue: once });
  assert.deepEqual(after, [[[false, true], [false, true]], ["true", "true"], [[true, true], [true, true]], ["true", "true"]]);
});
