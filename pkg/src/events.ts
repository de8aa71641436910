/**
 * Turns what a page says into the one strict form that the engine reads.
 *
 * Two manners. The project's own shape is written by the page for us: a fault in it throws a coded
 * error with its path. Other vocabularies (`foreign.ts`) are written for someone else: what cannot
 * be read is left out and nothing throws.
 *
 * Every text is measured before it goes further, so a huge one never reaches the engine.
 */

import { ID_LENGTH, MAX_LINES, TEXT_LENGTH, isText, readTime } from "./canonical.js";
import type { CanonicalEvent, CanonicalLine, Moment } from "./canonical.js";
import { flaneurError } from "./errors.js";
import { isForeign, readForeign } from "./foreign.js";
import type { EventType } from "./types.js";

type Needs = "item" | "query" | "attribute" | "channel" | "nothing";

const NEEDS: Readonly<Record<EventType, Needs>> = {
  view_item_list: "item",
  select_item: "item",
  view_item: "item",
  add_to_cart: "item",
  remove_from_cart: "item",
  add_to_wishlist: "item",
  begin_checkout: "nothing",
  purchase: "item",
  refund: "item",
  search: "query",
  impression: "item",
  like: "item",
  dismiss: "item",
  mute: "attribute",
  touch: "channel",
  dwell: "item",
};

/** Translates one event. `undefined`: it is another vocabulary's and says nothing we learn from. */
export function translate(input: unknown, moment: Moment): CanonicalEvent | undefined {
  if (typeof input !== "object" || input === null) {
    throw flaneurError("event_shape", 'An event is an object such as { type: "view_item", item: "42" }.');
  }
  const event = isForeign(input) ? readForeign(input, moment) : readOwn(input as Record<string, unknown>, moment);
  return event && stamp(event);
}

/** Adds the local moment of an event, which only this side of the boundary knows. */
export function stamp(event: CanonicalEvent): CanonicalEvent {
  const local = new Date(event.at);
  return { ...event, hour: local.getHours(), weekday: local.getDay() };
}

function readOwn(input: Record<string, unknown>, moment: Moment): CanonicalEvent {
  const type = input["type"];
  if (typeof type !== "string" || !Object.hasOwn(NEEDS, type)) {
    throw flaneurError("event_type", `type must be one of ${Object.keys(NEEDS).join(", ")}.`, "type");
  }
  const event: CanonicalEvent = {
    id: input["id"] === undefined ? moment.newId() : ownText(input["id"], "id", ID_LENGTH),
    type: type as EventType,
    at: ownTime(input["at"], moment.now),
  };
  const lines = ownLines(input);
  if (lines.length > 0) event.lines = lines;
  if (input["query"] !== undefined) event.query = ownText(input["query"], "query", TEXT_LENGTH);
  if (input["attribute"] !== undefined) event.attribute = ownText(input["attribute"], "attribute", TEXT_LENGTH);
  if (input["channel"] !== undefined) event.channel = ownText(input["channel"], "channel", TEXT_LENGTH);
  if (input["slot"] !== undefined) event.slot = ownText(input["slot"], "slot", ID_LENGTH);
  if (input["slate"] !== undefined) event.slate = ownText(input["slate"], "slate", ID_LENGTH);
  if (input["value"] !== undefined) event.value = ownNumber(input["value"], "value", 0);
  requireNeeds(event, NEEDS[event.type as EventType]);
  return event;
}

function requireNeeds(event: CanonicalEvent, needs: Needs): void {
  if (needs === "item" && !event.lines) {
    throw flaneurError("event_item", `${event.type} needs an item: { type: "${event.type}", item: "42" }.`, "item");
  }
  if (needs !== "item" && needs !== "nothing" && event[needs] === undefined) {
    throw flaneurError("event_field", `${event.type} needs ${needs}, a text.`, needs);
  }
}

function ownLines(input: Record<string, unknown>): CanonicalLine[] {
  const lines: CanonicalLine[] = [];
  if (input["item"] !== undefined) lines.push({ item: ownItem(input["item"], "item") });
  const items = input["items"];
  if (items === undefined) return lines;
  if (!Array.isArray(items)) throw flaneurError("event_item", "items must be an array of ids or lines.", "items");
  for (const [i, line] of items.slice(0, MAX_LINES - lines.length).entries()) {
    lines.push(ownLine(line as unknown, `items[${i}]`));
  }
  return lines;
}

function ownLine(line: unknown, path: string): CanonicalLine {
  if (typeof line === "string") return { item: ownItem(line, path) };
  if (typeof line !== "object" || line === null) {
    throw flaneurError("event_item", "A line is an item's id, or an object with it: { item, quantity, price }.", path);
  }
  const from = line as Record<string, unknown>;
  const read: CanonicalLine = { item: ownItem(from["item"], `${path}.item`) };
  if (from["quantity"] !== undefined) {
    read.quantity = ownNumber(from["quantity"], `${path}.quantity`, Number.MIN_VALUE);
  }
  if (from["price"] !== undefined) read.price = ownNumber(from["price"], `${path}.price`, 0);
  if (from["brand"] !== undefined) read.brand = ownText(from["brand"], `${path}.brand`, TEXT_LENGTH);
  const category = Array.isArray(from["category"]) ? (from["category"] as unknown[]).at(-1) : from["category"];
  if (category !== undefined) read.category = ownText(category, `${path}.category`, TEXT_LENGTH);
  return read;
}

function ownItem(value: unknown, path: string): string {
  if (isText(value, ID_LENGTH)) return value;
  throw flaneurError("event_item", `${path} must be an item's id: a text of 1 to ${ID_LENGTH} characters.`, path);
}

function ownText(value: unknown, path: string, length: number): string {
  if (isText(value, length)) return value;
  throw flaneurError("event_field", `${path} must be a text of 1 to ${length} characters.`, path);
}

function ownNumber(value: unknown, path: string, least: number): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= least) return value;
  throw flaneurError("event_field", `${path} must be a finite number, ${least === 0 ? "0 or more" : "more than 0"}.`, path);
}

function ownTime(value: unknown, now: number): number {
  if (value === undefined) return now;
  const at = readTime(value);
  if (at !== undefined) return at;
  throw flaneurError("event_field", "at must be milliseconds since 1970, a Date, or ISO 8601 text.", "at");
}
