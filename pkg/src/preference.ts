/**
 * What a shopper states and takes back: checks of `declare` and `forget`.
 */

import { TEXT_LENGTH } from "./canonical.js";
import type { CanonicalEvent } from "./canonical.js";
import { checkText } from "./checks.js";
import { flaneurError } from "./errors.js";

/**
 * The event that logs a preference.
 *
 * # Errors
 * `value_type`, `value_missing`, `value_not_finite`, `value_out_of_range` with the field's path.
 */
export function declaration(preference: unknown, id: string, at: number): CanonicalEvent {
  const { attribute, item, liking, surprise } = fieldsOf(preference, "preference");
  const event: CanonicalEvent = { id, type: "declare", at };
  if (surprise !== undefined) return { ...event, surprise: checkNumber(surprise, "preference.surprise", 0) };
  const value = checkNumber(liking, "preference.liking", -1);
  if (item !== undefined) {
    checkText(item, "preference.item", TEXT_LENGTH);
    return { ...event, lines: [{ item }], value };
  }
  checkAttribute(attribute, "preference.attribute");
  return { ...event, attribute, value };
}

/**
 * Checks the shape of what is to be forgotten, and keeps only that.
 *
 * # Errors
 * `value_type`, `value_missing` with the field's path.
 */
export function checkForget(what: unknown): Record<string, unknown> {
  const { event, item, interest, attribute, category, session, gift, since, until, all } = fieldsOf(what, "forget");
  if (all === true) return { all };
  if (event !== undefined) return texts({ event });
  if (item !== undefined) return texts({ item });
  if (interest !== undefined) return texts({ interest });
  if (gift !== undefined) return texts({ gift });
  if (session === true) return { session };
  if (session !== undefined) return texts({ session });
  if (category !== undefined) {
    checkText(category, "forget.category", TEXT_LENGTH);
    return { attribute: `category:${category}` };
  }
  if (attribute !== undefined) {
    checkAttribute(attribute, "forget.attribute");
    return { attribute };
  }
  if (since === undefined) {
    const message = "Say what to forget: { event }, { item }, { interest }, { attribute }, { category }, { session }, { gift }, { since } or { all: true }.";
    throw flaneurError("value_missing", message, "forget");
  }
  const from = checkNumber(since, "forget.since", -Infinity, Infinity);
  return until === undefined ? { since: from } : { since: from, until: checkNumber(until, "forget.until", -Infinity, Infinity) };
}

function texts(fields: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(fields)) checkText(value, `forget.${name}`, TEXT_LENGTH);
  return fields;
}

function checkAttribute(value: unknown, path: string): asserts value is string {
  if (value === undefined) throw flaneurError("value_missing", 'Give an attribute, such as "brand:Acme", or an item.', path);
  checkText(value, path, TEXT_LENGTH);
  if (!value.includes(":")) {
    throw flaneurError("value_malformed", 'An attribute is a key, a colon and a value: "brand:Acme".', path);
  }
}

function checkNumber(value: unknown, path: string, least: number, most = 1): number {
  if (value === undefined) throw flaneurError("value_missing", `${path} must be given, a number.`, path);
  if (typeof value !== "number") throw flaneurError("value_type", `${path} must be a number.`, path);
  if (!Number.isFinite(value)) throw flaneurError("value_not_finite", `${path} must be a finite number.`, path);
  if (value < least || value > most) {
    throw flaneurError("value_out_of_range", `${path} must be from ${least} to ${most}.`, path);
  }
  return value;
}

function fieldsOf(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw flaneurError("value_type", `${path} must be an object.`, path);
}
