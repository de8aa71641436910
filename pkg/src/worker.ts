/**
 * Flaneur in a worker: the same names, returning promises, and nothing of the engine on the page's
 * own thread.
 *
 * The page fetches and compiles the engine and posts it. Where the page's policy forbids compiling,
 * it posts the bytes: a worker of the same origin has the policy of its own response, so this is
 * also the way to run under a strict one. A worker that does not start, or says nothing in time, is
 * replaced once and then done without: the same calls go to the page's own thread.
 */

import type { Flaneur, OpenOptions } from "./types.js";
import { openRemote } from "./worker/remote.js";
import type { WorkerFlaneur, WorkerOptions } from "./worker/types.js";

export { isFlaneurError } from "./errors.js";
export { deviceContext } from "./request.js";
export type * from "./types.js";
export type { WorkerDecision, WorkerFlaneur, WorkerOptions, WorkerSlate } from "./worker/types.js";

/**
 * Opens a shop in a worker, or on the page when there can be none.
 *
 * # Errors
 * As `open` of the main entry.
 */
export function open(options: WorkerOptions): Promise<WorkerFlaneur> {
  const sources = {
    // Each address is written out: bundlers only see whole expressions.
    url: (simd: boolean) =>
      simd ? new URL("./core_bg.wasm", import.meta.url) : new URL("./core_scalar_bg.wasm", import.meta.url),
    inline: async () => (await import("./inline.js")).default,
  };
  const worker = (): Worker => new Worker(new URL("./worker/host.js", import.meta.url), { type: "module" });
  const onPage = async (given: OpenOptions): Promise<Flaneur> => (await import("./index.js")).open(given);
  return openRemote({ sources, worker: typeof Worker === "function" ? worker : undefined, open: onPage }, options);
}
