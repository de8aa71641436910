/** The product's scan, and merely reading the same bytes in the same engine. */

import init, { Rows, Sweep } from "/kernel/kernel.js";

import { PLACES } from "../vectors.js";

/** More than any cache of today's processors. */
const SWEEP_BYTES = 96 << 20;

let sweep;

/** The module, once. */
export async function load() {
  await init({ module_or_path: "/kernel/kernel.wasm" });
  sweep ??= new Sweep(SWEEP_BYTES);
}

/** Empties the caches of everything else. */
export const chill = () => void sweep.read();

/** The rows of a world inside the module. */
export const rowsOf = ({ bytes, scales, dims }) => new Rows(bytes, scales, dims);

export async function ours(world) {
  await load();
  const rows = rowsOf(world);
  return { top: (asker) => rows.top(asker.bytes, PLACES), read: () => rows.read() };
}
