/**
 * Flaneur in the browser: personalization on the shopper's own device.
 *
 * Importing does nothing: no request, no listener, no global is touched until `open`.
 */

import { openWith } from "./open.js";
import type { Flaneur, OpenOptions } from "./types.js";

export { isFlaneurError } from "./errors.js";
export { deviceContext } from "./request.js";
export type * from "./types.js";

/**
 * Opens a shop.
 *
 * Resolves once the engine and the catalog are there, or once it is known that they will not be:
 * then the handle keeps the shop's own order and `status.reason` says why.
 *
 * # Errors
 * Rejects with a `FlaneurError` for options that are wrong (`option_missing`, `option_type`,
 * `shop_name`, …) and for a catalog or rules that are malformed, with the path to the fault.
 */
export function open(options: OpenOptions): Promise<Flaneur> {
  return openWith(
    {
      glue: () => import("./core.js"),
      // Each address is written out: bundlers only see whole expressions.
      url: (simd) =>
        simd ? new URL("./core_bg.wasm", import.meta.url) : new URL("./core_scalar_bg.wasm", import.meta.url),
      inline: async () => (await import("./inline.js")).default,
      measurer: () => import("./measure/measurer.js"),
    },
    options,
  );
}
