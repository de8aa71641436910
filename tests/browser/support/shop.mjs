/** The demo shop as a shopper uses it: by its pages, buttons and addresses. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { newContext, storedBy, until } from "./browser.mjs";
import { ROOT } from "./server.mjs";

/** Every slate of the tests is drawn with this seed. */
const SEED = 1;
/** A route that shows no shelf, hence logs no impression. */
export const NOWHERE = "#/nowhere";

export const items = JSON.parse(await readFile(join(ROOT, "www/dist/catalog/items.json"), "utf8"));
const byId = new Map(items.map((item) => [item.id, item]));
export const departmentOf = (id) => [byId.get(id)?.category].flat()[0];

/** So many items of a department, in the shop's order, each of another group. */
export function some(department, count) {
  const groups = new Set();
  const found = items.filter(({ id, group = id, available = true, kind = "product" }) => {
    if (departmentOf(id) !== department || !available || kind !== "product" || groups.has(group)) return false;
    groups.add(group);
    return true;
  });
  return found.slice(0, count).map(({ id }) => id);
}

/** A fresh shopper at the shop's door, who accepts, refuses, or has not answered. Whoever accepts is remembered from then on. */
export async function enter(t, browser, origin, { choice = "accept", at = "#/", options } = {}) {
  const shopper = await newContext(t, browser, options);
  const page = await openTab(shopper.context, origin, at);
  if (choice) await page.locator(`[data-action="consent-${choice}"]`).click();
  if (choice === "accept") await answered(page);
  await page.mouse.move(0, 0);
  return { ...shopper, page };
}

/** What the shop keeps on the device, by the kind of record. */
export const kept = (page) => storedBy(page).then(({ databases }) => databases.find(({ name }) => name === "flaneur:demo")?.records ?? {});

/** The answer to the shop's question is on record: the next page, or another tab, asks again without one. */
export const answered = (page) => until("the answer on record", () => kept(page), ({ consent = 0 }) => consent > 0);

/** Another tab of the same shopper. */
export async function openTab(context, origin, at = "#/") {
  const page = await context.newPage();
  await page.goto(`${origin}/?seed=${SEED}${at}`);
  await page.locator("shop-header").waitFor();
  return page;
}

/** Follows a link of the shop, without a reload. */
export async function go(page, hash, ready) {
  await page.evaluate((to) => (location.hash = to), hash);
  await page.locator(ready).first().waitFor();
}

/** Looks at an item's page until the shop has noted it. */
export async function view(page, id) {
  await go(page, `#/item/${encodeURIComponent(id)}`, `[data-product="${id}"]`);
}

/** Goes home; gives the ids of the shelf "home" in their order. */
export async function home(page) {
  await go(page, "#/", '[data-shelf="home"] li[data-item]');
  return homeShelf(page);
}

/** The ids on the shelf "home" as it stands. */
export function homeShelf(page) {
  return page
    .locator('[data-shelf="home"] li[data-item]')
    .evaluateAll((entries) => entries.map((entry) => entry.dataset.item));
}

/** How much of a list is of one department. */
export function share(ids, department) {
  return ids.filter((id) => departmentOf(id) === department).length / ids.length;
}

/** Opens the drawer on one of its tabs. */
export async function openPanel(page, tab) {
  await page.locator('shop-header [data-action="panel"]').click();
  await page.locator(`[data-action="tab-${tab}"]`).click();
}

export async function closePanel(page) {
  await page.locator('[data-panel] [data-action="close"]').click();
  await page.mouse.move(0, 0);
}

/** The privacy centre with its clock further ahead, from a page on which the device's own week was drawn. */
export async function later(page, button) {
  await until("the device's own week", () => page.evaluate(weekIsDrawn), Boolean);
  await Promise.all([page.waitForEvent("load"), page.locator(`[data-action="${button}"]`).click()]);
  await page.locator("page-privacy shop-budget meter").first().waitFor();
}

/**
 * Two weeks ahead, what waits has left or leaves now, unless its week, whose first day is drawn, ended within the last
 * day: then the privacy centre goes a day further. That day is left out otherwise, since it may be the one in which the
 * second week ends. Returns the days ahead.
 */
export async function sendAfterTwoWeeks(page) {
  const DAYS = 14;
  const isDue = await page.evaluate(async (ahead) => {
    const waiting = (await document.querySelector("shop-app").store.flaneur.measure.preview()).filter(({ state }) => state === "waiting");
    return waiting.every(({ due }) => due <= performance.timeOrigin + ahead); // it looked once since the page is there
  }, DAYS * 864e5);
  if (isDue) return DAYS;
  await later(page, "day-later");
  return DAYS + 1;
}

/** Runs in the page: whether the first look of what measures is written. A page that is left before draws its week later. */
async function weekIsDrawn() {
  const name = "flaneur:demo:measure";
  if (!(await indexedDB.databases()).some((found) => found.name === name)) return false;
  const answer = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
  const db = await answer(indexedDB.open(name));
  try {
    return (await answer(db.transaction("state").objectStore("state").get("device"))) !== undefined;
  } finally {
    db.close();
  }
}

/** The log as the drawer exports it. */
export async function exported(page) {
  await openPanel(page, "controls");
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator('[data-action="export"]').click()]);
  const text = await readFile(await download.path(), "utf8");
  await closePanel(page);
  return { text, events: JSON.parse(text).events };
}

/** Brings a log in through the drawer. */
export async function imported(page, text) {
  await openPanel(page, "controls");
  await page
    .locator('input[data-action="import"]')
    .setInputFiles({ name: "log.json", mimeType: "application/json", buffer: Buffer.from(text) });
  const count = JSON.parse(text).events.length;
  await page.locator('[data-action="tab-engine"]').click();
  await until("imported events", () => eventsShown(page), (events) => events === count);
  await closePanel(page);
}

function eventsShown(page) {
  return page.locator("[data-events]").evaluate((node) => Number(node.dataset.events));
}
