/**
 * A request as the engine reads it: only the known fields, and the local moment.
 */

import type { Context, RankRequest } from "./types.js";

const FIELDS = ["slot", "size", "candidates", "exclude", "like", "surprise", "rules", "allow", "seed"] as const;

/** The request, completed. The engine has no clock and no time zone. */
export function engineRequest(request: RankRequest, now: number): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const field of FIELDS) {
    if (request[field] !== undefined) known[field] = request[field];
  }
  const moment: Context = { hour: new Date(now).getHours() };
  const given: unknown = request.context;
  known["context"] = given === undefined ? moment : typeof given === "object" ? { ...moment, ...given } : given;
  return known;
}
