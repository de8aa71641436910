/**
 * Orders that the shopper brings along: past orders of the shop, a loyalty programme's export, a till
 * ticket. Each becomes one purchase whose id is that of the order, so that bringing it twice, or
 * after the page saw it, adds nothing; of two dates the earlier stays.
 */

import type { CanonicalLine } from "./canonical.js";
import { MAX_LINES, readTime } from "./canonical.js";

/** Names of a column, or of a field, as shops and tills have them. */
const NAMES = {
  order: ["order", "order_id", "id", "transaction_id", "ticket", "receipt", "number"],
  at: ["at", "date", "time", "created_at", "timestamp", "processed_at"],
  item: ["item", "item_id", "sku", "product_id", "product", "ean", "gtin"],
  quantity: ["quantity", "qty", "units"],
  price: ["price", "unit_price", "amount"],
} as const;

type Fields = Record<string, unknown>;

/** Purchases of a list of orders; what is wrong in them is left to the engine to refuse. */
export function purchasesOf(orders: readonly unknown[]): unknown[] {
  return orders.map((order) => {
    const fields = fieldsOf(order);
    const items = Array.isArray(fields["items"]) ? fields["items"] : Array.isArray(fields["lines"]) ? fields["lines"] : [];
    return purchase(field(fields, "order"), field(fields, "at"), items.slice(0, MAX_LINES).map(lineOf));
  });
}

/** Purchases of a table with a heading, one row for each line of an order; nothing when it is no such table. */
export function purchasesOfTable(text: string): unknown[] | undefined {
  const rows = cells(text);
  const names = rows.next().value?.map((name) => name.trim().toLowerCase());
  if (!names || !NAMES.item.some((name) => names.includes(name)) || !NAMES.at.some((name) => names.includes(name))) return undefined;
  const orders = new Map<string, { order: unknown; at: unknown; lines: CanonicalLine[] }>();
  for (const row of rows) {
    // By its own cells: the heading may be wider than all that follows.
    const fields = Object.fromEntries(row.map((cell, i) => [names[i], cell.trim()]));
    const [order, at] = [field(fields, "order"), field(fields, "at")];
    const key = String(order ?? at);
    const known = orders.get(key) ?? { order, at, lines: [] };
    if (known.lines.length < MAX_LINES) known.lines.push(lineOf(fields));
    orders.set(key, known);
  }
  return [...orders.values()].map(({ order, at, lines }) => purchase(order, at, lines));
}

function purchase(order: unknown, at: unknown, lines: CanonicalLine[]): unknown {
  // Whether 05/01/2026 begins with the day or the month is not known: it is no number either.
  const time = readTime(typeof at !== "string" || !/^\d\d?\D\d|^\d{11,}$/.test(at) ? at : Number(at));
  const number = typeof order === "string" || typeof order === "number" ? order : time;
  return { id: `purchase:${number}`, type: "purchase", at: time ?? at, lines };
}

function lineOf(line: unknown): CanonicalLine {
  if (typeof line === "string") return { item: line };
  const fields = fieldsOf(line);
  const item = field(fields, "item") ?? fields["id"];
  const [quantity, price] = [numberOf(field(fields, "quantity")), numberOf(field(fields, "price"))];
  return {
    item: typeof item === "number" ? String(item) : (item as string),
    ...(quantity !== undefined && { quantity }),
    ...(price !== undefined && { price }),
  };
}

function field(fields: Fields, name: keyof typeof NAMES): unknown {
  const key = NAMES[name].find((key) => fields[key] !== undefined && fields[key] !== "");
  return key === undefined ? undefined : fields[key];
}

/**
 * "2", 2, "49,99", "49.99 EUR", "€ 1 299,00" and "1,299.00" are numbers: of two marks the last is the decimal one, and
 * a comma alone before three digits is none, unless a 0 begins it, as `flaneur pack` reads it.
 */
function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const written = /-?\d[\d.,'’\s]*/.exec(value)?.[0].replace(/['’\s]/g, "");
  if (written === undefined) return undefined;
  const marks = written.match(/[.,]/g) ?? [];
  const isAlike = marks.every((mark) => mark === marks[0]);
  const isGrouped = marks.length === 1 ? written.at(-4) === "," && written[0] !== "0" : isAlike;
  const point = isGrouped ? written.length : written.lastIndexOf(marks.at(-1) ?? "");
  return Number.parseFloat(`${written.slice(0, point).replace(/[.,]/g, "")}.${written.slice(point + 1)}`);
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

/** The rows that are not empty of a table with commas, semicolons or tabs between its cells, RFC 4180 otherwise. */
function* cells(text: string): Generator<string[], undefined> {
  const heading = text.slice(0, Math.max(0, text.search(/\r?\n/)));
  const comma = ["\t", ";", ","].find((mark) => heading.includes(mark)) ?? ",";
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[at++];
      else quoted = false;
    } else if (character === '"' && cell === "") quoted = true;
    else if (character === comma || character === "\n") {
      row.push(cell);
      cell = "";
      if (character === comma) continue;
      if (row.join("")) yield row;
      row = [];
    } else if (character !== "\r") cell += character;
  }
  row.push(cell);
  if (row.join("")) yield row;
}
