/**
 * The tour of the demo shop: every page and every panel, in the order in which they are looked at.
 *
 * "a >> b" is b somewhere inside a, through shadow roots, as Playwright's selectors have it.
 */

import { startOperators } from "./operators.mjs";

/** Shoppers of the simulation that the merchant's page is about. */
const SHOPPERS = 2000;

/** The shop before anything was answered, and the answer that opens it. */
export const DOOR = { name: "the door", ready: '[data-action="consent-accept"]' };

/**
 * The stops after the door, for two products. `hash` is the address, when it changes; `presses` are pressed in
 * turn; then `ready` is there. The first two put something into the basket.
 */
export function stops([{ id, category }, { id: other }]) {
  const [item, second, department] = [id, other, [category].flat()[0]].map(encodeURIComponent);
  const bought = (id) => ({ hash: `#/item/${id}`, presses: [`[data-product="${id}"] >> [data-action="basket"]`], ready: `[data-product="${id}"]` });
  const tab = (name) => ({ name: `the drawer: ${name}`, presses: [`[data-action="tab-${name}"]`], ready: `[data-action="tab-${name}"][aria-selected="true"]` });
  return [
    { ...bought(second), name: "another item" },
    { ...bought(item), name: "an item, and whether it is on a shelf", presses: [...bought(item).presses, "[data-whether] >> summary"], ready: "[data-verdict]" },
    { name: "home", hash: "#/", ready: '[data-shelf="home"] >> li[data-item]' },
    { name: "why", presses: ['[data-shelf="home"] >> [data-action="why"]'], ready: "[data-why][open]" },
    { name: "the drawer: controls", presses: ['[data-why] >> [data-action="close"]', 'shop-header >> [data-action="panel"]'], ready: "[data-panel][open]" },
    ...["knows", "history", "engine"].map(tab),
    { name: "a department", hash: `#/c/${department}`, ready: "page-category >> li[data-item]" },
    { name: "search", hash: "#/search/lamp", ready: "page-category >> li[data-item]" },
    { name: "the basket", hash: "#/basket", ready: '[data-action="checkout"]' },
    { name: "the dial", hash: "#/dial", ready: "page-dial >> table" },
    { name: "the privacy centre", hash: "#/privacy", ready: "page-privacy >> shop-budget >> meter" },
    { name: "the merchant's page", hash: "#/merchant", ready: "page-merchant >> svg.plot" },
    { name: "the playground", hash: "#/playground", presses: ['page-playground >> [data-action="example"]', 'page-playground >> [data-action="run"]'], ready: "page-playground >> [data-shelf]" },
    { name: "the merchant's studio", hash: "#/studio", presses: ['page-studio >> [data-action="example-boost"]:not([disabled])'], ready: 'page-studio >> [data-differs="true"]' },
    { name: "an address that leads nowhere", hash: "#/nowhere", ready: "page-item >> h1" },
  ];
}

/** What can be put into a basket, in the shop's order. */
export const products = (items) => items.filter(({ kind = "product", available = true }) => kind === "product" && available);

/** The demo's operators with something to show: each of their questions is added up once. */
export async function busyOperators() {
  const operators = await startOperators();
  const { watch } = operators.questions;
  await fetch(`${watch}watch/simulate?shoppers=${SHOPPERS}`, { method: "POST" });
  for (;;) {
    const { simulation, tasks } = await (await fetch(`${watch}watch`)).json();
    if (!simulation && tasks.every(({ collection }) => collection)) return operators;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
