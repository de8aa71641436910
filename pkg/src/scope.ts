/**
 * What a wish to forget means in events, where the engine need not be asked: a visit, a gift.
 */

import type { ExportedEvent } from "./types.js";

/** A pause longer than this ends a visit, as the engine has it. */
const PAUSE_MS = 30 * 60_000;

/** Ids of the events of a visit: that of an event, or the last one. `events` are in order of time. */
export function visitOf(events: readonly ExportedEvent[], session: string | true): string[] {
  const at = session === true ? events.length - 1 : events.findIndex(({ id }) => id === session);
  if (at < 0) return [];
  const apart = (i: number): boolean => events[i]!.at - events[i - 1]!.at > PAUSE_MS;
  let [first, last] = [at, at];
  while (first > 0 && !apart(first)) first--;
  while (last + 1 < events.length && !apart(last + 1)) last++;
  return events.slice(first, last + 1).map(({ id }) => id);
}

/** Ids of an order that was for someone else, and of every event about nothing but its items. */
export function giftOf(events: readonly ExportedEvent[], order: string): string[] {
  const found = events.find(({ id }) => id === order);
  const given = new Set(found ? itemsOf(found) : []);
  const isGift = (event: ExportedEvent): boolean => {
    const items = itemsOf(event);
    return event === found || (items.length > 0 && items.every((item) => given.has(item)));
  };
  return events.filter(isGift).map(({ id }) => id);
}

function itemsOf({ lines }: ExportedEvent): string[] {
  return Array.isArray(lines) ? lines.map((line: { item?: unknown }) => String(line.item)) : [];
}
