/**
 * The log on this device: what is written to the shop's database, and read back.
 *
 * It lives on this side of the boundary because storing and erasing must outlive an engine that is
 * missing, blocked or broken.
 *
 * Guarantees: nothing is created unless asked to; a failure never reaches the caller, it is told
 * through `trouble` and tried again; every write waits in a queue until the database has it, so
 * order and time of opening do not matter; a batch is sealed first and then written in one short
 * transaction, whose requests are all made in the same task and committed, so nothing is waited for
 * inside; what a page that leaves has not written yet is handed out, to be kept elsewhere.
 */

import type { Choice } from "./consent.js";
import type { Connection } from "./database.js";
import { Database } from "./database.js";
import { fromUtf8, utf8 } from "./seal.js";
import type { Seal } from "./seal.js";
import type { Receipt, StorageReason } from "./types.js";
import { OPEN_MS, READ_MS, WRITE_MS, orFail, within } from "./wait.js";

/** What the database holds. */
export interface Stored {
  records: [id: string, record: Uint8Array][];
  choice: Choice | undefined;
  receipts: Receipt[];
  /** What the arms of experiments are made of. */
  secret?: number | undefined;
}

/** A write that waits. */
export interface Write {
  readonly store: "log" | "consent";
  /** An event's id, or what an entry of `consent` is called. */
  readonly id: string;
  /** Absent: delete. */
  readonly body?: Uint8Array;
  /** A key of the database that is to be deleted as it is. */
  readonly raw?: IDBValidKey;
}

/** What was done to keep the log whole. */
export type Repair = "damaged" | "reconnected" | "rebuilt" | "merged";

/** What a store tells its owner. */
export interface StoreListener {
  trouble(reason: StorageReason | undefined): void;
  /** The database was deleted, by another page or by the browser. */
  vanished(): void;
  /** The database had to be made again: everything must be written once more. */
  refill(): void;
  repaired(repair: Repair, count: number): void;
}

interface Batch {
  readonly writes: Map<string, Write>;
  readonly clear: boolean;
  transaction?: IDBTransaction;
}

/** What one database holds. In a spare, also which events were forgotten meanwhile. */
interface Contents extends Stored {
  gone: string[];
}

const CHOICE = "choice";
const RECEIPT = "receipt:";
/** In a spare, the place of an event that was forgotten holds its id and nothing else; this id stands for all. */
const GONE = new Uint8Array(0);
const EVERYTHING = "";
const SECRET = "secret";
const RETRY_MS = [0, 250, 1000, 4000, 15_000, 30_000] as const;
/** So often a closed store goes on for the time of a flush. */
const DRAIN_TRIES = 10;
/** Most writes of one transaction, so that it stays short. */
const BATCH = 256;

/** The database of one shop. */
export class DeviceStore {
  readonly #listener: StoreListener;
  readonly #database: Database;
  #queue = new Map<string, Write>();
  #clearing = false;
  /** What is being written now. */
  #batch: Batch | undefined;
  #writing: Promise<void> | undefined;
  #scheduled = false;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** The connection that was had last. */
  #last: Connection | undefined;
  #rebuilt = false;
  /** What the newest receipt is called that is known here: it dates the choice. */
  #newest = "";
  /** A spare was taken over, and is to go when that is written. */
  #merging = false;
  /** The page is leaving, or asleep. */
  #away = false;
  /** Grows when the database is given up; what was begun before must not come back. */
  #epoch = 0;

  constructor(shop: string, listener: StoreListener) {
    this.#listener = listener;
    this.#database = new Database(shop, {
      trouble: (reason) => listener.trouble(reason),
      lost: () => this.#reconnect(),
      deleted: () => this.#vanish(),
      repaired: (how) => {
        this.#rebuilt = how === "rebuilt";
        listener.repaired(how, 1);
      },
    });
  }

  /** The seal of the database, when it is open. */
  get seal(): Seal | undefined {
    return this.#database.connection?.seal;
  }

  /**
   * Everything stored; nothing when there is no database, or none can be had.
   * With `create` the database is made. Never rejects; callers bound their waiting with `within`.
   */
  async read(create: boolean): Promise<Stored | undefined> {
    const epoch = this.#epoch;
    try {
      const connecting = create ? this.#connect(true) : undefined; // asked first: it is waited for
      const found = this.#database.found();
      const exists = create || Object.values(await found).includes(true);
      const connection = exists && (await (connecting ?? this.#connect((await found).spare)));
      if (!connection) return undefined;
      const stored = await this.#readAll(connection);
      if (!connection.spare && (await found).spare) await this.#mergeSpare(connection, stored).catch(() => {}); // the next page tries again
      return stored;
    } catch {
      if (epoch === this.#epoch) this.#listener.trouble("storage_unavailable");
      return undefined;
    }
  }

  /** Stores a record of the log, soon. */
  put(id: string, record: Uint8Array): void {
    this.add({ store: "log", id, body: record });
  }

  /** Deletes records of the log, soon. */
  drop(ids: Iterable<string>): void {
    for (const id of ids) this.add({ store: "log", id });
  }

  /** Makes a write, soon. */
  add(write: Write): void {
    const key = `${write.store}\n${write.raw === undefined ? "" : "raw"}\n${write.id}`;
    if (write.store === "consent") this.#date(write.id);
    this.#queue.delete(key); // a later write also comes later
    this.#queue.set(key, write);
    this.#schedule();
  }

  /** Deletes every record of the log, soon. */
  clear(): void {
    for (const [key, write] of this.#queue) if (write.store === "log") this.#queue.delete(key);
    this.#clearing = true;
    this.#schedule();
  }

  /** Stores the present choice, and the receipts that record it. */
  putChoice(choice: Choice | undefined, receipts: readonly Receipt[]): void {
    const put = (id: string, value: unknown): void => this.add({ store: "consent", id, body: utf8(JSON.stringify(value)) });
    if (choice) put(CHOICE, choice);
    for (const receipt of receipts) put(nameOf(receipt), receipt);
  }

  /** Deletes receipts, soon. */
  dropReceipts(receipts: readonly Receipt[]): void {
    for (const receipt of receipts) this.add({ store: "consent", id: nameOf(receipt) });
  }

  /** Of what a page left behind, all but a choice that was made before one that is known here. */
  later(writes: readonly Write[]): Write[] {
    const isLater = this.#isLater(writes.map(({ id }) => id));
    return writes.filter(({ store, id }) => isLater || store === "log" || id !== CHOICE);
  }

  /** Stores what the arms of experiments are made of, or deletes it. */
  putSecret(secret: number | undefined): void {
    this.add({ store: "consent", id: SECRET, ...(secret !== undefined && { body: utf8(JSON.stringify(secret)) }) });
  }

  /** Resolves to whether nothing waits any more; at the latest when the time is up, or the page leaves. */
  async flush(): Promise<boolean> {
    const deadline = Date.now() + OPEN_MS;
    while (this.#waiting() && !this.#away && Date.now() < deadline) {
      this.#write();
      await within<unknown>(this.#writing ?? Promise.resolve(), Math.max(1, deadline - Date.now()));
      if (this.#failures > 1) break; // the retry goes on by itself
      if (this.#retry !== undefined) await within(new Promise(() => {}), 5);
    }
    return !this.#waiting();
  }

  /**
   * The page leaves: ends what is being written, and hands out everything that is not on the disk. What is kept
   * waits here no more: when this page comes back, others may have written it, and decided otherwise since.
   */
  leave(keep: (unsaved: { clear: boolean; writes: Write[] }) => boolean): void {
    this.#away = true;
    const batch = this.#batch;
    try {
      batch?.transaction?.abort(); // an open one would keep the next page from its database, in WebKit
    } catch {
      // It is past that point; it is written again all the same, which changes nothing.
    }
    if (batch) {
      this.#batch = undefined;
      this.#putBack(batch.writes, batch.clear);
    }
    if (!keep({ clear: this.#clearing, writes: [...this.#queue.values()] })) return;
    this.#queue.clear();
    this.#clearing = false;
  }

  /** The page is back from where the browser keeps pages: what was being written is written again. */
  resume(): void {
    this.#away = false;
    this.#schedule();
  }

  /**
   * Deletes the database, if there is one. Resolves to whether it is gone; when it is not, because a page that
   * does not answer holds it, the browser deletes it as soon as that page lets go.
   */
  async destroy(): Promise<boolean> {
    this.#forget();
    return this.#database.delete();
  }

  /**
   * Writes what waits and lets go of the database, then calls `done`. Resolves after that, or when the time is up:
   * a slow disk goes on in the background, so that closing loses nothing.
   */
  async close(done: () => void): Promise<void> {
    const end = (): void => {
      this.#forget();
      this.#database.giveUp();
      done();
    };
    if (await this.flush()) end();
    else void this.#drain().then(end);
  }

  async #drain(): Promise<void> {
    for (let tries = 0; tries < DRAIN_TRIES && !(await this.flush()); tries++) if (this.#failures > 1) return;
  }

  #forget(): void {
    this.#epoch++;
    this.#queue.clear();
    this.#clearing = false;
    this.#batch = undefined;
    this.#last = undefined;
    this.#merging = false;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#failures = 0;
  }

  #vanish(): void {
    this.#forget();
    this.#database.giveUp();
    this.#listener.vanished();
  }

  async #connect(create: boolean): Promise<Connection | undefined> {
    const epoch = this.#epoch;
    const connection = await this.#database.connect(create);
    if (!connection || epoch !== this.#epoch) return undefined;
    if (connection === this.#last) return connection; // another caller waited for the same
    const before = this.#last;
    const cleared = before !== undefined && connection.empty && !this.#rebuilt;
    this.#last = connection;
    if (cleared) {
      this.#vanish(); // the browser cleared it: that is the shopper's word
      return undefined;
    }
    if (this.#rebuilt || (before?.spare && !connection.spare)) this.#listener.refill();
    this.#rebuilt = false;
    if (this.#failures === 0) this.#listener.trouble(undefined);
    return connection;
  }

  /** The connection broke: opens it again, so that what comes next finds it. */
  #reconnect(): void {
    if (!this.#last || this.#away) return;
    this.#connect(true).then(
      () => this.#schedule(),
      () => this.#failed(this.#epoch),
    );
  }

  /** Takes over what was written under the other name while the database did not open: the later word holds. */
  async #mergeSpare(connection: Connection, stored: Contents): Promise<void> {
    const spare = await this.#database.openSpare();
    if (!spare) return;
    const late = await this.#readAll(spare).finally(() => spare.db.close());
    if (connection !== this.#database.connection) return; // withdrawn or closed meanwhile
    const emptied = late.gone.includes(EVERYTHING);
    const records = new Map(emptied ? [] : stored.records);
    if (emptied) {
      this.clear();
      stored.secret = late.secret; // the erased one would be the same shopper's arm again
      this.putSecret(late.secret);
    }
    for (const id of late.gone) records.delete(id);
    this.drop(late.gone);
    for (const [id, record] of late.records) {
      records.set(id, record);
      this.put(id, record);
    }
    stored.records = [...records];
    const choice = this.#isLater(late.receipts.map(nameOf)) ? late.choice : undefined;
    stored.choice = choice ?? stored.choice;
    stored.receipts.push(...late.receipts);
    this.putChoice(choice, late.receipts);
    this.#merging = true;
    this.#listener.repaired("merged", late.records.length);
    this.#schedule();
  }

  async #readAll(connection: Connection): Promise<Contents> {
    const { db, seal, newer } = connection;
    const inUse = (): boolean => connection === this.#database.connection; // not one that was given up meanwhile, nor a spare
    const late = setTimeout(() => this.#listener.trouble("storage_timeout"), READ_MS);
    try {
      const damaged: Write[] = [];
      const kept: [id: string, record: Uint8Array][] = [];
      const log: Promise<void>[] = [];
      const keep = (key: IDBValidKey, entry: [id: string, record: Uint8Array] | undefined): void => {
        if (entry) kept.push(entry);
        else if (!newer) damaged.push({ store: "log", id: String(key), raw: key });
      };
      // A start opens a thousand of them: one promise each, and no more.
      const open = (key: IDBValidKey, value: unknown): void => {
        if (typeof key !== "string" || !(value instanceof Uint8Array)) return keep(key, undefined);
        if (!RECORD_VERSIONS.includes(value[0] ?? 0)) {
          log.push(seal.open(key, value as Uint8Array<ArrayBuffer>).then((entry) => keep(key, entry)));
          return;
        }
        keep(key, [key, value]); // version 1 wrote it, in plain
        if (!inUse()) return;
        this.add({ store: "log", id: key, raw: key });
        this.put(key, value);
      };
      const consent: ReturnType<typeof openStatement>[] = [];
      await readStores(db, {
        log: open,
        consent: (key, value) => void consent.push(openStatement(seal, key, value)),
      });
      if (this.#failures === 0) this.#listener.trouble(undefined);
      await Promise.all(log);
      const statements = await Promise.all(consent);
      if (damaged.length > 0) this.#listener.repaired("damaged", damaged.length);
      if (inUse()) for (const write of damaged) this.add(write);
      const gone = kept.flatMap(([id, record]) => (record.length === 0 ? [id] : []));
      const stored: Contents = { records: kept.filter(([, record]) => record.length > 0), choice: undefined, receipts: [], gone };
      for (const [id, value] of statements.filter((statement) => statement !== undefined)) {
        takeStatement(stored, id, value);
        if (inUse()) this.#date(id);
      }
      return stored;
    } finally {
      clearTimeout(late);
    }
  }

  /** Whether a choice with such receipts was made after every one that is known here; one without moved no gate. */
  #isLater(names: readonly string[]): boolean {
    return (names.filter(isReceipt).sort().at(-1) ?? "") >= this.#newest;
  }

  #date(id: string): void {
    if (isReceipt(id) && id > this.#newest) this.#newest = id;
  }

  #waiting(): boolean {
    return this.#clearing || this.#queue.size > 0 || this.#writing !== undefined;
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
    if (this.#away || this.#writing || this.#retry !== undefined || !(this.#clearing || this.#queue.size > 0)) return;
    const epoch = this.#epoch;
    const { connection } = this.#database;
    const attempt = connection ? this.#writeBatch(connection) : this.#openToWrite();
    this.#writing = attempt
      .then(
        () => {
          if (this.#failures > 0 && connection) this.#listener.trouble(undefined);
          if (connection) this.#failures = 0;
          if (!this.#merging || this.#clearing || this.#queue.size > 0) return;
          this.#merging = false;
          this.#database.dropSpare();
        },
        () => this.#failed(epoch),
      )
      .finally(() => {
        this.#writing = undefined;
        this.#write();
      });
  }

  async #openToWrite(): Promise<void> {
    if (!(await this.#connect(true))) throw new Error("the database was given up");
  }

  async #writeBatch({ db, seal, spare }: Connection): Promise<void> {
    const writes = new Map([...this.#queue].slice(0, BATCH));
    for (const key of writes.keys()) this.#queue.delete(key);
    const batch: Batch = { writes, clear: this.#clearing };
    this.#batch = batch;
    this.#clearing = false;
    try {
      const forgotten = spare && batch.clear ? [{ store: "log", id: EVERYTHING } as const] : [];
      const requests = await Promise.all([...forgotten, ...writes.values()].map((write) => sealed(seal, write, spare)));
      if (this.#batch !== batch) return; // given up, or handed out when the page left
      await orFail("writing", transact(db, batch, requests), WRITE_MS);
    } catch (e) {
      if (this.#batch !== batch) return;
      abort(batch.transaction);
      this.#putBack(writes, batch.clear);
      throw e;
    } finally {
      if (this.#batch === batch) this.#batch = undefined;
    }
  }

  /** What was not written waits again, unless something newer took its place. */
  #putBack(batch: Map<string, Write>, clear: boolean): void {
    const newer = this.#queue;
    const older = this.#clearing ? [...batch].filter(([, write]) => write.store !== "log") : [...batch];
    this.#queue = new Map([...older.filter(([key]) => !newer.has(key)), ...newer]);
    this.#clearing ||= clear;
  }

  #failed(epoch: number): void {
    if (epoch !== this.#epoch || this.#retry !== undefined) return;
    this.#database.disconnect();
    if (this.#failures > 0) this.#listener.trouble("storage_unavailable");
    const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)];
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#write();
    }, wait);
    (this.#retry as { unref?: () => void }).unref?.(); // in Node, waiting must not keep the process alive
  }
}

/** What a receipt is called among the statements about consent. */
function nameOf({ timestamp, recordId }: Receipt): string {
  return `${RECEIPT}${timestamp}:${recordId}`;
}

function isReceipt(id: string): boolean {
  return id.startsWith(RECEIPT);
}

type Request = { store: Write["store"]; place: IDBValidKey; value?: Uint8Array };

async function sealed(seal: Seal, write: Write, spare: boolean): Promise<Request> {
  const { store, id, raw } = write;
  const body = write.body ?? (spare && store === "log" && raw === undefined ? GONE : undefined);
  const place = raw ?? (store === "log" ? await seal.place(id) : id);
  return body ? { store, place, value: await seal.close(String(place), id, body) } : { store, place };
}

/** One transaction, all of it in this task. */
function transact(
  db: IDBDatabase,
  batch: Batch,
  requests: readonly Request[],
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const transaction = db.transaction(["log", "consent"], "readwrite");
    batch.transaction = transaction;
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the database refused to write"));
    if (batch.clear) transaction.objectStore("log").clear();
    for (const { store, place, value } of requests) {
      if (value === undefined) transaction.objectStore(store).delete(place);
      else transaction.objectStore(store).put(value, place);
    }
    transaction.commit?.();
  });
}

function abort(transaction: IDBTransaction | undefined): void {
  try {
    transaction?.abort();
  } catch {
    // It is over already.
  }
}

/** What takes a key and its value. */
type Take = (key: IDBValidKey, value: unknown) => void;

/** Where the places of events, which are base64, part into eighths. */
const PARTS = ["6", "E", "M", "U", "c", "k", "s"] as const;

/**
 * Reads the log and the statements in one transaction. The log comes in parts, each in a task of its own:
 * the first are opened while the next are still read.
 */
function readStores(db: IDBDatabase, takers: Record<"log" | "consent", Take>): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(["log", "consent"], "readonly");
    const read = (name: "log" | "consent", part?: IDBKeyRange): void => {
      const store = transaction.objectStore(name);
      const keys = store.getAllKeys(part);
      const values = store.getAll(part);
      values.onsuccess = () => {
        const found = values.result as unknown[];
        keys.result.forEach((key, i) => takers[name](key, found[i]));
      };
    };
    read("log", IDBKeyRange.upperBound(PARTS[0], true));
    PARTS.forEach((from, i) => {
      const to = PARTS[i + 1];
      read("log", to === undefined ? IDBKeyRange.lowerBound(from) : IDBKeyRange.bound(from, to, false, true));
    });
    read("consent");
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the database did not answer"));
  });
}

/** First bytes of the engine's own records, which version 1 of the database held as they were. */
const RECORD_VERSIONS: readonly number[] = [1, 2, 3];

/** What was stored about consent: sealed, or as version 1 wrote it. */
async function openStatement(seal: Seal, key: IDBValidKey, value: unknown): Promise<[id: string, value: unknown] | undefined> {
  if (typeof key !== "string") return undefined;
  if (!(value instanceof Uint8Array)) return [key, value];
  const found = await seal.open(key, value as Uint8Array<ArrayBuffer>);
  try {
    return found && [found[0], JSON.parse(fromUtf8(found[1]))];
  } catch {
    return undefined;
  }
}

function takeStatement(stored: Stored, id: string, value: unknown): void {
  if (id === CHOICE) stored.choice = Object(value) as Choice;
  else if (isReceipt(id)) stored.receipts.push(value as Receipt);
  else if (id === SECRET && Number.isSafeInteger(value)) stored.secret = value as number;
}

/** Takes in a statement about consent that a page had no time to write. */
export function readStatement(stored: Stored, id: string, body: Uint8Array | undefined): void {
  if (body) takeStatement(stored, id, JSON.parse(fromUtf8(body)));
  else if (id === SECRET) stored.secret = undefined;
}
