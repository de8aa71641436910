/**
 * What happened: the shapes that `observe` takes.
 *
 * Nothing of it leaves the device. At rest, and only when the `store` and `learn` gates are
 * granted, an event is its type and moment, its items with quantity, price and a small digest of
 * their attributes, and the names it gives: slot, slate, channel, a muted attribute. The text of a
 * search is never kept.
 */

import type { Context } from "../types.js";

/** The vocabulary: GA4's ecommerce names, and what GA4 has no name for. */
export type EventType =
  | "view_item_list"
  | "select_item"
  | "view_item"
  | "add_to_cart"
  | "remove_from_cart"
  | "add_to_wishlist"
  | "begin_checkout"
  | "purchase"
  | "refund"
  | "search"
  | "impression"
  | "like"
  | "dismiss"
  | "mute"
  | "touch"
  | "dwell";

/** One item of an event, when more than its id is known. */
export interface EventLine {
  item: string;
  /** How many, more than 0. Default 1. */
  quantity?: number | undefined;
  /** Of one piece, in the catalog's currency, 0 or more. */
  price?: number | undefined;
  /** Only needed for items that the catalog does not hold. */
  brand?: string | undefined;
  /** Only needed for items that the catalog does not hold; a path goes from widest to narrowest. */
  category?: string | readonly string[] | undefined;
}

/**
 * An event in the project's own shape.
 *
 * # Errors
 * An unknown `type`, a missing item or text, or a field of the wrong type throws a
 * `FlaneurError` that names the field: it is the page's own code that wrote it.
 */
export interface ShopEvent {
  type: EventType;
  /** Stable identity: the same id twice is one event. Made up when absent. At most 128 bytes in UTF-8. */
  id?: string | undefined;
  /** When: milliseconds since 1970, a `Date`, or ISO 8601 text. Default: now. */
  at?: number | Date | string | undefined;
  /** The item, when there is one. */
  item?: string | undefined;
  /** The items, when there are several; at most 200 are read. */
  items?: readonly (string | EventLine)[] | undefined;
  /** `search`: what was typed. Hashed into tokens, never stored as text. */
  query?: string | undefined;
  /** `mute`: what to keep away, such as `"brand:Acme"`. */
  attribute?: string | undefined;
  /** `dwell`: how long, in seconds. */
  value?: number | undefined;
  /** The slot it happened in. */
  slot?: string | undefined;
  /** The slate it happened on (`Slate.id`). Default: the one that showed the item last, within 30 minutes. */
  slate?: string | undefined;
  /** The moment, when it is not that of the handle: season, weather, device, locale and store are kept. */
  context?: Context | undefined;
  /** `touch`: the channel, such as `"email"`. */
  channel?: string | undefined;
}

/** One item as GA4 writes it. Other GA4 fields are allowed and ignored. */
export interface Ga4Item {
  item_id?: string | number;
  item_brand?: string;
  item_category?: string;
  item_category2?: string;
  item_category3?: string;
  item_category4?: string;
  item_category5?: string;
  price?: number | string;
  quantity?: number | string;
  [field: string]: unknown;
}

/** The parameters of a GA4 ecommerce event. */
export interface Ga4Parameters {
  items?: readonly Ga4Item[];
  /** Makes a purchase count once, however often its page is loaded. */
  transaction_id?: string | number;
  /** Read as the slot; a leading `flaneur:` is dropped. */
  item_list_id?: string;
  search_term?: string;
  [field: string]: unknown;
}

/** What a GA4 page pushes to its `dataLayer`. Events that are not about shopping are ignored. */
export interface Ga4Event {
  event: string;
  ecommerce?: Ga4Parameters | null;
  [field: string]: unknown;
}

/** The arguments of a `gtag("event", name, parameters)` call. */
export type GtagCall = readonly ["event", string, Ga4Parameters?] | IArguments;

/** A track call of Segment's ecommerce vocabulary, version 2 (RudderStack and others share it). */
export interface SegmentEvent {
  type?: "track";
  event: string;
  properties: Record<string, unknown>;
  messageId?: string;
  timestamp?: string | Date;
  [field: string]: unknown;
}

/** A standard event of Shopify's web pixels. */
export interface ShopifyEvent {
  name: string;
  id?: string;
  timestamp?: string;
  data?: Record<string, unknown>;
  [field: string]: unknown;
}

/**
 * Anything `observe` understands, as it is.
 *
 * Shapes of other vocabularies come from code the page did not write, so their faults never
 * throw: what cannot be read is left out, and an event with nothing readable is ignored.
 */
export type EventInput = ShopEvent | Ga4Event | GtagCall | SegmentEvent | ShopifyEvent;
