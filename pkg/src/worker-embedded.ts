/**
 * The worker entry where there are no web workers: on a server the engine runs where it is asked.
 *
 * The same names as the browser entry, so that a page's code imports on both sides.
 */

import { open as openHere } from "./embedded.js";
import { openRemote } from "./worker/remote.js";
import type { WorkerFlaneur, WorkerOptions } from "./worker/types.js";

export { isFlaneurError } from "./errors.js";
export { deviceContext } from "./request.js";
export type * from "./types.js";
export type { WorkerDecision, WorkerFlaneur, WorkerOptions, WorkerSlate } from "./worker/types.js";

/** Opens a shop, like `open` of the browser entry; `status.thread` is `"page"`. */
export function open(options: WorkerOptions): Promise<WorkerFlaneur> {
  return openRemote({ sources: {}, worker: undefined, open: openHere }, options);
}
