/**
 * Reads the events that a page already emits for others: GA4 (objects on a `dataLayer`, `gtag`
 * calls), Segment's ecommerce vocabulary version 2, and Shopify's web pixels.
 *
 * Nothing here throws. Only named fields are read, so unknown ones cost nothing and hide nothing.
 */

import { ID_LENGTH, MAX_LINES, PATH_LENGTH, TEXT_LENGTH, clipText, isText, pathOf, readTime } from "./canonical.js";
import type { CanonicalEvent, CanonicalLine, Moment } from "./canonical.js";
import type { EventType } from "./types.js";
import { isCall } from "./vocabulary.js";

type Fields = Record<string, unknown>;

/** What GA4 and this package call the same. */
const SAME = ["view_item_list", "select_item", "view_item", "add_to_cart", "remove_from_cart", "add_to_wishlist", "begin_checkout", "purchase", "refund", "search"] as const;

/** GA4's names, by what happened. */
export const GA4: ReadonlyMap<string, EventType> = new Map<string, EventType>([
  ...SAME.map((name) => [name, name] as const),
  ["view_search_results", "search"],
]);

/** What a list that is a slot begins with, as `stamp` writes it. */
export const OURS = "flaneur:";

const SEGMENT: ReadonlyMap<string, EventType> = new Map([
  ["product list viewed", "view_item_list"],
  ["product clicked", "select_item"],
  ["product viewed", "view_item"],
  ["product added", "add_to_cart"],
  ["product removed", "remove_from_cart"],
  ["product added to wishlist", "add_to_wishlist"],
  ["checkout started", "begin_checkout"],
  ["order completed", "purchase"],
  ["order refunded", "refund"],
  ["products searched", "search"],
]);

const SHOPIFY: ReadonlyMap<string, EventType> = new Map([
  ["collection_viewed", "view_item_list"],
  ["product_viewed", "view_item"],
  ["product_added_to_cart", "add_to_cart"],
  ["product_removed_from_cart", "remove_from_cart"],
  ["checkout_started", "begin_checkout"],
  ["checkout_completed", "purchase"],
  ["search_submitted", "search"],
]);

/** The canonical event, or nothing when there is nothing to learn from it. */
export function readForeign(input: object, moment: Moment): CanonicalEvent | undefined {
  try {
    const event = read(input, moment);
    return event && isWorthwhile(event) ? event : undefined;
  } catch {
    return undefined; // a getter or a proxy of the page threw
  }
}

function read(input: object, moment: Moment): CanonicalEvent | undefined {
  if (isCall(input)) {
    return input[0] === "event" ? readGa4(input[1], fields(input[2]), moment) : undefined;
  }
  const { event, name, properties } = input as Fields;
  if (typeof event === "string") {
    return isFields(properties)
      ? readSegment(event, input as Fields, properties, moment)
      : readGa4(event, fields((input as Fields)["ecommerce"], input as Fields), moment);
  }
  return typeof name === "string" ? readShopify(name, input as Fields, moment) : undefined;
}

/** A refund without items is of the whole order, whose lines are in the log. */
function isWorthwhile({ type, id, lines, query }: CanonicalEvent): boolean {
  if (type === "search") return query !== undefined;
  return type === "begin_checkout" || lines !== undefined || id.startsWith("refund:");
}

function readGa4(name: unknown, from: Fields, moment: Moment): CanonicalEvent | undefined {
  const type = typeof name === "string" ? GA4.get(name) : undefined;
  if (!type) return undefined;
  const id = slotOf(from["items"]) ?? text(from["item_list_id"], TEXT_LENGTH);
  return build(moment, type, {
    key: from["transaction_id"],
    lines: lines(from["items"], (item) => ga4Line(item, moment)),
    query: from["search_term"],
    slot: id?.startsWith(OURS) ? id.slice(OURS.length) : id,
  });
}

/** The list that `stamp` wrote on all of the items: in GA4 an item's own stands before the event's. */
function slotOf(items: unknown): string | undefined {
  const [first, ...rest] = list(items).map((item) => text(fields(item)["item_list_id"], TEXT_LENGTH));
  return first?.startsWith(OURS) && rest.every((each) => each === first) ? first : undefined;
}

function ga4Line(from: Fields, moment: Moment): CanonicalLine | undefined {
  const levels = ["", 2, 3, 4, 5].map((level) => text(from[`item_category${level}`], TEXT_LENGTH));
  return line(moment, [from["item_id"]], {
    quantity: from["quantity"],
    price: from["price"],
    brand: from["item_brand"],
    category: pathOf(levels.filter(Boolean)),
  });
}

function readSegment(name: string, from: Fields, properties: Fields, moment: Moment): CanonicalEvent | undefined {
  const type = name.length <= TEXT_LENGTH ? SEGMENT.get(name.toLowerCase()) : undefined;
  if (!type) return undefined;
  const many = properties["products"];
  return build(moment, type, {
    id: from["messageId"],
    key: properties["order_id"],
    at: from["timestamp"],
    lines: lines(Array.isArray(many) ? many : [properties], (product) =>
      line(moment, [product["product_id"], product["sku"], product["variant"]], product),
    ),
    query: properties["query"],
    slot: text(properties["list_id"], TEXT_LENGTH),
  });
}

function readShopify(name: string, from: Fields, moment: Moment): CanonicalEvent | undefined {
  const type = SHOPIFY.get(name);
  if (!type) return undefined;
  const data = fields(from["data"]);
  const checkout = fields(data["checkout"]);
  const result = fields(data["searchResult"]);
  const collection = fields(data["collection"]);
  const found = [
    ...list(data["productVariant"] && [{ merchandise: data["productVariant"] }]),
    ...list(data["cartLine"] && [data["cartLine"]]),
    ...list(checkout["lineItems"]),
    ...list(collection["productVariants"]).map((variant) => ({ merchandise: variant })),
    ...list(result["productVariants"]).map((variant) => ({ merchandise: variant })),
  ];
  return build(moment, type, {
    id: from["id"],
    key: fields(checkout["order"])["id"],
    at: from["timestamp"],
    lines: lines(found, (each) => shopifyLine(each, moment)),
    query: result["query"],
    slot: text(collection["id"], TEXT_LENGTH),
  });
}

function shopifyLine(from: Fields, moment: Moment): CanonicalLine | undefined {
  const variant = fields(from["merchandise"] ?? from["variant"]);
  const product = fields(variant["product"]);
  const ids = [product["id"], variant["id"], variant["sku"]].flatMap((id) => [id, gidTail(id)]);
  return line(moment, ids, {
    quantity: from["quantity"],
    price: fields(variant["price"])["amount"],
    brand: product["vendor"],
    category: product["type"],
  });
}

/** `"gid://shopify/Product/42"` is `"42"` in feeds. */
function gidTail(id: unknown): string | undefined {
  return typeof id === "string" && id.length <= TEXT_LENGTH && id.startsWith("gid://")
    ? id.slice(id.lastIndexOf("/") + 1)
    : undefined;
}

interface Parts {
  id?: unknown;
  /** Of an order: makes a purchase or refund one event however often it is told. */
  key?: unknown;
  at?: unknown;
  lines: CanonicalLine[];
  query?: unknown;
  slot?: string | undefined;
}

function build(moment: Moment, type: EventType, parts: Parts): CanonicalEvent {
  const key = type === "purchase" || type === "refund" ? text(parts.key, ID_LENGTH - type.length - 1) : undefined;
  const query = type === "search" ? clipText(parts.query) : undefined;
  return {
    id: key === undefined ? (text(parts.id, ID_LENGTH) ?? moment.newId()) : `${type}:${key}`,
    type,
    at: readTime(parts.at) ?? moment.now,
    ...(parts.lines.length > 0 && { lines: parts.lines }),
    ...(query !== undefined && { query }),
    ...(parts.slot !== undefined && { slot: parts.slot }),
  };
}

function line(moment: Moment, ids: unknown[], from: Fields): CanonicalLine | undefined {
  const usable = ids.map((id) => text(id, TEXT_LENGTH)).filter((id) => id !== undefined);
  const item = (moment.knows && usable.find(moment.knows)) ?? usable[0];
  if (item === undefined) return undefined;
  const quantity = number(from["quantity"]);
  const price = number(from["price"]);
  const brand = text(from["brand"], TEXT_LENGTH);
  const category = text(from["category"], PATH_LENGTH);
  return {
    item,
    ...(quantity !== undefined && quantity > 0 && { quantity }),
    ...(price !== undefined && { price }),
    ...(brand !== undefined && { brand }),
    ...(category !== undefined && { category }),
  };
}

function lines(from: unknown, read: (item: Fields) => CanonicalLine | undefined): CanonicalLine[] {
  const found: CanonicalLine[] = [];
  for (const item of list(from)) {
    const one = isFields(item) ? read(item) : undefined;
    if (one) found.push(one);
  }
  return found;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_LINES) : [];
}

/** A usable text; numbers serve as ids in many shops. */
function text(value: unknown, length: number): string | undefined {
  const written = typeof value === "number" && Number.isFinite(value) ? String(value) : value;
  return isText(written, length) ? written : undefined;
}

/** A finite number from 0, also when written as text. */
function number(value: unknown): number | undefined {
  const read =
    typeof value === "string" && value.length <= 32 && value.trim() !== "" ? Number(value) : (value as number);
  return typeof read === "number" && Number.isFinite(read) && read >= 0 ? read : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object itself, or one whose every field is missing. */
function fields(value: unknown, otherwise: Fields = {}): Fields {
  return isFields(value) ? value : otherwise;
}
