/**
 * What this device knows: the engine's fold of the log, and the log's records, kept in step.
 *
 * Every event that the engine holds is in the log and the other way round, whatever brings or takes
 * it: the page, the disk, another tab, an import, a restart.
 */

import type { CanonicalLine } from "./canonical.js";
import type { Core } from "./core.js";
import type { Engine } from "./engine.js";
import { restoreInto } from "./engine.js";
import type { Brought } from "./export.js";
import type { DeviceLog, Entry } from "./log.js";
import { giftOf, visitOf } from "./scope.js";
import type { ExportedEvent, ImportReport } from "./types.js";

/** As many events as the engine keeps in any case; beyond, it names those to drop. */
const BOUND = 4096;
/** Most bytes of records: sealed and in their database they take a third more, and stay below 2 MB. */
const MOST_BYTES = 1_400_000;
/** So many stay when there were more, so that this is not done at every event. */
const KEPT_BYTES = 1_300_000;

/** The engine, when there is one, and the log. */
export class Memory {
  readonly log: DeviceLog;
  readonly #now: () => number;
  engine: Engine | undefined;

  constructor(log: DeviceLog, now: () => number) {
    this.log = log;
    this.#now = now;
  }

  /** Keeps the record that a call of the engine made. Returns whether there was one. */
  keep(call: (core: Core, now: number) => Uint8Array | undefined, quiet: boolean): boolean {
    const record = this.engine?.use((core) => call(core, this.#now()), () => undefined);
    const entries = record ? this.#entries([record]) : [];
    this.log.add(entries, quiet);
    if (this.log.size > BOUND || this.log.bytes > MOST_BYTES) this.expire();
    return entries.length > 0;
  }

  /** Takes in records of the disk, by the keys they were stored under. Returns whether any was new. */
  restore(entries: readonly Entry[]): boolean {
    const added = this.log.adopt(entries, (record, other) => this.engine?.precedes(record, other) === true);
    if (added.length === 0) return false;
    this.engine?.use((core) => restoreInto(core, added), () => undefined);
    this.expire();
    return true;
  }

  /** Takes in records of another tab; `again` when they may have been forgotten before. Returns whether any was new. */
  join(records: readonly Uint8Array[], again = false): boolean {
    const entries = this.#entries(records);
    if (again) this.log.welcome(entries);
    return this.restore(entries);
  }

  /** Forgets here, on disk and in the other tabs. Returns what it takes to take it back. */
  forget(what: Record<string, unknown>): readonly Entry[] {
    const { event, session, gift } = what;
    if (session !== undefined) return this.#forgetThese(visitOf(this.events() ?? [], session as string | true));
    if (gift !== undefined) return this.#forgetThese(giftOf(this.events() ?? [], gift as string));
    const known = (): string[] => (typeof event === "string" ? [event] : []); // without the engine, ids are all there is
    return this.log.drop(this.engine?.use((core) => core.forget(what, this.#now()), known) ?? known(), true);
  }

  /** Brings back what was forgotten here, on disk and in the other tabs. */
  takeBack(entries: readonly Entry[]): void {
    this.log.add(entries, false, true);
    this.engine?.use((core) => restoreInto(core, entries.map(([, record]) => record)), () => undefined);
    this.expire();
  }

  #forgetThese(ids: string[]): readonly Entry[] {
    this.engine?.use((core) => core.remove(ids), () => 0);
    return this.log.drop(ids, true);
  }

  /** Another tab forgot these; `gone` when they are not on the disk any more. */
  remove(ids: string[], gone = false): void {
    this.engine?.use((core) => core.remove(ids), () => 0);
    this.log.drop(ids, false, gone);
  }

  /** Empties everything. Resolves when the disk is clean, or told why not. */
  erase(): Promise<void> {
    this.#forgetAll();
    return this.log.erase();
  }

  /** Another tab erased everything. */
  erased(): void {
    this.#forgetAll();
    this.log.erased();
  }

  /** The log in plain; nothing when there is no engine to read it. */
  events(): ExportedEvent[] | undefined {
    return this.engine?.use((core) => core.events(), () => undefined);
  }

  /** What an event of the log was about. */
  linesOf(id: string): CanonicalLine[] | undefined {
    return this.events()?.find((event) => event.id === id)?.["lines"] as CanonicalLine[] | undefined;
  }

  /** Adds what was brought along. Nothing when the engine failed on it. */
  import({ events, list }: Brought): ImportReport | undefined {
    const report = this.engine?.use((core) => core.import(events, this.#now()), () => undefined);
    if (!report) return undefined;
    const entries = this.#entries(report.added);
    const fresh = new Set(entries.map(([id]) => id).filter((id) => !this.log.bytesOf(id)));
    this.log.add(entries, false, true); // it may have been forgotten before
    this.expire();
    const added = [...fresh].filter((id) => this.log.bytesOf(id)).length; // the others were too old to stay
    const refused = report.refused.map((refusal) => ({ ...refusal, path: `${list}${refusal.path}` }));
    return { added, known: report.known + entries.length - fresh.size, refused }; // some took the place of a later one of their id
  }

  /** Drops what is too old or too much: the oldest events first, by the engine's order. */
  expire(): void {
    this.log.expire(this.engine?.use((core) => this.#gone(core), () => []) ?? []);
    if (this.log.bytes <= MOST_BYTES) return;
    const oldest: string[] = [];
    let excess = this.log.bytes - KEPT_BYTES;
    for (const { id } of this.events() ?? []) {
      if (excess <= 0) break;
      excess -= this.log.bytesOf(id);
      oldest.push(id);
    }
    this.engine?.use((core) => core.remove(oldest), () => 0);
    this.log.expire(oldest);
  }

  #gone(core: Core): string[] {
    const gone = core.expire(this.#now());
    if (this.log.size - gone.length <= Math.max(BOUND, core.size)) return gone;
    // What came back and is older than a full log holds, the engine never had, and does not name.
    return this.#entries(this.log.records()).flatMap(([id]) => (core.has(id) ? [] : [id]));
  }

  #forgetAll(): void {
    this.engine?.use((core) => core.forget({ all: true }, this.#now()), () => []);
  }

  #entries(records: readonly Uint8Array[]): Entry[] {
    return records.flatMap((record) => {
      const id = this.engine?.recordId(record);
      return id === undefined ? [] : [[id, record] as const];
    });
  }
}
