/**
 * What is allowed, decided from what the shopper chose and what a consent source says.
 *
 * A pure state machine: it stores nothing and tells nobody. A gate is open when the source, if
 * there is one, grants it, and the choice does: with a source, the choice can only restrict.
 */

import { flaneurError } from "./errors.js";
import type { ConsentSource, Gates, Receipt } from "./types.js";

/** Every gate, in the order of receipts. */
export const GATES = ["store", "learn", "rank", "measure"] as const satisfies readonly (keyof Gates)[];

/** More choices than anyone makes; the oldest go first. */
const MAX_RECEIPTS = 200;

/** The state of consent for one shop. */
export class ConsentState {
  readonly #shop: string;
  readonly #newId: () => string;
  #choice: Partial<Gates> = {};
  #source: Partial<Gates> | undefined;
  #receipts: Receipt[] = [];
  #gates: Gates = Object.freeze(all(false));

  constructor(shop: string, newId: () => string) {
    this.#shop = shop;
    this.#newId = newId;
  }

  /** What is open now; the same object until a gate moves. */
  get gates(): Gates {
    return this.#gates;
  }

  /** What the shopper chose; gates never chosen are absent. */
  get choice(): Partial<Gates> {
    return { ...this.#choice };
  }

  /** The choices recorded in this page's life or adopted from the database, oldest first. */
  get receipts(): readonly Receipt[] {
    return this.#receipts;
  }

  /** Whether a gate was denied in so many words, rather than not answered. */
  denied(gate: keyof Gates): boolean {
    return this.#choice[gate] === false || this.#source?.[gate] === false;
  }

  /** Takes over a choice. Returns whether any gate moved. */
  choose(change: Partial<Gates>): boolean {
    this.#choice = { ...this.#choice, ...change };
    return this.#settle();
  }

  /** Takes over what the source says. Returns whether any gate moved. */
  follow(source: Partial<Gates>): boolean {
    this.#source = source;
    return this.#settle();
  }

  /** Records what is open now, unless the last record says the same. */
  record(method: Receipt["method"], now: number): Receipt | undefined {
    const purposes = GATES.map((purpose) => ({ purpose, state: this.#gates[purpose] ? "granted" : "denied" }) as const);
    const last = this.#receipts.at(-1);
    const same = purposes.every(({ state }, i) => state === (last?.purposes[i]?.state ?? "denied"));
    if (same) return undefined;
    const receipt: Receipt = {
      recordId: this.#newId(),
      schemaVersion: "ISO/IEC TS 27560:2023",
      timestamp: new Date(now).toISOString(),
      controller: this.#shop,
      purposes,
      method,
    };
    this.#receipts = [...this.#receipts, receipt].slice(-MAX_RECEIPTS);
    return receipt;
  }

  /** Adds receipts that the database holds. */
  adopt(stored: readonly Receipt[]): void {
    const known = new Map([...stored, ...this.#receipts].map((receipt) => [receipt.recordId, receipt]));
    this.#receipts = [...known.values()]
      .sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0))
      .slice(-MAX_RECEIPTS);
  }

  #settle(): boolean {
    const source = this.#source;
    const before = this.#gates;
    const after = all(false);
    for (const gate of GATES) {
      after[gate] = source ? source[gate] === true && this.#choice[gate] !== false : this.#choice[gate] === true;
    }
    const moved = GATES.some((gate) => before[gate] !== after[gate]);
    if (moved) this.#gates = Object.freeze(after);
    return moved;
  }
}

/** Whether a consent option is a source rather than a choice. */
export function isConsentSource(consent: Partial<Gates> | ConsentSource): consent is ConsentSource {
  return typeof (consent as { get?: unknown }).get === "function";
}

/**
 * The gates of an object that the page's own code wrote.
 *
 * # Errors
 * `value_type` when it is not an object or a gate is not a boolean, `value_unknown` for another key.
 */
export function checkGates(gates: unknown, path: string): Partial<Gates> {
  if (typeof gates !== "object" || gates === null) {
    throw flaneurError("value_type", "Gates are an object such as { store: true, learn: true, rank: true }.", path);
  }
  const checked: Partial<Gates> = {};
  for (const [gate, state] of Object.entries(gates) as [string, unknown][]) {
    const known = GATES.find((name) => name === gate);
    if (!known) throw flaneurError("value_unknown", `A gate is one of ${GATES.join(", ")}.`, path);
    if (typeof state !== "boolean") {
      throw flaneurError("value_type", `${known} must be true or false.`, `${path}.${known}`);
    }
    checked[known] = state;
  }
  return checked;
}

/** The gates of an object that a consent platform wrote: what is not a boolean is unknown. */
export function readGates(gates: unknown): Partial<Gates> {
  const read: Partial<Gates> = {};
  if (typeof gates !== "object" || gates === null) return read;
  for (const gate of GATES) {
    const state: unknown = (gates as Record<string, unknown>)[gate];
    if (typeof state === "boolean") read[gate] = state;
  }
  return read;
}

function all(state: boolean): Gates {
  return { store: state, learn: state, rank: state, measure: state };
}
