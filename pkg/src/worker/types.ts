/**
 * The public contract of the worker entry.
 */

import type { Catalog, Context, DecideRequest, Decision, EventInput, Flaneur, Intent, OpenOptions, RankRequest, Slate, Status } from "../types.js";

/** What `open` takes here. A clock cannot be posted, and only the page's own handle measures. */
export interface WorkerOptions extends Omit<OpenOptions, "now" | "context" | "tasks" | "tasksKey" | "upstream"> {
  /**
   * Makes the worker, for bundlers that must see the address themselves:
   * `() => new Worker(new URL("flaneur/worker-host", import.meta.url), { type: "module" })`.
   */
  worker?: () => Worker;
  /** As in {@link OpenOptions}; a function cannot be posted. */
  context?: Context;
  /** How long an answer may take before the worker is given up, in milliseconds. Default 1000; more behind an update or an import. */
  timeout?: number;
}

type Remote<T> = { readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : T[K] };

/** A slate whose `seen` goes to the worker. */
export type WorkerSlate = Omit<Slate, "seen"> & { seen(ids?: readonly string[]): Promise<void> };

/** A decision whose `seen` goes to the worker. */
export type WorkerDecision = Omit<Decision, "seen"> & { seen(): Promise<void> };

/** The handle of {@link Flaneur}, at a distance: every method returns a promise. */
export interface WorkerFlaneur {
  /** As last heard; `thread` is `"page"` when there is no worker. */
  readonly status: Status & { readonly thread: "worker" | "page" };
  observe(event: EventInput): Promise<void>;
  rank(request: RankRequest): Promise<WorkerSlate>;
  decide(request: DecideRequest): Promise<WorkerDecision>;
  intent(): Promise<Intent>;
  readonly profile: Remote<Flaneur["profile"]>;
  /** `gates` as last heard. */
  readonly consent: Remote<Flaneur["consent"]>;
  update(catalog: Catalog): Promise<void>;
  rules: Remote<Flaneur>["rules"];
  on: Flaneur["on"];
  flush: Flaneur["flush"];
  /**
   * As in {@link Flaneur}, and lets the worker go. Afterwards `rank` gives the candidates, or the first
   * thousand items of the shop's order.
   */
  close(): Promise<void>;
  /** The same, without waiting. */
  [Symbol.dispose](): void;
}
