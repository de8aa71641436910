/**
 * Checks what `open` was given, before anything is loaded.
 */

import { isCatalog } from "./catalog.js";
import { flaneurError } from "./errors.js";
import { checkGates, isConsentSource } from "./gates.js";
import { isWasmSource } from "./loader.js";
import type { OpenOptions } from "./types.js";

/** Also a database's and a channel's name, so it is kept plain. */
const SHOP = /^[a-z0-9][a-z0-9._-]{0,63}$/i;

/**
 * Options that hold, with nothing left to check but what only the engine can.
 *
 * # Errors
 * `option_missing`, `option_type`, `shop_name`, and those of `checkGates`.
 */
export function checkOptions(options: unknown): OpenOptions {
  if (typeof options !== "object" || options === null) {
    throw flaneurError("option_missing", 'open needs options: open({ shop: "my-shop", catalog: "/catalog.pack" }).');
  }
  const { shop, catalog, consent, notice, audience, rules, context, tasks, tasksKey, upstream, wasm, storage, now, seed } = options as Record<keyof OpenOptions, unknown>;
  if (shop === undefined) throw missing("shop", "the name of your shop");
  if (typeof shop !== "string") throw type("shop", "a text");
  if (!SHOP.test(shop)) {
    const message = "shop must be 1 to 64 letters, digits, dots, dashes or underscores, and start with a letter or digit.";
    throw flaneurError("shop_name", message, "shop");
  }
  if (catalog === undefined || catalog === null) throw missing("catalog", "an address, bytes, or an array of items");
  if (!isCatalog(catalog)) throw type("catalog", "an address, a Response, bytes, or an array of items");
  if (consent !== undefined) {
    if (typeof consent !== "object" || consent === null) throw type("consent", "gates or a consent source");
    if (!isConsentSource(consent)) checkGates(consent, "consent");
  }
  if (notice !== undefined && (typeof notice !== "object" || notice === null)) throw type("notice", "an object of texts");
  if (audience !== undefined && audience !== "general" && audience !== "minor") {
    throw type("audience", '"general" or "minor"');
  }
  if (rules !== undefined && !Array.isArray(rules)) throw type("rules", "an array of rules");
  if (context !== undefined && typeof context !== "function" && (typeof context !== "object" || context === null)) {
    throw type("context", "an object of words, or a function that gives one");
  }
  // What a file holds is told with its questions: a page does without them, not without its shop.
  if (typeof tasks === "string") throw type("tasks", "a bundle of tasks");
  if (tasksKey !== undefined && typeof tasksKey !== "string") throw type("tasksKey", "a key in base64url");
  if (upstream !== undefined && !isWasmSource(upstream)) {
    throw type("upstream", "an address, a Response, bytes, or a module");
  }
  if (wasm !== undefined && !isWasmSource(wasm)) throw type("wasm", "an address, a Response, bytes, or a module");
  if (storage !== undefined && storage !== "device" && storage !== "memory") throw type("storage", '"device" or "memory"');
  if (now !== undefined && typeof now !== "function") throw type("now", "a function that returns milliseconds");
  if (seed !== undefined && !(Number.isSafeInteger(seed) && (seed as number) >= 0)) {
    throw type("seed", "a whole number from 0 to 2^53 - 1");
  }
  return options as OpenOptions;
}

function missing(option: string, what: string): Error {
  return flaneurError("option_missing", `open needs ${option}: ${what}.`, option);
}

function type(option: string, what: string): Error {
  return flaneurError("option_type", `${option} must be ${what}.`, option);
}
