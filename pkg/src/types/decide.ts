/**
 * One arbiter for every opportunity, and what a session is about.
 */

import type { Context, Reason } from "../types.js";
import type { ItemKind, When } from "./catalog.js";

/** Something that could be shown: an item of the catalog by its id, or something of the shop's own. */
export interface Opportunity {
  /** 1 to 256 bytes. Views, dismissals and caps are counted by it. */
  id: string;
  /** Default: the item's, and `"message"` for what is not in the catalog. */
  kind?: ItemKind;
  /** Items whose appetite it shares, when it is not in the catalog: the washing machine of an installation service. */
  about?: string | readonly string[];
  /** What the shop gains when it is taken, in any one unit. Default: the item's `margin`, else 1. */
  value?: number;
  /** What it costs to show, in the same unit. Default 0. */
  cost?: number;
  /** When it may be shown. Default: always. */
  when?: When;
  /** Channels it may take. Default: any. */
  channels?: string | readonly string[];
  /** How often it may be seen within an hour, 24 hours and seven days, over all tabs. Default: no cap. */
  caps?: { hour?: number; day?: number; week?: number };
  /** Days it stays away after a `dismiss`. Default 30. A dismissed product stays away for good. */
  cooldownDays?: number;
  /** Units of pressure of one view. Default: 0 for a product, 0.5 for a content, 1 for the others. */
  pressure?: number;
}

/** What `decide` takes. */
export interface DecideRequest {
  /** The place on the page, such as `"strip"`. */
  slot: string;
  /** At most 1000. A text is an item's id, and `unavailable` without such an item. Default: every item of the catalog that is not a product. */
  candidates?: readonly (string | Opportunity)[];
  /** The channel that would carry it, such as `"page"`. */
  channel?: string;
  context?: Context;
  pressure?: {
    /** Units that any 24 hours bear, over all slots, channels and touches. Default 4. */
    budget?: number;
    /** What one unit costs, in the unit of the values. Default: 2 % of the candidates' median value. */
    price?: number;
    /** Local hours in which nothing that presses is shown: `[22, 8]` runs across midnight. Default: none. */
    quiet?: readonly [from: number, until: number];
  };
  /** Share of decisions that are drawn among all that are worth more than silence, 0 to 0.5. Default 0.05. */
  explore?: number;
  /** Makes the draw repeatable: an integer from 0 to 2^53 - 1. */
  seed?: number;
}

/** An opportunity on the scales. */
export interface Weighed {
  id: string;
  kind: ItemKind;
  /** Estimated probability that it is taken, 0 to 1. */
  appetite: number;
  /** The sum of its reasons; silence has 0. */
  utility: number;
  /** `appetite` (value times appetite), `cost` and `interruption`. */
  reasons: Reason[];
  /** Where the appetite comes from: the terms of the item's score, largest first. */
  because: Reason[];
}

/** What keeps an opportunity away. */
export type Barrier =
  | "unavailable"
  | "refused"
  | "rule"
  | "window"
  | "channel"
  | "quiet"
  | "hour"
  | "day"
  | "week"
  | "cooldown"
  | "pressure";

/**
 * Why nothing is shown.
 *
 * - `no_candidate`: there was nothing to choose from;
 * - `barred`: each candidate was kept away;
 * - `not_worth_it`: none was worth more than silence;
 * - `drawn`: silence was drawn, to learn from it;
 * - `no_engine`: there is no engine to decide; see `status.reason`.
 */
export type Silence = "no_candidate" | "barred" | "not_worth_it" | "drawn" | "no_engine";

/** One opportunity for a slot, or silence. */
export interface Decision {
  id: string;
  slot: string;
  /** What to show; absent for silence. */
  choice?: Weighed;
  /** Why nothing is shown, when nothing is. */
  silence?: Silence;
  /** The best of the others; absent when silence is the next best. */
  runnerUp?: Weighed;
  /** The chance of this very outcome, 0 to 1. */
  propensity: number;
  /** Every candidate as given: what kept it away, or what it is worth. */
  trace: { id: string; barrier?: Barrier; utility?: number }[];
  /**
   * Says that it came into view: from now on it counts for caps and pressure, in every tab. While
   * `learn` is denied only this page counts it. Put `slate: decision.id` on the event that takes it.
   */
  seen(): void;
}

/** What the session is about, and how close to a purchase. */
export interface Intent {
  /** `not_enough`: fewer than three events in this session, a gate is closed, or there is no engine. */
  evidence: "enough" | "not_enough";
  /** Events of the running session. */
  events: number;
  stage?: "browsing" | "comparing" | "deciding" | "buying";
  /** Estimated probability of a purchase in this session, 0 to 1; absent without enough evidence. */
  purchase?: number;
  /** Whether the weights behind `purchase` were learned from this shop's logs; otherwise they are general assumptions. */
  calibrated: boolean;
  /** What most of the session shares and little of the catalog does, with its share of the session. */
  about: { attribute: string; share: number }[];
}
