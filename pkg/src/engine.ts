/**
 * The engine as the handle uses it: guarded, and rebuilt when it fails.
 *
 * A coded error passes through to the page. Anything else that is thrown is a trap: the instance
 * is dead for all handles of the page, so it is replaced, and each handle rebuilds its own core
 * from what it keeps on this side: the catalog, the rules, the gates and the log's records.
 */

import type { CatalogContent } from "./catalog.js";
import type { Core } from "./core.js";
import { isFlaneurError } from "./errors.js";
import type { Loaded } from "./loader.js";
import { resetEngine } from "./loader.js";
import type { SlateData } from "./passthrough.js";
import { Names, readSlate } from "./slate.js";
import type { Gates, RankRequest, Rule } from "./types.js";
import { breath } from "./wait.js";

/** What the engine needs of its owner. */
export interface Owner {
  readonly seed: number | undefined;
  now(): number;
  records(): Uint8Array[];
  /** The engine failed; `alive` tells whether it was rebuilt. */
  restarted(alive: boolean, cause: unknown): void;
}

/** So many failures within so long a time, in milliseconds, are too many. */
const TRAPS = 3;
const TRAP_WINDOW_MS = 60_000;

/** One handle's core. */
export class Engine {
  readonly #loaded: Loaded;
  readonly #owner: Owner;
  #core: Core | undefined;
  #generation = -1;
  #alive = true;
  #traps: number[] = [];
  #content: CatalogContent | undefined;
  #rules: readonly Rule[] = [];
  #names = new Names();
  #gates: Pick<Gates, "learn" | "rank"> = { learn: false, rank: false };

  constructor(loaded: Loaded, owner: Owner) {
    this.#loaded = loaded;
    this.#owner = owner;
  }

  /** Which build runs; nothing when it was given up. */
  get build(): "simd" | "scalar" | undefined {
    return this.#alive ? this.#loaded.engine : undefined;
  }

  /** The event id of a record; nothing when the record is damaged. */
  recordId(record: Uint8Array): string | undefined {
    return this.use(() => this.#loaded.glue.Core.recordId(record), nothing);
  }

  /** Whether the first of two records with one id is the one to keep. */
  precedes(record: Uint8Array, other: Uint8Array): boolean {
    return this.use(() => this.#loaded.glue.Core.precedes(record, other), () => false);
  }

  /**
   * Loads a catalog. Returns whether it is in force: not when the engine failed on it.
   *
   * # Errors
   * The engine's coded error; what was loaded before still serves.
   */
  load(content: CatalogContent): boolean {
    return this.use((core) => loadInto(core, content), () => false) && this.#inForce(content);
  }

  #inForce(content: CatalogContent): true {
    this.#content = content;
    this.#names = new Names();
    return true;
  }

  /**
   * The same for a page that works in between: a pack is loaded in two steps.
   *
   * # Errors
   * As `load`.
   */
  async loadInSteps(content: CatalogContent): Promise<boolean> {
    if (!("pack" in content)) return this.load(content);
    this.use((core) => core.checkPack(content.pack), nothing);
    await breath();
    // What was checked is gone when the engine was replaced meanwhile.
    return this.use((core) => core.takeChecked(), () => false) ? this.#inForce(content) : this.load(content);
  }

  /**
   * Puts rules in force.
   *
   * # Errors
   * The engine's coded error; the rules before stay.
   */
  setRules(rules: readonly Rule[]): void {
    this.use((core) => core.setRules(rules), nothing);
    this.#rules = rules;
  }

  setGates({ learn, rank }: Gates): void {
    this.#gates = { learn, rank };
    this.use((core) => core.setGates(learn, rank), nothing);
  }

  /**
   * Ranks, or takes `otherwise` when there is no engine; `secret` is what the arm of an experiment is made of.
   *
   * # Errors
   * The engine's coded error for a request that is wrong.
   */
  rank(request: RankRequest, now: number, otherwise: () => SlateData, secret?: number): SlateData {
    const names = this.#names;
    return this.use((core) => {
      if (names.terms.length === 0) names.terms = this.#loaded.glue.Core.terms();
      if (secret !== undefined) core.setSecret(secret);
      return readSlate(core, core.rank(request, now), request.slot, names);
    }, otherwise);
  }

  /** Runs a call, or `otherwise` when there is no engine or the call made it fail. */
  use<T>(call: (core: Core) => T, otherwise: () => T): T {
    const core = this.#current();
    if (!core) return otherwise();
    try {
      return call(core);
    } catch (e) {
      if (isFlaneurError(e)) throw e;
      this.#trapped(e);
      return otherwise();
    }
  }

  /** Releases the core. */
  close(): void {
    const core = this.#generation === this.#loaded.generation ? this.#core : undefined;
    this.#core = undefined;
    this.#alive = false;
    try {
      core?.free();
    } catch {
      // A core that failed cannot be released; a reset takes it.
    }
  }

  #current(): Core | undefined {
    if (!this.#alive) return undefined;
    if (this.#core && this.#generation === this.#loaded.generation) return this.#core;
    try {
      return this.#rebuild(); // the first use, or another handle replaced the instance
    } catch (e) {
      this.#giveUp(e);
      return undefined;
    }
  }

  #rebuild(): Core {
    const core = new this.#loaded.glue.Core(this.#owner.seed);
    core.setGates(this.#gates.learn, this.#gates.rank);
    if (this.#rules.length > 0) core.setRules(this.#rules);
    if (this.#content) loadInto(core, this.#content);
    const records = this.#owner.records();
    if (records.length > 0) restoreInto(core, records);
    this.#core = core;
    this.#generation = this.#loaded.generation;
    return core;
  }

  #trapped(cause: unknown): void {
    const now = this.#owner.now();
    this.#traps = [...this.#traps.filter((at) => Math.abs(now - at) < TRAP_WINDOW_MS), now];
    this.#core = undefined;
    try {
      resetEngine(this.#loaded);
      if (this.#traps.length >= TRAPS) throw cause;
      this.#rebuild();
    } catch {
      this.#giveUp(cause);
      return;
    }
    this.#owner.restarted(true, cause);
  }

  #giveUp(cause: unknown): void {
    this.#alive = false;
    this.#core = undefined;
    this.#owner.restarted(false, cause);
  }
}

/** Takes in records that were kept: they cross as one, by one copy. */
export function restoreInto(core: Core, records: readonly Uint8Array[]): void {
  const lengths = Uint32Array.from(records, ({ length }) => length);
  const joined = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const record of records) {
    joined.set(record, at);
    at += record.length;
  }
  core.restore(joined, lengths);
}

function loadInto(core: Core, content: CatalogContent): true {
  if ("pack" in content) core.loadPack(content.pack);
  else core.loadItems(content.items);
  return true;
}

function nothing(): undefined {
  return undefined;
}
