/**
 * Connects a shop to the events that its page emits for others.
 */

import type { Moment } from "../canonical.js";
import { readForeign } from "../foreign.js";
import { newId } from "../id.js";
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
  /** Name of PostHog's global, such as `"posthog"`. Events count that are named as Segment names them. Default: not read. */
  posthog?: string;
  /** Shopify's `analytics` of a web pixel, or anything with its `subscribe`. Default: not read. */
  shopify?: ShopifyAnalytics;
}

/** The same thing told by two vocabularies within so long, in milliseconds, happened once. */
const SAME_MS = 1000;

/** A queue that is listened to, by how many. */
interface Queue {
  holders: number;
  end(): void;
}

/** What a shop hears: its queues, so that a script that runs twice counts once, and what they told it, also before the last end. */
interface Ears {
  readonly queues: Map<unknown, Queue>;
  readonly hear: (source: string) => Hear;
  readonly heard: WeakSet<object>;
}

/** As a handle takes it: what it is told beside an event is of the one event, whoever hears it. */
interface Observer {
  observe(event: EventInput, told: Partial<Moment>): void;
}
type Hear = (event: object, entry?: object) => void;

/** One time that something was told, the `nth` of the page: its id and when. */
interface Telling extends Moment {
  readonly nth: number;
}

/** Of what stands on the page's queues: a shop that is opened again hears them all again, and they happened once. */
const tellings = new WeakMap<object, Set<Telling>>();
let count = 0;
/** What is heard now is none of the first so many: all but what stands on a queue when a shop begins to listen. */
let past = 0;

const connected = new WeakMap<Pick<Flaneur, "observe">, Ears>();

/**
 * Learns from the page's own events, from those before this call on. Returns what ends it.
 *
 * Sends nothing, and learns nothing while the `learn` gate is denied: events of that time are not
 * kept for later. One thing that several queues tell counts once, and so does a queue that is
 * connected twice.
 */
export function connect(shop: Pick<Flaneur, "observe">, options: ConnectOptions = {}): () => void {
  const { dataLayer = "dataLayer", segment, posthog, shopify } = options;
  const ears: Ears = connected.get(shop) ?? { queues: new Map(), hear: onceAcross(shop as Observer), heard: new WeakSet() };
  connected.set(shop, ears);
  const { queues, hear, heard } = ears;
  const ends: (() => void)[] = [];
  past = 0;
  const add = (key: unknown, listen: () => () => void): void => {
    const queue = queues.get(key) ?? { holders: 0, end: listen() };
    queues.set(key, queue);
    queue.holders++;
    ends.push(() => {
      if (--queue.holders > 0) return;
      queue.end();
      queues.delete(key);
    });
  };
  if (dataLayer !== false) {
    const layer = typeof dataLayer === "string" ? globalArray(dataLayer) : dataLayer;
    add(layer, () => listenToLayer(layer, hear("ga4"), heard));
  }
  if (segment !== undefined) add(`track ${segment}`, () => listenToTracker(globalThis, segment, "track", hear("segment"), heard));
  if (posthog !== undefined) add(`capture ${posthog}`, () => listenToTracker(globalThis, posthog, "capture", hear("posthog"), heard));
  if (shopify !== undefined) add(shopify, () => listenToShopify(shopify, hear("shopify")));
  past = count;
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

/** One thing that happened: what was said of it, by each of its names, and who told it. */
interface Told {
  readonly like: string;
  readonly items: string[];
  readonly names: string[];
  readonly sources: string[];
  readonly telling: Telling;
  readonly at: number;
}

/** Lets one telling of a thing through; which source came first, and by which of its ids each names an item, does not matter. */
function onceAcross(shop: Observer): (source: string) => Hear {
  const heard = new WeakSet<Telling>();
  let told: Told[] = [];
  return (source) => (event, entry = event) => {
    const at = Date.now();
    told = told.filter((one) => Math.abs(at - one.at) <= SAME_MS);
    const names: string[] = [];
    const read = readForeign(event, { now: at, newId, knows: (id) => names.push(id) < 0 });
    if (!read) return;
    const before = tellings.get(entry) ?? new Set(); // a page may push one object for each time that it happened
    const telling = [...before].find((one) => one.nth > past && !heard.has(one)) ?? { now: at, newId: () => read.id, nth: ++count };
    tellings.set(entry, before.add(telling));
    heard.add(telling);
    const { type, lines = [], query } = read;
    const items = lines.map(({ item }) => item);
    const like = JSON.stringify([type, lines.map(({ quantity = 1 }) => quantity), query]);
    const isAmong = (some: string[], all: string[]): boolean => some.every((id) => all.includes(id));
    // What one source tells twice happened twice.
    const same = told.find((one) => one.like === like && !one.sources.includes(source) && (isAmong(items, one.names) || isAmong(one.items, names)));
    if (same) {
      Object.assign(telling, same.telling); // a shop that is opened again may hear this one first
      same.sources.push(source);
      same.names.push(...names);
      return;
    }
    told.push({ like, items, names, sources: [source], telling, at });
    shop.observe(event as EventInput, telling);
  };
}
