/**
 * What may leave the device: the questions, the answers, and what they cost.
 */

/** The closed list of what can be asked. There is no metric for item ids, search text, prices, times or places. */
export type Metric =
  /** Which of the buckets' attributes the shopper leans to most. */
  | "taste_share"
  /** How far a labelled discovery got: 1 seen, 2 looked at, 3 put in the basket, 4 bought. */
  | "discovery_outcome"
  /**
   * What became of the opportunities that `decide` chose: 1 seen, 2 one was dismissed, 3 one was taken. Only an event
   * with `slate: decision.id` takes one.
   */
  | "opportunity_outcome"
  /**
   * Per arm `a` of a private experiment: `1 + 2a` the slot was seen, `2 + 2a` something in it was taken. Only an event
   * with `slate: slate.id`, or with the `slot`, takes something.
   */
  | "slot_click_through"
  /**
   * Which of the buckets' channels the last purchase of the epoch is owed to, among the touches of the 30 days before
   * it; a draw in proportion to the credits.
   */
  | "attribution_credit"
  /** The median time of the page's last 32 calls of `rank`: 1 below 1 ms, 2 below 3, 3 below 10, 4 below 30, 5 above. */
  | "latency";

/** A text in both languages. */
export interface Words {
  en: string;
  fr: string;
}

/** One of two independent companies that each hold half of every report. */
export interface TaskOperator {
  /** The legal name. */
  name: string;
  /** The address of its aggregator, ending in a slash. */
  url: string;
  /** The operator's DAP `HpkeConfig`, in base64url: pinned here, never fetched. */
  hpke: string;
}

/** A company that passes sealed reports on, so that who receives them does not learn the shopper's address: RFC 9458. */
export interface TaskRelay {
  /** The legal name. */
  name: string;
  /** The address that reports are posted to; the relay knows which gateway it serves. */
  url: string;
  /** The gateway's key configuration of RFC 9458, section 3.1, in base64url: pinned here, never fetched. */
  gateway: string;
}

/** What every task says, whatever its mode. */
interface AnyTask {
  /** 32 bytes in base64url, the same for every shopper. */
  id: string;
  metric: Metric;
  /** What it is for, in the shopper's words. */
  purpose: Words;
  /**
   * The possible answers, at most 256. The first is "nothing", and is sent when nothing happened.
   * `value` is the attribute (`taste_share`) or the channel (`attribution_credit`) that a bucket counts.
   */
  buckets: (Words & { value?: string })[];
  /** Privacy cost of one report, in millionths. */
  epsilon: number;
  /**
   * How many reports the operators open together at least, 100 or more. In mode `ldp` every answer has its own noise,
   * and nothing holds the collector to it.
   */
  minBatchSize: number;
  /** ISO 8601. */
  start: string;
  /** ISO 8601. */
  end: string;
  /** How long the answers are kept. */
  retention: Words;
  /** `slot_click_through`: the slot. */
  slot?: string;
  /** `slot_click_through`: how many arms, 1 to 16. */
  arms?: number;
  /** `attribution_credit`: how credit is shared. Default `"last_touch"`. */
  model?: AttributionModel;
  /** Who passes the reports on. Without it the device sends them itself. */
  relay?: TaskRelay;
}

/** Halves for two operators, neither of which can read an answer: DAP-09 with Prio3Histogram. */
export interface DapTask extends AnyTask {
  mode: "dap";
  leader: TaskOperator;
  helper: TaskOperator;
  /** Length of the proof's chunks, about the square root of the number of buckets. */
  chunk: number;
  /** Seconds, at least 3,600: report times are rounded down to it. */
  timePrecision: number;
}

/** An answer with noise, for shops without two operators. */
export interface LdpTask extends AnyTask {
  mode: "ldp";
  collector: { name: string; url: string };
  /** How many shoppers are expected to answer. */
  expected: number;
}

export type Task = DapTask | LdpTask;

/** The questions of a shop, signed, and the same bytes for every shopper. `flaneur task` makes it. */
export interface TaskBundle {
  flaneur: 1;
  shop: string;
  tasks: Task[];
  /** Ed25519 over the canonical JSON (RFC 8785) of all the rest, in base64url. */
  signature: string;
}

/** What waits to leave, or would leave next, in clear. */
export interface OutboxEntry {
  /** The task's id. */
  task: string;
  metric: Metric;
  mode: "dap" | "ldp";
  purpose: Words;
  /** The exact answer. In mode `ldp` it is what the noise is added to. */
  bucket: number;
  label: Words;
  /** Who receives a part. */
  operators: string[];
  /** Who passes it on, so that those do not learn the shopper's address. */
  relay?: string;
  /** In millionths. 0 when the budget is spent: then the answer is "nothing". */
  epsilon: number;
  /** `"collecting"`: as it stands in the current epoch. `"waiting"`: fixed and sealed, not sent yet. */
  state: "collecting" | "waiting";
  /** Milliseconds since 1970: not before. */
  due: number;
  /** Of the report; 0 while collecting. */
  bytes: number;
}

/** One line of what was spent and sent. It holds the answer in clear and stays on the device. */
export interface LedgerEntry {
  task: string;
  metric: Metric;
  purpose: Words;
  /** Which week of this device. */
  epoch: number;
  bucket: number;
  label: Words;
  operators: string[];
  /** Who passed it on. */
  relay?: string;
  /** In millionths. */
  epsilon: number;
  /** Milliseconds since 1970: when the epoch ended that it is charged to. */
  at: number;
  /** Of the report. */
  bytes: number;
  /**
   * `"sent"`: the operator took it. `"dropped"`: withdrawn or erased meanwhile. `"failed"`: the operator did not take it.
   * Of the last two the operator may have it all the same, when it was cut off on its way or its answer did not come.
   */
  outcome: "waiting" | "sent" | "dropped" | "failed";
  /** Milliseconds since 1970. */
  sentAt?: number;
  /** Why it failed: `"refused"`; `"outdated"`, its key changed; `"unreachable"`, no answer in six tries; `"late"`, a week passed. */
  reason?: string;
  /** The consent receipt in force. */
  receipt?: string;
}

/** What is spent of the shopper's privacy at this shop, in millionths of epsilon. */
export interface Budget {
  week: { spent: number; limit: number };
  month: { spent: number; limit: number };
}

/** A question of the bundle, and why it is not answered when it is not. */
export interface TaskStatus {
  /** The task's id, or its place when it has none. */
  task: string;
  state: "active" | "not_started" | "refused";
  /** Stable, snake_case. */
  code?: string;
  message?: string;
}

/** How the credit for a conversion is shared among the touches before it. */
export type AttributionModel =
  /** All to the last touch. */
  | "last_touch"
  /** Equal parts to the last `n` touches. */
  | { lastNTouch: number }
  /** Equal parts to every touch. */
  | "linear"
  /** 40 % to the first, 40 % to the last, the rest to those between. */
  | "position_based"
  /** The Shapley value of each channel over the shopper's own journeys. */
  | "data_driven";

/** Shaped like W3C Attribution's `measureConversion`. */
export interface AttributionQuery {
  /** What is shared out, a whole number. Default 1,000. */
  value?: number;
  /** Touches older than this before the conversion do not count. Default 30. */
  lookbackDays?: number;
  /** Default `"last_touch"`. */
  logic?: AttributionModel;
  /** Only these channels. Default: all. */
  channels?: string[];
  /** The conversion: a `purchase` event's id. Default: the newest one. */
  conversion?: string;
}

/** Credits are whole numbers and add up to `value` exactly, or to 0 when there was no touch. */
export interface Attribution {
  /** The purchase event; absent when there is none. */
  conversion?: string;
  value: number;
  credits: { channel: string; credit: number; touches: number }[];
}

/** The shopper's view of what leaves, and the shop's attribution on the device. */
export interface Measure {
  /** What waits to leave, and what would leave next, in clear. */
  preview(): Promise<OutboxEntry[]>;
  /** Everything that was spent and sent, newest first. */
  ledger(): Promise<LedgerEntry[]>;
  budget(): Promise<Budget>;
  /** Every question of the bundle, and why it is not answered when it is not. None while `store` or `measure` is denied. */
  tasks(): Promise<TaskStatus[]>;
  /**
   * The arm of a private experiment on this device, 0 for the first. It is made of a secret of the device and the
   * task, is told to nobody, and is 0 while `measure` is denied.
   */
  arm(task: string): Promise<number>;
  /**
   * Shares the credit for a purchase among the `touch` events before it, on the device. Nothing leaves.
   *
   * # Errors
   * `FlaneurError` for a value, window or model that makes no sense.
   */
  attribute(query?: AttributionQuery): Attribution;
}
