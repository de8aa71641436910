// The English sentences of the playground.
import { plural } from "./plural.ts";

const n = (count: number, one: string, other: string) => plural("en", count, { one, other });

export const playgroundEn = {
  title: "Playground",
  text: "Paste a product feed and what your page told its dataLayer, and see what a shelf would look like. Both stay in this page: nothing is stored and nothing is sent.",
  feed: "Product feed",
  feedHint: "CSV or TSV with a heading, a JSON array, lines of JSON, or Shopify's products.json.",
  dump: "dataLayer",
  dumpHint: "In the console of your page: copy(JSON.stringify(dataLayer))",
  run: "Show the shelf",
  example: "Fill in an example",
  clear: "Clear",
  noFeed: "No item could be read. Expected a heading with a column id, or JSON objects with an id.",
  noDump: "The dataLayer is no JSON. Expected an array of entries, or one entry a line.",
  refused: "The catalog is refused:",
  read: (items: number) => n(items, `${items} item read.`, `${items} items read.`),
  left: (lines: number) => n(lines, `${lines} entry left out:`, `${lines} entries left out:`),
  leftBecause: { no_id: "no id", twice: "an id that was there before", not_json: "no JSON" },
  entry: (at: number) => `entry ${at}`,
  eventsTitle: "What was heard",
  eventsNone: "Nothing was heard: the shelf is that of a newcomer.",
  counted: (counted: number, all: number) => n(all, `${counted} of ${all} entry counted.`, `${counted} of ${all} entries counted.`),
  columns: { entry: "Entry", name: "Name", items: "Items", outcome: "Counted?" },
  outcome: {
    counted: "counted",
    known: "no: it was told before, by the same order number",
    refused: "no: its items are of a sensitive kind, or it was told before",
    waits: "waits for the event it belongs to",
    reset: "no: it clears what was pushed before",
    command: "no: a command, not an event",
    other: "no: not an event of a shop",
    empty: "no: it names no item (item_id)",
    data: "no: data without an event",
    malformed: "no: not an object",
  },
  missing: (ids: string) => `not in the feed: ${ids}`,
  shelfTitle: "The shelf of this shopper",
  shelfText: "What was just looked at, bought or put into the basket is not shown again. The number in brackets is the place on a newcomer's shelf.",
  was: (place: number) => `(${place})`,
  wasNot: "(not among them)",
  kept: "Kept off the shelf",
  because: { guard: "seen just now, bought or in the basket", unavailable: "out of stock", refused: "refused", other: "others score higher" },
  noEngine: "The engine is not there, so this is the feed's own order:",
};
export type PlaygroundWords = typeof playgroundEn;
