/**
 * The log as a document: what a shopper takes away, and brings back.
 */

import { flaneurError } from "./errors.js";
import { lock, unlock } from "./locked.js";
import { purchasesOf, purchasesOfTable } from "./orders.js";
import type { ExportedEvent, LogDocument, PassthroughReason } from "./types.js";

/** Longest document that is read, in bytes. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Most events that are read. */
const MAX_EVENTS = 100_000;

/**
 * Writes the document; sealed, when there is a passphrase.
 *
 * # Errors
 * Those of `lock`.
 */
export async function writeDocument(
  shop: string,
  now: number,
  events: ExportedEvent[],
  incomplete: PassthroughReason | undefined,
  passphrase?: unknown,
): Promise<Blob> {
  const document: LogDocument = {
    flaneur: 1,
    shop,
    exported: new Date(now).toISOString(),
    events,
    ...(incomplete !== undefined && { incomplete }),
  };
  const text = JSON.stringify(document, null, 2);
  const sealed = passphrase === undefined ? undefined : await lock(text, passphrase);
  const file = sealed ? JSON.stringify({ flaneur: 1, sealed }, null, 2) : text;
  return new Blob([file], { type: "application/json" });
}

/** What was brought along. */
export interface Brought {
  /** Events, not yet checked by the engine. */
  events: unknown[];
  /** What its entries are called where it came from. */
  list: "events" | "orders";
}

/**
 * Reads a document: an export, sealed or not, or orders in JSON or as a table.
 *
 * # Errors
 * `import_too_large`, `import_json`, `import_format`, `import_passphrase`.
 */
export async function readDocument(data: unknown, passphrase?: unknown): Promise<Brought> {
  const text = await textOf(data);
  const table = text === undefined || /^\s*[[{]/.test(text) ? undefined : purchasesOfTable(text);
  if (table) return bounded(table, "orders");
  let document = text === undefined ? data : parseJson(text);
  if (typeof document !== "object" || document === null) throw format("");
  if ("sealed" in document) document = parseJson(await unlock(document.sealed, passphrase)) as object;
  const { flaneur, events, orders } = document as Partial<Record<keyof LogDocument | "orders", unknown>>;
  if (Array.isArray(orders)) return bounded(orders.length > MAX_EVENTS ? orders : purchasesOf(orders), "orders");
  if (flaneur !== 1) throw format("flaneur");
  if (!Array.isArray(events)) throw format("events");
  return bounded(events, "events");
}

function bounded(events: unknown[], list: Brought["list"]): Brought {
  if (events.length > MAX_EVENTS) throw tooLarge();
  return { events, list };
}

/** The text of a file; nothing when what was given is an object already. */
async function textOf(data: unknown): Promise<string | undefined> {
  const blob = (data ?? {}) as Blob; // of any realm, and of happy-dom, whose class has no name
  if (typeof blob.text === "function" && typeof blob.size === "number") {
    if (blob.size > MAX_BYTES) throw tooLarge();
    return blob.text();
  }
  if (Object.prototype.toString.call(data) === "[object ArrayBuffer]" || ArrayBuffer.isView(data)) {
    const bytes = data as ArrayBuffer | ArrayBufferView<ArrayBuffer>;
    if (bytes.byteLength > MAX_BYTES) throw tooLarge();
    return new TextDecoder().decode(bytes);
  }
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = "The file is neither JSON nor a table of orders with a heading; choose a file that `export` wrote.";
    throw flaneurError("import_json", message, undefined, cause);
  }
}

function format(path: string): Error {
  return flaneurError("import_format", 'The document is not an export, { "flaneur": 1, "events": […] }, nor a list of orders, { "orders": […] }.', path);
}

function tooLarge(): Error {
  return flaneurError("import_too_large", "The file is larger than any export: over 16 MiB or 100,000 events.");
}
