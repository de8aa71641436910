/**
 * What a framework draws first, on a server and in the browser alike: the shop's own order.
 */

import type { RankRequest, Slate } from "./types.js";

/** Does nothing. */
export const EMPTY = (): void => {};

/** The candidates as given, less what is excluded, without a shop. */
export function firstSlate({ slot, size, candidates, exclude }: RankRequest): Slate {
  const ids = [...new Set(candidates)].filter((id) => !exclude?.includes(id)).slice(0, size);
  const items = ids.map((id, position) => ({ id, position, score: 0, propensity: 1, discovery: false, reasons: [] }));
  return { id: "", slot, items, seen: EMPTY };
}
