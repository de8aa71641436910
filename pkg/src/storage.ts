/**
 * The log on this device: one IndexedDB database per shop.
 *
 * It lives on this side of the boundary because storing and erasing must outlive an engine that is
 * missing, blocked or broken.
 *
 * Guarantees: nothing is created unless asked to; a failure never reaches the caller, it is told
 * through `trouble` and tried again; every write waits in a queue until the database has it, so
 * order and time of opening do not matter; a batch is one short transaction whose requests are all
 * made in the same task, then committed, so that a page that leaves right after keeps it.
 */

import type { Gates, Receipt, StorageReason } from "./types.js";

/** What the database holds. */
export interface Stored {
  records: [id: string, record: Uint8Array][];
  choice: Partial<Gates> | undefined;
  receipts: Receipt[];
}

/** How long a caller waits for the database to open; opening itself goes on. */
export const OPEN_MS = 1500;
/** How long a caller waits for a read; reading itself goes on. */
export const READ_MS = 500;

const VERSION = 1;
const STORES = ["log", "consent", "meta"] as const;
const CHOICE = "choice";
const RECEIPT = "receipt:";
const RETRY_MS = [250, 1000, 4000, 15_000, 30_000] as const;

type StoreName = (typeof STORES)[number];

interface Write {
  store: StoreName;
  key: string;
  /** Absent: delete. */
  value?: unknown;
}

/** Waits for a promise, but not longer than that. The promise goes on by itself. */
export function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The database of one shop. */
export class DeviceStore {
  readonly #name: string;
  readonly #trouble: (reason: StorageReason | undefined) => void;
  readonly #vanished: () => void;
  #db: Promise<IDBDatabase | undefined> | undefined;
  #open: IDBDatabase | undefined;
  #queue = new Map<string, Write>();
  #clearing = false;
  #writing: Promise<void> | undefined;
  #scheduled = false;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Grows when the database is given up; what was begun before must not come back. */
  #epoch = 0;

  /** `vanished` is called when another page deletes the database. */
  constructor(shop: string, trouble: (reason: StorageReason | undefined) => void, vanished: () => void) {
    this.#name = `flaneur:${shop}`;
    this.#trouble = trouble;
    this.#vanished = vanished;
  }

  /**
   * Everything stored; nothing when there is no database, or none can be had.
   * With `create` the database is made. Never rejects; callers bound their waiting with `within`.
   */
  async read(create: boolean): Promise<Stored | undefined> {
    try {
      if (!create && !(await this.#mayExist())) return undefined;
      const db = await this.#connect(create);
      return db && (await this.#readAll(db));
    } catch {
      this.#trouble("storage_unavailable");
      return undefined;
    }
  }

  /** Stores a record of the log, soon. */
  put(id: string, record: Uint8Array): void {
    this.#enqueue({ store: "log", key: id, value: record });
  }

  /** Deletes records of the log, soon. */
  drop(ids: Iterable<string>): void {
    for (const id of ids) this.#enqueue({ store: "log", key: id });
  }

  /** Deletes every record of the log, soon. */
  clear(): void {
    for (const [key, write] of this.#queue) if (write.store === "log") this.#queue.delete(key);
    this.#clearing = true;
    this.#schedule();
  }

  /** Stores the present choice, and the receipt that records it. */
  putChoice(choice: Partial<Gates>, receipts: readonly Receipt[]): void {
    this.#enqueue({ store: "consent", key: CHOICE, value: choice });
    for (const receipt of receipts) {
      this.#enqueue({ store: "consent", key: `${RECEIPT}${receipt.timestamp}:${receipt.recordId}`, value: receipt });
    }
  }

  /** Resolves when nothing waits any more, or when the time is up. */
  async flush(): Promise<void> {
    const deadline = Date.now() + OPEN_MS;
    while (this.#waiting() && Date.now() < deadline) {
      this.#write();
      await within<unknown>(this.#writing ?? Promise.resolve(), Math.max(1, deadline - Date.now()));
      if (this.#retry !== undefined) return; // it failed; the retry goes on by itself
    }
  }

  /**
   * Deletes the database, if there is one. Resolves to whether it is gone; when it is not, because a page that
   * does not answer holds it, the browser deletes it as soon as that page lets go.
   */
  async destroy(): Promise<boolean> {
    this.#giveUp();
    const factory = database();
    if (!factory) return true;
    const epoch = this.#epoch;
    const gone = new Promise<boolean>((resolve) => {
      const request = factory.deleteDatabase(this.#name);
      request.onsuccess = () => {
        if (epoch === this.#epoch) this.#trouble(undefined);
        resolve(true);
      };
      request.onerror = () => resolve(false);
    });
    const done = await within(gone.catch(() => false), OPEN_MS);
    if (done !== true && epoch === this.#epoch) this.#trouble("storage_delete_blocked");
    return done === true;
  }

  /** Whether the database is there; without certainty, yes. */
  async #mayExist(): Promise<boolean> {
    const factory = database();
    if (!factory) return false;
    if (typeof factory.databases !== "function") return true;
    const known = await within(factory.databases(), READ_MS);
    return known === undefined || known.some(({ name }) => name === this.#name);
  }

  /** Writes what waits and lets go of the database. */
  async close(): Promise<void> {
    await this.flush();
    this.#giveUp();
  }

  #giveUp(): void {
    this.#epoch++;
    this.#queue.clear();
    this.#clearing = false;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#failures = 0;
    this.#disconnect();
  }

  #disconnect(): void {
    this.#open?.close();
    this.#open = undefined;
    this.#db = undefined;
  }

  async #connect(create: boolean): Promise<IDBDatabase | undefined> {
    const epoch = this.#epoch;
    this.#db ??= this.#openDatabase(create);
    const attempt = this.#db;
    let db: IDBDatabase | undefined;
    try {
      db = await attempt;
    } finally {
      if (!db && this.#db === attempt) this.#db = undefined;
    }
    // The attempt may have been another caller's, who did not want the database created.
    return db ?? (create && epoch === this.#epoch ? this.#connect(true) : undefined);
  }

  #openDatabase(create: boolean): Promise<IDBDatabase | undefined> {
    const factory = database();
    if (!factory) return Promise.reject(new Error("this page has no database"));
    const epoch = this.#epoch;
    const late = setTimeout(() => this.#trouble("storage_timeout"), OPEN_MS);
    return new Promise<IDBDatabase | undefined>((resolve, reject) => {
      let absent = false;
      const request = factory.open(this.#name, VERSION);
      request.onupgradeneeded = ({ oldVersion }) => {
        absent = oldVersion === 0 && !create;
        if (absent) request.transaction?.abort();
        else for (const store of STORES) request.result.createObjectStore(store);
      };
      request.onerror = (event) => {
        event.preventDefault();
        if (absent) resolve(undefined);
        else reject(request.error ?? new Error("the database did not open"));
      };
      request.onsuccess = () => {
        const db = request.result;
        if (epoch !== this.#epoch) {
          db.close();
          resolve(undefined);
          return;
        }
        this.#adopt(db);
        resolve(db);
      };
    }).finally(() => clearTimeout(late));
  }

  #adopt(db: IDBDatabase): void {
    this.#open = db;
    const letGo = (): void => {
      db.close();
      if (this.#open === db) this.#disconnect();
    };
    db.onclose = letGo;
    db.onversionchange = ({ newVersion }) => {
      const mine = this.#open === db;
      letGo();
      if (mine && newVersion === null) {
        this.#giveUp();
        this.#vanished();
      }
    };
    if (this.#failures === 0) this.#trouble(undefined);
  }

  #readAll(db: IDBDatabase): Promise<Stored> {
    const late = setTimeout(() => this.#trouble("storage_timeout"), READ_MS);
    return new Promise<Stored>((resolve, reject) => {
      const transaction = db.transaction(["log", "consent"], "readonly");
      const log = transaction.objectStore("log");
      const consent = transaction.objectStore("consent");
      const keys = log.getAllKeys();
      const values = log.getAll();
      const choice = consent.get(CHOICE);
      const receipts = consent.getAll(IDBKeyRange.bound(RECEIPT, `${RECEIPT}\uffff`));
      transaction.oncomplete = () => {
        if (this.#failures === 0) this.#trouble(undefined);
        resolve({
          records: keys.result.flatMap((key, i) => entry(key, values.result[i])),
          choice: choice.result as Partial<Gates> | undefined,
          receipts: receipts.result as Receipt[],
        });
      };
      transaction.onabort = () => reject(transaction.error ?? new Error("the database did not answer"));
    }).finally(() => clearTimeout(late));
  }

  #waiting(): boolean {
    return this.#clearing || this.#queue.size > 0 || this.#writing !== undefined;
  }

  #enqueue(write: Write): void {
    const key = `${write.store}\n${write.key}`;
    this.#queue.delete(key); // a later write also comes later
    this.#queue.set(key, write);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#write();
    });
  }

  #write(): void {
    if (this.#writing || this.#retry !== undefined || !(this.#clearing || this.#queue.size > 0)) return;
    const db = this.#open;
    const epoch = this.#epoch;
    const attempt = db
      ? this.#writeBatch(db)
      : this.#connect(true).then((opened) => {
          if (!opened) throw new Error("the database was given up");
        });
    this.#writing = attempt
      .then(
        () => {
          if (this.#failures > 0 && db) this.#trouble(undefined);
          if (db) this.#failures = 0;
        },
        () => this.#failed(epoch),
      )
      .finally(() => {
        this.#writing = undefined;
        this.#write();
      });
  }

  #writeBatch(db: IDBDatabase): Promise<void> {
    const batch = this.#queue;
    const clear = this.#clearing;
    const epoch = this.#epoch;
    this.#queue = new Map();
    this.#clearing = false;
    return new Promise<void>((resolve, reject) => {
      const transaction = db.transaction(["log", "consent"], "readwrite");
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("the database refused to write"));
      if (clear) transaction.objectStore("log").clear();
      for (const { store, key, value } of batch.values()) {
        if (value === undefined) transaction.objectStore(store).delete(key);
        else transaction.objectStore(store).put(value, key);
      }
      transaction.commit?.();
    }).catch((e: unknown) => {
      if (epoch === this.#epoch) this.#putBack(batch, clear);
      throw e;
    });
  }

  /** What was not written waits again, unless something newer took its place. */
  #putBack(batch: Map<string, Write>, clear: boolean): void {
    const newer = this.#queue;
    const older = this.#clearing ? [...batch].filter(([, write]) => write.store !== "log") : [...batch];
    this.#queue = new Map([...older, ...newer]);
    this.#clearing ||= clear;
  }

  #failed(epoch: number): void {
    if (epoch !== this.#epoch) return;
    this.#disconnect();
    this.#trouble("storage_unavailable");
    const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)];
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#write();
    }, wait);
    (this.#retry as { unref?: () => void }).unref?.(); // in Node, waiting must not keep the process alive
  }
}

function entry(key: IDBValidKey, value: unknown): Stored["records"] {
  return typeof key === "string" && value instanceof Uint8Array ? [[key, value]] : [];
}

/** The browser's databases; even asking can be forbidden. */
function database(): IDBFactory | undefined {
  try {
    return typeof indexedDB === "object" ? (indexedDB ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}
