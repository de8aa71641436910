/**
 * The one strict form of an event, and the limits that hold before anything crosses to the engine.
 */

import type { EventType } from "./types.js";

/** One item of a canonical event. */
export interface CanonicalLine {
  item: string;
  quantity?: number;
  price?: number;
  brand?: string;
  /** Its levels, of which the narrowest is learnt and each is checked for sensitive words. */
  category?: string;
}

/** What the engine reads. */
export interface CanonicalEvent {
  id: string;
  type: EventType | "declare";
  /** Milliseconds since 1970. */
  at: number;
  /** Local hour, 0 to 23. */
  hour?: number;
  /** Local, 0 (Sunday) to 6. */
  weekday?: number;
  /** What else was known of the moment, each `key:value`. */
  facets?: string[];
  lines?: CanonicalLine[];
  query?: string;
  attribute?: string;
  value?: number;
  surprise?: number;
  slot?: string;
  slate?: string;
  channel?: string;
}

/** What an event of a type must have. */
export type Needs = "item" | "query" | "attribute" | "channel" | "nothing";

/** Every type of our own events. */
export const NEEDS: Readonly<Record<EventType, Needs>> = {
  view_item_list: "item",
  select_item: "item",
  view_item: "item",
  add_to_cart: "item",
  remove_from_cart: "item",
  add_to_wishlist: "item",
  begin_checkout: "nothing",
  purchase: "item",
  refund: "item",
  search: "query",
  impression: "item",
  like: "item",
  dismiss: "item",
  mute: "attribute",
  touch: "channel",
  dwell: "item",
};

/** Whether a value is the type of an event of ours. */
export function isType(value: unknown): value is EventType {
  return typeof value === "string" && Object.hasOwn(NEEDS, value);
}

/** What the translation needs to know of its surroundings. */
export interface Moment {
  /** Milliseconds since 1970. */
  now: number;
  /** A fresh event id. */
  newId(): string;
  /** Whether the catalog holds an item: other vocabularies name one thing by several ids. */
  knows?(item: string): boolean;
}

/** Longest id of an event, in UTF-16 units. */
export const ID_LENGTH = 128;
/** Longest other id, name or text, in UTF-16 units. The engine counts bytes, and is stricter. */
export const TEXT_LENGTH = 256;
/** Of a category's levels together: five of the longest. */
export const PATH_LENGTH = 1300;
/** Most items of one event. */
export const MAX_LINES = 200;

/** Half characters, control and direction-changing characters, and what replaces unreadable ones. */
const UNCLEAN = /[\p{Surrogate}\p{Cc}\u202a-\u202e\u2066-\u2069\ufffd]/u;

/** Text that is short enough and holds only characters that an id may have. */
export function isText(value: unknown, length: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= length && !UNCLEAN.test(value);
}

/** The levels of a category as one text, widest first; of a very long path the end. */
export function pathOf(levels: readonly unknown[]): string {
  return levels.join(" > ").slice(-PATH_LENGTH);
}

/** Milliseconds since 1970 of a time in any usual form. */
export function readTime(value: unknown): number | undefined {
  const at =
    typeof value === "number" || value instanceof Date
      ? Number(value)
      : typeof value === "string" && value.length <= 64
        ? Date.parse(value)
        : NaN;
  return Number.isFinite(at) && at >= 0 ? Math.trunc(at) : undefined;
}

/** The readable beginning of something a shopper typed, whatever they typed; nothing when it is blank. */
export function clipText(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const start = value.slice(0, TEXT_LENGTH).replace(/[\p{Surrogate}\p{Cc}]/gu, " ").trim();
  return start === "" ? undefined : start;
}
