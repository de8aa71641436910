/**
 * Brings a catalog to the page, whatever it came as.
 */

import { flaneurError, isFlaneurError } from "./errors.js";
import { fetchWithTimeout, isResponse, isUrl } from "./loader.js";
import { readPackIds } from "./pack.js";
import { fromUtf8 } from "./seal.js";
import type { Catalog } from "./types.js";

/** A catalog that is here, not yet checked by the engine. */
export type CatalogContent = { pack: Uint8Array } | { items: unknown[] };

/** How long a download may take. */
const DOWNLOAD_MS = 30_000;

/**
 * The content of a catalog option.
 *
 * # Errors
 * `catalog_unavailable` when it cannot be fetched or a page is answered, `catalog_json` when an address answers JSON that
 * is broken, `value_type` when the option is none of the accepted types.
 */
export async function readCatalog(catalog: Catalog): Promise<CatalogContent> {
  if (Array.isArray(catalog)) return { items: catalog };
  if (catalog instanceof Uint8Array) return { pack: catalog };
  if (isArrayBuffer(catalog)) return { pack: new Uint8Array(catalog) };
  if (isResponse(catalog)) return download(() => Promise.resolve(catalog));
  if (typeof catalog === "string" || isUrl(catalog)) return download(() => fetchWithTimeout(catalog, DOWNLOAD_MS));
  throw flaneurError("value_type", "catalog must be an address, a Response, bytes, or an array of items.", "catalog");
}

/** Whether a value is of a type that `readCatalog` takes. */
export function isCatalog(value: unknown): value is Catalog {
  return (
    typeof value === "string" ||
    Array.isArray(value) ||
    value instanceof Uint8Array ||
    isArrayBuffer(value) ||
    isResponse(value) ||
    isUrl(value)
  );
}

/**
 * The ids of a catalog in the shop's order, read without the engine.
 *
 * # Errors
 * `pack_*` codes; `value_type`, `value_missing` with the path to the item.
 */
export function shopOrderOf(content: CatalogContent): string[] {
  return "pack" in content ? readPackIds(content.pack) : content.items.map(readId);
}

function readId(item: unknown, index: number): string {
  const path = `catalog[${index}]`;
  if (typeof item !== "object" || item === null) throw flaneurError("value_type", "An item is an object.", path);
  const id = (item as { id?: unknown }).id;
  if (id === undefined) throw flaneurError("value_missing", "An item needs an id.", `${path}.id`);
  if (typeof id !== "string") throw flaneurError("value_type", "An item's id is a text.", `${path}.id`);
  if (id === "") throw flaneurError("value_empty", "An item's id must not be empty.", `${path}.id`);
  return id;
}

async function download(get: () => Promise<Response>): Promise<CatalogContent> {
  let bytes: Uint8Array;
  try {
    const response = await get();
    if (!response.ok) throw new Error(`the address answered ${response.status}`);
    bytes = new Uint8Array(await response.arrayBuffer());
    // A network that asks to sign in, or a shop that answers every address with its start page.
    if (firstOf(bytes) === 0x3c) throw new Error("the address answered a page");
  } catch (cause) {
    throw flaneurError("catalog_unavailable", "The catalog could not be fetched; check its address.", "catalog", cause);
  }
  return [0x5b, 0x7b].includes(firstOf(bytes) ?? 0) ? { items: parse(bytes) } : { pack: bytes };
}

function parse(bytes: Uint8Array): unknown[] {
  let cause: unknown;
  try {
    const items: unknown = JSON.parse(fromUtf8(bytes));
    if (Array.isArray(items)) return items;
  } catch (e) {
    cause = e;
  }
  throw flaneurError("catalog_json", "The catalog's address answered JSON that is not an array of items.", "catalog", cause);
}

/** Blanks, and the three bytes of a byte order mark. */
const BEFORE_TEXT: readonly number[] = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf];

function firstOf(bytes: Uint8Array): number | undefined {
  return bytes.find((byte) => !BEFORE_TEXT.includes(byte));
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}

/** Whether a failure to load means that the catalog is out of reach, rather than wrong. */
export function isUnavailable(e: unknown): boolean {
  return isFlaneurError(e) && e.code === "catalog_unavailable";
}
