/**
 * Checks of what the page's own code gave. A fault throws a coded error with its path.
 */

import { TEXT_LENGTH } from "./canonical.js";
import { flaneurError, isFlaneurError } from "./errors.js";

/** Longest array of ids, as the engine has it. */
const MAX_IDS = 100_000;

/**
 * Reads what the page gave. Its getters and proxies may throw anything: then it is told that the object cannot be read.
 *
 * # Errors
 * The coded error of `read`, or `value_malformed` at `path`.
 */
export function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (e) {
    if (isFlaneurError(e)) throw e;
    throw flaneurError("value_malformed", "This object cannot be read; send plain data.", path, e);
  }
}

/** A text of 1 to `length` UTF-16 units. */
export function checkText(value: unknown, path: string, length: number): asserts value is string {
  if (typeof value !== "string") throw flaneurError("value_type", `${path} must be a text.`, path);
  if (value === "") throw flaneurError("value_empty", `${path} must not be empty.`, path);
  if (value.length > length) {
    throw flaneurError("value_too_long", `${path} must have at most ${length} characters.`, path);
  }
}

/** Nothing, or an array of item ids. */
export function checkIds(value: unknown, path: string): asserts value is string[] | undefined {
  if (value === undefined) return;
  if (!Array.isArray(value)) throw flaneurError("value_type", `${path} must be an array of ids.`, path);
  if (value.length > MAX_IDS) throw flaneurError("value_too_many", `${path} holds over ${MAX_IDS} ids.`, path);
  for (let i = 0; i < value.length; i++) checkText(value[i], `${path}[${i}]`, TEXT_LENGTH);
}
