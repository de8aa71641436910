/**
 * The handle at a distance: where it lives, who replaces a worker that fell silent, and what the
 * successor must be told.
 */

import type { Moment } from "../canonical.js";
import { readCatalog, shopOrderOf } from "../catalog.js";
import { reading } from "../checks.js";
import { Emitter } from "../emitter.js";
import { isFlaneurError, report } from "../errors.js";
import { GATES, checkGates, isConsentSource, readGates } from "../gates.js";
import { newId } from "../id.js";
import { findCode, isResponse, isUrl } from "../loader.js";
import type { Sources } from "../loader.js";
import { checkOptions } from "../options.js";
import type { Catalog, ConsentSource, DecideRequest, EventInput, Flaneur, FlaneurEvents, Gates, OpenOptions, PassthroughReason, ProfileView, RankRequest, Rule } from "../types.js";
import { VERSION } from "../version.js";
import { isForeign } from "../vocabulary.js";
import { CONSENT_MS, within } from "../wait.js";
import { received } from "./desk.js";
import type { Legacy, PostedCatalog, PostedDecision, PostedOptions, PostedSlate, State } from "./desk.js";
import { EmptySeat, GONE, PageSeat, WorkerSeat, plain } from "./seat.js";
import type { Listener, Seat } from "./seat.js";
import type { WorkerFlaneur, WorkerOptions } from "./types.js";

/** Where an entry point finds the parts. */
export interface Parts {
  /** The engine's code, to be posted. */
  sources: Pick<Sources, "url" | "inline">;
  /** Makes the worker; absent where there are none. */
  worker: (() => Worker) | undefined;
  /** `open` of the entry for the page's own thread. */
  open(options: OpenOptions): Promise<Flaneur>;
}

/** Whatever waits for a disk, a download or a big file may take so long, in milliseconds. */
const LONG_MS = 45_000;
const LONG: ReadonlySet<string> = new Set([
  "update", "flush", "close", "consent.set", "consent.receipts", "consent.export", "profile.export", "profile.import", "profile.erase",
]);
/** What keeps a worker at work so long that all else waits, and how long that has then, in milliseconds. */
const BUSY: ReadonlySet<string> = new Set(["update", "profile.import"]);
const BUSY_MS = 10_000;
/** How often an idle worker is asked whether it is there. */
const HEARTBEAT_MS = 5000;
/** Workers that may replace the first. */
const REPLACEMENTS = 1;
/** Calls that are played to a successor when nothing was on disk; the log holds no more either. */
const JOURNAL = 4096;
/** Calls that add to the log, while `learn` is granted. */
const ADDING: ReadonlySet<string> = new Set(["observe", "profile.declare", "profile.import"]);

/** What every entry's `open` does, with the parts it brings. */
export async function openRemote(parts: Parts, options: WorkerOptions): Promise<WorkerFlaneur> {
  const remote = new RemoteHandle(parts, options);
  await remote.start();
  return remote.face();
}

class RemoteHandle implements Listener {
  readonly #parts: Parts;
  readonly #make: (() => Worker) | undefined;
  readonly #timeout: number;
  readonly #source: ConsentSource | undefined;
  readonly #emitter = new Emitter();
  readonly #journal: [method: string, args: unknown[]][] = [];
  /** What a successor opens with: the rules and the catalog are those of now. */
  #options: OpenOptions;
  /** What was chosen since, here or in another tab, as far as opening would not find it. */
  #choice: Partial<Gates> = {};
  /** What the consent source said last. */
  #said: Partial<Gates> = {};
  /** How many updates of the catalog were asked for, and which of them is in force. */
  #updates = 0;
  #updated = 0;
  #plain: Promise<unknown> = Promise.resolve();
  #listening: Promise<void> | undefined;
  #unsubscribe: (() => void) | undefined;
  #seat!: Promise<Seat>;
  /** The seat has all that the one before it was told. */
  #ready = false;
  /** The disk has all that was told, and takes what is told now. */
  #stored = false;
  #flushing: Promise<void> | undefined;
  #left = 1 + REPLACEMENTS;
  /** Calls under way that keep a worker busy. */
  #busy = 0;
  #state: State | undefined;
  #thread: "worker" | "page" = "page";
  #heart: ReturnType<typeof setInterval> | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts, { worker, timeout = 1000, ...options }: WorkerOptions) {
    this.#parts = parts;
    const { tasks: _, ...checked } = checkOptions(options); // whose preview no one could ask for here
    this.#options = checked;
    this.#source = checked.consent && isConsentSource(checked.consent) ? checked.consent : undefined;
    this.#timeout = Math.min(timeout, 0x7fff_ffff); // browsers take a longer one for none
    this.#make = parts.worker && (worker ?? parts.worker);
  }

  async start(): Promise<void> {
    this.#seat = Promise.resolve().then(() => this.#take()); // assigned before the source speaks
    try {
      await this.#seat;
    } catch (e) {
      this.#leave();
      if (isFlaneurError(e)) throw e;
      report(e); // what is loaded on demand is gone from the server, for instance
      await (this.#seat = this.#empty("wasm_failed"));
    }
    this.#ready = true;
    if (this.#thread === "worker") this.#heart = setInterval(() => void this.#beat().catch(() => {}), HEARTBEAT_MS);
  }

  news(event: FlaneurEvents[keyof FlaneurEvents]): void {
    if (event.type === "change") {
      this.#emitter.change(event.cause);
      if (event.cause === "other_tab" && this.#journal.length > 0) void this.#revise().catch(() => {});
    } else this.#emitter.emit(event, event.type);
  }

  state(state: State): void {
    const before = this.#state?.gates;
    this.#state = state;
    if (!before || !this.#ready || this.#source) return;
    for (const gate of GATES) {
      if (state.gates[gate] !== before[gate]) this.#choose({ [gate]: state.gates[gate] });
    }
  }

  face(): WorkerFlaneur {
    const self = this;
    const call = (method: string) => async (...args: unknown[]): Promise<never> => (await this.#call(method, args)) as never;
    return Object.freeze({
      get status() {
        return Object.freeze({ ...self.#state!.status, thread: self.#thread });
      },
      // With an id and a time from here, telling it twice is once.
      observe: async (event: EventInput, told?: Partial<Moment>) =>
        void (await this.#call("observe", [postable(event), told?.newId?.() ?? newId(), told?.now ?? Date.now()])),
      rank: async (request: RankRequest) => this.#slate((await this.#call("rank", [request])) as PostedSlate),
      decide: async (request: DecideRequest) => this.#slate((await this.#call("decide", [request])) as PostedDecision),
      intent: call("intent"),
      profile: Object.freeze({
        inspect: call("profile.inspect"),
        replay: call("profile.replay"),
        experiments: call("profile.experiments"),
        forget: call("profile.forget"),
        undo: call("profile.undo"),
        declare: call("profile.declare"),
        export: call("profile.export"),
        import: call("profile.import"),
        erase: call("profile.erase"),
      }),
      consent: Object.freeze({
        get gates() {
          return self.#state!.gates;
        },
        set: async (gates: Partial<Gates>) => {
          const change = checkGates(gates, "gates");
          this.#choose(change);
          await this.#call("consent.set", [change]);
        },
        receipts: call("consent.receipts"),
        export: call("consent.export"),
      }),
      update: (catalog: Catalog) => this.#update(catalog),
      rules: call("rules"),
      flush: call("flush"),
      on: ((type: "change", listener: () => void) => this.#emitter.on(type, listener)) as Flaneur["on"],
      close: () => (this.#closing ??= this.#close()),
      ...(typeof Symbol.dispose === "symbol" && { [Symbol.dispose]: () => void (this.#closing ??= this.#close()) }),
    } as unknown as WorkerFlaneur);
  }

  #slate<Posted extends PostedSlate | PostedDecision>(data: Posted): Posted & { seen(ids?: string[]): Promise<void> } {
    return { ...data, seen: async (ids?: string[]) => void (await this.#call("seen", [data.id, ids])) };
  }

  async #update(catalog: Catalog): Promise<void> {
    const turn = ++this.#updates;
    this.#plain = this.#plain.then(() => plainCatalog(catalog)); // in turn, however long a response takes
    const plain = await this.#plain;
    await this.#call("update", [plain]);
    if (turn < this.#updated) return; // what was asked for later came first, and holds
    this.#updated = turn;
    this.#options = { ...this.#options, catalog: received(plain) };
  }

  async #call(method: string, args: unknown[]): Promise<unknown> {
    const busy = BUSY.has(method) ? 1 : 0;
    this.#busy += busy;
    try {
      return await this.#insist(method, args);
    } finally {
      this.#busy -= busy;
    }
  }

  async #insist(method: string, args: unknown[]): Promise<unknown> {
    for (;;) {
      const chosen = this.#seat;
      try {
        const seat = await chosen;
        const value = await ask(seat, method, args, this.#busy > 0 ? Math.max(this.#timeout, BUSY_MS) : this.#timeout);
        this.#remember(method, args, value);
        return value;
      } catch (e) {
        if (e !== GONE) throw e;
        if (this.#seat === chosen) this.#seat = this.#succeed();
      }
    }
  }

  #choose(change: Partial<Gates>): void {
    this.#choice = { ...this.#choice, ...change };
    this.#stored = false;
  }

  /** Keeps what a successor must be told. */
  #remember(method: string, args: unknown[], value: unknown): void {
    const { status, gates } = this.#state!;
    if (method === "rules") this.#options = { ...this.#options, rules: args[0] as readonly Rule[] };
    if (method === "profile.erase") this.#journal.length = 0;
    if (this.#thread === "page") return; // which has no successor
    const onDevice = status.storage === "device";
    this.#stored &&= onDevice;
    const isKept = ADDING.has(method) ? gates.learn : method === "profile.forget" || (method === "profile.undo" && value === true);
    if (isKept && !this.#stored) this.#journal.push([method, args]);
    if (this.#journal.length > JOURNAL) this.#journal.shift();
    if (onDevice && !this.#stored) this.#flushing ??= this.#flush().catch(() => {}).finally(() => (this.#flushing = undefined));
  }

  /** Lets go of what the disk has. */
  async #flush(): Promise<void> {
    const choice = this.#choice;
    const last = this.#journal.at(-1);
    if ((await this.#call("flush", [])) !== true) return;
    this.#journal.splice(0, last ? this.#journal.indexOf(last) + 1 : 0);
    if (choice === this.#choice && this.#options.consent === undefined) this.#choice = {};
    this.#stored = this.#journal.length === 0;
  }

  /** Another tab may have erased the log: then a successor must not learn it again. */
  async #revise(): Promise<void> {
    const { events } = (await this.#call("profile.inspect", [])) as ProfileView;
    if (events === 0) this.#journal.length = 0;
  }

  async #succeed(): Promise<Seat> {
    this.#ready = false;
    const seat = await this.#take().catch(() => this.#empty("wasm_failed"));
    const denied = GATES.filter((gate) => this.#choice[gate] === false);
    if (this.#source && denied.length > 0) await this.#replay(seat, "consent.set", [Object.fromEntries(denied.map((gate) => [gate, false]))]);
    for (const [method, args] of [...this.#journal]) await this.#replay(seat, method, args);
    this.#ready = true;
    this.#emitter.emit({ type: "status", status: this.#state!.status }, "status");
    this.#emitter.change("restore");
    return seat;
  }

  async #replay(seat: Seat, method: string, args: unknown[]): Promise<void> {
    await ask(seat, method, args, this.#timeout).catch(() => {});
  }

  async #take(): Promise<Seat> {
    while (this.#make && this.#left-- > 0) {
      try {
        const seat = await WorkerSeat.take(this.#make, await this.#posted(), this);
        this.#thread = "worker";
        return seat;
      } catch (e) {
        if (e !== GONE && e !== NO_ENGINE) throw e;
        if (e === NO_ENGINE) break;
      }
    }
    this.#leave(); // the handle on the page listens itself
    const seat = await PageSeat.take(this.#parts.open, { ...this.#options, ...this.#consent() }, this);
    this.#thread = "page";
    return seat;
  }

  async #posted(): Promise<PostedOptions> {
    const { wasm, consent: _, now: __, catalog, ...rest } = this.#options;
    const source = this.#source;
    const [engine, plain] = await Promise.all([
      findCode({ ...this.#parts.sources, glue: () => Promise.reject(NO_ENGINE) }, wasm).catch(() => Promise.reject(NO_ENGINE)),
      plainCatalog(catalog),
      source && (this.#listening ??= this.#listen(source)),
    ]);
    const consent = source ? { consent: this.#said, source: true } : (this.#consent() as { consent?: Partial<Gates> });
    return { ...rest, catalog: plain, ...consent, engine };
  }

  /** The consent to open with. What was chosen and is on no disk is told over what was granted when it was. */
  #consent(): Pick<OpenOptions, "consent"> {
    const { consent } = this.#options;
    if (this.#source) return { consent: this.#source };
    if (!consent && Object.keys(this.#choice).length === 0) return {};
    const granted = GATES.filter((gate) => this.#state?.gates[gate]).map((gate) => [gate, true]);
    return { consent: { ...(consent ?? Object.fromEntries(granted)), ...this.#choice } };
  }

  /** Follows the page's consent source. Never rejects, and waits for its first answer no longer than the page would. */
  async #listen(source: ConsentSource): Promise<void> {
    let isLate = false;
    const tell = (): void => void this.#call("consent", [this.#said]).catch(() => {});
    try {
      this.#unsubscribe = source.subscribe?.((gates) => {
        this.#said = readGates(gates);
        tell();
      });
      // What was asked for first may be answered last: what the source said since is the later word.
      const first = Promise.resolve(source.get()).then((gates) => {
        this.#said = { ...readGates(gates), ...this.#said };
        if (isLate) tell();
      });
      await within(first.catch(report), CONSENT_MS);
      isLate = true;
    } catch (e) {
      report(e); // a source that fails grants nothing
    }
  }

  /** Leaves the page's consent source; one that cannot be left keeps nothing else open. */
  #leave(): void {
    try {
      this.#unsubscribe?.();
    } catch (e) {
      report(e);
    }
    this.#unsubscribe = undefined;
  }

  /** Notices a silent worker before the page needs it. A page that is not in view asks nothing. */
  async #beat(): Promise<void> {
    if (this.#thread === "worker" && !globalThis.document?.hidden) await this.#call("ping", []);
  }

  async #close(): Promise<void> {
    clearInterval(this.#heart);
    this.#leave();
    this.#emitter.clear();
    const before = this.#seat;
    this.#seat = before.then(async (seat) => {
      const legacy = await ask(seat, "close", [], this.#timeout).catch(() => undefined);
      if (seat.thread === "page") return seat; // where the handle answers by itself
      seat.leave();
      return this.#empty("closed", legacy as Legacy | undefined);
    });
    await this.#seat;
  }

  /** Nobody's seat. Without the word of a handle, the shop's order is what the page has of it. */
  async #empty(reason: PassthroughReason, legacy?: Legacy): Promise<Seat> {
    const { shop, catalog } = this.#options;
    const isHere = !isResponse(catalog) && !isUrl(catalog) && typeof catalog !== "string";
    const own = async (): Promise<string[]> => (isHere ? shopOrderOf(await readCatalog(catalog)) : []);
    const order = legacy?.order ?? (await own().catch(() => []));
    const before = this.#state ?? { status: { items: order.length, version: VERSION, storage: "memory" }, gates: DENIED };
    this.#state = { ...before, status: { ...before.status, engine: "passthrough", reason } };
    this.#thread = "page";
    return new EmptySeat(shop, reason, { receipts: [], ...legacy, order });
  }
}

/** Asks for as long as the method may take. */
function ask(seat: Seat, method: string, args: unknown[], milliseconds: number): Promise<unknown> {
  return seat.ask(method, args, LONG.has(method) ? LONG_MS : milliseconds);
}

const NO_ENGINE = Symbol("no engine");
const DENIED: Gates = Object.freeze({ store: false, learn: false, rank: false, measure: false });

/** A catalog that can be posted; addresses are those of the page. */
async function plainCatalog(catalog: Catalog): Promise<PostedCatalog> {
  if (isResponse(catalog)) {
    const bytes = async (): Promise<ArrayBuffer | null> => (catalog.ok ? catalog.clone().arrayBuffer() : null);
    return { response: await bytes().catch(() => null) };
  }
  if (typeof catalog !== "string" && !isUrl(catalog)) return catalog;
  try {
    return new URL(catalog, document.baseURI).href;
  } catch {
    return String(catalog); // no page, or no address: fetching it tells
  }
}

/**
 * An event that can be posted, as it is now. What a page wrote for others may hold elements and functions, which
 * say nothing and stay here.
 */
function postable(event: EventInput): unknown {
  if (typeof event !== "object" || event === null) return event;
  if (!isForeign(event)) return reading("event", () => ({ ...event }));
  try {
    const copy = "length" in event ? Array.from(event as ArrayLike<unknown>) : { ...event };
    try {
      return JSON.parse(JSON.stringify(copy)) as unknown;
    } catch {
      return plain(copy); // an element that a framework made leads to itself
    }
  } catch {
    return { event: "" };
  }
}
