// The studio's state: a pack, rules as text, the configuration they are compared with, and what both do to synthetic shoppers.
import type { Absence, RankedItem, Rule, RuleTrace } from "flaneur";
import { now } from "../clock.ts";
import { rulesOf } from "../rules.ts";
import { shop } from "../store.ts";
import { SLICE_MS, turn } from "../turn.ts";
import { compare, type Difference } from "./compare.ts";
import { canBegin, example, type Example } from "./examples.ts";
import { ids, insert, locate, read, write, type Stretch } from "./rules-text.ts";
import { crowd, personas, type Shopper } from "./shoppers.ts";
import { faultOf, fileSource, ownSource, rulesApart, type Fault, type Source } from "./source.ts";

const PERSONAS = 4;
/** Shoppers that the plots are about. */
export const CROWD = 40;

/** What a shopper is shown, and what is compared: the same request under two lists of rules. */
export interface Conditions {
  slot: string;
  size: number;
  /** Milliseconds since 1970. */
  moment: number;
}

/** One shopper under both configurations. */
export interface Shown {
  shopper: Shopper;
  items: RankedItem[];
  difference: Difference;
  trace: RuleTrace[];
  /** Why what went out is not there. */
  absent: ReadonlyMap<string, Absence>;
}

/** The slates of the crowd, as far as they are ranked. */
export interface Crowd {
  of: number;
  /** Of the catalog that they were shown, which may be the one before. */
  items: number;
  before: string[][];
  now: string[][];
}

export class Studio {
  source: Source | undefined;
  /** Why the last file was not loaded. */
  refused: Fault | undefined;
  text = "";
  /** Why the text is not in force, and where in it. */
  fault: (Fault & { at?: Stretch }) | undefined;
  /** The rules in force: what the text said when it was last right. */
  rules: Rule[] = [];
  /** What they are compared with. */
  pinned: Rule[] = [];
  conditions: Conditions = { slot: "home", size: 8, moment: now() };
  shown: Shown[] = [];
  crowd: Crowd = { of: 0, items: 0, before: [], now: [] };
  readonly #listeners = new Set<() => void>();
  /** Counts what was begun, so that what is out of date stops. */
  #run = 0;
  #loads = 0;
  /** The text that a file holds, or that was there at first. */
  #saved = "";

  /** Calls when something changed; returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  // ---- the pack

  async start(): Promise<void> {
    const { catalog } = shop();
    this.text = this.#saved = write(rulesOf(catalog));
    await this.#load(ownSource(catalog, this.conditions.moment), true);
  }
  /** The files' pack in place of the one before, and their rules in place of the text; when they hold neither, both stay and `refused` says why. */
  async load(files: readonly File[]): Promise<void> {
    const { rules, others } = await rulesApart(files);
    if (others.length > 0) await this.#load(fileSource(others, this.conditions.moment), false);
    else this.refused = undefined;
    if (rules === undefined) return;
    this.#saved = rules;
    this.write(rules);
    this.#tell();
  }
  async useOwn(): Promise<void> {
    await this.#load(ownSource(shop().catalog, this.conditions.moment), false);
  }
  async #load(loading: Promise<Source | Fault>, first: boolean): Promise<void> {
    const load = ++this.#loads;
    const loaded = await loading;
    if (load !== this.#loads) {
      if (!("code" in loaded)) loaded.bench.close();
      return;
    }
    this.refused = "code" in loaded ? loaded : undefined;
    if (!("code" in loaded)) {
      this.source?.bench.close();
      this.source = loaded;
      // The moment may have been set while it was loaded.
      loaded.bench.clock.now = this.conditions.moment;
      this.shown = [];
      // What another catalog's rules say may mean nothing here.
      if (first || !this.#holds(this.pinned)) this.pinned = [];
      if (!this.#holds(this.rules)) this.rules = [];
      this.#read();
      if (first) this.pinned = this.rules;
    }
    this.evaluate();
  }
  #holds(rules: Rule[]): boolean {
    try {
      this.source?.bench.check(rules);
      return true;
    } catch (e) {
      faultOf(e);
      return false;
    }
  }

  // ---- the rules

  write(text: string): void {
    if (text === this.text) return;
    this.text = text;
    const before = this.rules;
    this.#read();
    if (this.rules === before) this.#tell();
    else this.evaluate();
  }
  /** Puts what the text says into force, or says why it is not. */
  #read(): void {
    const found = read(this.text);
    if ("broken" in found) {
      this.fault = { code: "json", message: found.broken, at: found.at };
      return;
    }
    try {
      const list = found.said as Rule[];
      this.source?.bench.check(list);
      // Where no engine looks into the list, it may hold anything.
      const checked = this.source !== undefined && this.source.bench.status.engine !== "passthrough";
      this.rules = checked ? list : [list].flat().filter((rule) => typeof rule === "object" && rule !== null);
      this.fault = undefined;
    } catch (e) {
      const fault = faultOf(e);
      const at = locate(this.text, fault.path ?? "");
      this.fault = { ...fault, ...(at && { at }) };
    }
  }
  /** Adds a rule of a kind to the text; gives where it stands, or nothing when the text is no list. */
  insert(name: Example): Stretch | undefined {
    const { source } = this;
    if (!source || !this.names(name)) return undefined;
    const taken = new Set(ids(this.text));
    const rule = example(name, { kinds: source.kinds, ids: source.bench.ids, now: this.conditions.moment, taken });
    const added = insert(this.text, rule);
    if (added) this.write(added.text);
    return added?.at;
  }
  /** Whether the pack has what a rule of that kind names. */
  names(name: Example): boolean {
    const { source } = this;
    return source !== undefined && canBegin(name, { kinds: source.kinds, ids: source.bench.ids });
  }
  /** Whether a rule of that kind can be added: the text is a list, too. */
  canInsert(name: Example): boolean {
    return this.names(name) && this.fault?.code !== "json" && this.fault?.path !== "rules";
  }
  /** From now on, compare with the rules in force. */
  pin(): void {
    this.pinned = this.rules;
    this.evaluate();
  }
  /** The rules as they were when they were pinned. */
  restore(): void {
    this.write(write(this.pinned));
  }
  /** The rules in force as a file. */
  file(): Blob {
    if (!this.fault) {
      this.#saved = this.text;
      this.#tell();
    }
    return new Blob([`${write(this.rules)}\n`], { type: "application/json" });
  }
  /** Whether something was written that no file holds. */
  get unsaved(): boolean {
    return this.text !== this.#saved;
  }
  /** Whether both configurations are the same. */
  get same(): boolean {
    return JSON.stringify(this.pinned) === JSON.stringify(this.rules);
  }

  // ---- what comes of them

  set(conditions: Partial<Conditions>): void {
    this.conditions = { ...this.conditions, ...conditions };
    // Windows and ages are told by the bench's clock.
    if (this.source) this.source.bench.clock.now = this.conditions.moment;
    this.evaluate();
  }

  /** Ranks every shopper anew, the personas first, a slice at a time. */
  evaluate(): void {
    this.#tell();
    void this.#evaluate(++this.#run);
  }
  async #evaluate(run: number): Promise<void> {
    const { source } = this;
    if (!source) return;
    const { kinds } = source;
    const shown: Shown[] = [];
    for (const shopper of personas(kinds, PERSONAS)) {
      await turn();
      const one = await this.#persona(source, shopper, run);
      if (!one) return;
      shown.push(one);
    }
    this.shown = shown;
    this.#tell();
    const all = crowd(kinds, CROWD);
    const next: Crowd = { of: all.length, items: source.bench.status.items, before: [], now: [] };
    let began = performance.now();
    for (const shopper of all) {
      if (performance.now() - began > SLICE_MS) {
        // The plots stand as they were until the new ones are whole.
        await turn();
        began = performance.now();
      }
      const both = await this.#both(source, shopper, run);
      if (!both) return;
      next.before.push(both.before);
      next.now.push(both.now);
    }
    this.crowd = next;
    this.#tell();
  }
  /** The slates of a shopper before and now; nothing when something newer was begun. */
  async #both(source: Source, shopper: Shopper, run: number): Promise<{ before: string[]; now: string[] } | undefined> {
    await source.bench.become(shopper, () => run === this.#run);
    if (run !== this.#run) return undefined;
    const request = { slot: this.conditions.slot, size: this.conditions.size, seed: shopper.seed };
    const ids = (rules: Rule[]): string[] => source.bench.rank(rules, request).items.map(({ id }) => id);
    const now = ids(this.rules);
    return { before: this.pinned === this.rules ? now : ids(this.pinned), now };
  }
  async #persona(source: Source, shopper: Shopper, run: number): Promise<Shown | undefined> {
    const both = await this.#both(source, shopper, run);
    if (!both) return undefined;
    const difference = compare(both.before, both.now);
    // Rules are traced even where nothing went out.
    const explain = difference.out.map(({ id }) => id);
    const { slot, size } = this.conditions;
    const slate = source.bench.rank(this.rules, { slot, size, seed: shopper.seed, explain });
    return { shopper, items: slate.items, difference, trace: slate.trace ?? [], absent: new Map(slate.absent?.map((absence) => [absence.id, absence])) };
  }
}
