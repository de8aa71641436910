/**
 * One connection to the shop's database, and the way back to it when it is lost.
 *
 * The ladder, from the least to the most that is given up: the same factory; the factory of a fresh
 * frame; the database deleted and made again; a database of another name. Each rung is climbed only
 * when the ones below failed with an error, never because something was slow: what is slow goes on,
 * and the page works from memory meanwhile. Deleting is only done when two factories both found the
 * database broken, and what memory holds is written again. The database of another name, the spare,
 * serves until the first one opens again; then what it holds is taken over, and it is deleted.
 */

import { Frame, pageFactory } from "./factory.js";
import { Seal, areKeys, freshKeys } from "./seal.js";
import type { Keys } from "./seal.js";
import { OPEN_MS, READ_MS, orFail, within } from "./wait.js";
import type { StorageReason } from "./types.js";

/** Version 1 kept records in plain; since version 2 they are sealed. */
const VERSION = 2;
const STORES = ["log", "consent", "meta"] as const;
const KEYS = "keys";

/** A database that is open. */
export interface Connection {
  readonly db: IDBDatabase;
  readonly seal: Seal;
  /** It was made now, or made again: it holds nothing. */
  readonly empty: boolean;
  /** A newer version of this package made it; what cannot be read there must stay. */
  readonly newer: boolean;
  /** It is the one of another name, in use because the first does not open. */
  readonly spare: boolean;
}

/** What a database tells its owner. */
export interface DatabaseListener {
  trouble(reason: StorageReason | undefined): void;
  /** The connection broke; opening again is the owner's choice. */
  lost(): void;
  /** Another page deleted the database. */
  deleted(): void;
  /** What was done to get back to the database. */
  repaired(how: "reconnected" | "rebuilt"): void;
}

/** The database of one shop. */
export class Database {
  readonly #names: readonly [string, string];
  readonly #listener: DatabaseListener;
  readonly #frame = new Frame();
  #factory: IDBFactory | undefined;
  #open: Connection | undefined;
  #opening: Promise<Connection | undefined> | undefined;
  /** Grows when the database is given up; what was begun before must not come back. */
  #epoch = 0;

  constructor(shop: string, listener: DatabaseListener) {
    this.#names = [`flaneur:${shop}`, `flaneur:${shop}~`];
    this.#listener = listener;
  }

  /** The connection, when there is one at this moment. */
  get connection(): Connection | undefined {
    return this.#open;
  }

  /**
   * Opens the database; nothing when there is none and it shall not be made, or when it was given up meanwhile.
   *
   * # Errors
   * Rejects when no rung of the ladder holds.
   */
  async connect(create: boolean): Promise<Connection | undefined> {
    if (this.#open) return this.#open;
    const epoch = this.#epoch;
    const attempt = (this.#opening ??= this.#climb(create));
    let found: Connection | undefined;
    try {
      found = await attempt;
    } finally {
      if (this.#opening === attempt) this.#opening = undefined;
    }
    // The attempt may have been another caller's, who did not want the database created.
    return found ?? (create && epoch === this.#epoch ? this.connect(true) : undefined);
  }

  /** Whether the database is there, without certainty yes; and whether the spare is. Never rejects. */
  async found(): Promise<{ main: boolean; spare: boolean }> {
    const factory = this.#factory ?? pageFactory();
    if (!factory) return { main: false, spare: false };
    // Asked in a frame without an origin, Chromium rejects a promise that nobody holds.
    const mayAsk = typeof factory.databases === "function" && globalThis.origin !== "null";
    const listed = mayAsk ? within(factory.databases(), READ_MS) : undefined;
    const known = await listed?.catch(() => undefined);
    const [main, spare] = this.#names.map((name) => known?.some((each) => each.name === name));
    return { main: main ?? true, spare: spare ?? false };
  }

  /** The spare, to be read. The caller closes it. Nothing when there is none, or it cannot be had. */
  async openSpare(): Promise<Connection | undefined> {
    const factory = this.#factory ?? pageFactory();
    if (!factory) return undefined;
    const opening = openDatabase(factory, this.#names[1], false, VERSION, () => {});
    const found = await within(opening, OPEN_MS).catch(() => undefined);
    return found && { ...found, seal: new Seal(await takeKeys(found.db)), spare: true };
  }

  /** Deletes the spare: what it held is in the database. */
  dropSpare(): void {
    const factory = this.#factory ?? pageFactory();
    if (factory) void deleteDatabase(factory, this.#names[1]).catch(() => {}); // the next page does it again
  }

  /** Lets go of the connection; the next call opens it again. */
  disconnect(): void {
    this.#open?.db.close();
    this.#open = undefined;
    this.#opening = undefined;
  }

  /** Lets go for good: what is being opened closes as soon as it is open. */
  giveUp(): void {
    this.#epoch++;
    this.disconnect();
    this.#frame.remove();
    this.#factory = undefined;
  }

  /** Deletes the database. Resolves to whether it is gone; when a page holds it, it goes as soon as that page lets go. */
  async delete(): Promise<boolean> {
    const factory = this.#factory ?? pageFactory();
    this.giveUp();
    if (!factory) return true;
    const epoch = this.#epoch;
    const gone = Promise.all(this.#names.map((name) => deleteDatabase(factory, name)));
    gone.then(
      () => epoch === this.#epoch && this.#listener.trouble(undefined),
      () => {},
    );
    const done = await within(
      gone.then(
        () => true,
        () => false,
      ),
      OPEN_MS,
    );
    if (done !== true && epoch === this.#epoch) this.#listener.trouble("storage_delete_blocked");
    return done === true;
  }

  async #climb(create: boolean): Promise<Connection | undefined> {
    const epoch = this.#epoch;
    const [name, other] = this.#names;
    const own = this.#factory ?? pageFactory();
    if (!own) throw new Error("this page has no database");
    const late = setTimeout(() => this.#listener.trouble("storage_timeout"), OPEN_MS);
    const blocked = (): void => {
      clearTimeout(late); // there is a better reason
      this.#listener.trouble("storage_upgrade_blocked");
    };
    const step = (factory: IDBFactory, named: string): Promise<Connection | undefined> =>
      this.#step(factory, named, { create, epoch, blocked });
    try {
      try {
        return await step(own, name);
      } catch (e) {
        if (!isBroken(e) || epoch !== this.#epoch) throw e;
      }
      const fresh = await this.#frame.factory();
      if (!fresh) throw new Error("the database did not open, and this page may have no frames");
      try {
        const found = await step(fresh, name);
        this.#factory = fresh;
        this.#listener.repaired("reconnected");
        return found;
      } catch (e) {
        if (!isBroken(e) || epoch !== this.#epoch) throw e;
      }
      const deleted = orFail("deleting", deleteDatabase(fresh, name), OPEN_MS);
      const rebuilt = await deleted.then(() => step(fresh, name)).catch(() => step(fresh, other));
      this.#factory = fresh;
      this.#listener.repaired("rebuilt");
      return rebuilt;
    } finally {
      clearTimeout(late);
    }
  }

  /** One rung: opens, takes the keys, and holds on to the connection. */
  async #step(factory: IDBFactory, name: string, { create, epoch, blocked }: Rung): Promise<Connection | undefined> {
    const found = await openDatabase(factory, name, create, VERSION, blocked);
    if (!found) return undefined;
    const { db, empty, newer } = found;
    if (epoch !== this.#epoch) {
      db.close();
      return undefined;
    }
    try {
      const seal = new Seal(await takeKeys(db));
      if (epoch !== this.#epoch) throw new Error("the database was given up");
      const connection = { db, seal, empty, newer, spare: name === this.#names[1] };
      this.#hold(connection);
      return connection;
    } catch (e) {
      db.close();
      throw e;
    }
  }

  #hold(connection: Connection): void {
    const { db } = connection;
    this.#open = connection;
    const letGo = (): boolean => {
      db.close();
      const mine = this.#open === connection;
      if (mine) this.disconnect();
      return mine;
    };
    db.onclose = () => {
      if (letGo()) this.#listener.lost();
    };
    db.onversionchange = ({ newVersion }) => {
      if (!letGo() || newVersion !== null) return;
      if (connection.spare) this.#listener.lost(); // another page took it over, or the other name is gone too
      else this.#listener.deleted();
    };
  }
}

/** What every rung of the ladder is climbed with. */
interface Rung {
  readonly create: boolean;
  readonly epoch: number;
  blocked(): void;
}

interface OpenedDatabase {
  db: IDBDatabase;
  empty: boolean;
  newer: boolean;
}

/** Opens, in the version of this package or, after a downgrade, in the newer one that is there. */
async function openDatabase(
  factory: IDBFactory,
  name: string,
  create: boolean,
  version: number | undefined,
  blocked: () => void,
): Promise<OpenedDatabase | undefined> {
  let empty = false;
  try {
    return await new Promise<OpenedDatabase | undefined>((resolve, reject) => {
      let absent = false;
      const request = version === undefined ? factory.open(name) : factory.open(name, version);
      request.onblocked = blocked;
      request.onupgradeneeded = ({ oldVersion }) => {
        empty = oldVersion === 0;
        absent = empty && !create;
        if (absent) request.transaction?.abort();
        else makeStores(request.result);
      };
      request.onerror = (event) => {
        event.preventDefault();
        if (absent) resolve(undefined);
        else reject(request.error ?? new Error("the database did not open"));
      };
      request.onsuccess = () => {
        const db = request.result;
        db.onversionchange = () => db.close(); // until somebody holds it
        const whole = STORES.every((store) => db.objectStoreNames.contains(store));
        if (!whole) {
          db.close();
          reject(new DOMException("the database lacks what every version has", "UnknownError"));
        } else resolve({ db, empty, newer: db.version > VERSION });
      };
    });
  } catch (e) {
    if (nameOf(e) !== "VersionError" || version === undefined) throw e;
    return openDatabase(factory, name, create, undefined, blocked);
  }
}

function makeStores(db: IDBDatabase): void {
  for (const store of STORES) if (!db.objectStoreNames.contains(store)) db.createObjectStore(store);
}

/**
 * The keys of a database, made when it has none. They are made before the transaction begins, because
 * waiting for WebCrypto inside would end it; whichever page comes first, all use the same.
 */
async function takeKeys(db: IDBDatabase): Promise<Keys | undefined> {
  const known = await orFail("reading the keys", ask(db, (store) => store.get(KEYS), "readonly"), OPEN_MS);
  if (areKeys(known)) return known;
  const keys = await freshKeys();
  if (!keys) return undefined;
  let kept: unknown = keys;
  const put = (store: IDBObjectStore): IDBRequest<unknown> => {
    const request = store.get(KEYS);
    request.onsuccess = () => {
      if (areKeys(request.result)) kept = request.result;
      else store.put(keys, KEYS);
    };
    return request;
  };
  await orFail("keeping the keys", ask(db, put, "readwrite"), OPEN_MS);
  return kept as Keys;
}

/** Makes one request of `meta`; resolves when its transaction is complete. */
function ask(db: IDBDatabase, make: (store: IDBObjectStore) => IDBRequest<unknown>, mode: IDBTransactionMode): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction("meta", mode);
    const request = make(transaction.objectStore("meta"));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? new Error("the database did not answer"));
  });
}

function deleteDatabase(factory: IDBFactory, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = factory.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = (event) => {
      event.preventDefault?.();
      reject(request.error ?? new Error("the database was not deleted"));
    };
  });
}

/** Whether an error says that the database or the way to it is broken, rather than full, forbidden or in use. */
function isBroken(e: unknown): boolean {
  return !["QuotaExceededError", "SecurityError", "NotAllowedError", "AbortError"].includes(nameOf(e));
}

function nameOf(e: unknown): string {
  return typeof e === "object" && e !== null ? String((e as { name?: unknown }).name) : "";
}
