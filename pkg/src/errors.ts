/**
 * The one error of the package.
 *
 * The engine throws plain `Error`s of the same form (`name`, `code`, `path`), so callers and this
 * package tell them apart by name and code and never by class.
 *
 * Codes made here, besides those that the engine has too (`value_*`, `pack_*`): `option_missing`,
 * `option_type`, `shop_name`, `catalog_unavailable`, `catalog_json`, `import_too_large`,
 * `import_json`, `import_format`, `import_passphrase`, `export_crypto`, `value_too_short`,
 * `engine_restarted`. Paths start with the argument's name.
 *
 * Messages never hold titles, search text, ids of people or profile values.
 */

import type { FlaneurError } from "./types.js";

/** Makes a coded error. `path` points into what the caller gave. */
export function flaneurError(code: string, message: string, path?: string, cause?: unknown): FlaneurError {
  const error = cause === undefined ? new Error(message) : new Error(message, { cause });
  return Object.assign(error, path === undefined ? { name: "FlaneurError" as const, code } : { name: "FlaneurError" as const, code, path });
}

/**
 * Whether something that was thrown is a coded error of this package.
 *
 * Works across copies and versions of the package: it looks at the name and the code.
 */
export function isFlaneurError(e: unknown): e is FlaneurError {
  return e instanceof Error && e.name === "FlaneurError" && typeof (e as { code?: unknown }).code === "string";
}

/** Tells the page about a failure that must not break it: a listener's, never our caller's. */
export function report(e: unknown): void {
  if (typeof reportError === "function") reportError(e);
  else console.error(e);
}
