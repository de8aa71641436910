/**
 * The log's records on this side of the boundary: in memory always, on disk and in the shop's other
 * tabs as far as the gates allow.
 *
 * The engine folds them; this file only keeps and carries them, so that they can be erased when
 * there is no engine and given back to one that failed.
 */

import type { Message } from "./channel.js";
import { Tabs } from "./channel.js";
import type { Choice } from "./consent.js";
import { newId } from "./id.js";
import { Journal } from "./journal.js";
import type { Unsaved } from "./journal.js";
import { equal } from "./seal.js";
import type { Repair, Stored, StoreListener } from "./storage.js";
import { DeviceStore, readStatement } from "./storage.js";
import type { Gates, Receipt } from "./types.js";
import { breath } from "./wait.js";

/** An event's id and its bytes. */
export type Entry = readonly [id: string, record: Uint8Array];

/** What the log tells its owner. */
export interface LogListener extends Omit<StoreListener, "repaired"> {
  hear(message: Message): void;
  /** The page is back from where the browser keeps pages: there it heard no other tab. */
  awoke(): void;
  repaired(repair: Repair | "replayed", count: number): void;
}

/** What was forgotten in the life of this page, by shop and id: its queues may tell it to a shop that is opened again. */
const forgotten = new Set<string>();

/** The records of one shop. */
export class DeviceLog {
  readonly #records = new Map<string, Uint8Array>();
  /** What must not come back with a read or a message that was under way. */
  readonly #forgotten = new Set<string>();
  readonly #store: DeviceStore | undefined;
  readonly #tabs: Tabs | undefined;
  readonly #journal: Journal;
  readonly #listener: LogListener;
  readonly #shop: string;
  readonly #departure = new AbortController();
  #gates: Pick<Gates, "store" | "learn"> = { store: false, learn: false };
  #erasures = 0;
  #bytes = 0;
  #secret: number | undefined;

  /** With `device` false nothing but memory is ever touched. */
  constructor(shop: string, device: boolean, listener: LogListener) {
    this.#listener = listener;
    this.#shop = shop;
    this.#journal = new Journal(shop, newId());
    if (!device) return;
    this.#store = new DeviceStore(shop, listener);
    this.#tabs = new Tabs(shop, listener.hear);
    if (typeof document !== "object" || typeof addEventListener !== "function") return;
    const { signal } = this.#departure;
    addEventListener("pagehide", () => this.#leave(), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && this.#resume(), { signal });
  }

  /** How many events are kept. */
  get size(): number {
    return this.#records.size;
  }

  /** How often everything was erased, here or in another tab. */
  get erasures(): number {
    return this.#erasures;
  }

  /** How many bytes their records have. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many bytes an event's record has. */
  bytesOf(id: string): number {
    return this.#records.get(id)?.length ?? 0;
  }

  /** Whether records go to the disk. */
  get onDevice(): boolean {
    return this.#gates.store && this.#store !== undefined;
  }

  /** Whether an event was forgotten in the life of this page, by whichever of its handles. */
  hasForgotten(id: string): boolean {
    return forgotten.has(this.#named(id));
  }

  records(): Uint8Array[] {
    return [...this.#records.values()];
  }

  allow(gates: Gates): void {
    this.#gates = { store: gates.store, learn: gates.learn };
  }

  /**
   * What the arms of experiments are made of: 48 random bits of this device, made at first use. On disk
   * as far as `store` allows, else as long as the page; never exported, gone with the log.
   */
  secret(): number {
    if (this.#secret === undefined) {
      this.#secret = parseInt(newId().replaceAll("-", "").slice(0, 12), 16);
      if (this.#gates.store) this.#store?.putSecret(this.#secret);
    }
    return this.#secret;
  }

  /** Keeps new events of this page. `quiet`: only impressions. `again`: they may have been forgotten before. */
  add(entries: readonly Entry[], quiet: boolean, again = false): void {
    if (entries.length === 0) return;
    for (const [id, record] of entries) {
      this.#forgotten.delete(id);
      forgotten.delete(this.#named(id));
      this.#keep(id, record);
      if (this.#gates.store) this.#store?.put(id, record);
    }
    if (this.#gates.store && this.#gates.learn) {
      this.#tabs?.post({ records: entries.map(([, record]) => record), quiet, again });
    }
  }

  /**
   * Keeps events that came from elsewhere; of two records with one id the one that precedes the other.
   * Returns those that are kept now and were not before.
   */
  adopt(entries: readonly Entry[], precedes: (record: Uint8Array, other: Uint8Array) => boolean): Uint8Array[] {
    const added = entries.filter(([id, record]) => {
      if (this.#forgotten.has(id)) return false;
      const known = this.#records.get(id);
      if (!known) return true;
      if (equal(record, known)) return false;
      const wins = precedes(record, known);
      if (this.#gates.store) this.#store?.put(id, wins ? record : known); // the disk has what was written last
      return wins;
    });
    for (const [id, record] of added) this.#keep(id, record);
    return added.map(([, record]) => record);
  }

  /** Lets events back in that were forgotten: what this page may still be deleting is written again. */
  welcome(entries: readonly Entry[]): void {
    for (const [id, record] of entries) if (this.#forgotten.delete(id) && this.#gates.store) this.#store?.put(id, record);
  }

  /** Everything that is kept. */
  entries(): Entry[] {
    return [...this.#records];
  }

  /**
   * Drops events here and on disk, and in the other tabs when they were forgotten here. Returns those that were here.
   * `gone`: not on disk, where they are not, or another tab may just be writing what it told of.
   */
  drop(ids: readonly string[], tell: boolean, gone = false): readonly Entry[] {
    const dropped = ids.flatMap((id): Entry[] => {
      const record = this.#records.get(id);
      return record ? [[id, record]] : [];
    });
    for (const id of ids) {
      this.#lose(id);
      this.#forget(id);
    }
    if (this.#gates.store && !gone) this.#store?.drop(ids);
    if (this.#gates.store && tell && !this.#journal.isEmpty) void this.read(false); // what was left behind is written without these
    if (tell && ids.length > 0) this.#tabs?.post({ forgotten: [...ids] });
    return dropped;
  }

  /** Drops what grew too old or too much: each tab does so by itself. */
  expire(ids: readonly string[]): void {
    for (const id of ids) this.#lose(id);
    if (this.#gates.store) this.#store?.drop(ids);
  }

  /** Empties the log everywhere. Resolves when the disk is clean or told why not. */
  async erase(): Promise<void> {
    this.#forgetAll();
    if (this.#store) this.#journal.clear();
    this.#tabs?.post({ erased: true });
    if (this.#gates.store) {
      this.#store?.clear();
      this.#store?.putSecret(undefined);
      await this.#store?.flush();
    } else {
      await this.#store?.destroy();
    }
  }

  /** Another tab erased the log: what this tab may still have been writing goes too. */
  erased(): void {
    const ids = [...this.#records.keys()];
    this.#forgetAll();
    this.drop(ids, true);
  }

  /** Reads the disk. Nothing when there is no database, or when the log was erased meanwhile. */
  async read(create: boolean): Promise<Stored | undefined> {
    const erasures = this.#erasures;
    const stored = await this.#store?.read(create);
    if (stored) await this.#replay(stored);
    // Opening a thousand records and taking them in are a long task together; a first grant, with none, is written at once.
    if (stored?.records.length) await breath();
    if (erasures === this.#erasures) this.#secret = stored?.secret ?? this.#secret;
    return erasures === this.#erasures ? stored : stored && { ...stored, records: [] };
  }

  /** Writes everything in memory but what was read from the disk just now, and the choice. */
  async writeAll(choice: Choice, receipts: readonly Receipt[], stored?: Stored): Promise<void> {
    const there = new Set(stored?.records.map(([id]) => id));
    for (const [id, record] of this.#records) if (!there.has(id)) this.#store?.put(id, record);
    if (this.#secret !== undefined && this.#secret !== stored?.secret) this.#store?.putSecret(this.#secret);
    const known = new Set(stored?.receipts.map(({ recordId }) => recordId));
    await this.writeChoice(choice, receipts.filter(({ recordId }) => !known.has(recordId)));
  }

  dropReceipts(receipts: readonly Receipt[]): void {
    if (this.#gates.store) this.#store?.dropReceipts(receipts);
  }

  async writeChoice(choice: Choice, receipts: readonly Receipt[]): Promise<void> {
    this.#store?.putChoice(choice, receipts);
    await this.#store?.flush();
  }

  /** Resolves to whether everything is on the disk. */
  async flush(): Promise<boolean> {
    return this.onDevice && (await this.#store?.flush()) === true;
  }

  /** Deletes the database, keeping memory. */
  async destroy(): Promise<void> {
    if (this.#store) this.#journal.clear();
    await this.#store?.destroy();
  }

  /** Tells the other tabs what is allowed. */
  tell(message: Extract<Message, { gates: unknown } | { source: unknown }>): void {
    this.#tabs?.post(message);
  }

  async close(): Promise<void> {
    this.#tabs?.close();
    await this.#store?.close(() => this.#departure.abort());
  }

  #keep(id: string, record: Uint8Array): void {
    this.#bytes += record.length - this.bytesOf(id);
    this.#records.set(id, record);
  }

  #lose(id: string): void {
    this.#bytes -= this.bytesOf(id);
    this.#records.delete(id);
  }

  #forget(id: string): void {
    this.#forgotten.add(id);
    forgotten.add(this.#named(id));
  }

  #named(id: string): string {
    return `${this.#shop}\n${id}`;
  }

  #leave(): void {
    this.#store?.leave((unsaved) => this.#gates.store && this.#journal.keep(unsaved));
  }

  #resume(): void {
    this.#forgotten.clear(); // what others brought back meanwhile is on the disk, and what was forgotten here is not
    this.#store?.resume();
    void this.#prepare();
    this.#listener.awoke();
  }

  async #prepare(): Promise<void> {
    const seal = this.#store?.seal;
    if (seal && this.#gates.store) await this.#journal.prepare(seal);
  }

  /** Writes what pages left behind, except what was forgotten since, and adds it to what was read. */
  async #replay(stored: Stored): Promise<void> {
    const store = this.#store;
    const seal = store?.seal;
    if (!store || !seal) return;
    if (!this.#journal.isEmpty) {
      const erasures = this.#erasures;
      const { found, done } = await this.#journal.recall(seal);
      if (erasures !== this.#erasures || seal !== store.seal) return; // erased, withdrawn or closed meanwhile
      for (const unsaved of found) this.#apply(store, unsaved, stored);
      void store.flush().then((saved) => saved && done());
    }
    void this.#prepare();
  }

  #apply(store: DeviceStore, { clear, writes }: Unsaved, stored: Stored): void {
    if (clear) {
      store.clear();
      stored.records.splice(0);
    }
    const welcome = store.later(writes).filter(({ store: to, id }) => to !== "log" || !this.#forgotten.has(id));
    for (const write of welcome) store.add(write);
    amend(stored, welcome);
    this.#listener.repaired("replayed", welcome.length);
  }

  #forgetAll(): void {
    this.#erasures++;
    for (const id of this.#records.keys()) this.#forget(id);
    this.#records.clear();
    this.#bytes = 0;
    this.#secret = undefined;
  }
}

/** Brings what was read up to writes that came too late for the disk. */
function amend(stored: Stored, writes: Unsaved["writes"]): void {
  const records = new Map(stored.records);
  for (const { store, id, body } of writes) {
    if (store === "consent") readStatement(stored, id, body);
    else if (body) records.set(id, body);
    else records.delete(id);
  }
  stored.records = [...records];
}
