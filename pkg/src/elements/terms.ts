/**
 * The terms of scores in words: signals that say one thing on several scales are one family.
 */

import type { RankedItem } from "../types.js";
import type { Words } from "./en.js";

/** One family's part of a score. */
export interface Term {
  family: keyof Words["signal"];
  /** In log-odds. */
  part: number;
  /** The shopper's item behind most of it. */
  item?: string;
  /** The trait behind it, such as `"brand:Acme"`. */
  attribute?: string;
}

/** The family of a signal, by the longest name that it starts with. */
function familyOf(signal: string, words: Words): keyof Words["signal"] {
  for (let name = signal; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf("_")))) {
    if (Object.hasOwn(words.signal, name)) return name as keyof Words["signal"];
  }
  return signal === "viewed" ? "seen" : "other";
}

/** The terms of one item, largest first; together they are its score. */
export function termsOf({ reasons }: Pick<RankedItem, "reasons">, words: Words): Term[] {
  const found = new Map<string, Term & { most: number }>();
  for (const { signal, weight, value, item, attribute } of reasons) {
    const family = familyOf(signal, words);
    const part = weight * value;
    const key = `${family} ${attribute ?? ""}`;
    const term = found.get(key) ?? { family, part: 0, most: 0, ...(attribute !== undefined && { attribute }) };
    term.part += part;
    if (item !== undefined && Math.abs(part) > term.most) Object.assign(term, { item, most: Math.abs(part) });
    found.set(key, term);
  }
  return [...found.values()].sort((a, b) => Math.abs(b.part) - Math.abs(a.part));
}

/** What counts in a list: each family's share of the sizes of all terms, largest first. They sum to 1. */
export function sharesOf(items: readonly RankedItem[], words: Words): { family: keyof Words["signal"]; share: number }[] {
  const sizes = new Map<keyof Words["signal"], number>();
  let total = 0;
  for (const item of items) {
    for (const { family, part } of termsOf(item, words)) {
      sizes.set(family, (sizes.get(family) ?? 0) + Math.abs(part));
      total += Math.abs(part);
    }
  }
  return [...sizes].map(([family, size]) => ({ family, share: size / total })).sort((a, b) => b.share - a.share);
}
