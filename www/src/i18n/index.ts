// The language in force, its messages, and the formats that depend on it.
// The choice lives in the address (?lang=fr), never in storage: nothing is written without consent.
import { now as clock } from "../clock.ts";
import { en, type Messages } from "./en.ts";
import { fr } from "./fr.ts";

export type Language = "fr" | "en";
export type { Messages };

const ALL: Record<Language, Messages> = { fr, en };
let current: Language = "en";

/** The language asked by the address, else the browser's first that we speak. */
export function preferred(): Language {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "fr" || asked === "en") return asked;
  for (const wish of navigator.languages ?? [navigator.language]) {
    if (wish.startsWith("fr")) return "fr";
    if (wish.startsWith("en")) return "en";
  }
  return "en";
}

export function setLanguage(language: Language): void {
  current = language;
  document.documentElement.lang = language;
}
export const language = (): Language => current;
export const t = (): Messages => ALL[current];

/** The shopper's own variety of the language, for dates and numbers: "en-GB" rather than "en". */
const locale = (): string => navigator.languages?.find((wish) => wish.startsWith(current)) ?? current;

/** A price; without a currency it stays a bare number, for we cannot know which. What is no code, such as "€", stands behind it as it is. */
export const money = (amount: number, currency?: string): string =>
  currency === undefined || !/^[a-z]{3}$/i.test(currency)
    ? `${number(amount, 2)}\u00a0${currency ?? ""}`.trim()
    : new Intl.NumberFormat(locale(), { style: "currency", currency, minimumFractionDigits: Number.isInteger(amount) ? 0 : 2 }).format(amount);
/** Nothing is never less than nothing: what rounds to zero has no sign. */
export const number = (value: number, digits = 0): string =>
  new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative" }).format(value);
export const signed = (value: number): string =>
  new Intl.NumberFormat(locale(), { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero" }).format(value);
export const percent = (share: number): string => new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 0 }).format(share);
/** A share of which a part of a percent says something: of a large catalog, or between the marks of an axis. */
export const finePercent = (share: number): string => new Intl.NumberFormat(locale(), { style: "percent", maximumSignificantDigits: 2 }).format(share);
export const list = (words: string[]): string => new Intl.ListFormat(locale(), { type: "conjunction" }).format(words);
export const moment = (at: number | string): string => new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
export const day = (at: number | string): string => new Intl.DateTimeFormat(locale(), { dateStyle: "long" }).format(new Date(at));

/** "3 minutes ago", in the largest unit that fits. */
export function ago(at: number, now = clock()): string {
  const seconds = Math.round((at - now) / 1000);
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  for (const [unit, size] of [["day", 86_400], ["hour", 3600], ["minute", 60]] as const) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(Math.abs(seconds) < 5 ? 0 : seconds, "second");
}
