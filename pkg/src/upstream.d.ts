/**
 * The generated glue of the module that seals, as this package uses it.
 *
 * Written by hand, like that of the core; `tests/wasm/operators.test.mjs` and `relay.test.mjs` run every function.
 */

/** Instantiates once. */
export default function init(source: {
  module_or_path: string | URL | Response | BufferSource | WebAssembly.Module;
}): Promise<unknown>;

/** A report for two operators; `now` in seconds since 1970. `report` is the id of one that was sealed before, or empty. */
export function seal(
  id: Uint8Array,
  buckets: number,
  chunk: number,
  timePrecision: number,
  leader: Uint8Array,
  helper: Uint8Array,
  bucket: number,
  now: number,
  report: Uint8Array,
): Uint8Array;

/** A noisy answer, one bit per bucket. */
export function answer(buckets: number, epsilonMicro: number, bucket: number): Uint8Array;

/** A request sealed for a gateway: 16 bytes that open its answer and stay here, then what the relay is given. */
export function hide(
  gateway: Uint8Array,
  method: string,
  scheme: string,
  authority: string,
  path: string,
  contentType: string,
  content: Uint8Array,
): Uint8Array;

/** The answer to what `hide` gave: two bytes of status, then the body. */
export function reveal(hidden: Uint8Array, answer: Uint8Array): Uint8Array;

export function version(): string;
