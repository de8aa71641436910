// Turns the terms of a score into plain sentences whose bars add up to it.
import type { RankedItem, Reason } from "flaneur";
import type { Catalog } from "./catalog.ts";
import { t } from "./i18n/index.ts";

export interface Term {
  sentence: string;
  /** Its part of the score. */
  part: number;
  signal?: string;
  /** The shopper's item that caused it. */
  item?: string;
  /** The trait that caused it, in words. */
  trait?: string;
}

const MAX = 7;

function sentence(reason: Reason, part: number): string {
  const words = t();
  if (part < 0 && Object.hasOwn(words.signalNegative, reason.signal)) return words.signalNegative[reason.signal as keyof typeof words.signalNegative];
  if (Object.hasOwn(words.signal, reason.signal)) return words.signal[reason.signal as keyof typeof words.signal];
  return words.signalOther;
}

/** The largest terms in words, the rest in one line; together they are the score. */
export function terms(ranked: RankedItem, catalog: Catalog): Term[] {
  const all = ranked.reasons
    .map((reason): Term => {
      const part = reason.weight * reason.value;
      return {
        sentence: sentence(reason, part),
        part,
        signal: reason.signal,
        ...(reason.item !== undefined && { item: reason.item }),
        ...(reason.attribute !== undefined && { trait: reason.attribute.includes(":") ? catalog.word(reason.attribute) : reason.attribute }),
      };
    })
    .filter((term) => Math.abs(term.part) >= 0.005)
    .sort((a, b) => Math.abs(b.part) - Math.abs(a.part));
  const shown = all.slice(0, all.length > MAX ? MAX - 1 : MAX);
  const sum = shown.reduce((total, term) => total + term.part, 0);
  const rest = ranked.score - sum;
  const left = all.length - shown.length;
  if (left > 0) shown.push({ sentence: t().whyOther(left), part: rest });
  return shown;
}

/** The one reason worth a line under a card. */
export function headline(ranked: RankedItem, catalog: Catalog): string | undefined {
  const best = ranked.reasons.reduce<Reason | undefined>((top, r) => (r.weight * r.value > (top ? top.weight * top.value : 0) ? r : top), undefined);
  if (!best) return undefined;
  if (best.item !== undefined && best.item !== ranked.id) return t().because(catalog.title(best.item));
  return sentence(best, 1);
}
