/**
 * A request as the engine reads it: only the known fields, and the local moment.
 */

import { checkText } from "./checks.js";
import { flaneurError } from "./errors.js";
import type { Context, RankRequest } from "./types.js";

const FIELDS = ["slot", "size", "candidates", "exclude", "like", "surprise", "calibration", "rules", "experiment", "allow", "seed", "explain"] as const;
/** What a moment may be called, beside hour and weekday. */
const FACETS = ["season", "weather", "device", "locale", "store"] as const;
/** Longest such word, in bytes; ASCII or not, never more characters. */
const FACET_LENGTH = 64;

/** The request, completed. The engine has no clock and no time zone. */
export function engineRequest(request: RankRequest, now: number, standing: Context = {}): RankRequest {
  return { ...said(request, FIELDS), context: momentOf(request.context, now, standing) } as RankRequest;
}

/** The moment: what the page says of it, for this call or for all, completed by the device's clock. */
export function momentOf(given: unknown, now: number, standing: Context = {}): unknown {
  const local = new Date(now);
  const clock: Context = { hour: local.getHours(), weekday: local.getDay(), utcOffset: -local.getTimezoneOffset(), ...said(standing) };
  return given === undefined ? clock : typeof given === "object" ? { ...clock, ...said(given ?? {}) } : given;
}

/** The fields of what the page gave, or those of them that are known. One that is undefined was not given. */
export function said(from: object, fields: readonly string[] = Object.keys(from)): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const field of fields) {
    const value = (from as Record<string, unknown>)[field];
    if (value !== undefined) known[field] = value;
  }
  return known;
}

/**
 * What an event keeps of a moment: the words, each `key:value`.
 *
 * # Errors
 * `value_type`, `value_empty` or `value_too_long` with the path to the word.
 */
export function facetsOf(context: unknown, path: string): string[] {
  if (typeof context !== "object" || context === null) throw flaneurError("value_type", `${path} must be an object of words.`, path);
  const given = context as Context;
  return FACETS.flatMap((key) => {
    const word = given[key];
    if (word === undefined || word === null) return [];
    checkText(word, `${path}.${key}`, FACET_LENGTH);
    return [`${key}:${word}`];
  });
}

/** The device's class, by its pointer and its size, and the language of the page. Nothing where there is no page. */
export function deviceContext(): Context {
  if (typeof matchMedia !== "function" || typeof document !== "object") return {};
  const coarse = matchMedia("(pointer: coarse)").matches;
  const small = matchMedia("(max-width: 599px), (max-height: 479px)").matches;
  const locale = document.documentElement.lang || navigator.language;
  return { device: coarse ? (small ? "phone" : "tablet") : "desktop", ...(locale && { locale }) };
}
