/**
 * Decisions as the engine reads and gives them, and silence where there is no engine.
 */

import { TEXT_LENGTH } from "./canonical.js";
import { checkText } from "./checks.js";
import { flaneurError } from "./errors.js";
import { momentOf } from "./request.js";
import type { Barrier, Context, DecideRequest, Decision, Intent } from "./types.js";

/** A decision before it gets its method. */
export type DecisionData = Omit<Decision, "seen">;

/** A decision as the engine gives it: two numbers for each candidate, and their ids when the request named none. */
export type RawDecision = readonly [Omit<DecisionData, "trace">, Float64Array, string[] | undefined];

/** In the order of the engine's own list. */
const BARRIERS: readonly Barrier[] = [
  "unavailable", "refused", "rule", "window", "channel", "quiet", "hour", "day", "week", "cooldown", "pressure",
];

const FIELDS = ["slot", "channel", "pressure", "explore", "seed"] as const;

/**
 * The request, checked as far as it is with and without an engine, and completed.
 *
 * # Errors
 * `value_missing`, `value_type`, `value_empty` or `value_too_long` with the path to the field.
 */
export function decideRequest(request: unknown, now: number, standing: Context = {}): Record<string, unknown> {
  if (typeof request !== "object" || request === null) {
    throw flaneurError("value_type", 'decide takes an object such as { slot: "strip" }.', "request");
  }
  const { slot, candidates, context } = request as DecideRequest;
  if (slot === undefined) throw flaneurError("value_missing", 'A request needs a slot, such as "strip".', "request.slot");
  checkText(slot, "request.slot", TEXT_LENGTH);
  if (candidates !== undefined && !Array.isArray(candidates)) {
    throw flaneurError("value_type", "candidates must be an array of ids or opportunities.", "request.candidates");
  }
  const known: Record<string, unknown> = { context: momentOf(context, now, standing) };
  for (const field of FIELDS) {
    const value = (request as DecideRequest)[field];
    if (value !== undefined) known[field] = value;
  }
  if (candidates) known["candidates"] = candidates.map((one) => (typeof one === "string" ? { id: one } : one));
  return known;
}

/** The engine's answer to a request of `decideRequest`. */
export function decisionOf([decision, scales, others]: RawDecision, request: Record<string, unknown>): DecisionData {
  const ids = others ?? (request["candidates"] as { id: string }[]).map(({ id }) => id);
  const trace = ids.map((id, at) => {
    const barrier = BARRIERS[scales[2 * at]!];
    return barrier === undefined ? { id, utility: scales[2 * at + 1]! } : { id, barrier };
  });
  return { ...decision, trace };
}

/** The answer where there is no engine. */
export function silence(slot: string, id: string): DecisionData {
  return { id, slot, silence: "no_engine", propensity: 1, trace: [] };
}

/** What is known of a session without an engine. */
export function noIntent(): Intent {
  return { evidence: "not_enough", events: 0, calibrated: false, about: [] };
}
