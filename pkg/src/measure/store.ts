/**
 * What measuring must remember on this device: one small database per shop, apart from the log.
 *
 * It outlives an erasure of the log, so that erasing does not refill the budget, and goes when `store` is lost.
 * Every change is one transaction: a charge and its sealed report are written together or not at all. A lock can be
 * lost to another tab while a page sleeps, so who reads in order to write gets a number with it, a lease, and a write
 * under a number that another write has passed changes nothing.
 */

import type { LedgerEntry, Task } from "../types/measure.js";
import { databaseOf, hasMeasured } from "./exists.js";

/** What is true of this device and told to nobody. */
export interface DeviceState {
  /** When the first epoch of this device starts, milliseconds since 1970. */
  anchor: number;
  /** 32 random bytes, for the arms of experiments. */
  secret: Uint8Array<ArrayBuffer>;
  /** The task that each id stands for, and in which epoch that was fixed. */
  pins: Record<string, { text: string; epoch: number }>;
  /** `ldp`: the sealed answer to each value once given, so that repeating does not average the noise away. */
  answers: Record<string, Uint8Array<ArrayBuffer>>;
}

/** A sealed report that waits. */
export interface Waiting {
  key: string;
  /** The task as it was sealed for. */
  task: Task;
  sealed: Uint8Array<ArrayBuffer>;
  /** When its epoch ended. */
  at: number;
  due: number;
  retryAt: number;
  failures: number;
  /** It was sealed a second time, for new keys. */
  again: boolean;
}

/** What is done by one tab at a time. */
export type Turn = "ledger" | "send";

/** The right to write, until another tab has written. It goes on with every write of its own. */
export interface Lease {
  readonly turn: Turn;
  number: number;
}

/** Everything remembered. */
export interface Remembered {
  state: DeviceState | undefined;
  ledger: (LedgerEntry & { key: string })[];
  waiting: Waiting[];
}

/** A change, written whole. */
export interface Change {
  state?: DeviceState;
  /** Lines to add or replace. */
  ledger?: (LedgerEntry & { key: string })[];
  /** Reports to add or replace. */
  waiting?: Waiting[];
  /** Keys of reports that wait no more. */
  done?: string[];
  /** Keys of lines that are too old. */
  old?: string[];
}

const STORES = ["state", "ledger", "outbox"] as const;
const VERSION = 1;

/** Where the number of a turn's last write is kept. */
const placeOf = (turn: Turn): string => `lease:${turn}`;

/** Asks for the number of a turn's last write, within a transaction. */
function lastOf(transaction: IDBTransaction, turn: Turn, then: (number: number) => void): void {
  const request = transaction.objectStore("state").get(placeOf(turn));
  request.onsuccess = () => then((request.result as number | undefined) ?? 0);
}

/** The database of one shop. */
export class MeasureStore {
  readonly #shop: string;
  #db: Promise<IDBDatabase | undefined> | undefined;

  constructor(shop: string) {
    this.#shop = shop;
  }

  /** Everything, and a lease for each turn. Creates the database when `create`; otherwise nothing is created. */
  async read(create: boolean, turns: readonly Turn[] = []): Promise<Remembered & { leases: Lease[] }> {
    const leases: Lease[] = [];
    const nothing = { state: undefined, ledger: [], waiting: [], leases };
    if (!create && !this.#db && !(await hasMeasured(this.#shop))) return nothing;
    const db = await this.#open(create);
    if (!db) return nothing;
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(STORES, "readonly");
      for (const turn of turns) lastOf(transaction, turn, (number) => leases.push({ turn, number }));
      const state = transaction.objectStore("state").get("device");
      const ledger = transaction.objectStore("ledger").getAll();
      const waiting = transaction.objectStore("outbox").getAll();
      transaction.oncomplete = () =>
        resolve({ state: state.result as DeviceState | undefined, ledger: ledger.result, waiting: waiting.result, leases });
      transaction.onabort = () => reject(transaction.error ?? new Error("the ledger could not be read"));
    });
  }

  /** Writes a change, on the disk when this resolves to true. False when another tab wrote meanwhile, or everything was forgotten: then nothing is written. */
  async write({ state, ledger = [], waiting = [], done = [], old = [] }: Change, leases: readonly Lease[]): Promise<boolean> {
    const db = await this.#open(false);
    if (!db) return false;
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(STORES, "readwrite", { durability: "strict" });
      let stale = false;
      transaction.oncomplete = () => {
        for (const lease of leases) lease.number++;
        resolve(true);
      };
      transaction.onabort = () => {
        if (stale) resolve(false);
        else reject(transaction.error ?? new Error("the ledger could not be written"));
      };
      for (const { turn, number } of leases) {
        lastOf(transaction, turn, (last) => {
          if (stale) return;
          stale = last !== number;
          if (stale) transaction.abort();
          else transaction.objectStore("state").put(number + 1, placeOf(turn));
        });
      }
      if (state) transaction.objectStore("state").put(state, "device");
      for (const line of ledger) transaction.objectStore("ledger").put(line, line.key);
      for (const report of waiting) transaction.objectStore("outbox").put(report, report.key);
      for (const key of done) transaction.objectStore("outbox").delete(key);
      for (const key of old) transaction.objectStore("ledger").delete(key);
    });
  }

  /** Deletes the database. */
  async destroy(): Promise<void> {
    await this.close();
    if (typeof indexedDB !== "object") return;
    await new Promise<void>((resolve) => {
      const request = indexedDB.deleteDatabase(databaseOf(this.#shop));
      request.onsuccess = request.onerror = request.onblocked = () => resolve();
    });
  }

  /** Lets go of the database. */
  async close(): Promise<void> {
    const db = this.#db;
    this.#db = undefined;
    (await db?.catch(() => undefined))?.close();
  }

  /** The database; nothing when it is not there and is not to be made. A look while it is being deleted must not make it again. */
  async #open(create: boolean): Promise<IDBDatabase | undefined> {
    const asked = (this.#db ??= this.#ask(create));
    let db: IDBDatabase | undefined;
    try {
      db = await asked;
    } finally {
      if (!db && this.#db === asked) this.#db = undefined;
    }
    return db || !create ? db : this.#open(true); // whoever asked before did not want it made
  }

  #ask(create: boolean): Promise<IDBDatabase | undefined> {
    return new Promise((resolve, reject) => {
      if (typeof indexedDB !== "object") throw new DOMException("this page may have no database", "SecurityError");
      const request = indexedDB.open(databaseOf(this.#shop), VERSION);
      let absent = false;
      request.onupgradeneeded = ({ oldVersion }) => {
        absent = !create && oldVersion === 0;
        if (absent) request.transaction?.abort();
        else for (const store of STORES) if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store);
      };
      request.onsuccess = () => {
        const db = request.result;
        db.onversionchange = db.onclose = () => {
          db.close();
          this.#db = undefined;
        };
        resolve(db);
      };
      request.onerror = (event) => {
        event.preventDefault(); // an abort of our own is no mishap of the page
        if (absent) resolve(undefined);
        else reject(request.error ?? new Error("the ledger did not open"));
      };
    });
  }
}
