// Feeds a dump of a dataLayer to a shop, entry by entry, and notes of each whether it counted and why not.
import type { Flaneur } from "flaneur";
import { connect } from "flaneur/connect";
import { SLICE_MS, turn } from "../turn.ts";

export type Outcome = "counted" | "known" | "refused" | "waits" | "reset" | "command" | "other" | "empty" | "data" | "malformed";
export interface Heard {
  /** Its place in the dump, from 1 on. */
  at: number;
  /** The event's name, or what the entry is. */
  name: string;
  outcome: Outcome;
  /** The items that it names. */
  items: string[];
  /** Those of them that the catalog does not hold. */
  missing: string[];
}
type Fields = Record<string, unknown>;

/** Names that mean something here, of GA4 and of Segment. */
const UNDERSTOOD = /^(view_item_list|select_item|view_item|add_to_cart|remove_from_cart|add_to_wishlist|begin_checkout|purchase|refund|search|view_search_results|product (list viewed|clicked|viewed|added|removed|added to wishlist)|checkout started|order (completed|refunded)|products searched)$/i;

/** The entries of a dump: a JSON array, or lines of JSON; nothing when it is neither. */
export function readDump(text: string): unknown[] | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  try {
    const data: unknown = JSON.parse(trimmed);
    return (Array.isArray(data) ? (data as unknown[]) : [data]).map(asPushed);
  } catch {
    try {
      return trimmed.split("\n").filter((line) => line.trim() !== "").map((line) => asPushed(JSON.parse(line)));
    } catch {
      return undefined;
    }
  }
}

/** The arguments of a gtag call, which JSON writes as an object with the keys 0, 1, 2. */
function asPushed(entry: unknown): unknown {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry) || !("0" in entry)) return entry;
  return Object.keys(entry).filter((key) => /^\d+$/.test(key)).sort((a, b) => Number(a) - Number(b)).map((key) => (entry as Fields)[key]);
}

/** Follows a long dump, and may end it. */
export interface Watch {
  /** How many entries were heard so far: told before the page gets a turn. */
  told?: (done: number) => void;
  /** Nothing more is heard once it is aborted. */
  signal?: AbortSignal;
}

/** Pushes each entry to a queue that the shop listens to, a slice at a time; `tick` moves the shop's clock before each. */
export async function hear(shop: Flaneur, entries: readonly unknown[], known: (id: string) => boolean, tick: () => void, { told, signal }: Watch = {}): Promise<Heard[]> {
  const layer: unknown[] = [];
  const end = connect(shop, { dataLayer: layer });
  // The count of events would not tell: a full log stays as long as it is.
  let counted = false;
  const endCounting = shop.on("change", ({ cause }) => (counted ||= cause === "observe"));
  const orders = new Set<string>();
  const heard: Heard[] = [];
  let waiting: unknown;
  let began = performance.now();
  for (const [i, entry] of entries.entries()) {
    if (performance.now() - began > SLICE_MS) {
      told?.(i);
      await turn();
      began = performance.now();
    }
    if (signal?.aborted) break;
    tick();
    counted = false;
    layer.push(entry);
    // The shop says that something changed at the end of the task at hand.
    await Promise.resolve();
    const { name, fields } = partsOf(entry);
    const { event, ecommerce, properties } = fields;
    const items = itemsIn(fields, waiting);
    const number = fields["transaction_id"] ?? (isFields(ecommerce) ? ecommerce["transaction_id"] : isFields(properties) ? properties["order_id"] : undefined);
    const order = typeof number === "string" || typeof number === "number" ? `${name} ${number}` : undefined;
    const outcome = counted ? "counted" : outcomeOf(entry, fields, name, items, order !== undefined && orders.has(order));
    if (order !== undefined) orders.add(order);
    if (!Array.isArray(entry) && event === undefined && ecommerce !== undefined) waiting = ecommerce;
    else if (UNDERSTOOD.test(name)) waiting = undefined;
    heard.push({ at: i + 1, name, outcome, items, missing: items.filter((id) => !known(id)) });
  }
  end();
  endCounting();
  return heard;
}

function partsOf(entry: unknown): { name: string; fields: Fields } {
  if (Array.isArray(entry)) {
    const [command, name, fields] = entry as unknown[];
    return { name: command === "event" ? wordOf(name) : `gtag("${wordOf(command)}")`, fields: isFields(fields) ? fields : {} };
  }
  const fields = isFields(entry) ? entry : {};
  return { name: typeof fields["event"] === "string" ? fields["event"] : Object.keys(fields)[0] ?? "", fields };
}

/** What stands where a name belongs. */
const wordOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value) ?? "");

function outcomeOf(entry: unknown, fields: Fields, name: string, items: string[], again: boolean): Outcome {
  if (Array.isArray(entry)) {
    if (entry[0] !== "event") return "command";
  } else if (!isFields(entry)) return "malformed";
  else if (typeof fields["event"] !== "string") return "ecommerce" in fields ? (fields["ecommerce"] === null ? "reset" : "waits") : "data";
  if (!UNDERSTOOD.test(name)) return "other";
  if (items.length === 0) return "empty";
  return again ? "known" : "refused";
}

/** The ids of an event's items, in GA4's form or in Segment's. */
function itemsIn(fields: Fields, waiting: unknown): string[] {
  const { ecommerce, properties } = fields;
  const from = [fields, ecommerce, properties, waiting].find((part) => isFields(part) && (Array.isArray(part["items"]) || Array.isArray(part["products"]) || "product_id" in part)) as Fields | undefined;
  const list = (from?.["items"] ?? from?.["products"] ?? [from]) as unknown[];
  return [...new Set(list.flatMap((item) => (isFields(item) ? [item["item_id"] ?? item["product_id"] ?? item["sku"]] : [])).filter((id) => typeof id === "string" || typeof id === "number").map(String))];
}

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
