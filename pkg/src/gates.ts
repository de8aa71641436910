/**
 * Reading gates, whoever wrote them. Apart from the state of consent, which a worker's page has no use for.
 */

import { flaneurError } from "./errors.js";
import type { ConsentSource, Gates } from "./types.js";

/** Every gate, in the order of receipts. */
export const GATES = ["store", "learn", "rank", "measure"] as const satisfies readonly (keyof Gates)[];

/** Whether a consent option is a source rather than a choice. */
export function isConsentSource(consent: Partial<Gates> | ConsentSource): consent is ConsentSource {
  return typeof (consent as { get?: unknown }).get === "function";
}

/**
 * The gates of an object that the page's own code wrote. Of one that is undefined nothing is said.
 *
 * # Errors
 * `value_type` when it is not an object or a gate is not a boolean, `value_unknown` for another key.
 */
export function checkGates(gates: unknown, path: string): Partial<Gates> {
  if (typeof gates !== "object" || gates === null) {
    throw flaneurError("value_type", "Gates are an object such as { store: true, learn: true, rank: true }.", path);
  }
  const checked: Partial<Gates> = {};
  for (const [gate, state] of Object.entries(gates) as [string, unknown][]) {
    const known = GATES.find((name) => name === gate);
    if (!known) throw flaneurError("value_unknown", `A gate is one of ${GATES.join(", ")}.`, path);
    if (state === undefined) continue;
    if (typeof state !== "boolean") {
      throw flaneurError("value_type", `${known} must be true or false.`, `${path}.${known}`);
    }
    checked[known] = state;
  }
  return checked;
}

/** The gates of an object that a consent platform wrote: what is not a boolean is unknown. */
export function readGates(gates: unknown): Partial<Gates> {
  const read: Partial<Gates> = {};
  if (typeof gates !== "object" || gates === null) return read;
  for (const gate of GATES) {
    const state: unknown = (gates as Record<string, unknown>)[gate];
    if (typeof state === "boolean") read[gate] = state;
  }
  return read;
}
