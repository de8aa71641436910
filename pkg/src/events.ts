/**
 * Turns what a page says into the one strict form that the engine reads.
 *
 * Two manners. The project's own shape is written by the page for us: a fault in it throws a coded
 * error with its path. Other vocabularies (`foreign.ts`) are written for someone else: what cannot
 * be read is left out and nothing throws.
 *
 * Every text is measured before it goes further, so a huge one never reaches the engine.
 */

import { ID_LENGTH, MAX_LINES, NEEDS, TEXT_LENGTH, clipText, isText, isType, pathOf, readTime } from "./canonical.js";
import type { CanonicalEvent, CanonicalLine, Moment, Needs } from "./canonical.js";
import { checkText, reading } from "./checks.js";
import { flaneurError } from "./errors.js";
import { readForeign } from "./foreign.js";
import { facetsOf } from "./request.js";
import type { EventType } from "./types.js";
import { isForeign } from "./vocabulary.js";

/** Translates one event. `undefined`: it is another vocabulary's and says nothing we learn from. */
export function translate(input: unknown, moment: Moment): CanonicalEvent | undefined {
  if (typeof input !== "object" || input === null) {
    throw flaneurError("value_type", 'An event is an object such as { type: "view_item", item: "42" }.', "event");
  }
  const event = isForeign(input) ? readForeign(input, moment) : reading("event", () => readOwn(input as Record<string, unknown>, moment));
  return event && stamp(event);
}

/** Adds the local moment of an event, which only this side of the boundary knows. */
export function stamp(event: CanonicalEvent): CanonicalEvent {
  const local = new Date(event.at);
  return { ...event, hour: local.getHours(), weekday: local.getDay() };
}

function readOwn(input: Record<string, unknown>, moment: Moment): CanonicalEvent | undefined {
  const type = input["type"];
  if (!isType(type)) {
    throw flaneurError(type === undefined ? "value_missing" : "value_unknown", `type must be one of ${Object.keys(NEEDS).join(", ")}.`, "event.type");
  }
  const event: CanonicalEvent = {
    id: input["id"] === undefined ? moment.newId() : ownText(input["id"], "event.id", ID_LENGTH),
    type,
    at: ownTime(input["at"], moment.now),
  };
  const lines = ownLines(input);
  if (lines.length > 0) event.lines = lines;
  const query = ownQuery(input["query"]);
  if (query !== undefined) event.query = query;
  if (input["attribute"] !== undefined) event.attribute = ownText(input["attribute"], "event.attribute", TEXT_LENGTH);
  if (input["channel"] !== undefined) event.channel = ownText(input["channel"], "event.channel", TEXT_LENGTH);
  if (input["slot"] !== undefined) event.slot = ownText(input["slot"], "event.slot", TEXT_LENGTH);
  if (input["slate"] !== undefined) event.slate = ownText(input["slate"], "event.slate", TEXT_LENGTH);
  if (input["context"] !== undefined) event.facets = facetsOf(input["context"], "event.context");
  if (input["value"] !== undefined) event.value = ownNumber(input["value"], "event.value", 0, MOST_SECONDS);
  if (event.type === "search" && typeof input["query"] === "string") return query === undefined ? undefined : event;
  requireNeeds(event, NEEDS[event.type as EventType]);
  return event;
}

function requireNeeds(event: CanonicalEvent, needs: Needs): void {
  if (needs === "item" && !event.lines) {
    throw flaneurError("value_missing", `${event.type} needs an item: { type: "${event.type}", item: "42" }.`, "event.item");
  }
  if (needs !== "item" && needs !== "nothing" && event[needs] === undefined) {
    throw flaneurError("value_missing", `${event.type} needs ${needs}, a text.`, `event.${needs}`);
  }
}

/** The core's own limits, checked here so that a fault is placed in the caller's words. */
const MOST_PIECES = 1e9;
const MOST_MONEY = 1e12;
const MOST_SECONDS = 86_400;

function ownLines(input: Record<string, unknown>): CanonicalLine[] {
  const lines: CanonicalLine[] = [];
  if (input["item"] !== undefined) lines.push({ item: ownText(input["item"], "event.item", TEXT_LENGTH) });
  const items = input["items"];
  if (items === undefined) return lines;
  if (!Array.isArray(items)) throw flaneurError("value_type", "items must be an array of ids or lines.", "event.items");
  // By hand: Prototype, on old shops' pages, puts another `entries` on arrays, and MooTools another `Array.from`.
  const kept = items.slice(0, MAX_LINES - lines.length) as unknown[];
  for (let i = 0; i < kept.length; i++) lines.push(ownLine(kept[i], `event.items[${i}]`));
  return lines;
}

function ownLine(line: unknown, path: string): CanonicalLine {
  if (typeof line === "string") return { item: ownText(line, path, TEXT_LENGTH) };
  if (typeof line !== "object" || line === null) {
    throw flaneurError("value_type", "A line is an item's id, or an object with it: { item, quantity, price }.", path);
  }
  const from = line as Record<string, unknown>;
  const read: CanonicalLine = { item: ownText(from["item"], `${path}.item`, TEXT_LENGTH) };
  if (from["quantity"] !== undefined) {
    read.quantity = ownNumber(from["quantity"], `${path}.quantity`, Number.MIN_VALUE, MOST_PIECES);
  }
  if (from["price"] !== undefined) read.price = ownNumber(from["price"], `${path}.price`, 0, MOST_MONEY);
  if (from["brand"] !== undefined) read.brand = ownText(from["brand"], `${path}.brand`, TEXT_LENGTH);
  const levels = [from["category"] ?? []].flat().map((level) => ownText(level, `${path}.category`, TEXT_LENGTH));
  if (levels.length > 0) read.category = pathOf(levels);
  return read;
}

/** What a shopper typed is not the page's mistake: long or broken text is clipped, a blank is nothing. */
function ownQuery(value: unknown): string | undefined {
  if (value !== undefined && typeof value !== "string") throw flaneurError("value_type", "query must be a text.", "event.query");
  return clipText(value);
}

function ownText(value: unknown, path: string, length: number): string {
  checkText(value, path, length);
  if (isText(value, length)) return value;
  throw flaneurError("value_malformed", `${path} holds control characters or half of one; send clean text.`, path);
}

function ownNumber(value: unknown, path: string, least: number, most: number): number {
  const expected = `${path} must be a number, ${least === 0 ? "0 or more" : "more than 0"}, at most ${most}.`;
  if (typeof value !== "number") throw flaneurError("value_type", expected, path);
  if (!Number.isFinite(value)) throw flaneurError("value_not_finite", expected, path);
  if (value < least || value > most) throw flaneurError("value_out_of_range", expected, path);
  return value;
}

function ownTime(value: unknown, now: number): number {
  if (value === undefined) return now;
  const at = readTime(value);
  if (at !== undefined) return at;
  throw flaneurError("value_malformed", "at must be milliseconds since 1970, a Date, or ISO 8601 text.", "event.at");
}
