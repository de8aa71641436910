/**
 * The handle at a distance: where it lives, who replaces a worker that fell silent, and what the
 * successor must be told.
 */

import { readGates, isConsentSource, checkGates } from "../consent.js";
import { Emitter } from "../emitter.js";
import { newId } from "../id.js";
import { findCode, isResponse, isUrl } from "../loader.js";
import type { Sources } from "../loader.js";
import { checkOptions } from "../options.js";
import type { Catalog, DecideRequest, EventInput, Flaneur, FlaneurEvents, Gates, OpenOptions, RankRequest, Status } from "../types.js";
import { isForeign } from "../vocabulary.js";
import type { PostedDecision, PostedOptions, PostedSlate } from "./desk.js";
import { GONE, PageSeat, WorkerSeat } from "./seat.js";
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
const LONG: ReadonlySet<string> = new Set(["update", "flush", "close", "consent.set", "consent.receipts", "profile.export", "profile.import", "profile.erase"]);
/** How often an idle worker is asked whether it is there. */
const HEARTBEAT_MS = 5000;
/** Workers that may replace the first. */
const REPLACEMENTS = 1;
/** Calls that are played to a successor when nothing was on disk; the log holds no more either. */
const JOURNAL = 4096;
const JOURNALED: ReadonlySet<string> = new Set(["observe", "profile.declare", "profile.forget", "profile.import", "consent.set", "rules", "update"]);

/** What every entry's `open` does, with the parts it brings. */
export async function openRemote(parts: Parts, options: WorkerOptions): Promise<WorkerFlaneur> {
  const remote = new RemoteHandle(parts, options);
  await remote.start();
  return remote.face();
}

class RemoteHandle implements Listener {
  readonly #parts: Parts;
  readonly #options: OpenOptions;
  readonly #make: (() => Worker) | undefined;
  readonly #timeout: number;
  readonly #emitter = new Emitter();
  readonly #journal: [method: string, args: unknown[]][] = [];
  #seat: Promise<Seat> = Promise.reject(GONE);
  #left = 1 + REPLACEMENTS;
  #state: { status: Status; gates: Gates } | undefined;
  #thread: "worker" | "page" = "page";
  #heart: ReturnType<typeof setInterval> | undefined;
  #tellConsent: (() => void) | undefined;
  #closed = false;

  constructor(parts: Parts, { worker, timeout = 1000, ...options }: WorkerOptions) {
    this.#parts = parts;
    const { tasks: _, ...checked } = checkOptions(options); // whose preview no one could ask for here
    this.#options = checked;
    this.#timeout = timeout;
    this.#make = parts.worker && (worker ?? parts.worker);
    this.#seat.catch(() => {});
  }

  async start(): Promise<void> {
    this.#seat = this.#take();
    await this.#seat;
    if (this.#thread === "worker") this.#heart = setInterval(() => void this.#beat(), HEARTBEAT_MS);
  }

  news(event: FlaneurEvents[keyof FlaneurEvents]): void {
    if (event.type === "change") this.#emitter.change(event.cause);
    else this.#emitter.emit(event, event.type);
  }

  state(state: { status: Status; gates: Gates }): void {
    this.#state = state;
    if (state.gates.store) this.#journal.length = 0; // the disk has it
  }

  face(): WorkerFlaneur {
    const self = this;
    const call = (method: string) => async (...args: unknown[]): Promise<never> => (await this.#call(method, args)) as never;
    return Object.freeze({
      get status() {
        return Object.freeze({ ...self.#state!.status, thread: self.#thread });
      },
      observe: async (event: EventInput) => void (await this.#call("observe", [postable(event)])),
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
        set: async (gates: Partial<Gates>) => void (await this.#call("consent.set", [checkGates(gates, "gates")])),
        receipts: call("consent.receipts"),
      }),
      update: async (catalog: Catalog) => void (await this.#call("update", [await plainCatalog(catalog)])),
      rules: call("rules"),
      flush: call("flush"),
      on: ((type: "change", listener: () => void) => this.#emitter.on(type, listener)) as Flaneur["on"],
      close: () => this.#close(),
    } as unknown as WorkerFlaneur);
  }

  #slate<Posted extends PostedSlate | PostedDecision>(data: Posted): Posted & { seen(ids?: string[]): Promise<void> } {
    return { ...data, seen: async (ids?: string[]) => void (await this.#call("seen", [data.id, ids])) };
  }

  async #call(method: string, args: unknown[]): Promise<unknown> {
    const milliseconds = LONG.has(method) ? LONG_MS : this.#timeout;
    for (;;) {
      const chosen = this.#seat;
      try {
        const value = await (await chosen).ask(method, args, milliseconds);
        this.#remember(method, args);
        return value;
      } catch (e) {
        if (e !== GONE) throw e;
        if (this.#closed) return undefined;
        if (this.#seat === chosen) this.#seat = this.#succeed();
      }
    }
  }

  /** Keeps what a successor must be told, as long as no disk does. */
  #remember(method: string, args: unknown[]): void {
    if (method === "profile.erase") this.#journal.length = 0;
    if (!JOURNALED.has(method) || this.#state?.gates.store === true) return;
    this.#journal.push([method, args]);
    if (this.#journal.length > JOURNAL) this.#journal.shift();
  }

  async #succeed(): Promise<Seat> {
    const journal = [...this.#journal];
    const seat = await this.#take();
    for (const [method, args] of journal) await seat.ask(method, args, LONG_MS).catch(() => {});
    this.#emitter.emit({ type: "status", status: this.#state!.status }, "status");
    this.#emitter.change("restore");
    return seat;
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
    const seat = await PageSeat.take(this.#parts.open, this.#options, this);
    this.#thread = "page";
    return seat;
  }

  async #posted(): Promise<PostedOptions> {
    const { wasm, consent, now: _, catalog, ...rest } = this.#options;
    const [engine, plain] = await Promise.all([
      findCode({ ...this.#parts.sources, glue: () => Promise.reject(NO_ENGINE) }, wasm).catch(() => Promise.reject(NO_ENGINE)),
      isResponse(catalog) ? catalog.clone().arrayBuffer() : plainCatalog(catalog),
    ]);
    const source = consent !== undefined && isConsentSource(consent) ? consent : undefined;
    let gates = source ? readGates(await source.get()) : (consent as Partial<Gates> | undefined);
    if (source && !this.#tellConsent) {
      this.#tellConsent = source.subscribe?.((later) => {
        gates = readGates(later);
        void this.#call("consent", [gates]);
      }) ?? (() => {});
    }
    const given = isResponse(catalog) ? { catalog: [], bytes: plain as ArrayBuffer } : { catalog: plain as Catalog };
    return { ...rest, ...given, ...(gates && { consent: gates }), ...(source && { source: true }), engine };
  }

  /** Notices a silent worker before the page needs it. A page that is not in view asks nothing. */
  async #beat(): Promise<void> {
    if (this.#thread === "worker" && document.visibilityState === "visible") await this.#call("ping", []);
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    await this.#call("close", []);
    this.#closed = true;
    clearInterval(this.#heart);
    this.#tellConsent?.();
    this.#emitter.clear();
    const seat = await this.#seat.catch(() => undefined);
    if (seat?.thread === "worker") seat.leave();
  }
}

const NO_ENGINE = Symbol("no engine");

/** A catalog that can be posted; addresses are those of the page. */
async function plainCatalog(catalog: Catalog): Promise<Catalog> {
  if (isResponse(catalog)) return new Uint8Array(await catalog.arrayBuffer());
  if (typeof catalog === "string" || isUrl(catalog)) return new URL(catalog, document.baseURI).href;
  return catalog;
}

/**
 * An event that can be posted. What a page wrote for others may hold elements and functions, which
 * say nothing and stay here. Our own gets its id here, so that telling it twice is once.
 */
function postable(event: EventInput): unknown {
  if (typeof event !== "object" || event === null) return event;
  if (!isForeign(event)) return "id" in event ? event : { ...event, id: newId() };
  try {
    return JSON.parse(JSON.stringify("length" in event ? Array.from(event as ArrayLike<unknown>) : event)) as unknown;
  } catch {
    return { event: "" };
  }
}
