/**
 * Decisions as the engine reads and gives them.
 */

import { TEXT_LENGTH } from "./canonical.js";
import { checkText, reading } from "./checks.js";
import { flaneurError } from "./errors.js";
import { momentOf, said } from "./request.js";
import type { Barrier, Context, DecideRequest, Decision, ItemKind } from "./types.js";

/** A decision before it gets its method. */
export type DecisionData = Omit<Decision, "seen">;

/** A decision as the engine gives it: two numbers for each candidate, and their ids when the request named none. */
export type RawDecision = readonly [Omit<DecisionData, "trace">, Float64Array, string[] | undefined];

/** In the order of the engine's own list. */
const BARRIERS: readonly Barrier[] = [
  "unavailable", "refused", "rule", "window", "channel", "quiet", "hour", "day", "week", "cooldown", "pressure",
];

/** Opportunities of one call, as the engine has it: what is longer is not even laid out. */
const MOST = 1000;

const FIELDS = ["slot", "channel", "pressure", "explore", "seed"] as const;

/**
 * The request, checked as far as it is with and without an engine, and completed; and the ids of the candidates it names.
 *
 * # Errors
 * `value_missing`, `value_type`, `value_empty`, `value_too_long`, `value_too_many` or `value_malformed` with the path to the field.
 */
export function decideRequest(
  request: unknown,
  now: number,
  standing: Context = {},
): { known: Record<string, unknown>; ids: string[] | undefined } {
  if (typeof request !== "object" || request === null) {
    throw flaneurError("value_type", 'decide takes an object such as { slot: "strip" }.', "request");
  }
  const { slot, candidates, context } = request as DecideRequest;
  if (slot === undefined) throw flaneurError("value_missing", 'A request needs a slot, such as "strip".', "request.slot");
  checkText(slot, "request.slot", TEXT_LENGTH);
  if (candidates !== undefined && !Array.isArray(candidates)) {
    throw flaneurError("value_type", "candidates must be an array of ids or opportunities.", "request.candidates");
  }
  if (candidates && candidates.length > MOST) {
    throw flaneurError("value_too_many", "more than 1,000 opportunities", "request.candidates");
  }
  const known = { ...said(request, FIELDS), context: momentOf(context, now, standing) };
  if (!candidates) return { known, ids: undefined };
  const { columns, ids } = columnsOf(candidates);
  return { known: Object.assign(known, columns), ids };
}

/** In the order of the engine's own list. */
const KINDS: readonly unknown[] = ["product", "offer", "content", "service", "message"] satisfies ItemKind[];

/**
 * Where the numbers of an opportunity, and of its caps, lie among its nine; then come its kind, and an earlier one whose
 * other fields are the same.
 */
const PLACES = new Map([["value", 0], ["cost", 1], ["cooldownDays", 2], ["pressure", 3]]);
const CAPS = new Map([["hour", 4], ["day", 5], ["week", 6]]);
const KIND = 7;
const TWIN = 8;
const WIDTH = 9;

/** Between two lines: no id may hold it. */
const BREAK = "\n";

/** Candidates that are compared with the next: what shops offer differs in few ways. */
const COMPARED = 8;

/**
 * The candidates laid out for one crossing: their ids, a line each, what they are about, alike, their numbers, and
 * whatever else each has, once for all that have the same. What is of another type stays where it was, for the engine
 * to refuse with its path.
 */
function columnsOf(given: readonly unknown[]): { columns: Record<string, unknown>; ids: string[] } {
  const ids: string[] = [];
  const abouts: string[] = [];
  const numbers = new Float64Array(given.length * WIDTH).fill(NaN);
  const firsts: [number, object][] = [];
  // A hole is a candidate too, and refused: the columns must not shift.
  const candidates = [...given].map((one, at) => {
    if (typeof one === "string") {
      numbers[at * WIDTH + KIND] = KINDS.length; // an id alone: an item's
      return void ids.push(line(one, at));
    }
    const path = `request.candidates[${at}]`;
    if (typeof one !== "object" || one === null) throw flaneurError("value_type", "wrong type; expected an opportunity", path);
    const { id, caps, kind, about, ...others } = readable(one, path);
    if (id === undefined) throw flaneurError("value_missing", "this field is required", `${path}.id`);
    if (typeof id !== "string") throw flaneurError("value_type", "wrong type; expected a string", `${path}.id`);
    ids.push(line(id, at));
    const known = KINDS.indexOf(kind);
    if (known >= 0) numbers[at * WIDTH + KIND] = known;
    else if (kind !== undefined) others["kind"] = kind;
    if (typeof about === "string" && about !== "" && !about.includes(BREAK)) abouts[at] = about;
    else if (about !== undefined) others["about"] = about;
    const rest = take(others, PLACES, numbers, at);
    const left = typeof caps === "object" && caps !== null ? take(readable(caps, `${path}.caps`), CAPS, numbers, at) : caps;
    const fields = left === undefined ? rest : { ...rest, caps: left };
    if (!fields) return undefined;
    const first = firsts.find(([, others]) => alike(fields, others));
    if (first) {
      numbers[at * WIDTH + TWIN] = first[0];
      return undefined;
    }
    if (firsts.length < COMPARED) firsts.push([at, fields]);
    return fields;
  });
  while (candidates.length > 0 && candidates.at(-1) === undefined) candidates.pop();
  return { columns: { candidates, ids: ids.join(BREAK), abouts: abouts.join(BREAK), numbers }, ids };
}

/** An id that is to stand in a line of its own. */
function line(id: string, at: number): string {
  if (!id.includes(BREAK)) return id;
  throw flaneurError("value_malformed", "the id holds a control character; send clean text", `request.candidates[${at}].id`);
}

/** Whether two values are plain and hold the same. Getters may throw, and values may hold themselves: then they do not. */
function alike(one: object, other: object): boolean {
  try {
    return holdsThe(one, other);
  } catch {
    return false;
  }
}

function holdsThe(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return one === other;
  const kind = Object.getPrototypeOf(one) as unknown;
  if (kind !== Object.getPrototypeOf(other) || (kind !== Object.prototype && kind !== Array.prototype)) return false;
  const [fields, others] = [one, other] as Record<string, unknown>[];
  const names = Object.keys(fields!);
  if (names.length !== Object.keys(others!).length || fields!["length"] !== others!["length"]) return false;
  for (const name of names) if (!(name in others!) || !holdsThe(fields![name], others![name])) return false;
  return true;
}

/** Moves the finite numbers of a copy to their places; gives what is left of it, if anything. */
function take(fields: Record<string, unknown>, places: Map<string, number>, numbers: Float64Array, at: number): object | undefined {
  let rest: Record<string, unknown> | undefined;
  for (const name of Object.keys(fields)) { // no `in`: old libraries put functions on every object
    const value = fields[name];
    const place = places.get(name);
    if (place !== undefined && Number.isFinite(value)) numbers[at * WIDTH + place] = value as number;
    else if (value !== undefined) (rest ??= {})[name] = value;
  }
  return rest;
}

/** A copy of an object of the page. Its getters may throw. */
function readable(object: object, path: string): Record<string, unknown> {
  return reading(path, () => ({ ...object }));
}

/** The engine's answer to a request that named these ids. */
export function decisionOf([decision, scales, others]: RawDecision, ids: string[] | undefined): DecisionData {
  const trace = (ids ?? others ?? []).map((id, at) => {
    const barrier = BARRIERS[scales[2 * at]!];
    return barrier === undefined ? { id, utility: scales[2 * at + 1]! } : { id, barrier };
  });
  return { ...decision, trace };
}
