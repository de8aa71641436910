/**
 * Connects a shop to the events that its page emits for others.
 */

import { readForeign } from "../foreign.js";
import type { EventInput, Flaneur } from "../types.js";
import { listenToLayer, listenToTracker } from "./queue.js";

/** The part of Shopify's `analytics` that is used. */
export interface ShopifyAnalytics {
  subscribe(name: string, listener: (event: Record<string, unknown>) => void): unknown;
}

/** Which queues are read. */
export interface ConnectOptions {
  /** GA4's queue: its name on the page's global, or the array itself. `false`: not read. Default `"dataLayer"`. */
  dataLayer?: string | unknown[] | false;
  /** Name of a tracker with `track`, such as `"analytics"` or `"rudderanalytics"`. Default: not read. */
  segment?: string;
  /** Name of PostHog's global, such as `"posthog"`. Default: not read. */
  posthog?: string;
  /** Shopify's `analytics` of a web pixel, or anything with its `subscribe`. Default: not read. */
  shopify?: ShopifyAnalytics;
}

/** The same thing told by two vocabularies within so long, in milliseconds, happened once. */
const SAME_MS = 1000;

/** What is connected already, so that a script that runs twice counts once. */
const connected = new WeakMap<Flaneur, Map<unknown, () => void>>();

/**
 * Learns from the page's own events, from those before this call on. Returns what ends it.
 *
 * Sends nothing, and learns nothing while the `learn` gate is denied: events of that time are not
 * kept for later. One thing that several queues tell counts once, and so does a queue that is
 * connected twice.
 */
export function connect(shop: Flaneur, options: ConnectOptions = {}): () => void {
  const { dataLayer = "dataLayer", segment, posthog, shopify } = options;
  const known = connected.get(shop) ?? new Map<unknown, () => void>();
  connected.set(shop, known);
  const hear = onceAcross((event) => shop.observe(event));
  const ends: (() => void)[] = [];
  const add = (key: unknown, listen: () => () => void): void => {
    if (!known.has(key)) known.set(key, listen());
    const end = known.get(key)!;
    ends.push(() => {
      end();
      known.delete(key);
    });
  };
  if (dataLayer !== false) {
    const layer = typeof dataLayer === "string" ? globalArray(dataLayer) : dataLayer;
    add(layer, () => listenToLayer(layer, hear("ga4")));
  }
  if (segment !== undefined) add(`track ${segment}`, () => listenToTracker(globalThis, segment, "track", hear("segment")));
  if (posthog !== undefined) add(`capture ${posthog}`, () => listenToTracker(globalThis, posthog, "capture", hear("posthog")));
  if (shopify !== undefined) add(shopify, () => listenToShopify(shopify, hear("shopify")));
  return () => {
    for (const end of ends.splice(0)) end();
  };
}

function listenToShopify(analytics: ShopifyAnalytics, hear: (event: object) => void): () => void {
  let listening = true;
  analytics.subscribe("all_standard_events", (event) => {
    if (listening) hear(event);
  });
  return () => {
    listening = false;
  };
}

/** The queue of that name; made when the page has none yet, as every snippet does. */
function globalArray(name: string): unknown[] {
  const globals = globalThis as unknown as Record<string, unknown>;
  if (!Array.isArray(globals[name])) globals[name] = [];
  return globals[name] as unknown[];
}

/** Lets one telling of a thing through; which source came first does not matter. */
function onceAcross(observe: (event: EventInput) => void): (source: string) => (event: object) => void {
  const told = new Map<string, { source: string; at: number }>();
  return (source) => (event) => {
    const at = Date.now();
    for (const [key, last] of told) if (Math.abs(at - last.at) > SAME_MS) told.delete(key);
    const read = readForeign(event, { now: at, newId: () => "" });
    if (!read) return;
    const key = JSON.stringify([read.type, read.lines?.map(({ item, quantity = 1 }) => [item, quantity]), read.query]);
    const last = told.get(key);
    if (last && last.source !== source) {
      told.delete(key); // each telling cancels one of the other source
      return;
    }
    told.set(key, { source, at });
    observe(event as EventInput);
  };
}
