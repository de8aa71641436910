/**
 * Reads a catalog that a page already has: schema.org JSON-LD in the document, and Shopify's
 * product JSON.
 *
 * Nothing here throws: the data was written for others, so what cannot be read is left out.
 * Everything read is data; no text of it is ever run or shown as markup.
 */

import { isText } from "../canonical.js";
import type { Item } from "../types.js";

type Fields = Record<string, unknown>;

/** Longest id, and longest other text, in UTF-16 units. */
const ID_LENGTH = 64;
const TEXT_LENGTH = 250;
/** Deeper nesting than any real page has. */
const DEEPEST = 8;

/**
 * The schema.org products of a document's JSON-LD, in the order of the page: `Product`,
 * `ProductGroup` with its variants, lists and graphs of them. The same id twice is one item.
 */
export function catalogOf(root: ParentNode): Item[] {
  const found = new Map<string, Item>();
  for (const script of root.querySelectorAll('script[type="application/ld+json"]')) {
    let json: unknown;
    try {
      json = JSON.parse(script.textContent ?? "");
    } catch {
      continue;
    }
    collect(json, undefined, found, DEEPEST);
  }
  return [...found.values()];
}

function collect(node: unknown, group: Fields | undefined, found: Map<string, Item>, depth: number): void {
  if (depth === 0 || typeof node !== "object" || node === null) return;
  if (Array.isArray(node)) {
    for (const each of node) collect(each, group, found, depth - 1);
    return;
  }
  const fields = node as Fields;
  const types = [fields["@type"]].flat();
  if (types.includes("ProductGroup") && fields["hasVariant"] !== undefined) {
    collect(fields["hasVariant"], fields, found, depth - 1);
    return;
  }
  if (["Product", "ProductGroup", "IndividualProduct"].some((type) => types.includes(type))) {
    const item = productOf({ ...inherited(group), ...fields }, group);
    if (item && !found.has(item.id)) found.set(item.id, item);
    return;
  }
  for (const key of ["@graph", "itemListElement", "item", "mainEntity", "itemOffered"]) {
    collect(fields[key], group, found, depth - 1);
  }
}

/** What variants have from their group. */
function inherited(group: Fields | undefined): Fields {
  return group ? { brand: group["brand"], category: group["category"], image: group["image"], name: group["name"] } : {};
}

function productOf(fields: Fields, group: Fields | undefined): Item | undefined {
  // `flaneur pack` gives the same product the same id: `tests/vectors/jsonld/ids.json` holds both to it.
  const id = text(fields["sku"], ID_LENGTH) ?? text(fields["productID"], ID_LENGTH) ?? text(fields["gtin13"] ?? fields["gtin"], ID_LENGTH) ?? tail(fields["@id"]) ?? tail(fields["url"]);
  if (id === undefined) return undefined;
  const offers = [fields["offers"]].flat().map((each): Fields => ({ ...first(first(each)["priceSpecification"]), ...compact(first(each)) }));
  // As `flaneur pack` does: of the offers in the first currency that one names, the cheapest that can be had at its price, else the cheapest.
  const priced = offers.filter((offer) => priceOf(offer) !== undefined);
  const unit = priced.map(({ priceCurrency }) => currency(priceCurrency)).find(Boolean);
  const comparable = priced.filter(({ priceCurrency }) => (currency(priceCurrency) ?? unit) === unit);
  const holding = comparable.filter((offer) => !isSoldOut(offer) && !isOver(offer));
  const stated = offers.filter(({ availability }) => text(availability, TEXT_LENGTH));
  const attributes = compact({ color: text(fields["color"], 60), material: text(fields["material"], 60), size: text(fields["size"], 60) });
  return compact({
    id,
    title: text(fields["name"], TEXT_LENGTH),
    brand: named(fields["brand"]) ?? named(fields["manufacturer"]),
    category: path(fields["category"]),
    price: least((holding[0] ? holding : comparable).map(priceOf)),
    currency: unit,
    available: stated[0] && !stated.every(isSoldOut),
    image: address(fields["image"]),
    url: address(fields["url"] ?? offers.map(({ url }) => url).find(Boolean)),
    group: group && (text(group["productGroupID"], ID_LENGTH) ?? tail(group["@id"])),
    attributes: Object.keys(attributes).length > 0 ? attributes : undefined,
  }) as unknown as Item;
}

function priceOf({ price, lowPrice }: Fields): number | undefined {
  return number(price ?? lowPrice);
}

function isSoldOut({ availability }: Fields): boolean {
  return /(OutOfStock|SoldOut|Discontinued)$/.test(text(availability, TEXT_LENGTH) ?? "");
}

/** Whether the price held until a moment that is over; a day belongs to it. */
function isOver({ priceValidUntil: until }: Fields): boolean {
  return typeof until === "string" && Date.parse(until) + (until.length > 10 ? 0 : 864e5) <= Date.now();
}

/**
 * Shopify's products as items: the array of `/products.json`, one product of `/products/*.js`, or
 * an object that holds either. One product is one item, priced by its cheapest variant.
 */
export function shopifyItems(data: unknown): Item[] {
  const from = (data ?? {}) as Fields;
  const products = Array.isArray(data) ? (data as unknown[]) : Array.isArray(from["products"]) ? (from["products"] as unknown[]) : [from["product"] ?? data];
  return products.flatMap((product) => shopifyItem(product) ?? []);
}

function shopifyItem(product: unknown): Item | undefined {
  if (typeof product !== "object" || product === null) return undefined;
  const fields = product as Fields;
  const id = text(fields["id"], ID_LENGTH);
  if (id === undefined) return undefined;
  const variants = (Array.isArray(fields["variants"]) ? fields["variants"] : []) as Fields[];
  // The storefront's `.js` form counts in cents, as a number; the others write a decimal text.
  const prices = [...variants, fields].map((each) => (typeof each?.["price"] === "number" ? each["price"] / 100 : each?.["price"]));
  const tags = fields["tags"];
  const known = variants.filter((variant) => typeof variant?.["available"] === "boolean");
  const handle = text(fields["handle"], TEXT_LENGTH);
  return compact({
    id,
    title: text(fields["title"], TEXT_LENGTH),
    brand: text(fields["vendor"], TEXT_LENGTH),
    category: text(fields["product_type"] ?? fields["type"], TEXT_LENGTH),
    tags: (Array.isArray(tags) ? tags : typeof tags === "string" ? tags.split(",") : []).flatMap((tag) => text(tag, TEXT_LENGTH) ?? []).slice(0, 50),
    price: least(prices),
    available: known.length > 0 ? known.some(({ available }) => available) : undefined,
    image: address(fields["featured_image"] ?? fields["images"] ?? fields["image"]),
    url: handle === undefined ? undefined : `/products/${encodeURIComponent(handle)}`,
    added: dated(fields["published_at"] ?? fields["created_at"]),
  }) as unknown as Item;
}

/** An object without its missing fields. */
function compact(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
}

function text(value: unknown, length: number): string | undefined {
  const written = typeof value === "number" && Number.isFinite(value) ? String(value) : typeof value === "string" ? value.trim() : value;
  return isText(written, length) ? written : undefined;
}

function number(value: unknown): number | undefined {
  const read = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof read === "number" && Number.isFinite(read) && read >= 0 ? read : undefined;
}

function least(values: unknown[]): number | undefined {
  const numbers = values.flatMap((value) => number(value) ?? []);
  return numbers.length > 0 ? Math.min(...numbers) : undefined;
}

function first(value: unknown): Fields {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === "object" && one !== null ? (one as Fields) : {};
}

function named(value: unknown): string | undefined {
  return text(first(value)["name"] ?? value, TEXT_LENGTH);
}

function path(value: unknown): string[] | undefined {
  const levels = [value].flat().flatMap((level) => (typeof level === "string" ? level.split(/[>/]/) : [named(level)]));
  const read = levels.flatMap((level) => text(level, 120) ?? []).slice(0, 6);
  return read.length > 0 ? read : undefined;
}

function currency(value: unknown): string | undefined {
  return typeof value === "string" && /^[A-Z]{3}$/.test(value) ? value : undefined;
}

function dated(value: unknown): string | undefined {
  return typeof value === "string" && value.length <= 40 && Number.isFinite(Date.parse(value)) ? new Date(value).toISOString() : undefined;
}

/** The first address of a picture or page; only those a page may link to. */
function address(value: unknown): string | undefined {
  const { url, contentUrl, src } = first(value);
  const written = text(url ?? contentUrl ?? src ?? [value].flat()[0], 2000);
  return written !== undefined && (/^https?:\/\//i.test(written) || /^[/.?#\w-][^:]*$/.test(written)) ? written : undefined;
}

/** The last part of an address, for products that have no other name. Every page may call its own `#product`. */
function tail(value: unknown): string | undefined {
  return typeof value === "string" ? text(/(?:^\/?|[^/]\/|[?#])([^/?#]+)[/?]*(?:#[^]*)?$/.exec(value)?.[1], ID_LENGTH) : undefined;
}
