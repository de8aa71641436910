/**
 * The door to measuring: nothing behind it is loaded before the `measure` gate opens.
 *
 * It opens when `measure` and `store` are granted, the shop gave a bundle, and the browser has Web Locks; without
 * them two tabs could spend the same budget. Closing it drops what waits, whoever closes it and wherever the reports
 * were made.
 */

import type { Sources } from "../loader.js";
import type { Gates, OpenOptions } from "../types.js";
import type { Measure } from "../types/measure.js";
import type { ExportedEvent, ProfileView } from "../types/profile.js";
import { attribute } from "./attribution.js";
import { hasMeasured } from "./exists.js";
import { WEEK_LIMIT, MONTH_LIMIT } from "./limits.js";
import type { Measurer } from "./measurer.js";

/** What measuring may ask of its handle. */
export interface MeasureSurroundings {
  readonly options: Pick<OpenOptions, "shop" | "tasks" | "tasksKey" | "upstream" | "storage">;
  now(): number;
  /** Nothing while there is no engine to read the log. */
  events(): ExportedEvent[] | undefined;
  profile(): ProfileView;
  /** Milliseconds that `rank` took lately. */
  latencies(): readonly number[];
  /** The id of the consent receipt in force. */
  receipt(): string | undefined;
}

/** The measuring of one handle. */
export class MeasureGate {
  readonly #around: MeasureSurroundings;
  readonly #source: Sources["measurer"];
  #measurer: Promise<Measurer | undefined> | undefined;
  #open = false;

  constructor(source: Sources["measurer"], around: MeasureSurroundings) {
    this.#source = source;
    this.#around = around;
  }

  /**
   * Follows the gates. What was made is dropped when its gate was shut by someone, not when nobody answered yet.
   * Resolves when what had to be dropped is gone; never rejects.
   */
  async follow(gates: Gates, isShut: (gate: "store" | "measure") => boolean): Promise<void> {
    const { tasks, storage } = this.#around.options;
    const open = gates.measure && gates.store && storage !== "memory" && tasks !== undefined && hasLocks();
    this.#open = open;
    if (open) (await this.#load())?.start();
    else if (storage !== "memory" && (this.#measurer || (await hasMeasured(this.#around.options.shop)))) {
      const [store, measure] = [isShut("store"), isShut("measure")];
      if (!store && !measure) return;
      const measurer = await this.#load();
      if (this.#open) return; // granted again meanwhile
      await (store ? measurer?.destroy() : measurer?.withdraw());
    }
  }

  /** Drops what waits: the log was erased. */
  async drop(): Promise<void> {
    if (this.#measurer) await (await this.#measurer)?.drop();
    else if (this.#around.options.storage !== "memory" && (await hasMeasured(this.#around.options.shop))) {
      await (await this.#load())?.drop();
    }
  }

  /** Stops; what waits is sent at a later visit. */
  async close(): Promise<void> {
    this.#open = false;
    await (await this.#measurer)?.close();
  }

  /** The public face. */
  face(): Measure {
    const known = async <T>(ask: (measurer: Measurer) => Promise<T>, otherwise: T): Promise<T> => {
      const { storage, shop } = this.#around.options;
      if (!this.#measurer && (storage === "memory" || !(await hasMeasured(shop)))) return otherwise;
      const measurer = await this.#load();
      return measurer ? ask(measurer) : otherwise;
    };
    const unspent = { week: { spent: 0, limit: WEEK_LIMIT }, month: { spent: 0, limit: MONTH_LIMIT } };
    return Object.freeze({
      preview: () => known((measurer) => measurer.preview(this.#open), []),
      ledger: () => known((measurer) => measurer.ledger(), []),
      budget: () => known((measurer) => measurer.budget(), unspent),
      tasks: async () => (this.#open ? ((await (await this.#load())?.tasks()) ?? []) : []),
      arm: async (task) => (this.#open ? ((await (await this.#load())?.arm(task)) ?? 0) : 0),
      attribute: (query) => attribute(this.#around.events() ?? [], query),
    } satisfies Measure);
  }

  #load(): Promise<Measurer | undefined> {
    this.#measurer ??=
      this.#source?.().then(
        ({ Measurer }) => new Measurer(this.#around),
        () => undefined, // the file could not be fetched: nothing is measured on this page
      ) ?? Promise.resolve(undefined);
    return this.#measurer;
  }
}

function hasLocks(): boolean {
  return typeof navigator === "object" && typeof (navigator as { locks?: unknown }).locks === "object";
}
