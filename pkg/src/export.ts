/**
 * The log as a document: what a shopper takes away, and brings back.
 */

import { flaneurError } from "./errors.js";
import type { ExportedEvent, LogDocument, PassthroughReason } from "./types.js";

/** Longest document that is read, in bytes; a full log is under 2 MiB. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Most events that are read. */
const MAX_EVENTS = 100_000;

/** Writes the document. */
export function writeDocument(
  shop: string,
  now: number,
  events: ExportedEvent[],
  incomplete: PassthroughReason | undefined,
): Blob {
  const document: LogDocument = {
    flaneur: 1,
    shop,
    exported: new Date(now).toISOString(),
    events,
    ...(incomplete !== undefined && { incomplete }),
  };
  return new Blob([JSON.stringify(document, null, 2)], { type: "application/json" });
}

/**
 * The events of a document, not yet checked by the engine.
 *
 * # Errors
 * `import_too_large`, `import_json`, `import_format`.
 */
export async function readDocument(data: unknown): Promise<unknown[]> {
  const document = await parse(data);
  if (typeof document !== "object" || document === null) throw format("");
  const { flaneur, events } = document as Partial<Record<keyof LogDocument, unknown>>;
  if (flaneur !== 1) throw format("flaneur");
  if (!Array.isArray(events)) throw format("events");
  if (events.length > MAX_EVENTS) throw tooLarge();
  return events;
}

async function parse(data: unknown): Promise<unknown> {
  const kind = Object.prototype.toString.call(data);
  if (kind === "[object Blob]" || kind === "[object File]") {
    const blob = data as Blob;
    if (blob.size > MAX_BYTES) throw tooLarge();
    return parseJson(await blob.text());
  }
  if (kind === "[object ArrayBuffer]" || ArrayBuffer.isView(data)) {
    const bytes = data as ArrayBuffer | ArrayBufferView<ArrayBuffer>;
    if (bytes.byteLength > MAX_BYTES) throw tooLarge();
    return parseJson(new TextDecoder().decode(bytes));
  }
  return data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw flaneurError("import_json", "The file is not JSON; choose a file that `export` wrote.", undefined, cause);
  }
}

function format(path: string): Error {
  return flaneurError("import_format", 'The document is not an export: { "flaneur": 1, "events": […] }.', path);
}

function tooLarge(): Error {
  return flaneurError("import_too_large", "The file is larger than any export: over 16 MiB or 100,000 events.");
}
