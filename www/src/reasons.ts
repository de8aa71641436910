// Turns the terms of a score into plain sentences whose bars add up to it.
// Terms that say the same thing on two scales (a share and its logarithm) are one sentence with one bar.
import type { RankedItem, Reason } from "flaneur";
import type { Catalog } from "./catalog.ts";
import { t } from "./i18n/index.ts";

export interface Term {
  sentence: string;
  /** Its part of the score. */
  part: number;
  /** The family of signals; absent for the line that sums the smallest. */
  signal?: string;
  /** The shopper's item that caused it. */
  item?: string;
  /** The trait that caused it, in words. */
  trait?: string;
}

const MAX = 7;
const FAMILY: Record<string, string> = {
  together_log: "together", together_history: "together", seen_last: "seen", seen_count: "seen", seen_recency: "seen", seen_length: "seen", seen_together: "seen", similar_last: "similar",
  bought_count: "bought", bought_recency: "bought", bought_fade: "bought", repeat_share: "repeat", crowd: "popularity",
};
const familyOf = (signal: string): string => (Object.hasOwn(FAMILY, signal) ? (FAMILY[signal] ?? signal) : signal);

function sentence(family: string, part: number): string {
  const words = t();
  if (part < 0 && Object.hasOwn(words.signalNegative, family)) return words.signalNegative[family as keyof typeof words.signalNegative];
  if (Object.hasOwn(words.signal, family)) return words.signal[family as keyof typeof words.signal];
  return words.signalOther;
}

interface Family {
  signal: string;
  part: number;
  strongest: number;
  item?: string;
  attribute?: string;
}

function families(reasons: Reason[]): Family[] {
  const found = new Map<string, Family>();
  for (const reason of reasons) {
    const signal = familyOf(reason.signal);
    const part = reason.weight * reason.value;
    const key = `${signal} ${reason.attribute ?? ""}`;
    const family = found.get(key) ?? { signal, part: 0, strongest: -1, ...(reason.attribute !== undefined && { attribute: reason.attribute }) };
    family.part += part;
    if (reason.item !== undefined && Math.abs(part) > family.strongest) {
      family.strongest = Math.abs(part);
      family.item = reason.item;
    }
    found.set(key, family);
  }
  return [...found.values()].sort((a, b) => Math.abs(b.part) - Math.abs(a.part));
}

/** The largest terms in words, the rest in one line; together they are the score. */
export function terms(ranked: RankedItem, catalog: Catalog): Term[] {
  const all = families(ranked.reasons);
  const telling = all.filter((family) => Math.abs(family.part) >= 0.005);
  const shown = telling.slice(0, telling.length > MAX ? MAX - 1 : MAX).map(
    ({ signal, part, item, attribute }): Term => ({
      sentence: sentence(signal, part),
      part,
      signal,
      ...(item !== undefined && { item }),
      ...(attribute !== undefined && { trait: attribute.includes(":") ? catalog.word(attribute) : attribute }),
    }),
  );
  const rest = ranked.score - shown.reduce((total, term) => total + term.part, 0);
  const left = all.length - shown.length;
  if (left > 0 && Math.abs(rest) >= 0.005) shown.push({ sentence: t().whyOther(left), part: rest });
  return shown;
}

/** The one reason worth a line under a card. */
export function headline(ranked: RankedItem, catalog: Catalog): string | undefined {
  const best = families(ranked.reasons).reduce<Family | undefined>((top, family) => (family.part > (top?.part ?? 0) ? family : top), undefined);
  if (!best) return undefined;
  if (best.item !== undefined && best.item !== ranked.id) return t().because(catalog.title(best.item));
  return sentence(best.signal, 1);
}
