// Reads a product feed that somebody pasted: CSV or TSV with a heading, a JSON array, lines of JSON, or Shopify's
// products.json. Nothing here throws: what cannot be read is left out and named.
import type { Item } from "flaneur";
import { shopifyItems } from "flaneur/connect";

export interface Feed {
  items: Item[];
  /** Lines or entries that are no item, from 1 on; a heading is not counted. */
  left: { at: number; because: "no_id" | "twice" | "not_json" }[];
  /** How the whole was read; nothing when it could not be. */
  form?: "table" | "json" | "lines" | "shopify";
}
type Row = Record<string, unknown>;

/** The columns of the feeds of Google, Facebook, Shopify and of the package itself, by what they are here: best first, as `flaneur pack` has them. */
export const COLUMNS: Record<string, readonly string[]> = {
  id: ["id", "item", "item_id", "itemid", "product_id", "productid", "variant_id", "offer_id", "sku", "handle", "article_id", "article", "stockcode", "code", "asin", "référence", "reference", "ugs"],
  title: ["title", "name", "product_name", "product_title", "item_name", "label", "titre", "nom", "libellé", "libelle", "désignation", "designation", "description"],
  brand: ["brand", "vendor", "manufacturer", "maker", "marque", "brands", "marques", "item_brand"],
  category: ["category", "product_type", "categories", "category_path", "item_category", "breadcrumb", "department", "catégorie", "categorie", "catégories", "rayon", "google_product_category", "type"],
  price: ["price", "unit_price", "variant_price", "amount", "regular_price", "prix", "prix_ttc", "tarif_régulier"],
  sale: ["sale_price", "tarif_promo", "prix_promo", "prix_promotionnel"],
  currency: ["currency", "price_currency", "currency_code", "devise"],
  available: ["available", "availability", "in_stock", "instock", "is_available", "is_in_stock", "stock_status", "disponible", "disponibilité", "en_stock", "stock", "inventory"],
  added: ["added", "first_ts", "created_at", "created", "added_at", "date_added", "published_at"],
  tags: ["tags", "labels", "keywords", "étiquettes", "mots_clés"],
  group: ["group", "item_group_id", "group_id", "parent_id", "parent_sku", "style_id"],
  margin: ["margin"],
  kind: ["kind"],
};
const ATTRIBUTES = ["colour", "color", "material", "size", "pattern"];

export function readFeed(text: string): Feed {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  if (trimmed === "") return { items: [], left: [] };
  if (/^[[{]/.test(trimmed)) return readJson(trimmed);
  const rows = readTable(trimmed);
  const [heading = [], ...lines] = rows;
  const names = heading.map((name) => name.trim().replace(/\s*\?+$/, "").toLowerCase().replace(/^g:/, "").replace(/[\s-]/g, "_"));
  if (!names.some((name) => COLUMNS["id"]!.includes(name))) return { items: [], left: [] };
  return { ...collect(lines.map((cells) => Object.fromEntries(names.map((name, i) => [name, cells[i]?.trim() ?? ""])))), form: "table" };
}

function readJson(text: string): Feed {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return readLines(text);
  }
  if (isShopify(data)) return { ...unique(shopifyItems(data)), form: "shopify" };
  const found = Array.isArray(data) ? (data as unknown[]) : [Object.values(data as Row).find(Array.isArray) ?? data].flat();
  return { ...collect(found as Row[]), form: "json" };
}

function readLines(text: string): Feed {
  const rows: Row[] = [];
  /** The line that each row stands on. */
  const at: number[] = [];
  const left: Feed["left"] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      rows.push(JSON.parse(line) as Row);
      at.push(i + 1);
    } catch {
      left.push({ at: i + 1, because: "not_json" });
    }
  }
  if (rows.length === 0) return { items: [], left: [] };
  const feed = collect(rows);
  const named = feed.left.map(({ at: row, because }) => ({ at: at[row - 1] ?? row, because }));
  return { items: feed.items, left: [...left, ...named].sort((a, b) => a.at - b.at), form: "lines" };
}

function isShopify(data: unknown): boolean {
  const products = (data as { products?: unknown })?.products;
  return Array.isArray(products) && products.some((product) => Array.isArray((product as Row)?.["variants"]));
}

/** Cells of a table, quoted as RFC 4180 has it; the heading says what parts them. */
export function readTable(text: string): string[][] {
  const heading = text.split(/[\r\n]/, 1)[0] ?? "";
  const comma = ["\t", ";", ","].reduce((best, mark) => (heading.split(mark).length > heading.split(best).length ? mark : best));
  const rows: string[][] = [];
  let row: string[] = [];
  // A quoted cell, or one up to the next mark; then the mark, the end of the line, or the end.
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^${comma}\\r\\n]*))(${comma}|\\r+\\n?|\\n|$)`, "y");
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    if (!found) break;
    row.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
    if (found[3] !== comma) rows.push(row.splice(0));
  }
  // Its last cell was empty, and there the text ended.
  if (row.length > 0) rows.push(row);
  return rows.filter((cells) => cells.some((value) => value.trim() !== ""));
}

function collect(rows: readonly Row[]): Feed {
  return unique(rows.map((row) => itemOf(typeof row === "object" && row !== null ? row : {})));
}

function unique(items: readonly (Item | undefined)[]): Feed {
  const found = new Map<string, Item>();
  const left: Feed["left"] = [];
  for (const [i, item] of items.entries()) {
    if (!item) left.push({ at: i + 1, because: "no_id" });
    else if (found.has(item.id)) left.push({ at: i + 1, because: "twice" });
    else found.set(item.id, item);
  }
  return { items: [...found.values()], left };
}

function itemOf(row: Row): Item | undefined {
  const fields = Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
  const of = (name: string): unknown => COLUMNS[name]!.map((column) => fields[column]).find((value) => value !== undefined && value !== null && value !== "");
  const text = (name: string): string | undefined => {
    const value = of(name);
    return typeof value === "string" || typeof value === "number" ? String(value).trim() || undefined : undefined;
  };
  const id = text("id");
  if (id === undefined) return undefined;
  const [regular, code] = priceOf(of("price"));
  // As flaneur pack reads it: 0 is no sale, and a sale holds within its dates only.
  const [sale, saleCode] = isOn(fields["sale_price_effective_date"], Date.now()) ? priceOf(of("sale")) : [];
  const reduced = sale !== undefined && sale > 0 && (regular === undefined || sale < regular);
  const [price, currency] = reduced ? [sale, saleCode ?? code] : [regular, code];
  const added = text("added");
  const attributes = Object.fromEntries(ATTRIBUTES.map((name) => [name, fields[name]]).filter(([, value]) => typeof value === "string" && value !== ""));
  const given = fields["attributes"];
  const item = {
    id,
    kind: kindOf(text("kind")),
    title: text("title") && [...text("title")!].slice(0, 300).join(""), // as long as flaneur pack takes of a description
    brand: text("brand"),
    category: pathOf(of("category")),
    price,
    currency: text("currency") ?? currency,
    available: availabilityOf(of("available")),
    added: added !== undefined && Number.isFinite(Date.parse(added)) ? added : undefined,
    tags: listOf(of("tags")),
    group: text("group"),
    margin: priceOf(of("margin"))[0],
    attributes: typeof given === "object" && given !== null ? given : Object.keys(attributes).length > 0 ? attributes : undefined,
  };
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as unknown as Item;
}

const KINDS = ["product", "offer", "content", "service", "message"];
const kindOf = (kind: string | undefined): string | undefined => (kind !== undefined && KINDS.includes(kind) ? kind : undefined);

/** "1 234,50 EUR", "€45.00" and 45 as a number, and the currency when it is written as a code. */
function priceOf(value: unknown): [price?: number | undefined, currency?: string | undefined] {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? [value] : [];
  if (typeof value !== "string") return [];
  const code = value.match(/\b[A-Z]{3}\b/)?.[0];
  const digits = wholeOf(value);
  const price = Number(decimal(digits, /[€£$]\s*$/.test(value)));
  return digits !== "" && Number.isFinite(price) && price >= 0 ? [price, code] : [undefined, code];
}

/** The number with its point and its cents where a currency or a dash stands for them: `12€50`, `12,-`, `1,299/-`. */
function wholeOf(text: string): string {
  const number = text.replace(/\p{L}+\.?|[€£$]/gu, "¤").replace(/[–—]/g, "-").replace(/[^\d.,/¤+-]/g, "");
  const pointed = number.replace(/(\d)¤+(\d\d)$/, "$1.$2").replace(/(^|[^\d¤])¤+/g, "$1").replace(/¤+([.,/-]*)$/, "$1");
  return pointed.replace(/(\d[.,])-+$/, (_, amount: string) => `${amount}00`).replace(/\/-+$/, "");
}

/**
 * A number as `flaneur pack` reads it (`tests/vectors/prices.json` holds both to it): of two separators the last is decimal; a
 * lone comma is, unless three digits follow it; so is a lone point, unless three digits and the sign of a currency do. Behind
 * a 0 no thousands follow.
 */
function decimal(digits: string, isSigned: boolean): string {
  const [point, comma] = [digits.lastIndexOf("."), digits.lastIndexOf(",")];
  if (point >= 0 && comma >= 0) return comma > point ? digits.replaceAll(".", "").replace(",", ".") : digits.replaceAll(",", "");
  const isWhole = !/^[+-]?[0.,]/.test(digits);
  if (comma >= 0) return isWhole && digits.length - comma === 4 ? digits.replaceAll(",", "") : digits.replaceAll(",", ".");
  return isWhole && isSigned && digits.length - point === 4 ? digits.replaceAll(".", "") : digits;
}

/** Whether a moment lies in `start/end`; a side that is empty, or no time, does not bound it. */
function isOn(dates: unknown, now: number): boolean {
  if (typeof dates !== "string" || !dates.includes("/")) return true;
  const [start = "", end = ""] = dates.split("/").map((side) => side.trim());
  const at = (text: string): number => Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, "$1:$2").replace(/(T[\d:.]+)$/, "$1Z"));
  // The last day belongs to it.
  const over = at(end) + (/[T:]/.test(end) ? 0 : 86_400_000);
  return !(now < at(start)) && !(now >= over);
}

function pathOf(value: unknown): string[] | undefined {
  const levels = [value].flat().flatMap((level) => (typeof level === "string" ? level.split(/\s*>\s*/) : []));
  const path = levels.map((level) => level.trim()).filter(Boolean);
  return path.length > 0 ? path : undefined;
}

function listOf(value: unknown): string[] | undefined {
  const given = Array.isArray(value) ? (value as unknown[]) : typeof value === "string" ? value.split(/[,|]/) : [];
  const words = given.flatMap((word) => (typeof word === "string" || typeof word === "number" ? String(word).trim() : [])).filter(Boolean);
  return words.length > 0 ? words : undefined;
}

/** Yes or no, a count, or a word, also at the end of schema.org's address. */
function availabilityOf(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value > 0;
  if (typeof value !== "string") return undefined;
  const word = (value.split("/").at(-1) ?? "").replace(/[^a-z0-9.-]/gi, "").toLowerCase();
  return word !== "" && Number.isFinite(Number(word)) ? Number(word) > 0 : !/^(out|sold|not|unavailable|discontinued|hors|rupture|enrupture|indisponible)|^(false|no|non|n|f|draft|archived)$/.test(word);
}
