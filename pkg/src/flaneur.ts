/**
 * The handle: what happens in the shop goes to the engine and the log, what the engine says goes to
 * the page, and nothing that fails on the way reaches the shop.
 */

import type { CanonicalEvent, Moment } from "./canonical.js";
import type { CatalogContent } from "./catalog.js";
import { readCatalog, shopOrderOf } from "./catalog.js";
import type { Message } from "./channel.js";
import { checkIds, reading } from "./checks.js";
import { ConsentState, privacyControl } from "./consent.js";
import { decideRequest, decisionOf } from "./decide.js";
import type { DecisionData } from "./decide.js";
import { Emitter } from "./emitter.js";
import { Engine } from "./engine.js";
import { flaneurError, isFlaneurError, report } from "./errors.js";
import { translate } from "./events.js";
import { checkGates, isConsentSource, readGates } from "./gates.js";
import { newId } from "./id.js";
import type { Loaded, NotLoaded, Sources } from "./loader.js";
import { DeviceLog } from "./log.js";
import { MeasureGate } from "./measure/gate.js";
import { Memory } from "./memory.js";
import { checkRequest, emptyProfile, noIntent, shopOrder, silence } from "./passthrough.js";
import type { SlateData } from "./passthrough.js";
import { profileFace } from "./profile.js";
import { engineRequest, facetsOf } from "./request.js";
import type { Stored } from "./storage.js";
import type {
  Catalog,
  ChangeEvent,
  Consent,
  ConsentSource,
  Context,
  DecideRequest,
  Decision,
  EventInput,
  Flaneur,
  FlaneurEvents,
  Gates,
  OpenOptions,
  PassthroughReason,
  RankRequest,
  Receipt,
  Repairs,
  Rule,
  Slate,
  Status,
  StorageReason,
} from "./types.js";
import { VERSION } from "./version.js";
import { isForeign } from "./vocabulary.js";
import { CONSENT_MS, OPEN_MS, READ_MS, within } from "./wait.js";

/** So many of the last calls of `rank` have their time kept, in memory. */
const LATENCIES = 32;
/** How long anyone waits for the disk. */
const DISK_MS = OPEN_MS + READ_MS;

/** One shop on this device. */
export class Handle {
  readonly #options: OpenOptions;
  readonly #consent: ConsentState;
  readonly #log: DeviceLog;
  readonly #memory: Memory;
  readonly #measure: MeasureGate;
  readonly #emitter = new Emitter();
  readonly #latencies: number[] = [];
  #content: CatalogContent | undefined;
  #order: { ids: string[]; known?: Set<string> } | undefined;
  /** How many updates of the catalog were asked for, and which of them is in force. */
  #updates = 0;
  #updated = 0;
  #missing: PassthroughReason | undefined;
  #storageReason: StorageReason | undefined;
  #repairs: Repairs | undefined;
  #unsubscribe: (() => void) | undefined;
  /** Writes what opening left to be written: the first slate does not wait for that. */
  #unwritten: (() => Promise<void>) | undefined;
  /** The disk is read for the first time: nothing is measured of a log that is not there yet. */
  #reading = false;
  /** What other tabs said before this one was ready. */
  #early: Message[] | undefined = [];
  #closed = false;

  constructor(options: OpenOptions, measurer: Sources["measurer"]) {
    this.#options = options;
    this.#consent = new ConsentState({
      shop: options.shop,
      notice: options.notice,
      minor: options.audience === "minor",
      privacyControl: privacyControl(),
      newId,
    });
    this.#log = new DeviceLog(options.shop, options.storage !== "memory", {
      hear: (message) => this.#hear(message),
      awoke: () => void this.#catchUp(),
      trouble: (reason) => this.#setStorageReason(reason),
      vanished: () => void this.#choose({ store: false }, undefined, true),
      refill: () => void this.#log.writeAll(this.#consent.choice, this.#consent.receipts),
      repaired: (repair, count) => this.#repaired(repair, count),
    });
    this.#memory = new Memory(this.#log, () => this.#now());
    this.#measure = new MeasureGate(measurer, {
      options,
      now: () => this.#now(),
      events: () => this.#memory.events(),
      profile: () => this.#memory.engine?.use((core) => core.inspect(this.#now()), emptyProfile) ?? emptyProfile(),
      latencies: () => this.#latencies,
      receipt: () => this.#consent.receipts.at(-1)?.recordId,
    });
  }

  /** Finds out what is allowed and what is stored. Never rejects, and never waits for long. */
  async recall(): Promise<void> {
    const { audience, consent } = this.#options;
    if (audience === "minor") return;
    if (consent === undefined) await within(this.#recallChoice(), DISK_MS);
    else if (isConsentSource(consent)) await this.#connectSource(consent);
    else await within(this.#choose(checkGates(consent, "consent"), "api"), DISK_MS);
  }

  /**
   * Takes in the engine and the catalog, whether the log is there yet or not.
   *
   * # Errors
   * The coded error of a malformed catalog or rule.
   */
  async prepare(loaded: Loaded | NotLoaded, content: CatalogContent | undefined): Promise<void> {
    if ("glue" in loaded) await this.#start(loaded, content);
    else this.#missing = loaded.reason;
    this.#content = content;
    if (content && !this.#memory.engine) this.#ids(); // no engine is there to refuse a malformed catalog
    if (!content) this.#missing ??= "catalog_unavailable";
  }

  /** Lets the browser compile what a ranking takes, while the disk answers. */
  rehearse(): void {
    if (this.#consent.gates.rank) this.#serving()?.use((core) => core.rehearse(this.#now()), () => undefined);
  }

  /** Reads the shopper's profile from the log, which the first ranking would do otherwise. */
  fold(): void {
    if (this.#consent.gates.rank) this.#serving()?.use((core) => core.fold(this.#now()), () => undefined);
  }

  /** Goes to work. */
  begin(): void {
    this.#memory.engine?.setGates(this.#consent.gates); // the log may have told them
    this.#memory.expire();
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const message of early) this.#hear(message);
    if (this.#unwritten) setTimeout(() => void this.#writeLate());
    if (!this.#reading) void this.#measure.follow(this.#consent.gates, (gate) => this.#consent.isDenied(gate));
  }

  async #writeLate(): Promise<void> {
    const write = this.#unwritten;
    this.#unwritten = undefined;
    if (this.#consent.gates.store) await write?.();
  }

  async #start(loaded: Loaded, content: CatalogContent | undefined): Promise<void> {
    const engine = new Engine(loaded, {
      seed: this.#options.seed,
      now: () => this.#now(),
      records: () => this.#log.records(),
      restarted: (alive) => this.#restarted(alive),
    });
    this.#memory.engine = engine;
    engine.setGates(this.#consent.gates);
    const rules = this.#options.rules ?? [];
    engine.setRules(rules);
    if (content && !(await engine.loadInSteps(content))) this.#missing = "engine_unstable";
    try {
      engine.setRules(rules);
    } catch (e) {
      report(e); // an attribute that no item has: the last one may have left the catalog, which must not keep a shop shut
    }
  }

  /** The public face. */
  face(): Flaneur {
    const handle = this;
    const face: Omit<Flaneur, typeof Symbol.dispose> = {
      get status() {
        return handle.#status();
      },
      observe: (event: EventInput, told?: object) => this.#observe(event, told),
      rank: (request) => this.#rank(request),
      decide: (request) => this.#decide(request),
      intent: () => this.#serving()?.use((core) => core.intent(this.#now()), noIntent) ?? noIntent(),
      profile: profileFace(this.#memory, {
        shop: this.#options.shop,
        now: () => this.#now(),
        idle: () => (this.#closed ? "closed" : this.#missing),
        learning: () => this.#consent.gates.learn,
        learn: (event) => this.#learn(event, false),
        changed: (cause) => this.#changed(cause),
        dropReports: () => this.#measure.drop(),
      }),
      consent: this.#consentFace(),
      measure: this.#measure.face(),
      update: (catalog) => this.#update(catalog),
      rules: (rules) => this.#rules(rules),
      on: <Type extends keyof FlaneurEvents>(type: Type, listener: (event: FlaneurEvents[Type]) => void) =>
        this.#emitter.on(type, listener),
      flush: () => this.#writeLate().then(() => this.#log.flush()),
      close: () => this.close(),
    };
    // Older browsers have no Symbol.dispose; there `using` does not exist either.
    if (typeof Symbol.dispose === "symbol") Object.assign(face, { [Symbol.dispose]: () => void this.close() });
    return Object.freeze(face) as Flaneur;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#missing = "closed";
    try {
      this.#unsubscribe?.();
    } catch (e) {
      report(e); // a source that cannot be left keeps nothing else open
    }
    this.#emitter.clear();
    this.#ids(); // what is served from now on
    this.#memory.engine?.close();
    this.#memory.engine = undefined;
    const written = this.#writeLate();
    await Promise.all([this.#log.close(), this.#measure.close(), written]);
  }

  // — what happened —

  /**
   * `told` is a worker's page's and a connector's alone: what a loop of another page hands over beside an event spreads
   * to nothing. A clock that the shop was given stands before its time. What a queue tells, the `nth` of its page, a
   * handle before this one may have learnt and forgotten.
   */
  #observe(input: EventInput, told?: Partial<Moment & { nth: number }>): void {
    if (this.#closed) return;
    const event = translate(input, { newId, ...told, now: (!this.#options.now && told?.now) || this.#now(), knows: (item) => this.#knows(item) });
    if (!event || (told?.nth && this.#log.hasForgotten(event.id))) return;
    // Without items it is of the whole order; of one that is not in the log, the engine learns nothing.
    if (event.type === "refund") event.lines ??= this.#memory.linesOf(event.id.replace("refund", "purchase")) ?? [];
    const isOurs = !isForeign(input);
    event.facets ??= this.#facets(isOurs);
    try {
      this.#learn(event, event.type === "impression");
    } catch (e) {
      if (isOurs || !isFlaneurError(e)) throw e; // another vocabulary's faults are not the page's
    }
  }

  /** The words of the standing moment. A fault in it is told to whoever observes, and is no reason to lose another's event. */
  #facets(isOurs: boolean): string[] {
    try {
      return reading("context", () => facetsOf(this.#context(), "context"));
    } catch (e) {
      if (isOurs) throw e;
      report(e);
      return [];
    }
  }

  #learn(event: CanonicalEvent, quiet: boolean): void {
    if (!this.#consent.gates.learn) return;
    if (this.#memory.keep((core, now) => core.observe(event, now), quiet) && !quiet) this.#changed("observe");
  }

  // — what to show —

  #rank(request: RankRequest): Slate {
    const now = this.#now();
    const start = performance.now();
    const complete = reading("request", () => {
      checkRequest(request);
      return engineRequest(request, now, this.#context());
    });
    const plain = (): SlateData => shopOrder(complete, this.#ids(), newId());
    const secret = complete.experiment && this.#consent.gates.rank ? this.#log.secret() : undefined;
    const data = this.#serving()?.rank(complete, now, plain, secret) ?? plain();
    const slate = this.#slate(data);
    if (this.#latencies.push(performance.now() - start) > LATENCIES) this.#latencies.shift();
    return slate;
  }

  #decide(request: DecideRequest): Decision {
    const now = this.#now();
    const { known, ids } = reading("request", () => decideRequest(request, now, this.#context()));
    const quiet = (): DecisionData => silence(known["slot"] as string, newId());
    const data = this.#serving()?.use((core) => decisionOf(core.decide(known, now), ids), quiet) ?? quiet();
    let isNew = data.choice !== undefined;
    const seen = (): void => {
      if (isNew && !this.#closed) this.#memory.keep((core, at) => core.noticed(data.id, at), true);
      isNew = false;
    };
    return { ...data, seen };
  }

  /** The engine, unless something is missing for it to serve. */
  #serving(): Engine | undefined {
    return this.#missing === undefined ? this.#memory.engine : undefined;
  }

  #slate(data: SlateData): Slate {
    const { id, items } = data;
    const unseen = new Set(items.map((item) => item.id));
    const seen = (ids?: string[]): void => {
      checkIds(ids, "seen");
      if (this.#closed || !this.#consent.gates.learn) return;
      const now = (ids ?? [...unseen]).filter((item) => unseen.delete(item));
      if (now.length === 0) return;
      try {
        this.#memory.keep((core, at) => core.seen(id, now, at), true);
      } catch (e) {
        if (!isFlaneurError(e)) throw e; // a slate of before a restart: its impressions are lost, no one's mistake
      }
    };
    return { ...data, seen };
  }

  #rules(rules: readonly Rule[]): void {
    if (!Array.isArray(rules)) throw flaneurError("value_type", "rules takes an array of rules.", "rules");
    this.#memory.engine?.setRules(rules);
    this.#changed("rules");
  }

  async #update(catalog: Catalog): Promise<void> {
    const turn = ++this.#updates;
    const content = await readCatalog(catalog);
    if (this.#closed || turn < this.#updated) return; // what was asked for later came first, and holds
    const { engine } = this.#memory;
    const ids = engine ? undefined : shopOrderOf(content);
    if (engine && !engine.load(content)) {
      throw flaneurError("engine_restarted", "The engine failed on this catalog; the one before still serves.", "catalog");
    }
    this.#updated = turn;
    this.#content = content;
    this.#order = ids && { ids };
    if (this.#missing === "catalog_unavailable") this.#missing = undefined;
    this.#emitStatus(undefined);
    this.#changed("catalog");
  }

  /** Item ids in the shop's order, read without the engine and only when it is needed. */
  #ids(): readonly string[] {
    if (!this.#order) {
      let ids: string[] = [];
      try {
        if (this.#content) ids = shopOrderOf(this.#content);
      } catch (e) {
        if (this.#early) throw e; // still opening: a malformed catalog
      }
      this.#order = { ids };
    }
    return this.#order.ids;
  }

  #knows(item: string): boolean {
    const ids = this.#ids();
    return (this.#order!.known ??= new Set(ids)).has(item);
  }

  // — what is allowed —

  #consentFace(): Consent {
    const consent = this.#consent;
    return Object.freeze({
      get gates() {
        return consent.gates;
      },
      set: async (gates) => {
        const change = checkGates(gates, "gates");
        if (this.#closed) return;
        if (this.#options.audience !== "minor") this.#log.tell({ gates: change }); // a child's page does not speak for others
        await within(this.#choose(change, "api", true), 2 * DISK_MS);
      },
      receipts: async () => JSON.parse(JSON.stringify(consent.receipts)) as Receipt[],
      export: async () => consent.document(this.#now()),
    } satisfies Consent);
  }

  async #recallChoice(): Promise<void> {
    const stored = await this.#log.read(false);
    if (!stored || this.#closed) return;
    const before = this.#consent.gates;
    const withdrawn = this.#consent.choice.store === false; // while this was read
    const needless = this.#consent.adopt(stored.receipts, this.#now(), stored.choice);
    this.#log.allow(this.#consent.gates);
    this.#log.dropReceipts(needless);
    if (!withdrawn) this.#restore(stored);
    if (!this.#early) await this.#settle(before, undefined, false);
  }

  async #connectSource(source: ConsentSource): Promise<void> {
    let said: Partial<Gates> = {};
    let following: Promise<void> | undefined;
    try {
      this.#consent.follow({});
      this.#unsubscribe = source.subscribe?.((gates) => {
        said = readGates(gates);
        if (Object.keys(said).length > 0) this.#log.tell({ source: said });
        following = this.#follow(said, "source");
      });
      // What was asked for first may be answered last: what the source said since is the later word. That is in force
      // before, with what the disk holds of the shopper's own choice.
      const first = Promise.resolve(source.get())
        .then((gates) => Promise.all([gates, following]))
        .then(([gates]) => this.#follow({ ...readGates(gates), ...said }, "source"));
      first.catch(report);
      await within(first.catch(() => {}), CONSENT_MS + DISK_MS);
    } catch (e) {
      report(e); // a source that fails grants nothing
    }
  }

  async #follow(said: Partial<Gates>, method: Receipt["method"] | undefined): Promise<void> {
    if (this.#closed) return;
    const before = this.#consent.gates;
    this.#consent.follow(said, !method);
    await this.#settle(before, method, this.#consent.isDenied("store"));
  }

  #choose(change: Partial<Gates>, method: Receipt["method"] | undefined, byHand = false): Promise<void> {
    const before = this.#consent.gates;
    this.#consent.choose(change, byHand);
    return this.#settle(before, method, change.store === false && this.#consent.isDenied("store"));
  }

  /** Puts what was decided in force: at once here, then on the disk. */
  async #settle(before: Gates, method: Receipt["method"] | undefined, denied: boolean): Promise<void> {
    const gates = this.#consent.gates;
    const receipt = method && this.#consent.record(method, this.#now());
    this.#log.allow(gates);
    this.#memory.engine?.setGates(gates);
    const isShut = (gate: keyof Gates): boolean => this.#consent.isDenied(gate) || (before[gate] && !gates[gate]);
    const opens = gates.store && !before.store;
    this.#reading ||= opens; // what the week was is on the disk: who answers before it is read answers "nothing"
    const follow = (): unknown => {
      const { gates } = this.#consent;
      return this.#early || this.#closed || (this.#reading && gates.store) || this.#measure.follow(gates, isShut);
    };
    const measured = follow();
    if (gates !== before && !this.#early) {
      this.#emitter.emit({ type: "consent", gates, ...(receipt && { receipt }) }, "consent");
      this.#changed("consent");
    }
    if (opens) await this.#grantStore().then(follow);
    else if (!gates.store && (before.store || denied)) await this.#log.destroy();
    else if (gates.store && method) await this.#log.writeChoice(this.#consent.choice, receipt ? [receipt] : []);
    await measured;
  }

  async #grantStore(): Promise<void> {
    const write = (stored?: Stored): Promise<void> => this.#log.writeAll(this.#consent.choice, this.#consent.receipts, stored);
    this.#unwritten = write; // whoever flushes meanwhile waits for no reading
    const asked = this.#consent.choice;
    const stored = await this.#log.read(true);
    this.#reading = false;
    if (this.#closed || !this.#consent.gates.store) return;
    if (stored) {
      const before = this.#consent.gates;
      // What the shopper chose before restricts a source, and gives way to gates that the page was opened with.
      const method = isConsentSource(this.#options.consent ?? {}) ? "source" : undefined;
      this.#log.dropReceipts(this.#consent.adopt(stored.receipts, this.#now(), method && stored.choice, asked));
      this.#restore(stored);
      if (this.#consent.gates !== before) await this.#settle(before, method, false);
    }
    this.#unwritten = () => write(stored);
    if (!this.#early) await this.#writeLate();
  }

  #restore({ records }: Stored): void {
    if (this.#memory.restore(records)) this.#changed("restore");
  }

  /** Takes in what other tabs did while this page slept: what they chose, observed and forgot is on the disk. */
  async #catchUp(): Promise<void> {
    // Without the disk, a page that was opened with a choice or a source keeps to that.
    const { audience, consent } = this.#options;
    if (this.#early || audience === "minor" || !(this.#consent.gates.store ? await this.#log.flush() : consent === undefined)) return;
    const here = this.#log.entries();
    const asked = this.#consent.choice;
    const stored = await this.#log.read(false);
    if (!stored || this.#closed) return;
    const before = this.#consent.gates;
    this.#log.dropReceipts(this.#consent.adopt(stored.receipts, this.#now(), stored.choice, asked));
    if (before.store) {
      const there = new Set(stored.records.map(([id]) => id));
      const gone = here.flatMap(([id]) => (there.has(id) ? [] : [id]));
      if (gone.length > 0) this.#memory.remove(gone, true);
      if (this.#memory.restore(stored.records) || gone.length > 0) this.#changed("other_tab");
    }
    await this.#settle(before, undefined, false);
  }

  #hear(message: Message): void {
    if (this.#early) {
      this.#early.push(message);
      return;
    }
    if (this.#closed) return;
    if ("gates" in message) {
      void this.#choose(message.gates, undefined, true);
      return;
    }
    if ("source" in message) {
      if (isConsentSource(this.#options.consent ?? {})) void this.#follow(message.source, undefined);
      return;
    }
    if ("records" in message) {
      const { learn, store } = this.#consent.gates;
      // What is taken back is of the log that a tab with the disk has, whether it adds to it or not.
      const added = (learn || (store && message.again)) && this.#memory.join(message.records, message.again);
      if (!added || message.quiet) return;
    } else if ("forgotten" in message) {
      this.#memory.remove(message.forgotten);
    } else {
      this.#memory.erased();
      void this.#measure.drop();
    }
    this.#changed("other_tab");
  }

  // — how it works at the moment —

  #status(): Status {
    const { engine } = this.#memory;
    const build = this.#missing === undefined ? engine?.build : undefined;
    const reason = build ? undefined : (this.#missing ?? "engine_unstable");
    const onDevice = this.#log.onDevice && this.#storageReason === undefined;
    return Object.freeze({
      engine: build ?? "passthrough",
      ...(reason && { reason }),
      items: engine?.use((core) => core.items, () => this.#ids().length) ?? this.#ids().length,
      version: VERSION,
      storage: onDevice ? "device" : "memory",
      ...(this.#storageReason && { storageReason: this.#storageReason }),
      ...(this.#repairs && { repairs: this.#repairs }),
    } satisfies Status);
  }

  #restarted(alive: boolean): void {
    if (!alive) {
      this.#missing = "engine_unstable";
      this.#memory.engine = undefined;
    }
    this.#emitStatus(alive ? "engine_restarted" : "engine_unstable");
  }

  #setStorageReason(reason: StorageReason | undefined): void {
    if (this.#storageReason === reason) return;
    this.#storageReason = reason;
    this.#emitStatus(reason);
  }

  #repaired(repair: keyof Repairs, count: number): void {
    const before = this.#repairs ?? { damaged: 0, replayed: 0, reconnected: 0, rebuilt: 0, merged: 0 };
    this.#repairs = Object.freeze({ ...before, [repair]: before[repair] + count });
    this.#emitStatus("storage_repaired");
  }

  #emitStatus(code: FlaneurEvents["status"]["code"] | undefined): void {
    if (this.#early || this.#closed) return;
    this.#emitter.emit({ type: "status", status: this.#status(), ...(code && { code }) }, "status");
  }

  #changed(cause: ChangeEvent["cause"]): void {
    if (!this.#early && !this.#closed) this.#emitter.change(cause);
  }

  /** What the shop knows of the moment; a shop that fails to say knows nothing. */
  #context(): Context {
    const { context } = this.#options;
    if (typeof context !== "function") return context ?? {};
    try {
      return context() ?? {};
    } catch (e) {
      report(e);
      return {};
    }
  }

  #now(): number {
    const now = this.#options.now?.() ?? Date.now();
    return Number.isFinite(now) ? now : Date.now();
  }
}
