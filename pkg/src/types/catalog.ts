/**
 * What a shop shows, and its own constraints on what is shown.
 *
 * Nothing here is about a shopper: items and rules are the same for everyone.
 */

/** What an item is: a thing to buy, or something else that takes a place on a page. */
export type ItemKind = "product" | "offer" | "content" | "service" | "message";

/**
 * Anything that can be shown.
 *
 * Only `id` is required; every other field sharpens the ranking.
 * Unknown fields are ignored. A malformed field makes `open` or `update` reject with
 * the path to it (`catalog[3].price`), and what was loaded before still serves.
 */
export interface Item {
  /** Unique in the catalog, stable over time, 1 to 256 bytes in UTF-8, without control characters. */
  id: string;
  /** Default `"product"`. */
  kind?: ItemKind;
  /** Shown by the shop, compared as text for items nobody has met yet. */
  title?: string;
  /** One brand. Tastes and caps count by it. */
  brand?: string;
  /** One category, or the path from the widest to the narrowest. */
  category?: string | string[];
  /** Free labels. */
  tags?: string[];
  /** In the catalog's currency, 0 or more, finite. */
  price?: number;
  /** ISO 4217 code, such as `"EUR"`. */
  currency?: string;
  /** `false` hides the item from every slate. Default `true`. */
  available?: boolean;
  /** Address of a picture; not fetched by this package. */
  image?: string;
  /** Address of the item's page; not fetched by this package. */
  url?: string;
  /** When the shop added it: ISO 8601 text, or milliseconds since 1970. */
  added?: string | number;
  /** What the shop earns, in the catalog's currency. */
  margin?: number;
  /** Items of one group are variants of each other. */
  group?: string;
  /** Anything else that tastes can attach to, such as `{ colour: "red" }`. */
  attributes?: Record<string, string | number | boolean | string[]>;
  /** A vector that is close to those of similar items; one length for the whole catalog. */
  embedding?: number[] | Float32Array;
}

/**
 * Where a catalog comes from.
 *
 * - text or `URL`: the address of a pack or of a JSON array of items, fetched by the browser;
 * - `Response`: the same, fetched by the caller;
 * - bytes: a pack, kept by reference and not copied, so they must not be changed or transferred;
 * - array: plain items, kept by reference in the same way.
 */
export type Catalog = string | URL | Response | ArrayBuffer | Uint8Array | Item[];

/** Which items a rule is about. All given conditions must hold; at least one must be given. */
export interface Where {
  ids?: string[];
  kind?: ItemKind;
  brand?: string;
  category?: string;
  tag?: string;
  /** `"colour:red"`: the attribute's name, a colon, its value. */
  attribute?: string;
  /** In the catalog's currency: strictly cheaper than this. */
  priceBelow?: number;
  /** In the catalog's currency: strictly dearer than this. */
  priceAbove?: number;
}

/** What every rule may carry. */
export interface RuleScope {
  /** The shop's own name for the rule; not used by the ranking, and not named in reasons. */
  id?: string;
  /** The slots it holds in. Default: all of them. */
  slots?: string[];
}

/**
 * A merchant's constraint.
 *
 * - `pin` puts one item at a position, 0 being the first place;
 * - `boost` adds `by` log-odds to the score of what matches, `bury` takes them away, `0 < by <= 10`;
 * - `exclude` keeps what matches off the slate;
 * - `cap` allows at most `max` items that share a brand, category, group or kind.
 */
export type Rule = RuleScope &
  (
    | { type: "pin"; item: string; position: number }
    | { type: "boost"; where: Where; by: number }
    | { type: "bury"; where: Where; by: number }
    | { type: "exclude"; where: Where }
    | { type: "cap"; per: "brand" | "category" | "group" | "kind"; max: number }
  );
