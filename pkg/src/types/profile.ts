/**
 * What the device knows of its shopper, and what the shopper can do about it.
 *
 * Everything here stays on the device.
 */

import type { ExperimentResult } from "./experiment.js";

/** One of several tastes that a shopper has at once. */
export interface Interest {
  /** Stable while its events stand; what `forget({ interest })` takes. */
  id: string;
  /** Of all interests, 0 to 1. */
  share: number;
  /** Milliseconds since 1970. */
  lastSeen: number;
  /** The items that made it, heaviest first. */
  items: { id: string; weight: number }[];
  /** What the items have in common, such as `"category:Lamps"`. */
  attributes: string[];
  /** Ids of the events behind it. */
  events: string[];
}

/** A leaning towards or away from an attribute. */
export interface Affinity {
  /** Such as `"brand:Acme"`. */
  attribute: string;
  /** Log-odds against the shop's average, shrunken towards 0 when there is little evidence. */
  value: number;
  /** How many events are behind it: a plain count that does not fade. An order counts once per item with it. */
  evidence: number;
  /** Milliseconds since 1970. */
  lastSeen: number;
}

/** Something the shopper said. */
export interface Declared {
  attribute?: string;
  item?: string;
  /** -1 (not at all) to 1 (very much). It weighs in scores, and keeps nothing away as a `dismiss` does. */
  liking: number;
  /** The event that holds it. */
  event: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** Something the shopper sent away. */
export interface Muted {
  attribute?: string;
  item?: string;
  event: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** What the log says, computed anew at each call and never stored. */
export interface ProfileView {
  /** How many events the log holds. */
  events: number;
  /** Milliseconds since 1970 of the oldest one. */
  since?: number;
  interests: Interest[];
  /** The 24 strongest, either way. */
  affinities: Affinity[];
  declared: Declared[];
  muted: Muted[];
  /** Item ids, newest first. */
  basket: string[];
  /** Item ids, newest first. */
  bought: string[];
  /** Item ids of the current visit, newest first. */
  session: string[];
  /** The surprise dial in force, 0 to 1. */
  surprise: number;
  /** How readily surprises of each tier are accepted, 0 to 1: the mean of what was learned, 1/7 before any. */
  appetite: { near: number; bridge: number; far: number };
  /**
   * What was learned from seen slates rests on this: entries seen on visits that ended, and how many of
   * them were chosen. It speaks once there is `enough`: 20 seen and 3 choices.
   */
  evidence: { seen: number; choices: number; enough: boolean };
}

/** What to forget. The rest of the profile becomes what it would be had it never happened. */
export type Forget =
  | { event: string }
  | { item: string }
  | { interest: string }
  | { attribute: string }
  /** The same as the attribute `category:…`. */
  | { category: string }
  /** The visit that an event belongs to, by the event's id; `true`: the last visit. */
  | { session: string | true }
  /** An order that was for someone else, by its event's id: with it goes every event about nothing but its items. */
  | { gift: string }
  | { since: number; until?: number }
  | { all: true };

/** What a shopper may state: a liking from -1 to 1, or the surprise dial from 0 to 1. */
export type Preference =
  | { attribute: string; liking: number }
  | { item: string; liking: number }
  | { surprise: number };

/** One event of an export. Its fields are those of the log. */
export interface ExportedEvent {
  id: string;
  type: string;
  /** Milliseconds since 1970. */
  at: number;
  [field: string]: unknown;
}

/** The document that `export` writes and `import` reads. */
export interface LogDocument {
  /** Version of this document. */
  flaneur: 1;
  shop: string;
  /** ISO 8601, when it was written. */
  exported: string;
  events: ExportedEvent[];
  /** Why the document may hold less than the device does; absent when it is complete. */
  incomplete?: string;
}

/** What became of an import. What is too old for the log is in none of these; what is beyond its bound may count as known. */
export interface ImportReport {
  /** Events that were new, and stay. */
  added: number;
  /** Events that the log held already. */
  known: number;
  /** Events that were left out, each with the path to it in the document. */
  refused: { path: string; code: string; message: string }[];
}

/** A rate per place with its 95 % interval. */
export interface Rate {
  value: number;
  low: number;
  high: number;
}

/**
 * Whether the plain order, relevance alone, would have done better for this shopper.
 *
 * Estimated from the log, over the seen places that were left to chance: each holds the probability
 * of what was drawn, and whether it was what the plain order would have put there.
 */
export interface Replay {
  /**
   * `"plain"` or `"served"` when one did better beyond doubt, `"no_difference"` when the interval holds 0,
   * `"not_enough_evidence"` below 30 effective places or 5 choices.
   */
  verdict: "not_enough_evidence" | "no_difference" | "plain" | "served";
  /** Seen places that were left to chance. */
  places: number;
  /** Choices at these places. */
  choices: number;
  /** How many places the estimate of the plain order is worth. */
  effective: number;
  /** Choices per place of what was served. */
  served: Rate;
  /** Choices per place of the plain order. */
  plain: Rate;
  /** The plain order less what was served. */
  difference: Rate;
}

/** The shopper's own view of the log, and their hand on it. */
export interface Profile {
  /** Cost: one fold of the log, a few milliseconds. */
  inspect(): ProfileView;
  /**
   * Would the plain order have done better for me? Answered from the log, on the device.
   * Without an engine: not enough evidence. Cost: one walk over the log.
   */
  replay(): Replay;
  /** What the experiments of this device have shown, from its log alone. Cost: one walk over the log. */
  experiments(): ExperimentResult[];
  /**
   * Forgets at once, here, on disk and in the shop's other tabs. Without an engine, the log cannot be read: then only
   * an event by its id, or everything, is found.
   *
   * # Errors
   * `FlaneurError` when `what` is none of the shapes of {@link Forget}, and `value_unknown` for an interest that is not
   * there any more: interests come and go with their events. Any other thing that is not there is no fault.
   */
  forget(what: Forget): void;
  /**
   * Takes back the last `forget` of this page, if it is less than ten seconds old: the log, and so
   * every slate, is what it was. Returns whether it did: not while `learn` is denied. Nothing is kept for it but in memory.
   */
  undo(): boolean;
  /**
   * Logs what the shopper says they like. Does nothing while `learn` is denied.
   *
   * # Errors
   * `FlaneurError` when a value is out of range.
   */
  declare(preference: Preference): void;
  /**
   * The whole log as a JSON file ({@link LogDocument}). It goes to the caller and nowhere else.
   * With a passphrase of 8 characters or more the file is sealed: PBKDF2-SHA-256 with 600,000
   * rounds, then AES-256-GCM.
   *
   * # Errors
   * Rejects with a `FlaneurError` when the passphrase is not one, or the page has no WebCrypto.
   */
  export(options?: { passphrase?: string }): Promise<Blob>;
  /**
   * Adds what the shopper brings, by union: what is known already is not added twice. It takes an
   * export, sealed or not, and orders (past orders, a loyalty programme's export, a till ticket):
   * `{ orders: [{ id, at, items: [{ id, quantity, price }] }] }`, or a table with a heading that
   * names `date` and `item`, and as it may be `order`, `quantity` and `price`.
   * Bad events are left out and reported. Nothing is added while `learn` is denied.
   *
   * # Errors
   * Rejects with a `FlaneurError` when the file is none of these or is over 16 MiB, or when the
   * passphrase does not open it.
   */
  import(data: Blob | ArrayBuffer | object, options?: { passphrase?: string }): Promise<ImportReport>;
  /**
   * Empties the log in memory, on disk and in the shop's other tabs. The consent choice stays.
   * Works without the engine. Resolves when the disk is clean, or when `status.storageReason`
   * says why it could not be cleaned yet.
   */
  erase(): Promise<void>;
}
