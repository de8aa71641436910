/**
 * What the shop gets when there is no engine: its own order, through the same interface.
 *
 * Also checks requests, so that a page's mistake is told alike with and without the engine.
 */

import { TEXT_LENGTH } from "./canonical.js";
import { checkIds, checkText } from "./checks.js";
import { flaneurError } from "./errors.js";
import type { Absence, Decision, Intent, ProfileView, RankRequest, RankedItem, Replay, RuleTrace } from "./types.js";

/** A slate before it gets its methods. */
export interface SlateData {
  id: string;
  slot: string;
  items: RankedItem[];
  short?: string;
  trace?: RuleTrace[];
  absent?: Absence[];
  experiment?: { id: string; arms: string[] };
}

/** Most places of a slate, as the engine has it. */
const MAX_SIZE = 1000;

/** The candidates as given, else the catalog's order, less what is excluded. */
export function shopOrder(request: RankRequest, catalog: readonly string[], id: string): SlateData {
  const excluded = new Set(request.exclude);
  const chosen = new Set<string>();
  for (const candidate of request.candidates ?? catalog) {
    if (chosen.size === request.size) break;
    if (!excluded.has(candidate)) chosen.add(candidate);
  }
  const items = [...chosen].map((item, position) => ({
    id: item,
    position,
    score: 0,
    propensity: 1,
    discovery: false,
    reasons: [],
  }));
  return { id, slot: request.slot, items };
}

/** The decision where there is no engine. */
export function silence(slot: string, id: string): Omit<Decision, "seen"> {
  return { id, slot, silence: "no_engine", propensity: 1, trace: [] };
}

/** What is known of a session without an engine. */
export function noIntent(): Intent {
  return { evidence: "not_enough", events: 0, calibrated: false, about: [] };
}

/** The profile of a shopper of whom nothing can be read. */
export function emptyProfile(): ProfileView {
  return {
    events: 0,
    interests: [],
    affinities: [],
    declared: [],
    muted: [],
    basket: [],
    bought: [],
    session: [],
    surprise: 0,
    appetite: { near: 0, bridge: 0, far: 0 },
    evidence: { seen: 0, choices: 0, enough: false },
  };
}

/** The replay of a log that cannot be read: nothing is claimed. */
export function emptyReplay(): Replay {
  const rate = { value: 0, low: 0, high: 0 };
  const none = { places: 0, choices: 0, effective: 0, served: rate, plain: rate, difference: rate };
  return { verdict: "not_enough_evidence", ...none };
}

/**
 * Checks what every engine needs of a request; the engine checks the rest.
 *
 * # Errors
 * `value_missing`, `value_type`, `value_empty`, `value_too_long`, `value_too_many`,
 * `value_out_of_range` with the path to the field, such as `request.size`.
 */
export function checkRequest(request: unknown): asserts request is RankRequest {
  if (typeof request !== "object" || request === null) {
    throw flaneurError("value_type", 'rank takes an object such as { slot: "home", size: 12 }.', "request");
  }
  const { slot, size, candidates, exclude, like } = request as Record<string, unknown>;
  if (slot === undefined) throw flaneurError("value_missing", 'A request needs a slot, such as "home".', "request.slot");
  checkText(slot, "request.slot", TEXT_LENGTH);
  if (size === undefined) throw flaneurError("value_missing", "A request needs a size, such as 12.", "request.size");
  if (typeof size !== "number") throw flaneurError("value_type", "size must be a number.", "request.size");
  if (!Number.isInteger(size) || size < 1 || size > MAX_SIZE) {
    throw flaneurError("value_out_of_range", `size must be a whole number from 1 to ${MAX_SIZE}.`, "request.size");
  }
  checkIds(candidates, "request.candidates");
  checkIds(exclude, "request.exclude");
  if (typeof like === "string") checkText(like, "request.like", TEXT_LENGTH);
  else checkIds(like, "request.like");
}
