// One trial of the playground: a shop of its own, in memory, from a feed and a dump; it is closed before it is told.
import { isFlaneurError, open, type RankedItem } from "flaneur";
import { Catalog } from "../catalog.ts";
import { readFeed, type Feed } from "./feed.ts";
import { hear, readDump, type Heard } from "./hearing.ts";
import { turn } from "../turn.ts";

/** How far apart the entries of a dump are taken to be, in milliseconds: a page does not say. */
const APART_MS = 20_000;
const PLACES = 12;
/** Draws are the same every time. */
const SEED = 1;

export interface Trial {
  feed: Feed;
  catalog: Catalog;
  /** Nothing when the dump could not be read. */
  heard: Heard[] | undefined;
  shelf: RankedItem[];
  /** A newcomer's shelf, as ids. */
  newcomer: string[];
  /** Items that were heard of and are not on the shelf. */
  kept: { id: string; because: string }[];
  /** Why there is no engine, when there is none. */
  reason: string | undefined;
}
/** What was wrong with the feed: nothing in it, or a field that the engine refuses. */
export interface Fault {
  code: string;
  path?: string;
  message?: string;
}

/** How far a trial is, and what ends it. */
export interface Course {
  /** Entries of the dump that were heard, of how many. */
  told: (done: number, all: number) => void;
  signal: AbortSignal;
}

/** One trial. Of one that was ended there is nothing to tell. */
export async function attempt(feedText: string, dumpText: string, { told, signal }: Course): Promise<Trial | Fault> {
  // What was asked for is seen to begin.
  await turn();
  const feed = readFeed(feedText);
  if (feed.items.length === 0) return { code: "no_feed" };
  const entries = readDump(dumpText);
  let now = Date.now() - (entries?.length ?? 0) * APART_MS;
  try {
    const shop = await open({ shop: "playground", catalog: feed.items, storage: "memory", seed: SEED, now: () => now, consent: { learn: true, rank: true } });
    const catalog = new Catalog(feed.items, undefined);
    const size = Math.min(PLACES, feed.items.length);
    const newcomer = shop.rank({ slot: "home", size }).items.map(({ id }) => id);
    const heard = entries && await hear(shop, entries, (id) => catalog.items.has(id), () => (now += APART_MS), { told: (done) => told(done, entries.length), signal });
    const counted = [...new Set(heard?.filter(({ outcome }) => outcome === "counted").flatMap(({ items }) => items))].filter((id) => catalog.items.has(id));
    const { items, absent = [] } = shop.rank({ slot: "home", size, explain: counted.slice(0, 100) });
    // Reasons are made when they are read, so before the shop is closed.
    const shelf = items.map((item) => ({ ...item, reasons: item.reasons }));
    const kept = absent.flatMap(({ id, because }) => (because === undefined ? [] : [{ id, because }]));
    const { reason } = shop.status;
    await shop.close();
    return { feed, catalog, heard, shelf, newcomer, kept, reason };
  } catch (e) {
    if (!isFlaneurError(e)) throw e;
    return { code: e.code, message: e.message, ...(e.path !== undefined && { path: e.path }) };
  }
}
