/**
 * A request as the engine reads it: only the known fields, and the local moment.
 */

import type { Context, RankRequest } from "./types.js";

const FIELDS = ["slot", "size", "candidates", "exclude", "like", "surprise", "calibration", "rules", "allow", "seed", "explain"] as const;

/** The request, completed. The engine has no clock and no time zone. */
export function engineRequest(request: RankRequest, now: number): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const field of FIELDS) {
    if (request[field] !== undefined) known[field] = request[field];
  }
  known["context"] = momentOf(request.context, now);
  return known;
}

/** The moment: what the page says of it, completed by the device's clock. */
export function momentOf(given: unknown, now: number): unknown {
  const local = new Date(now);
  const clock: Context = { hour: local.getHours(), weekday: local.getDay(), utcOffset: -local.getTimezoneOffset() };
  return given === undefined ? clock : typeof given === "object" ? { ...clock, ...given } : given;
}
