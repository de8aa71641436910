/**
 * What measuring must remember on this device: one small database per shop, apart from the log.
 *
 * It outlives an erasure of the log, so that erasing does not refill the budget, and goes when `store` is lost.
 * Every change is one transaction: a charge and its sealed report are written together or not at all.
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

/** The database of one shop. */
export class MeasureStore {
  readonly #shop: string;
  #db: Promise<IDBDatabase> | undefined;

  constructor(shop: string) {
    this.#shop = shop;
  }

  /** Everything. Creates the database when `create`; otherwise nothing is created. */
  async read(create: boolean): Promise<Remembered> {
    if (!create && !this.#db && !(await hasMeasured(this.#shop))) return { state: undefined, ledger: [], waiting: [] };
    const db = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(STORES, "readonly");
      const state = transaction.objectStore("state").get("device");
      const ledger = transaction.objectStore("ledger").getAll();
      const waiting = transaction.objectStore("outbox").getAll();
      transaction.oncomplete = () =>
        resolve({ state: state.result as DeviceState | undefined, ledger: ledger.result, waiting: waiting.result });
      transaction.onabort = () => reject(transaction.error ?? new Error("the ledger could not be read"));
    });
  }

  /** Writes a change, on the disk when this resolves. */
  async write({ state, ledger = [], waiting = [], done = [], old = [] }: Change): Promise<void> {
    const db = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(STORES, "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("the ledger could not be written"));
      if (state) transaction.objectStore("state").put(state, "device");
      for (const line of ledger) transaction.objectStore("ledger").put(line, line.key);
      for (const report of waiting) transaction.objectStore("outbox").put(report, report.key);
      for (const key of done) transaction.objectStore("outbox").delete(key);
      for (const key of old) transaction.objectStore("ledger").delete(key);
      transaction.commit?.();
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

  #open(): Promise<IDBDatabase> {
    this.#db ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(databaseOf(this.#shop), VERSION);
      request.onupgradeneeded = () => {
        for (const store of STORES) if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store);
      };
      request.onsuccess = () => {
        const db = request.result;
        db.onversionchange = db.onclose = () => {
          db.close();
          this.#db = undefined;
        };
        resolve(db);
      };
      request.onerror = () => {
        this.#db = undefined;
        reject(request.error ?? new Error("the ledger did not open"));
      };
    });
    return this.#db;
  }
}
