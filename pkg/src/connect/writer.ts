/**
 * Writes into the shop's own reports: the list an item came from is `flaneur:<slot>`, and its place
 * is `index`, so existing GA4 reports attribute without a new identifier.
 *
 * This is for the shop's own analytics, which may send it; nothing here does.
 */

import { OURS } from "../foreign.js";
import type { Ga4Item, Slate } from "../types.js";

/** Entries that this package put on a queue: its own listener does not learn from them. */
export const OWN = new WeakSet<object>();

/**
 * The items with `item_list_id` and `index` of the slate, as GA4 reads them. Items that are not on
 * the slate are given back as they are.
 */
export function stamp<Item extends Ga4Item>(slate: Pick<Slate, "slot" | "items">, items: readonly Item[]): Item[] {
  const places = new Map(slate.items.map(({ id, position }) => [id, position]));
  return items.map((item) => {
    const index = places.get(String(item.item_id));
    return index === undefined ? item : { ...item, item_list_id: OURS + slate.slot, index };
  });
}

/**
 * Pushes GA4's `view_item_list` for a slate, after the reset that GA4 asks for.
 *
 * `describe` adds what the shop's reports show of an item, such as its name.
 */
export function pushList(
  slate: Pick<Slate, "slot" | "items">,
  layer: unknown[],
  describe: (id: string) => Ga4Item = () => ({}),
): void {
  const items = stamp(slate, slate.items.map(({ id }): Ga4Item => ({ ...describe(id), item_id: id })));
  const entry = { event: "view_item_list", ecommerce: { item_list_id: OURS + slate.slot, items } };
  OWN.add(entry);
  layer.push({ ecommerce: null }, entry);
}
