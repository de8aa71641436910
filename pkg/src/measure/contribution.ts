/**
 * The one bucket that a shopper's epoch falls in, computed from the log.
 *
 * Pure, but for the draw of `attribution_credit`. Bucket 0 is "nothing". Only what a task names is looked for, so an
 * answer cannot hold anything that the bundle did not list.
 */

import type { AttributionModel, Task } from "../types/measure.js";
import type { ExportedEvent, ProfileView } from "../types/profile.js";
import { attribute } from "./attribution.js";

/** What a contribution may look at. */
export interface Evidence {
  /** Of the epoch. */
  events: readonly ExportedEvent[];
  /** Those and all before them: what a purchase is owed to may be weeks ago. */
  past: readonly ExportedEvent[];
  /** What the log says now. */
  profile: ProfileView;
  /** Milliseconds that `rank` took lately on this page. */
  latencies: readonly number[];
  /** The arm of a private experiment. */
  arm: number;
  /** A uniform whole number from 0 to `bound`, without `bound`. */
  below(bound: number): number;
}

/** Upper ends of the tiers of `latency`, in milliseconds; bucket 1 is the fastest. */
const TIERS_MS = [1, 3, 10, 30] as const;
const SHARES = 1000;

/** The bucket. */
export function contribution(task: Task, evidence: Evidence): number {
  switch (task.metric) {
    case "taste_share":
      return tasteShare(task, evidence.profile);
    case "discovery_outcome":
      return discoveryOutcome(evidence.events);
    case "opportunity_outcome":
      return opportunityOutcome(evidence.events);
    case "slot_click_through":
      return clickThrough(task, evidence);
    case "attribution_credit":
      return credit(task, evidence);
    case "latency":
      return latency(evidence.latencies);
  }
}

function tasteShare({ buckets }: Task, { affinities }: ProfileView): number {
  let [best, bucket] = [0, 0];
  for (const { attribute, value } of affinities) {
    const place = buckets.findIndex((each, i) => i > 0 && each.value === attribute);
    if (place > 0 && value > best) [best, bucket] = [value, place];
  }
  return bucket;
}

interface Shown {
  item: string;
  discovery: boolean;
}

function shownBy(event: ExportedEvent): Shown[] {
  return event.type === "impression" && Array.isArray(event["shown"]) ? (event["shown"] as Shown[]) : [];
}

function itemsOf(event: ExportedEvent): string[] {
  const lines = event["lines"];
  return Array.isArray(lines) ? (lines as { item: string }[]).map(({ item }) => item) : [];
}

/** How far an event takes an item. */
const STEPS: Record<string, number> = {
  select_item: 2,
  view_item: 2,
  like: 2,
  add_to_cart: 3,
  add_to_wishlist: 3,
  purchase: 4,
};

function discoveryOutcome(events: readonly ExportedEvent[]): number {
  const seenAt = new Map<string, number>();
  for (const event of events) {
    for (const { item, discovery } of shownBy(event)) {
      if (discovery) seenAt.set(item, Math.min(event.at, seenAt.get(item) ?? event.at));
    }
  }
  let furthest = seenAt.size > 0 ? 1 : 0;
  for (const event of events) {
    const step = STEPS[event.type] ?? 0;
    if (step > furthest && itemsOf(event).some((item) => (seenAt.get(item) ?? Infinity) <= event.at)) furthest = step;
  }
  return furthest;
}

/** The engine names the record of a decision that was seen after the decision. */
function opportunityOutcome(events: readonly ExportedEvent[]): number {
  const seen = events.filter(({ id, type }) => type === "impression" && id.startsWith("decided-"));
  if (seen.length === 0) return 0;
  const decisions = new Set(seen.map((event) => event["slate"]));
  if (events.some((event) => (STEPS[event.type] ?? 0) > 0 && decisions.has(event["slate"]))) return 3;
  const since = new Map(seen.flatMap((event) => shownBy(event).map(({ item }) => [item, event.at] as const)));
  const refused = (event: ExportedEvent): boolean =>
    event.type === "dismiss" && itemsOf(event).some((item) => (since.get(item) ?? Infinity) <= event.at);
  return events.some(refused) ? 2 : 1;
}

function clickThrough({ slot }: Task, { events, arm }: Evidence): number {
  const seen = events.filter((event) => event["slot"] === slot && event.type === "impression");
  if (seen.length === 0) return 0;
  const slates = new Set(seen.map((event) => event["slate"]));
  const taken = events.some(
    (event) =>
      (STEPS[event.type] ?? 0) > 0 &&
      (event["slot"] === slot || (event["slate"] !== undefined && slates.has(event["slate"]))),
  );
  return 1 + 2 * arm + (taken ? 1 : 0);
}

function credit({ buckets, model }: Task, { events, past, below }: Evidence): number {
  const logic: AttributionModel = model ?? "last_touch";
  if (!events.some(({ type }) => type === "purchase")) return 0;
  const { credits } = attribute(past, { value: SHARES, logic });
  if (credits.length === 0) return 0;
  let drawn = below(SHARES);
  for (const { channel, credit } of credits) {
    if (drawn < credit) return Math.max(0, buckets.findIndex((bucket, i) => i > 0 && bucket.value === channel));
    drawn -= credit;
  }
  return 0;
}

function latency(latencies: readonly number[]): number {
  if (latencies.length === 0) return 0;
  const median = [...latencies].sort((a, b) => a - b)[latencies.length >> 1] ?? 0;
  const tier = TIERS_MS.findIndex((end) => median < end);
  return 1 + (tier < 0 ? TIERS_MS.length : tier);
}
