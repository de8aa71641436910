/**
 * What is allowed, decided from what the shopper chose, what a consent source says, and what the browser and the
 * shop say about the visitor.
 *
 * A pure state machine: it stores nothing and tells nobody. A gate is open when the source, if
 * there is one, grants it, and the choice does: with a source, the choice can only restrict.
 * Global Privacy Control keeps `measure` closed until the shopper opens it by hand afterwards.
 * For a minor everything is closed, and nothing that is stored is touched.
 */

import { GATES, readGates } from "./gates.js";
import type { Gates, Notice, Receipt } from "./types.js";

/** How many months a receipt is kept. */
const RECEIPT_MONTHS = 25;
/** More choices than anyone makes; the oldest go first. */
const MAX_RECEIPTS = 200;

/** What was chosen. `byHand`: by the shopper alone, and not by a page that was opened with gates; only that restricts a source. */
export interface Choice extends Partial<Gates> {
  readonly byHand?: boolean;
}

/** Where the state of consent is kept, and what it is told once. */
export interface ConsentSurroundings {
  readonly shop: string;
  readonly notice?: Notice | undefined;
  /** The shop says that this visitor is a child, or may be one. */
  readonly minor?: boolean | undefined;
  /** The browser sends Global Privacy Control. */
  readonly privacyControl?: boolean | undefined;
  newId(): string;
}

/** The state of consent for one shop. */
export class ConsentState {
  readonly #around: ConsentSurroundings;
  /** The shopper opened `measure` by hand although the browser asks for privacy. */
  #measureByHand = false;
  #choice: Partial<Gates> = {};
  #byHand = true;
  #source: Partial<Gates> | undefined;
  /** What the source said last on this page. */
  #own: Partial<Gates> = {};
  #receipts: Receipt[] = [];
  /** A gate moved since the last record, which another tab may have recorded. */
  #moved = false;
  #gates: Gates = Object.freeze(all(false));

  constructor(around: ConsentSurroundings) {
    this.#around = around;
  }

  /** What is open now; the same object until a gate moves. */
  get gates(): Gates {
    return this.#gates;
  }

  /** What the shopper chose; gates never chosen are absent. */
  get choice(): Choice {
    return { ...this.#choice, byHand: this.#byHand };
  }

  /** The choices recorded in this page's life or adopted from the database, oldest first. */
  get receipts(): readonly Receipt[] {
    return this.#receipts;
  }

  /** Whether a gate was shut in so many words, rather than not answered; for a minor nobody did. */
  isDenied(gate: keyof Gates): boolean {
    if (this.#around.minor || this.#gates[gate]) return false;
    return this.#choice[gate] === false || this.#source?.[gate] === false || (gate === "measure" && this.#isPrivate);
  }

  /** Takes over a choice; `byHand` when the shopper made it just now. Returns whether any gate moved. */
  choose(change: Partial<Gates>, byHand = false): boolean {
    this.#choice = { ...this.#choice, ...change };
    this.#byHand &&= byHand;
    if (change.measure !== undefined) this.#measureByHand = byHand && change.measure;
    return this.#settle();
  }

  /**
   * Takes over what the source says, here or `elsewhere`, in another tab. Of what it leaves out it may only not know yet:
   * that shuts nothing but what it granted here. Returns whether any gate moved.
   */
  follow(source: Partial<Gates>, elsewhere = false): boolean {
    const kept = { ...this.#source };
    if (!elsewhere) {
      for (const gate in this.#own) delete kept[gate as keyof Gates];
      this.#own = source;
    }
    this.#source = { ...kept, ...source };
    return this.#settle();
  }

  /** Records what is open now, unless the last record says the same and nothing else was heard since. */
  record(method: Receipt["method"], now: number): Receipt | undefined {
    const purposes = GATES.map((purpose) => ({ purpose, state: this.#gates[purpose] ? "granted" : "denied" }) as const);
    const { controller, ...notice } = this.#around.notice ?? {};
    const asked = this.#around.privacyControl && { globalPrivacyControl: true as const };
    const last = this.#receipts.at(-1);
    if (!this.#moved && isSame({ purposes, notice, method, ...asked }, last)) return undefined;
    const receipt: Receipt = {
      recordId: this.#around.newId(),
      schemaVersion: "ISO/IEC TS 27560:2023",
      // After the one before, also by a clock that was set back, or is coarse: their order says what holds.
      timestamp: new Date(Math.max(now, +new Date(last?.timestamp ?? 0) + 1)).toISOString(),
      controller: controller ?? this.#around.shop,
      purposes,
      lawfulBasis: "consent",
      method,
      ...(Object.keys(notice).length > 0 && { notice }),
      storage: { location: "device", period: `P${RECEIPT_MONTHS}M` },
      withdrawal: "consent.set",
      ...asked,
    };
    this.#moved = false;
    this.#receipts = [...this.#receipts, receipt].slice(-MAX_RECEIPTS);
    return receipt;
  }

  /**
   * Adds receipts that the database holds, and the choice that they tell of; a gate that was chosen after the choice was
   * `asked`, while the database was read, keeps that later word. Returns those of the receipts that it need hold no
   * longer: too old, too many, or saying what the one before says, as each page does that opens.
   */
  adopt(stored: readonly Receipt[], now: number, choice: Choice = { byHand: true }, asked: Partial<Gates> = {}): readonly Receipt[] {
    const told = this.#source && !choice.byHand ? {} : readGates(choice);
    for (const gate of GATES) if (this.#choice[gate] !== asked[gate]) delete told[gate];
    this.#choice = { ...this.#choice, ...told };
    this.#byHand &&= this.#source !== undefined || choice.byHand === true;
    if (told.measure !== undefined) this.#measureByHand = false; // its receipt tells
    const isTold = new Set(stored.map(({ recordId }) => recordId));
    const newest = Math.max(...stored.map(({ timestamp }) => Date.parse(timestamp)));
    // By a clock that ran ahead: what was chosen since comes after all the same.
    if (newest > now) this.#receipts = this.#receipts.map((receipt, i) => (isTold.has(receipt.recordId) ? receipt : { ...receipt, timestamp: new Date(newest + 1 + i).toISOString() }));
    const date = new Date(now);
    const oldest = date.setUTCMonth(date.getUTCMonth() - RECEIPT_MONTHS);
    const known = new Map([...stored, ...this.#receipts].map((receipt) => [receipt.recordId, receipt]));
    this.#receipts = [...known.values()]
      .filter(({ timestamp }) => Date.parse(timestamp) >= oldest)
      .sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp))
      .reduce<Receipt[]>((told, receipt) => (told.length > 0 && isSame(receipt, told.at(-1)) ? told : [...told, receipt]), [])
      .slice(-MAX_RECEIPTS);
    // A choice made by hand under Global Privacy Control is known by its receipt.
    const last = this.#receipts.filter(({ method }) => method === "api").at(-1);
    this.#measureByHand ||= last?.globalPrivacyControl === true && last.purposes.some(grantsMeasure);
    // What a source granted before the choice was known, the choice has not.
    if (this.#settle() && this.#source) this.#receipts = this.#receipts.filter(({ method, recordId }) => method === "api" || isTold.has(recordId));
    this.#moved = false;
    const kept = new Set(this.#receipts.map(({ recordId }) => recordId));
    return stored.filter(({ recordId }) => !kept.has(recordId));
  }

  /** The receipts as a file for the shopper. */
  document(now: number): Blob {
    const { shop } = this.#around;
    const content = { flaneur: 1, shop, exported: new Date(now).toISOString(), receipts: this.#receipts };
    return new Blob([JSON.stringify(content, null, 2)], { type: "application/json" });
  }

  /** The browser asks for privacy, and the shopper did not open `measure` all the same. */
  get #isPrivate(): boolean {
    return this.#around.privacyControl === true && !this.#measureByHand;
  }

  #settle(): boolean {
    const source = this.#source;
    const before = this.#gates;
    const after = all(false);
    for (const gate of GATES) {
      after[gate] = source ? source[gate] === true && this.#choice[gate] !== false : this.#choice[gate] === true;
    }
    if (this.#isPrivate) after.measure = false;
    if (this.#around.minor) Object.assign(after, all(false));
    const moved = GATES.some((gate) => before[gate] !== after[gate]);
    if (moved) this.#gates = Object.freeze(after);
    this.#moved ||= moved;
    return moved;
  }
}

/** Whether the browser sends Global Privacy Control. */
export function privacyControl(): boolean {
  return typeof navigator === "object" && (navigator as { globalPrivacyControl?: unknown }).globalPrivacyControl === true;
}

type Said = Pick<Receipt, "purposes" | "notice" | "method" | "globalPrivacyControl">;

function grantsMeasure({ purpose, state }: Receipt["purposes"][number]): boolean {
  return purpose === "measure" && state === "granted";
}

/**
 * Whether a receipt says the same of every purpose as the one before; without one, all are denied. A choice by hand
 * is another one under another version of the notice; a page that opens does not know that anybody read it. So is
 * one under Global Privacy Control, which is found again by it.
 */
function isSame({ purposes, notice, method, globalPrivacyControl }: Said, before: Receipt | undefined): boolean {
  if (method === "api" && before && (before.notice?.version !== notice?.version || before.globalPrivacyControl !== globalPrivacyControl)) return false;
  return purposes.every(({ state }, i) => state === (before?.purposes[i]?.state ?? "denied"));
}

function all(state: boolean): Gates {
  return { store: state, learn: state, rank: state, measure: state };
}
