/**
 * Reads the one thing of a pack that is needed without the engine: the items' ids, in the shop's
 * order. The format is in `docs/PACK.md`; the engine checks all of it, this reader only what it
 * touches, and it uses the engine's error codes.
 */

import { flaneurError } from "./errors.js";
import type { FlaneurError } from "./types.js";

const MAGIC = "FLANPACK";
const VERSION = 2;
const HEADER_LENGTH = 32;
const ROW_LENGTH = 16;
/** How many texts, and the bytes of a length. */
const TEXTS_HEAD = 5;

/**
 * The ids of a pack's items, in the shop's order.
 *
 * # Errors
 * `pack_not_a_pack`, `pack_version`, `pack_truncated`, `pack_corrupt`.
 */
export function readPackIds(bytes: Uint8Array): string[] {
  const { view, at: start } = section(bytes, "IDS ");
  const end = view.byteLength;
  if (end - start < TEXTS_HEAD) throw corrupt();
  const count = view.getUint32(start, true);
  const width = view.getUint8(start + 4);
  let from = start + TEXTS_HEAD + count * width;
  if (width < 1 || width > 4 || from > end) throw corrupt();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    let length = 0;
    for (let byte = width - 1; byte >= 0; byte--) {
      length = length * 256 + view.getUint8(start + TEXTS_HEAD + i * width + byte);
    }
    if (from + length > end) throw corrupt();
    try {
      ids.push(decoder.decode(new Uint8Array(view.buffer, view.byteOffset + from, length)));
    } catch {
      throw corrupt();
    }
    from += length;
  }
  if (from !== end) throw corrupt();
  return ids;
}

/** A view that ends where the section ends, and where the section starts in it. */
function section(bytes: Uint8Array, tag: string): { view: DataView; at: number } {
  if (ascii(bytes, 0, MAGIC.length) !== MAGIC) {
    throw flaneurError("pack_not_a_pack", "These bytes are not a pack; expected a file written by `flaneur pack`.", "catalog");
  }
  if (bytes.byteLength < HEADER_LENGTH) throw truncated("header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(8, true);
  if (version !== VERSION) {
    const message = `The pack has format version ${version}; this package reads version ${VERSION}; pack again.`;
    throw flaneurError("pack_version", message, "catalog");
  }
  const rows = view.getUint16(10, true);
  if (bytes.byteLength < HEADER_LENGTH + rows * ROW_LENGTH) throw truncated("sections");
  for (let row = 0; row < rows; row++) {
    const at = HEADER_LENGTH + row * ROW_LENGTH;
    if (ascii(bytes, at, 4) !== tag) continue;
    const start = view.getUint32(at + 8, true);
    const end = start + view.getUint32(at + 12, true);
    if (end > bytes.byteLength) throw truncated("IDS");
    return { view: new DataView(bytes.buffer, bytes.byteOffset, end), at: start };
  }
  throw corrupt();
}

function ascii(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}

function truncated(where: string): FlaneurError {
  return flaneurError("pack_truncated", "The pack ends too early; load it again.", `catalog.${where}`);
}

function corrupt(): FlaneurError {
  return flaneurError("pack_corrupt", "A section is broken; load the pack again or rebuild it.", "catalog.IDS");
}
