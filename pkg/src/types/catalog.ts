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
 * A text has at most 2,000 bytes in UTF-8; tags, levels of the category and attributes are at most 64 each.
 * Unknown fields are ignored. A malformed field makes `open` or `update` reject with
 * the path to it (`catalog[3].price`), and what was loaded before still serves.
 */
export interface Item {
  /** Unique in the catalog, stable over time, 1 to 256 bytes in UTF-8, without control characters. */
  id: string;
  /** Default `"product"`. */
  kind?: ItemKind | undefined;
  /** Shown by the shop, compared as text for items nobody has met yet. */
  title?: string | undefined;
  /** One brand. Tastes and caps count by it. */
  brand?: string | undefined;
  /** One category, or the path from the widest to the narrowest. */
  category?: string | string[] | undefined;
  /** Free labels. */
  tags?: string[] | undefined;
  /** In the catalog's currency, 0 to 1e12. */
  price?: number | undefined;
  /** ISO 4217 code, such as `"EUR"`. */
  currency?: string | undefined;
  /** `false` hides the item from every slate. Default `true`. */
  available?: boolean | undefined;
  /** Address of a picture; not fetched by this package. */
  image?: string | undefined;
  /** Address of the item's page; not fetched by this package. */
  url?: string | undefined;
  /** When the shop added it: ISO 8601 text, or milliseconds since 1970. Read as a day, in UTC. */
  added?: string | number | undefined;
  /** What the shop earns, in the catalog's currency, -1e7 to 1e7. */
  margin?: number | undefined;
  /** Items of one group are variants of each other. */
  group?: string | undefined;
  /** Anything else that tastes can attach to, such as `{ colour: "red" }`. */
  attributes?: Record<string, string | number | boolean | string[]> | undefined;
  /** A vector that is close to those of similar items: of every item or of none, all of one length, at most 1,024. */
  embedding?: number[] | Float32Array | undefined;
}

/**
 * Where a catalog comes from.
 *
 * - text or `URL`: the address of a pack or of a JSON array of items, fetched by the browser;
 * - `Response`: the same, fetched by the caller;
 * - bytes: a pack, kept by reference and not copied, so they must not be changed or transferred;
 * - array: plain items, kept by reference in the same way.
 */
export type Catalog = string | URL | Response | ArrayBuffer | Uint8Array | readonly Item[];

/**
 * Which items a rule is about. All given conditions must hold; at least one must be given.
 * Where a list may stand, one of its entries must hold.
 */
export interface Where {
  ids?: readonly string[];
  kind?: ItemKind | readonly ItemKind[];
  brand?: string | readonly string[];
  /** Any level of the category. */
  category?: string | readonly string[];
  tag?: string | readonly string[];
  /** `"colour:red"`: the attribute's name, a colon, its value. A name that no item has is refused by `rules`, and reported by `open`. */
  attribute?: string | readonly string[];
  /** In the catalog's currency: strictly cheaper than this. */
  priceBelow?: number;
  /** In the catalog's currency: strictly dearer than this. */
  priceAbove?: number;
  /** In the catalog's currency: `margin` strictly below this. */
  marginBelow?: number;
  marginAbove?: number;
  /** `added` less than so many days ago, counted from the midnight (UTC) that began its day: 1 means added today. */
  newerThanDays?: number;
  /** `added` more than so many days ago, counted alike. */
  olderThanDays?: number;
  /** Of a small maker: the catalog has fewer items than this of the brand. */
  makerItemsBelow?: number;
  /** Each of these holds. Nested at most 8 deep. */
  all?: readonly Where[];
  /** One of these holds. */
  any?: readonly Where[];
  /** This does not hold. */
  not?: Where;
}

/**
 * When a rule holds, on the shopper's own clock. All given conditions must hold.
 *
 * `"2026-11-22"` is a whole local day, `"2026-11-22T18:00"` a local time, a number an instant in
 * milliseconds since 1970.
 */
export interface When {
  /** From then on. */
  from?: string | number;
  /** Until then; a day is meant whole. */
  until?: string | number;
  /** 0 (Sunday) to 6. */
  weekdays?: readonly number[];
  /** From the first hour, before the second: `[9, 18]`; `[22, 6]` runs across midnight. */
  hours?: readonly [from: number, until: number];
  /** One of these is the moment's, as `Context` has it. */
  season?: string | readonly string[];
  weather?: string | readonly string[];
  device?: string | readonly string[];
  locale?: string | readonly string[];
  store?: string | readonly string[];
}

/** What every rule may carry. */
export interface RuleScope {
  /** The shop's own name for the rule, unique in its list; the trace repeats it. */
  id?: string;
  /** The slots it holds in. Default: all of them. */
  slots?: readonly string[];
  /** When it holds. Default: always. */
  when?: When;
  /** A whole number from -1000 to 1000; where rules are at odds, the higher wins. Default 0. */
  priority?: number;
  /** Ids of rules of the same list that it wins against, whatever their priority. */
  over?: string | readonly string[];
}

/**
 * A merchant's constraint.
 *
 * - `pin` puts one item at a position, 0 being the first place;
 * - `boost` adds `by` log-odds to the score of what matches, `bury` takes them away, `0 < by <= 10`;
 * - `exclude` keeps what matches off the slate;
 * - `schedule` keeps what matches off the slate while its `when` does not hold;
 * - `cap` allows at most `max` items that share a brand, the narrowest level of the category, a group or a kind;
 * - `quota` wants at least and at most so many items that match, as numbers or as shares of the
 *   slate's places (0 to 1; the lower one is rounded up, the upper one down);
 * - `floor` wants at least so many items that match, and gives the places it has to keep free for them
 *   to those whose turn it is that day: every match is shown in its time, not only the best sellers.
 *
 * At equal priority exclusions and schedules win over pins, pins over caps and upper quotas, these
 * over lower quotas and floors, and all of them over boosts. No rule overrules stock, the shopper's refusals
 * or the request's `exclude`.
 */
export type Rule = RuleScope &
  (
    | { type: "pin"; item: string; position: number }
    | { type: "boost"; where: Where; by: number }
    | { type: "bury"; where: Where; by: number }
    | { type: "exclude"; where: Where }
    | { type: "schedule"; where: Where; when: When }
    | { type: "cap"; per: "brand" | "category" | "group" | "kind"; max: number }
    | {
        type: "quota";
        where: Where;
        atLeast?: number;
        atMost?: number;
        atLeastShare?: number;
        atMostShare?: number;
      }
    | { type: "floor"; where: Where; atLeast?: number; atLeastShare?: number }
  );
