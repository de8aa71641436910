/**
 * Flaneur with the engine inside: for app shells, single-file bundles and Node.
 *
 * The same names as the browser entry. Nothing is fetched and no file is read; the price is a
 * larger script and the scalar build.
 */

import * as core from "./core.js";
import base64 from "./inline.js";
import { openWith } from "./open.js";
import type { Flaneur, OpenOptions } from "./types.js";

export { isFlaneurError } from "./errors.js";
export { deviceContext } from "./request.js";
export type * from "./types.js";

/** Opens a shop, like `open` of the browser entry. */
export function open(options: OpenOptions): Promise<Flaneur> {
  return openWith(
    {
      glue: () => Promise.resolve(core),
      inline: () => Promise.resolve(base64),
      measurer: () => import("./measure/measurer.js"),
    },
    options,
  );
}
