/**
 * Whose words an event is in. Apart from what reads the words, which a worker's page has no use for.
 */

import { isType } from "./canonical.js";

/** What only our own events have beside their type. */
const OWN = ["item", "query", "attribute", "channel"] as const;

/**
 * Whether an object is another vocabulary's: a `gtag` call, or named by `event` or `name` and without a type of ours.
 * What cannot be read at all is nobody's mistake, and nothing is learnt from it.
 */
export function isForeign(input: object): boolean {
  try {
    if (isCall(input)) return true;
    const { event, name, type } = input as Record<string, unknown>;
    if (isType(type) && (event === undefined || OWN.some((field) => typeof (input as Record<string, unknown>)[field] === "string"))) return false;
    if (typeof event === "string" || typeof name === "string") return true;
    return type === undefined && "ecommerce" in input; // `{ ecommerce: null }` clears GA4's data layer
  } catch {
    return true;
  }
}

/** Whether an object is a call of `gtag`. */
export function isCall(input: object): input is ArrayLike<unknown> {
  const { length, 0: first } = input as { length?: unknown; 0?: unknown };
  return typeof length === "number" && typeof first === "string";
}
