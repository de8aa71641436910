/**
 * The public contract of `flaneur`.
 *
 * What leaves the device: nothing, until the shopper grants `measure` and the shop gives a signed {@link TaskBundle};
 * then the reports that `measure.preview` shows first. Other requests are for the shop's own catalog and for the
 * package's own files.
 */

/// <reference lib="dom" preserve="true" />
/// <reference lib="esnext.disposable" preserve="true" />

import type { Catalog, Rule } from "./types/catalog.js";
import type { Consent, ConsentSource, Gates, Notice, Receipt } from "./types/consent.js";
import type { Decision, DecideRequest, Intent } from "./types/decide.js";
import type { EventInput } from "./types/events.js";
import type { Experiment } from "./types/experiment.js";
import type { Measure, TaskBundle } from "./types/measure.js";
import type { Profile } from "./types/profile.js";

export type * from "./types/catalog.js";
export type * from "./types/consent.js";
export type * from "./types/decide.js";
export type * from "./types/events.js";
export type * from "./types/experiment.js";
export type * from "./types/measure.js";
export type * from "./types/profile.js";

/** A failure that says how to fix it. Branch on `code`, never on `message`. */
export interface FlaneurError extends Error {
  readonly name: "FlaneurError";
  /** Stable, snake_case. */
  readonly code: string;
  /** Where in the caller's input: `catalog[3].price`, `rules[2].where.brand`, `request.size`. */
  readonly path?: string;
}

/** What `open` takes. */
export interface OpenOptions {
  /**
   * Storage namespace: 1 to 64 letters, digits, dots, dashes or underscores, starting with a
   * letter or a digit. Two shops on one origin need two names.
   */
  shop: string;
  catalog: Catalog;
  /**
   * What the shopper agreed to, or where that is known. Default: the choice stored on this device,
   * else every gate denied. When given, it wins over the stored choice, and `store: false`
   * deletes what an earlier visit stored.
   */
  consent?: Partial<Gates> | ConsentSource;
  /** What the shopper reads when they choose, for the receipts. */
  notice?: Notice;
  /**
   * `"minor"`: the visitor is a child, or may be one. Every gate stays closed whatever is granted;
   * what an earlier visit stored is neither read nor deleted. Default `"general"`.
   */
  audience?: "general" | "minor";
  rules?: readonly Rule[];
  /**
   * What the shop knows of the moment beside the clock, for every call that does not say otherwise:
   * kept with each event too, so that what is wanted in such a moment is learned. A function is asked
   * at each call. `deviceContext()` gives the device's class and language.
   */
  context?: Context | (() => Context);
  /** What may be asked, as `flaneur task sign` wrote it. Without it nothing is measured. */
  tasks?: TaskBundle;
  /** The public key that signed `tasks`: 32 bytes in base64url, written into the page's own code. */
  tasksKey?: string;
  /** The module that seals reports, like `wasm`. Loaded only after `measure` is granted. */
  upstream?: string | URL | Response | BufferSource | WebAssembly.Module;
  /**
   * The engine, for shops that host it themselves: an address, a response, bytes or a compiled
   * module of the same version as this package. Default: the file beside this package.
   * All handles of a page share the first engine that loads.
   */
  wasm?: string | URL | Response | BufferSource | WebAssembly.Module;
  /** `"memory"` never touches the device's storage nor other tabs, whatever is granted. Default `"device"`. */
  storage?: "device" | "memory";
  /** The clock, in milliseconds since 1970. For tests and replays. */
  now?: () => number;
  /** Seed of every draw, an integer from 0 to 2^53 - 1. For tests and replays. Default: entropy of the browser. */
  seed?: number;
}

/**
 * Why there is no engine.
 *
 * - `wasm_unavailable`: this browser has no WebAssembly;
 * - `wasm_blocked_by_csp`: the page's policy lacks `'wasm-unsafe-eval'`;
 * - `wasm_failed`: no copy of the engine could be loaded;
 * - `wasm_wrong_version`: the engine that loaded belongs to another version of this package;
 * - `catalog_unavailable`: the catalog could not be fetched, or a page came in its place; events are noted, and count once `update` brings one;
 * - `engine_unstable`: the engine failed three times within a minute;
 * - `closed`: `close` was called.
 */
export type PassthroughReason =
  | "wasm_unavailable"
  | "wasm_blocked_by_csp"
  | "wasm_failed"
  | "wasm_wrong_version"
  | "catalog_unavailable"
  | "engine_unstable"
  | "closed";

/**
 * Why the log is in memory although `store` is granted, or still on disk although it is not.
 *
 * - `storage_unavailable`: this browser gives the page no database, or refuses to write;
 * - `storage_timeout`: the database did not answer in time; writing is tried again;
 * - `storage_upgrade_blocked`: a tab with an older version of this package holds the database;
 *   what was noted meanwhile is written when it lets go;
 * - `storage_delete_blocked`: the database will be deleted when the tab that holds it lets go.
 */
export type StorageReason =
  | "storage_unavailable"
  | "storage_timeout"
  | "storage_upgrade_blocked"
  | "storage_delete_blocked";

/** What was mended on the device since this handle was opened. */
export interface Repairs {
  /** Records that were damaged and left out. */
  readonly damaged: number;
  /** Writes that the page before had no time for, made up for. */
  readonly replayed: number;
  /** How often the way to the database was found again through a fresh frame. */
  readonly reconnected: number;
  /** How often the database was broken and made again from memory. */
  readonly rebuilt: number;
  /** Events taken over from the database that served while the first one did not open. */
  readonly merged: number;
}

/** How the handle works at the moment. */
export interface Status {
  /** `"passthrough"` keeps the shop's own order and learns nothing, but for what it notes while only the catalog is missing. */
  engine: "simd" | "scalar" | "passthrough";
  /** Why, when `engine` is `"passthrough"`. */
  reason?: PassthroughReason;
  /** How many items the catalog holds. */
  items: number;
  /** Of this package. */
  version: string;
  /** Where the log is. */
  storage: "device" | "memory";
  storageReason?: StorageReason;
  /** Absent when nothing had to be mended. */
  repairs?: Repairs;
}

/**
 * The moment, nothing personal. The clock's part is taken from the device when it is left out; the
 * rest is known only when the shop says it: words of the shop's own, at most 64 bytes each.
 */
export interface Context {
  /** Local hour, 0 to 23. */
  hour?: number;
  /** Local, 0 (Sunday) to 6. */
  weekday?: number;
  /** Local time minus UTC, in minutes. */
  utcOffset?: number;
  /** Such as `"winter"`. */
  season?: string;
  /** Such as `"rain"`. */
  weather?: string;
  /** Such as `"phone"`. */
  device?: string;
  /** Such as `"fr-FR"`. */
  locale?: string;
  /** A branch of the shop. */
  store?: string;
}

/** What `rank` takes. */
export interface RankRequest {
  /** The place on the page, such as `"home"`. */
  slot: string;
  /** How many items, 1 to 1000. */
  size: number;
  /** Only these may be shown, and what a rule pins, in the shop's order; the engine leaves out ids that the catalog does not have. Default: the whole catalog. */
  candidates?: readonly string[] | undefined;
  /** Never these. */
  exclude?: readonly string[] | undefined;
  /** Similar to these, or going with them: the product of the page, the basket. */
  like?: string | readonly string[] | undefined;
  context?: Context | undefined;
  /** 0 to 1: how much of the slate may surprise. Default: the shopper's own dial. */
  surprise?: number | undefined;
  /** 0 to 10: how closely the slate follows the shopper's mix of interests, in multiples of the default, 1. */
  calibration?: number | undefined;
  /** For this call, besides those of the handle. */
  rules?: readonly Rule[] | undefined;
  /** The experiment that the slate is a part of. */
  experiment?: Experiment | undefined;
  /** Show again what is otherwise kept away after it was seen often, bought, or put in the basket. */
  allow?: readonly ("seen" | "bought" | "basket")[] | undefined;
  /** Makes the draws of this call repeatable: an integer from 0 to 2^53 - 1. */
  seed?: number;
  /** Traces the rules (`Slate.trace`), and says why these items are absent (`Slate.absent`). */
  explain?: string | readonly string[] | undefined;
}

/** What became of a rule of the slot. */
export interface RuleTrace {
  /** Where it stands: `rules[2]`, or `request.rules[0]`; the rules of the arm, interleaved of the first, come after the request's. */
  rule: string;
  /** The shop's name for it. */
  id?: string;
  type: Rule["type"];
  /**
   * - `fired`: it changed the slate, or holds at its bound;
   * - `idle`: it had nothing to do;
   * - `asleep`: its window is shut;
   * - `overruled`: something stronger stood against it;
   * - `short`: it asked for more than there is.
   */
  outcome: "fired" | "idle" | "asleep" | "overruled" | "short";
  /** Entries it placed, moved or counted; items of the catalog it kept out. */
  count: number;
  /** The rule that overruled it, when one did. */
  by?: string;
}

/** Why an item is not on a slate. */
export interface Absence {
  id: string;
  /**
   * - `unknown`: not in the catalog; `unavailable`: out of stock;
   * - `refused`: the shopper dismissed it or muted what it is;
   * - `request`: excluded, or not a candidate, by the request; `rule`: kept out by a rule;
   * - `guard`: seen just now, bought lately, or in the basket;
   * - `candidate`: nothing brought it among the candidates;
   * - `limit`: a cap or quota is full, or a quota or floor keeps the place for others;
   * - `score`: others score higher, or are put first by the arrangement (variants, likeness, interests, draws).
   *
   * Absent when the item is on the slate.
   */
  because?: "unknown" | "unavailable" | "refused" | "request" | "rule" | "guard" | "candidate" | "limit" | "score";
  /** The rule, when one is the cause. */
  rule?: string;
  /** Its score, and the lowest on the slate but for pins, when scores were compared. */
  score?: number;
  needed?: number;
}

/** One additive term of a score. */
export interface Reason {
  /** Which signal, such as `"together"`, `"affinity_brand"` or `"discovery"`. */
  signal: string;
  /** What it counts for. */
  weight: number;
  /** How strong it is here. `weight * value` is its part of the score. */
  value: number;
  /** The shopper's item that caused it. */
  item?: string;
  /** The attribute that caused it, such as `"brand:Acme"`. */
  attribute?: string;
}

/** An item of a slate. */
export interface RankedItem {
  id: string;
  /** 0 is the first place. */
  position: number;
  /** Log-odds, the sum of `weight * value` over the reasons. */
  score: number;
  /** The chance that this item got this place, 0 to 1. */
  propensity: number;
  /** Shown to widen the horizon rather than to match what is known. */
  discovery: boolean;
  /** How far from the shopper's interests a discovery is. */
  tier?: "near" | "bridge" | "far";
  /** Of an interleaved slate: the arm that picked it; absent for pins. */
  arm?: string;
  /** Largest first; empty when the shop's own order stands. */
  reasons: Reason[];
}

/** An ordered list for a slot. */
export interface Slate {
  id: string;
  slot: string;
  items: RankedItem[];
  /** The quota or floor that could not be kept, or the cap or quota that keeps the slate from being full: `rules[2]`. */
  short?: string;
  /** Each rule of the slot, strongest first, when the request asked to `explain`. */
  trace?: RuleTrace[];
  /** Each item that the request asked to explain. */
  absent?: Absence[];
  /**
   * The part the slate has in an experiment: its arm, the two that were interleaved, or `["holdout"]`
   * for the shop's own order. Absent without one, and while `rank` is denied.
   */
  experiment?: { id: string; arms: string[] };
  /**
   * Says that these items (default: all) came into view. Logs an impression, once for each item
   * however often it is called, and nothing while `learn` is denied.
   */
  seen(ids?: readonly string[]): void;
}

/** Something that slates depend on is not what it was: rank again. */
export interface ChangeEvent {
  type: "change";
  cause: "observe" | "forget" | "undo" | "import" | "erase" | "catalog" | "rules" | "consent" | "restore" | "other_tab";
}

/** A gate opened or closed. */
export interface ConsentEvent {
  type: "consent";
  gates: Gates;
  /** The record of this choice; absent when another tab made it. */
  receipt?: Receipt;
}

/** The way of working changed, or the engine was rebuilt. */
export interface StatusEvent {
  type: "status";
  status: Status;
  /**
   * `"engine_restarted"`: it failed and was rebuilt from the log. `"storage_repaired"`: see
   * `status.repairs`. Otherwise a reason of the status.
   */
  code?: "engine_restarted" | "storage_repaired" | PassthroughReason | StorageReason;
}

/** What `on` tells about. */
export interface FlaneurEvents {
  change: ChangeEvent;
  consent: ConsentEvent;
  status: StatusEvent;
}

/**
 * The handle on one shop, on this device.
 *
 * After `open` resolved nothing here throws, except a `FlaneurError` for arguments that are wrong
 * in the page's own code.
 */
export interface Flaneur {
  readonly status: Status;
  /**
   * Adds what happened to the log, or does nothing while `learn` is denied.
   *
   * Cost: microseconds; the write to disk is asynchronous and batched.
   *
   * # Errors
   * See {@link EventInput}.
   */
  observe(event: EventInput): void;
  /**
   * Orders the catalog for a slot, synchronously.
   *
   * Cost: about a millisecond for 10,000 items.
   *
   * # Errors
   * `FlaneurError` for a missing slot, a size that is not a positive integer, and so on.
   */
  rank(request: RankRequest): Slate;
  /**
   * Decides between products, offers, contents, services, messages and silence, synchronously.
   *
   * Cost: under a millisecond for 200 opportunities.
   *
   * # Errors
   * `FlaneurError` with the path to the fault, such as `request.candidates[3].value`.
   */
  decide(request: DecideRequest): Decision;
  /** What the session is about and how close to a purchase, or that there is not enough evidence. */
  intent(): Intent;
  readonly profile: Profile;
  readonly consent: Consent;
  readonly measure: Measure;
  /**
   * Replaces the catalog.
   *
   * # Errors
   * Rejects with a `FlaneurError` when it cannot be fetched or is malformed; then the catalog
   * that was loaded before still serves.
   */
  update(catalog: Catalog): Promise<void>;
  /**
   * Replaces the shop's rules.
   *
   * # Errors
   * `FlaneurError` with the path to the fault; then the rules that were in force stay.
   */
  rules(rules: readonly Rule[]): void;
  /** Listens; returns what ends it. A listener that throws is reported and breaks nothing. */
  on<Type extends keyof FlaneurEvents>(type: Type, listener: (event: FlaneurEvents[Type]) => void): () => void;
  /**
   * Resolves to whether everything observed so far is on the device: `false` when `store` is denied,
   * or when the disk did not take it within 1.5 seconds. Never rejects. Events are written by
   * themselves; wait for this only before something that ends the page's process.
   */
  flush(): Promise<boolean>;
  /** Writes what waits, then releases the engine, the database and the channel. */
  close(): Promise<void>;
  /** The same, without waiting. */
  [Symbol.dispose](): void;
}
